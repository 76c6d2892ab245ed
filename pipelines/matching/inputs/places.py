"""Where a named thing lies in an array, from run to run: it keeps its place, so that a run writes and looks at what came and went.

Belongs here: giving places. Does not: what lies there (`made`, `state`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

EMPTY_PLACES = 0.15
"""Share of places that may be empty before the others close up: less, and closing up costs more than scanning past them."""


def find(names: npt.NDArray[Any], among: npt.NDArray[Any]) -> Ints:
    """Place of every name (a number of the same type) among ascending ones, -1 where it is not there."""
    if not len(among):
        return np.full(len(names), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(among, names), len(among) - 1)
    return np.where(among[spot] == names, spot, -1)


def lasting_places(former: Ints, names: Ints) -> tuple[Ints, Ints]:
    """Give every name a place: its former one, or one behind all others, in order of names.

    Where too many places would be empty all names are placed anew, in their order.

    Args:
        former: name of every former place, none twice, of those too that have gone since.
        names: those that are here now, none twice.

    Returns:
        The place of every name, and the name of every place.

    Raises:
        ValueError: a name comes twice.
    """
    by_name = np.argsort(names, kind="stable")
    here = names[by_name]
    if (here[1:] == here[:-1]).any():
        raise ValueError("a name comes twice; it must name one thing")
    order = np.argsort(former, kind="stable")
    spot = find(here, former[order])
    known = spot >= 0
    if len(here) < (len(former) + np.count_nonzero(~known)) * (1 - EMPTY_PLACES):
        former, known = former[:0], np.zeros(len(here), dtype=bool)
    at = np.empty(len(here), dtype=np.int64)
    at[known] = order[spot[known]]
    at[~known] = np.arange(len(former), len(former) + np.count_nonzero(~known))
    place = np.empty(len(here), dtype=np.int64)
    place[by_name] = at
    return place, np.concatenate([former, here[~known]])

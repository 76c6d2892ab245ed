"""Slots: the index of a keyed thing in an array, the same from run to run, so that a run writes and reads only what changed.

Belongs here: assigning slots. Does not: what lies in them (`made`, `store.state`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

EMPTY_SLOTS = 0.15
"""Largest share of empty slots. Below it, scanning past them costs less than closing the gaps."""


def find(keys: npt.NDArray[Any], among: npt.NDArray[Any]) -> Ints:
    """Index of every key among ascending ones of the same type, -1 where it is not there."""
    if not len(among):
        return np.full(len(keys), -1, dtype=np.int64)
    index = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return np.where(among[index] == keys, index, -1)


def stable_slots(former: Ints, keys: Ints) -> tuple[Ints, Ints]:
    """Give every key a slot: its former one, or one behind all others, in order of keys.

    Where too many slots would be empty all keys get new slots, in their order.

    Args:
        former: key of every former slot, none twice; keys that are gone since included.
        keys: the present keys, none twice.

    Returns:
        The slot of every key, and the key of every slot.

    Raises:
        ValueError: a key comes twice.
    """
    by_key = np.argsort(keys, kind="stable")
    present = keys[by_key]
    if (present[1:] == present[:-1]).any():
        raise ValueError("a key comes twice; every key must belong to one thing")
    order = np.argsort(former, kind="stable")
    index = find(present, former[order])
    known = index >= 0
    if len(present) < (len(former) + np.count_nonzero(~known)) * (1 - EMPTY_SLOTS):
        former, known = former[:0], np.zeros(len(present), dtype=bool)
    assigned = np.empty(len(present), dtype=np.int64)
    assigned[known] = order[index[known]]
    assigned[~known] = np.arange(len(former), len(former) + np.count_nonzero(~known))
    slot = np.empty(len(present), dtype=np.int64)
    slot[by_key] = assigned
    return slot, np.concatenate([former, present[~known]])

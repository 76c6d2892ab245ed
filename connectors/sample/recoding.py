"""How the grids of the sample city are re-coded: one before the first day; later a street gets another code, a community joins
another.

Belongs here: the tree as it is afterwards, with the former codes. Does not: the file (`reports.homes`), or who goes on writing
the old codes, which is everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from connectors.sample.draws import Bools, Ints, Texts, texts
from connectors.sample.places import Grids, short_community

RECODED_ON = 2
"""Day after the first delivery from which the new codes hold."""
EARLIER, EARLIER_ON = "099", -200
"""Last digits of the code that the last grid of the first community had until so many days before the first delivery."""
_NEW_STREET = 400


@dataclass(frozen=True)
class Recoding:
    """The tree afterwards; per grid the code it had before and the day of the change from the first delivery on.

    `former` is '' and `day` 0 where nothing changed.
    """

    grids: Grids
    former: Texts
    day: Ints


def recoding(grids: Grids, day: int) -> Recoding:
    """The tree as its reference has it on a day."""
    earlier = int(np.flatnonzero(grids.community_code == grids.community_code[0])[-1])
    if day < RECODED_ON:
        now, changed = grids, np.zeros(len(grids.grid_code), dtype=bool)
    else:
        now, changed = _recoded(grids)
    former = [code if new else "" for code, new in zip(grids.grid_code, changed, strict=True)]
    days = np.where(changed, RECODED_ON, 0)
    former[earlier], days[earlier] = f"{grids.community_code[earlier]}{EARLIER}", EARLIER_ON
    return Recoding(now, texts(former), days)


def _recoded(grids: Grids) -> tuple[Grids, Bools]:
    """The street of the last community has a new code; where there are three communities the second joins the first."""
    communities = list(dict.fromkeys(grids.community_code.tolist()))
    rows = {name: getattr(grids, name).astype(object).copy() for name in _CODED}
    moved = rows["street_code"] == grids.street_code[-1]
    street = f"{str(grids.street_code[-1])[:6]}{_NEW_STREET + int(str(grids.street_code[-1])[6:]) % 100:03d}"
    for at in np.flatnonzero(moved).tolist():
        for name in ("street_code", "community_code", "grid_code"):
            rows[name][at] = street + str(rows[name][at])[9:]
    if len(communities) > 2:
        first = np.flatnonzero(grids.community_code == communities[0])
        joins = np.flatnonzero(grids.community_code == communities[1])
        for number, at in enumerate(joins.tolist(), len(first) + 1):
            for name in ("street_code", "street", "community_code", "community"):
                rows[name][at] = rows[name][first[0]]
            rows["grid_code"][at] = f"{rows['community_code'][at]}{number:03d}"
            rows["grid"][at] = f"{short_community(str(rows['community'][at]))}第{number}网格"
    written: dict[str, Any] = {name: texts(column) for name, column in rows.items()}
    changed: Bools = rows["grid_code"] != grids.grid_code
    return replace(grids, **written), changed


_CODED = ("street_code", "street", "community_code", "community", "grid_code", "grid")

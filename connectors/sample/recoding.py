"""How the grids of the sample city are re-coded: a street gets another code, a community joins another.

Belongs here: the tree as it is afterwards, with the former codes. Does not: the file (`reports.homes`), or who goes on writing
the old codes, which is everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from connectors.sample.draws import Texts, texts
from connectors.sample.places import Grids, short_community

RECODED_ON = 2
"""Day after the first delivery from which the new codes hold."""
_NEW_STREET = 400


@dataclass(frozen=True)
class Recoding:
    """The tree afterwards; per grid the code it had before, '' where nothing changed."""

    grids: Grids
    former: Texts


def recoded(grids: Grids) -> Recoding:
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
    changed = rows["grid_code"] != grids.grid_code
    former = texts([code if new else "" for code, new in zip(grids.grid_code, changed, strict=True)])
    return Recoding(replace(grids, **{name: texts(column) for name, column in rows.items()}), former)


_CODED = ("street_code", "street", "community_code", "community", "grid_code", "grid")

"""Who is responsible for the grids, against what the city rules: grids without staff, persons with too many grids.

Belongs here: counting. Does not: reading who has which duty from platforms (`stages.duties`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from connectors.grid_rules import Post
from pipelines.resolution.session import Session
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import GRID_DUTY

_POST = pa.schema([("duty", pa.string()), ("wanted", pa.int64()), ("grids_at_most", pa.int64())])


def staffing(
    lines: pa.Table, tree: pa.Table, posts: Sequence[Post], today: date
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The rows of `GRID_DUTY`, `GRID_STAFFING` and `DUTY_LOAD`.

    Args:
        lines: under `GRID_DUTY`; `is_current` is worked out here.
        tree: under `GRID_TREE`.
        posts: what the city rules.
        today: day of the newest delivery.
    """
    ruled = [{"duty": p.duty, "wanted": p.per_grid, "grids_at_most": p.grids_at_most} for p in posts]
    with Session() as session:
        session.view("line", lines, GRID_DUTY)
        session.view("tree", tree, GRID_TREE)
        session.con.register("post", pa.Table.from_pylist(ruled, schema=_POST))
        session.table("grid_duty", "grid_duty", today=today.isoformat())
        duties, staff, load = (
            session.query(name).to_arrow_table() for name in ("grid_duty_lines", "grid_staffing", "duty_load")
        )
        return duties, staff, load

"""Events that follow others, and the components they are about.

Belongs here: running both statements. Does not: what they say (`pipelines/resolution/sql`).
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.resolution.session import statement
from warehouse.model import session


def related(reports: pa.Table, parts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of `link.event_event` and of `link.event_component`.

    Args:
        reports: mentions of events with `event_id`.
        parts: mentions of components with `component_id`.
    """
    with session.connect() as con:
        con.register("report", reports)
        con.register("part", parts)
        again, about = (con.sql(statement(name)).to_arrow_table() for name in ("event_again", "event_component"))
    return again, about

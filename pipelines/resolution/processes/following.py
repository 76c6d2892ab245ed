"""Events that follow others, and the components they are about.

Belongs here: running both statements. Does not: what they say (`pipelines/resolution/sql`).
"""

from __future__ import annotations

from importlib import resources

import pyarrow as pa

from warehouse.model import session


def related(reports: pa.Table, parts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of `link.event_event` and of `link.event_component`.

    Args:
        reports: mentions of events with `event_id`.
        parts: mentions of components with `component_id`.
    """
    con = session.connect()
    con.register("report", reports)
    con.register("part", parts)
    return con.sql(_sql("event_again")).to_arrow_table(), con.sql(_sql("event_component")).to_arrow_table()


def _sql(name: str) -> str:
    return resources.files("pipelines.resolution").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")

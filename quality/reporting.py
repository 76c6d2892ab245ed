"""The statistics of events that no SQL makes: selective reporting, and how many events to expect.

Belongs here: reading `base.event_report` of a home and handing small counts to the statistics. Does not: the statistics
(`quality.selective_reporting`, `quality.forecast`).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from quality.forecast import forecast
from quality.selective_reporting import selective_reporting
from quality.stage_views import show_stages
from warehouse.model import Home
from warehouse.model.process import EVENT_REPORT
from warehouse.model.session import connect
from warehouse.model.sql import statement


def event_statistics(home: Home, easy: Iterable[str], threads: int | None = None) -> tuple[pa.Table, ...]:
    """Count the events of a home, and judge the counts.

    Args:
        home: its stage file `process/event_report` is read.
        easy: classes that are quick to deal with, as the city rules.
        threads: DuckDB threads; DuckDB's default if not given.

    Returns:
        `quality.reporting_by_category`, `quality.reporting_by_grid`, `quality.event_forecast`, `quality.event_trend`.
    """
    with connect(threads=threads) as con:
        show_stages(con, {"report": (EVENT_REPORT, [home.stage("process", "event_report")])})
        con.register("easy", pa.table({"event_class": pa.array(list(easy), pa.string())}))
        con.execute(f"create temp table event as {statement('quality', 'reporting_event')}")
        counts = con.sql(statement("quality", "reporting_count")).to_arrow_table()
        months = con.sql(statement("quality", "event_month")).to_arrow_table()
    return *selective_reporting(counts), *forecast(months)

"""Open311 GeoReport v2: the services of a city and every request, as JSON and XML, each with `duplicate_of`.

Belongs here: the form of both files. Does not: which requests there are (`sql/open311_request.sql`). GeoReport v2:
https://wiki.open311.org/GeoReport_v2/; `event_id` and `duplicate_of` are additions, which its clients skip.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb

from warehouse.model import sql
from warehouse.model.durable import aside, put_in_place
from warehouse.model.session import over_library

BATCH = 10_000
_SERVICES = """
select service_code, service_name, service_name as description, false as metadata, 'batch' as type, service_name as "group"
from request group by all order by service_code
"""


def write_open311(library: Path, folder: Path, zone: str = "+08:00") -> dict[str, int]:
    """Write `services` and `requests`, each `.json` and `.xml`, into a folder, which is made.

    Args:
        library: a plain release.
        folder: where the files go; those of the same names are replaced.
        zone: of the city's clock, as in `+08:00`.

    Returns:
        How many services and requests.

    Raises:
        duckdb.Error: the release holds no reports of events, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with over_library(library) as con:
        request = sql.statement("warehouse.exchange", "open311_request")
        con.execute(f"create temp table request as {request}", {"zone": zone})
        parts = {"services": (_SERVICES, "service"), "requests": ("from request", "request")}
        return {name: _write(con, query, folder, name, element) for name, (query, element) in parts.items()}


def _write(con: duckdb.DuckDBPyConnection, query: str, folder: Path, name: str, element: str) -> int:
    """One list as JSON and as XML; return its length."""
    json, xml = folder / f"{name}.json", folder / f"{name}.xml"
    written = aside(json)
    con.execute(f"copy ({query}) to {sql.literal(written)} (format json, array true)")
    put_in_place(written, json)
    root = "service_requests" if name == "requests" else name
    written, count = aside(xml), 0
    with written.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>\n')
        answer = con.execute(query)
        columns = [column[0] for column in answer.description or ()]
        while rows := answer.fetchmany(BATCH):
            file.writelines(_element(element, columns, row) for row in rows)
            count += len(rows)
        file.write(f"</{root}>\n")
    put_in_place(written, xml)
    return count


def _element(name: str, columns: list[str], row: tuple[Any, ...]) -> str:
    cells = "".join(
        f"<{c}/>" if v is None else f"<{c}>{escape(str(v).lower() if isinstance(v, bool) else str(v))}</{c}>"
        for c, v in zip(columns, row, strict=True)
    )
    return f"<{name}>{cells}</{name}>\n"

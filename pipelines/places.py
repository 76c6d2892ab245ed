"""Where the rows stand that break a check, in words: table or column, platform, file, row; never a value."""

from __future__ import annotations

from typing import Any

from warehouse.model import Home
from warehouse.model.quality import FAILING_ROW

SHOWN = 5


def places_at_fault(home: Home, check: str) -> list[str]:
    """The first places of the rows that break a check.

    Args:
        home: holds what the last run found.
        check: `<asset>: <check>`, as a run names it.
    """
    asset, _, name = check.partition(": ")
    suite = "release" if asset.startswith("release/") else asset.replace("/", ".", 1)
    rows = [r for r in FAILING_ROW.read(home.stage("failing_row", suite)).to_pylist() if r["expectation"] == name]
    more = [f"另有 {len(rows) - SHOWN} 处 more"] if len(rows) > SHOWN else []
    return [_place(row) for row in rows[:SHOWN]] + more


def _place(row: dict[str, Any]) -> str:
    file = "/".join(part for part in (row["platform"], row["file_name"], row["sheet_name"]) if part)
    at = f"第{row['row_number']}行" if row["row_number"] is not None else None
    return "  ".join(part for part in (row["column"], file, at, row["role"], row["entity_id"]) if part)

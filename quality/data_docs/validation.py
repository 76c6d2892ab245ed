"""Results as Great Expectations knows them, made anew from the counts that were kept.

Belongs here: from `quality.expectation` and `quality.failing_row` to a suite's validation result. Great Expectations'
own results are not kept: they would have to be searched for values first, and a step that is not run again has none.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

PLACES = 12
"""Rows named on a page; the others are in `quality.failing_row`."""

Row = Mapping[str, Any]


def state(row: Row) -> str:
    """How a check went: passed, warning (it does not stop the release), stopped, or error."""
    if row["outcome"] != "failed":
        return str(row["outcome"])
    return "stopped" if row["severity"] == "critical" else "warning"


def validation_result(suite: str, results: Sequence[Row], rows: Sequence[Row]) -> Any:
    """One suite's `ExpectationSuiteValidationResult`.

    Args:
        suite: its name.
        results: its rows of `quality.expectation`, in their order.
        rows: its rows of `quality.failing_row`.
    """
    from great_expectations.core import ExpectationSuiteValidationResult

    places: dict[str, list[Row]] = {}
    for row in rows:
        places.setdefault(row["expectation"], []).append(row)
    passed = sum(r["outcome"] == "passed" for r in results)
    return ExpectationSuiteValidationResult(
        success=passed == len(results),
        results=[_result(r, places.get(r["expectation"], [])) for r in results],
        suite_name=suite,
        suite_parameters={},
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": 100 * passed / len(results) if results else None,
        },
        meta={},
    )


def _result(row: Row, places: Sequence[Row]) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    consequence = "不符则阻断发布 stops the release" if row["severity"] == "critical" else "不符只警告 warns only"
    told = f"{row['description']} · {row['description_en'] or ''}（{row['expectation']}，{consequence}）"
    return ExpectationValidationResult(
        success=row["outcome"] == "passed",
        expectation_config=ExpectationConfiguration(
            type="one_network_check",
            kwargs={"unexpected_rows_query": "select 1 from {batch}"},  # not shown: the description stands for it
            meta={"name": row["expectation"], "state": state(row)},
            description=html.escape(told),
        ),
        # counts of the library are left out: it refuses more faults than rows, and a row missing here is such a fault
        result={"observed_value": _observed(row, places)},
        meta={},
    )


def _observed(row: Row, places: Sequence[Row]) -> str:
    """How many rows break it, and where the first of them stand."""
    if row["outcome"] == "error":
        return "–"
    if not row["unexpected"]:
        return f"0 / {row['checked'] or 0:,}"
    listed = "；".join(_place(place) for place in places[:PLACES])
    more = " …" if len(places) > PLACES or row["unexpected"] > len(places) else ""
    return html.escape(f"{row['unexpected']:,} / {row['checked'] or 0:,}" + (f"：{listed}{more}" if listed else ""))


def _place(row: Row) -> str:
    if row["file_name"]:
        sheet = f"/{row['sheet_name']}" if row["sheet_name"] else ""
        number = f" 第{row['row_number']}行" if row["row_number"] is not None else ""
        role = f" {row['role']}" if row["role"] else ""
        return f"{row['file_name']}{sheet}{number}{role}"
    return row["entity_id"] or row["platform"] or ""

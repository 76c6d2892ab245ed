"""Results as Great Expectations knows them, made anew from the counts that were kept.

Belongs here: from `quality.expectation` and `quality.failing_row` to a suite's validation result. Great Expectations'
own results are not kept: they would have to be searched for values first, and a step that is not run again has none.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

PLACES = 12
"""Rows named on a page; the others are in `quality.failing_row`."""

Row = Mapping[str, Any]


def validation_result(suite: str, results: Sequence[Row], rows: Sequence[Row], version: str) -> Any:
    """One suite's `ExpectationSuiteValidationResult`.

    Args:
        suite: its name.
        results: its rows of `quality.expectation`, in their order.
        rows: its rows of `quality.failing_row`.
        version: the release; stands as the name of the run.
    """
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier

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
        # the library asks for a time; a page says which release it belongs to, and is the same whenever it is made
        meta={
            "run_id": RunIdentifier(run_name=version, run_time=datetime(1970, 1, 1, tzinfo=UTC)),
            "active_batch_definition": {"data_asset_name": suite},
        },
    )


def _result(row: Row, places: Sequence[Row]) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    severity = "阻断 critical" if row["severity"] == "critical" else "警告 warning"
    told = f"{row['description']} · {row['description_en'] or ''}（{row['expectation']}，{severity}）"
    failed = row["outcome"] == "error"
    unexpected = row["unexpected"] or 0
    # the library refuses more faults than rows; a row of another table that is missing here is such a fault
    checked = max(row["checked"] or 0, unexpected)
    result = {
        "element_count": checked,
        "unexpected_count": unexpected,
        "unexpected_percent": 100 * unexpected / checked if checked else 0,
        "observed_value": _observed(row, places),
    }
    return ExpectationValidationResult(
        success=row["outcome"] == "passed",
        expectation_config=ExpectationConfiguration(
            type="unexpected_rows_expectation",
            kwargs={"unexpected_rows_query": "select 1 from {batch}"},  # not shown: the description stands for it
            meta={"name": row["expectation"]},
            description=html.escape(told),
        ),
        result={} if failed else result,
        meta={},
        exception_info={
            "raised_exception": failed,
            "exception_message": "未能执行 could not run" if failed else None,
            "exception_traceback": "",
        },
    )


def _observed(row: Row, places: Sequence[Row]) -> str:
    """How many rows break it, and where the first of them stand."""
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

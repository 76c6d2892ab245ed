"""Whatever happens to a delivery, nothing crashes and nothing vanishes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from connectors.current import manifest, rejected_rows

PATH = Path(__file__).parents[2] / "benchmarks" / "damaged.py"
SPEC = importlib.util.spec_from_file_location("benchmarks_damaged", PATH)
assert SPEC
assert SPEC.loader
damaged = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = damaged
SPEC.loader.exec_module(damaged)


@pytest.mark.parametrize("case", damaged.CASES, ids=lambda case: case.title)
def test_a_damaged_delivery_has_its_one_outcome(case, tmp_path):
    report, home = damaged.run(case, tmp_path)
    assert damaged.outcome(report) == case.expected
    assert report.rows_delivered == report.rows_landed + report.rows_rejected
    lines = manifest(home)
    assert sum(lines["rows_delivered"].to_pylist()) == report.rows_delivered
    refused = rejected_rows(home)
    rows = set(zip(refused["sheet_name"].to_pylist(), refused["row_number"].to_pylist(), strict=True))
    assert len([r for r in rows if r[1] is not None]) == report.rows_rejected
    assert (lines["state"].to_pylist()[0] == "rejected") == bool(report.rejected_deliveries)
    said = " ".join(refused["reason"].to_pylist() + list(report.warnings) + [r for *_, r in report.rejected_deliveries])
    assert not any(cell in said for person in damaged.PEOPLE for cell in person)

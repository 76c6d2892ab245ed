"""What a golden record holds, column by column: people, programs and saved queries know these names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables

COLUMNS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("golden_columns.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("kind", COLUMNS)
def test_golden_records_hold_these_columns_in_this_order(kind: str) -> None:
    assert list(shipped().golden(kind).names) == COLUMNS[kind]


@pytest.mark.parametrize("kind", shipped().kinds)
def test_the_release_shows_them_in_the_same_order_with_mask_and_token_for_what_is_masked(kind: str) -> None:
    model = shipped()
    (table,) = [served.table for served in release_tables(model) if served.table.full_name == f"base.{kind}"]
    masked = model.masks(kind)
    expected = [
        shown
        for name in model.golden(kind).names
        for shown in ((f"{name}_masked", f"{name}_token") if name in masked else (name,))
    ]
    assert list(table.names) == [*expected, *model.kinds[kind].release_columns]

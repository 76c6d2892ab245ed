"""Benefits that rows tell of: what they come to, and when they hold."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.benefit_spec import Benefit
from connectors.spec import Dataset
from pipelines.stages.benefits import benefit_columns, current
from pipelines.standardise.benefits import last_days, yuan
from warehouse.model.link import BENEFIT

CELLS = pa.array(["505", "1,180.50元/月", "0.2万元", "约五百", ""])


def test_amounts_are_in_yuan_whatever_unit_or_period_stands_behind_them():
    assert yuan(CELLS, "元")["yuan"].to_pylist() == [505.0, 1180.5, 2000.0, None, None]


def test_a_number_alone_counts_in_the_declared_unit():
    assert yuan(pa.array(["2"]), "万元")["yuan"].to_pylist() == [20_000.0]


def test_a_month_ends_on_its_last_day():
    cells = pa.array(["2024.02", "2024年", "2024-03-05", "无"])
    assert last_days(cells)["date"].to_pylist() == [date(2024, 2, 29), date(2024, 12, 31), date(2024, 3, 5), None]


def test_where_a_row_names_no_benefit_there_is_none():
    benefit = Benefit.model_validate({"column": "险种", "amount": "金额", "period": "month", "since": "起"})
    rows = pa.table({"险种": ["养老金", " ", None], "金额": ["3000", "1", "1"], "起": ["2020.05", None, None]})
    said = {name: column.to_pylist() for name, column in benefit_columns(benefit, rows).items()}
    assert said["benefit"] == ["养老金", None, None]
    assert (said["amount"][0], said["period"][0], said["valid_from"][0]) == (3000.0, "month", date(2020, 5, 1))


def test_a_benefit_without_amount_has_no_period():
    said = benefit_columns(Benefit.model_validate({"is": "高龄津贴"}), pa.table({"姓名": ["某"]}))
    assert [said[name][0].as_py() for name in ("benefit", "amount", "period")] == ["高龄津贴", None, None]


def test_a_benefit_holds_from_its_first_day_to_its_last_one():
    days = [(None, None), (date(2026, 1, 1), date(2026, 10, 31)), (date(2026, 11, 2), None)]
    row = {c.name: "" if c.type == pa.string() else 1 if c.type == pa.int64() else None for c in BENEFIT.columns}
    lines = [{**row, "valid_from": since, "valid_to": until, "is_current": True} for since, until in days]
    told = current(pa.Table.from_pylist(lines, schema=BENEFIT.arrow), date(2026, 11, 1))
    assert told["is_current"].to_pylist() == [True, False, False]


@pytest.mark.parametrize(
    ("benefit", "fault"),
    [
        ({}, "column, is"),
        ({"is": "低保", "amount": "金额"}, "amount and period"),
        ({"is": "低保", "role": "owner"}, "owner"),
    ],
)
def test_a_benefit_that_cannot_be_read_is_told_at_load(benefit, fault):
    declared = {"name": "低保", "title": {"zh": "低保", "en": "relief"}, "columns": {"姓名": "name", "金额": "amount"}}
    roles = {"subject": {"kind": "person", "attributes": {"name": "姓名"}}}
    with pytest.raises(ValidationError, match=fault):
        Dataset.model_validate({**declared, "roles": roles, "benefits": [benefit]})

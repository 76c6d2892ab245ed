"""One column names people on some rows and firms on others: which role a row carries, and what nobody decides."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from connectors.spec import Platform
from pipelines.standardise.roles import carries, undecided
from warehouse.model.data_model import shipped

NUMBER, CODE = "110105199003078456", "91110105MA00000009"  # invented; neither check holds


def roles(person: dict[str, Any], enterprise: dict[str, Any] | None) -> Platform:
    both = {
        "holder": {"kind": "person", "attributes": {"name": "holder", "id_number": "number"}, "when": person},
        "holder_enterprise": {
            "kind": "enterprise",
            "attributes": {"name": "holder", "code": "number"},
            "when": enterprise,
        },
    }
    return Platform.model_validate(
        {
            "platform": "deeds",
            "title": {"zh": "册", "en": "Deeds"},
            "department": {"code": "office", "zh": "某局", "en": "Office"},
            "cadence": "weekly",
            "sharing": "conditional",
            "files": "deeds_{date}.csv",
            "format": {"kind": "delimited"},
            "delivery": {"semantics": "snapshot"},
            "datasets": [
                {
                    "name": "deeds",
                    "title": {"zh": "册", "en": "Deeds"},
                    "columns": {"holder": "holder", "number": "number", "type": "type"},
                    "roles": {name: role for name, role in both.items() if role["when"]},
                }
            ],
        }
    )


def carried(platform: Platform, **columns: list[str | None]) -> tuple[list[str], list[int]]:
    (dataset,) = platform.datasets
    rows = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    marks = {name: carries(shipped(), dataset, name, rows) for name in dataset.roles}
    named = ["+".join(name for name in dataset.roles if marks[name][row]) for row in range(rows.num_rows)]
    return named, undecided(shipped(), dataset, rows).tolist()


PERSONS = {"column": "type", "is": ["自然人"]}
FIRMS = {"column": "type", "is": ["法人", "其他组织"]}


def test_a_column_of_the_row_says_whether_it_names_a_person_or_an_enterprise() -> None:
    assert carried(
        roles(PERSONS, FIRMS), holder=["赵一", "某某有限公司"], number=[None, None], type=["自然人", " 法人 "]
    ) == (
        ["holder", "holder_enterprise"],
        [0, 0],
    )


def test_a_row_whose_value_belongs_to_no_role_is_counted_and_does_not_vanish() -> None:
    found = carried(
        roles(PERSONS, FIRMS), holder=["赵一", "钱二", None], number=[None] * 3, type=["军人", None, "军人"]
    )
    assert found == (["", "", ""], [1, 1, 0])


def test_a_condition_without_an_alternative_leaves_rows_out_on_purpose() -> None:
    found = carried(roles(PERSONS, None), holder=["赵一", "钱二"], number=[None] * 2, type=["自然人", "军人"])
    assert found == (["holder", ""], [0, 0])


@pytest.mark.parametrize(
    ("holder", "number", "role"),
    [
        ("赵一", NUMBER, "holder"),
        ("某某市赵一餐饮有限公司", CODE, "holder_enterprise"),
        ("某某市赵一餐饮有限公司", None, "holder_enterprise"),
        ("赵一", None, "holder"),
        ("教育局", None, "holder_enterprise"),
        ("某某市卫健委", None, "holder_enterprise"),
        (None, NUMBER, "holder"),
        (None, CODE, "holder_enterprise"),
    ],
)
def test_by_party_every_row_carries_exactly_one_role(holder: str | None, number: str | None, role: str) -> None:
    found = carried(roles({"party": True}, {"party": True}), holder=[holder], number=[number], type=[None])
    assert found == ([role], [0])

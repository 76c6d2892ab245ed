from __future__ import annotations

from connectors.spec import Platform
from pipelines.resolution.authority import AUTHORITY, authority_table
from warehouse.model.data_model import shipped


def platform() -> Platform:
    return Platform.model_validate(
        {
            "platform": "dengji",
            "title": {"zh": "登记", "en": "Register"},
            "department": {"code": "ju", "zh": "局", "en": "Bureau"},
            "cadence": "daily",
            "sharing": "none",
            "files": "a_{date}.csv",
            "format": {"kind": "delimited"},
            "delivery": {"semantics": "snapshot"},
            "datasets": [
                {
                    "name": "main",
                    "title": {"zh": "表", "en": "Table"},
                    "columns": {"甲": "name"},
                    "roles": {"subject": {"kind": "person", "attributes": {"name": "甲"}, "authority": {"name": 95}}},
                }
            ],
        }
    )


def test_every_attribute_of_a_role_has_an_authority_fifty_where_none_is_declared() -> None:
    table = authority_table(shipped(), {"dengji": platform()})
    assert table.schema == AUTHORITY
    given = dict(zip(table["attribute"].to_pylist(), table["authority"].to_pylist(), strict=True))
    assert given.pop("name") == 95
    assert set(given.values()) == {50}
    assert set(given) | {"name"} == set(shipped().cells("person"))


def test_no_platform_gives_an_empty_table() -> None:
    assert authority_table(shipped(), {}).num_rows == 0


def test_what_belongs_to_somebody_else_in_the_row_is_borrowed() -> None:
    lender = platform().model_dump(exclude_none=True)
    lender["datasets"][0]["roles"]["subject"]["attributes"] = {
        "name": "甲",
        "phone": {"column": "甲", "borrowed": True},
    }
    table = authority_table(shipped(), {"dengji": Platform.model_validate(lender)})
    assert [line["attribute"] for line in table.to_pylist() if line["borrowed"]] == ["phone"]

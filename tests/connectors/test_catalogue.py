"""The catalogue and the entitlements say what the descriptions declare."""

from __future__ import annotations

import datetime

import pytest

from connectors import catalogue
from connectors.current import manifest
from connectors.registry import load_code_tables, load_platforms
from connectors.sharing import withheld, withheld_table
from warehouse.model.catalogue import CODE, DATASET, ENTITLEMENT, FIELD, PLATFORM, WITHHELD
from warehouse.model.data_model import shipped
from warehouse.model.landing import DELIVERY

CSV = {"kind": "delimited", "encoding": "utf-8-sig"}


@pytest.fixture(scope="module")
def platforms():
    return load_platforms()


def test_every_table_keeps_its_contract(platforms, desk):
    tables = {
        PLATFORM: catalogue.platform_table(platforms, manifest(desk.home), {}),
        DATASET: catalogue.dataset_table(platforms),
        FIELD: catalogue.field_table(platforms),
        CODE: catalogue.code_table(load_code_tables(), platforms),
        ENTITLEMENT: catalogue.entitlements(platforms),
    }
    for contract, table in tables.items():
        contract.conform(table)
        keys = list(zip(*(table[column].to_pylist() for column in contract.key), strict=True))
        assert len(keys) == len(set(keys)) > 0, contract.full_name


def test_a_platform_that_never_delivered_is_listed_with_nothing(desk, build):
    platform = build(CSV, ["编号"])
    (row,) = catalogue.platform_table({"roll": platform}, manifest(desk.home), {}).to_pylist()
    assert (row["last_delivered_on"], row["rows_current"]) == (None, 0)


def test_only_a_landed_delivery_counts_as_the_newest(desk, build):
    platform = build(CSV, ["编号"])
    desk.land(platform, "编号\n1\n", "roll_20260101")
    desk.land(platform, "", "roll_20260109")
    (row,) = catalogue.platform_table({"roll": platform}, manifest(desk.home), {"roll": 1}).to_pylist()
    assert (row["last_delivered_on"], row["rows_current"]) == (datetime.date(2026, 1, 1), 1)


def test_the_catalogue_says_how_a_data_row_is_the_row_a_department_sees(build):
    """A form has its titles and headings above the rows, a CSV its headings; an array in JSON has nothing."""
    form = {"kind": "workbook", "header_row": 5, "group_row": 4}
    built = {
        "csv": build(CSV, ["编号"]),
        "form": build(form, ["编号"]),
        "lines": build({"kind": "ndjson"}, ["编号"]),
    }
    rows = catalogue.platform_table(built, DELIVERY.empty(), {}).to_pylist()
    assert {row["platform"]: row["rows_above"] for row in rows} == {"csv": 1, "form": 5, "lines": 0}


def test_a_column_names_every_attribute_it_feeds(platforms):
    rows = {
        (r["owner"], r["dataset"], r["field"]): r["attributes"] for r in catalogue.field_table(platforms).to_pylist()
    }
    assert rows["zhujian_zulin", "出租房登记表", "出租房地址"] == ["subject.address"]
    assert rows["shichang_dengji", "市场主体登记", "LEREP"] == ["subject.legal_rep_name", "legal_rep.name"]
    assert rows["wangge_caiji", "房屋", "室"] == ["subject.address"]
    assert rows["renshe_shebao", "AC01", "AAB001"] == ["subject.employee"]
    assert rows["rexian_12345", "12345工单", "满意度"] == []


def test_a_withheld_cell_is_withheld_under_every_name_it_is_read_as(build):
    platform = with_role(build, {"name": "姓名", "id_number": "证件", "phone": "手机"}, {"id_number": "none"})
    assert withheld_of(platform) == {"id_number", "document_number", "birth_date", "sex"}


def test_a_platform_that_shares_nothing_withholds_all_but_what_it_opens(build):
    attributes = {"name": "姓名", "id_number": "证件", "phone": "手机"}
    platform = with_role(build, attributes, {"name": "conditional"}, sharing="none")
    assert {"id_number", "phone", "birth_date", "residence"} <= withheld_of(platform)
    assert "name" not in withheld_of(platform)


def test_a_person_withheld_beside_a_firm_is_not_told_as_its_representative():
    platform = load_platforms()["shichang_dengji"]
    (dataset,) = platform.datasets
    roles = dict(dataset.roles)
    roles["legal_rep"] = roles["legal_rep"].model_copy(update={"sharing": {"name": "none"}})
    assert withheld(shipped(), dataset.model_copy(update={"roles": roles}), "subject", "conditional") == {
        "legal_rep_name"
    }


def test_shipped_platforms_withhold_nothing(platforms):
    table = withheld_table(shipped(), platforms)
    assert WITHHELD.conform(table).num_rows == 0


def with_role(build, attributes, classes, **platform):
    role = {"kind": "person", "attributes": attributes, "sharing": classes}
    return build(CSV, list(attributes.values()), roles={"subject": role}, **platform)


def withheld_of(platform):
    return set(withheld_table(shipped(), {"roll": platform})["attribute"].to_pylist())


def test_what_is_not_granted_is_denied(desk, build):
    platform = build(CSV, ["编号"], entitlements={"person": ["name"]})
    table = catalogue.entitlements({"roll": platform, "other": build(CSV, ["编号"], platform="other")})
    assert table.to_pylist() == [
        {
            "department": "office",
            "platform": "roll",
            "entity_kind": "person",
            "attribute": "name",
            "purpose": "",
            "expires_on": None,
        }
    ]

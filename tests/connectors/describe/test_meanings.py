"""What columns are taken for, and what a description never says."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.describe.keys import file_pattern, platform_name
from connectors.files import parse
from tests.connectors.describe.conftest import as_text, attributes, comments


def test_an_insurance_export_is_understood(described, people):
    platform, text = described(as_text(people).encode())
    (dataset,) = platform.datasets
    assert attributes(platform) == {
        "name": {"column": "姓名"},
        "id_number": {"column": "证件号码"},
        "sex": {"column": "性别", "codes": "sex"},
        "phone": {"column": "手机号码"},
        "address": {"text": "居住地址"},
    }
    subject = dataset.roles["subject"]
    assert subject.kind == "person"
    assert subject.ties["enterprise"].name == "单位名称"
    assert dataset.key == ("个人编号",)
    assert dataset.changed_at == "更新时间"
    assert platform.files == "医保参保_{date}.csv"
    assert any("正常参保" in line for line in comments(text))


def test_pinyin_and_the_codes_of_the_insurance_standard_are_headings_too(described, people):
    for names in (
        {"姓名": "XM", "证件号码": "SFZH", "性别": "XB", "手机号码": "LXDH", "居住地址": "JZDZ"},
        {"姓名": "AAC003", "证件号码": "AAC002", "性别": "AAC004", "手机号码": "AAE005", "居住地址": "AAE006"},
        {"姓名": "name", "证件号码": "idCard", "性别": "sex", "手机号码": "mobile", "居住地址": "homeAddress"},
    ):
        platform, _ = described(as_text([{new: row[old] for old, new in names.items()} for row in people]).encode())
        assert set(attributes(platform)) == {"name", "id_number", "sex", "phone", "address"}, names


def test_values_tell_what_a_heading_does_not(described, people):
    rows = [{"字段一": row["证件号码"], "字段二": row["手机号码"], "姓名": row["姓名"]} for row in people]
    platform, _ = described(as_text(rows).encode())
    assert attributes(platform)["id_number"] == {"column": "字段一"}
    assert attributes(platform)["phone"] == {"column": "字段二"}


def test_a_heading_that_the_values_contradict_is_not_used(described, people):
    rows = [{"姓名": row["姓名"], "身份证号": f"见附件{n}", "手机": row["手机号码"]} for n, row in enumerate(people)]
    platform, text = described(as_text(rows).encode())
    assert "id_number" not in attributes(platform)
    assert "值不符" in text


def test_who_stands_beside_the_subject_has_a_role(described, people):
    rows = [
        {
            "企业名称": f"试验{n}有限公司", "注册地址": row["居住地址"], "法定代表人": row["姓名"], "法定代表人身份证号": row["证件号码"],
            "联系电话": row["手机号码"], "登记状态": "存续",
        }
        for n, row in enumerate(people)
    ]  # fmt: skip
    platform, _ = described(as_text(rows).encode())
    roles = platform.datasets[0].roles
    assert roles["subject"].kind == "enterprise"
    assert roles["legal_rep"].kind == "person"
    assert roles["legal_rep"].ties["enterprise"].relation == ("legal_rep",)
    assert set(attributes(platform, "legal_rep")) == {"name", "id_number"}


def test_no_value_that_may_name_somebody_is_shown(described, people):
    rows = [
        {"姓名": row["姓名"], "证件号码": row["证件号码"], "网格员": ["王晓明", "李建国"][n % 2], "审核": ["zhangwei", "liqiang"][n % 2],
         "经办电话": ["13900001111", "13900002222"][n % 2], "点位": ["澄江路1号2幢301室", "澄江路2号"][n % 2], "级别": "甲乙"[n % 2]}
        for n, row in enumerate(people)
    ]  # fmt: skip
    _, text = described(as_text(rows).encode())
    for row in rows:
        for heading, value in row.items():
            if heading != "级别":
                assert value not in text, heading
    assert "甲×20" in text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headings=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters=",\r\n\"'", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
        min_size=1, max_size=4, unique=True,
    )
)  # fmt: skip
def test_whatever_the_headings_are_the_description_loads(described, people, headings):
    rows = [{"姓名": row["姓名"], **dict.fromkeys((f"{h}编号" for h in headings), "1")} for row in people]
    platform, _ = described(as_text(rows).encode())
    assert "姓名" in platform.datasets[0].columns


@pytest.mark.parametrize(
    "name",
    [
        "a_20261101.csv",
        "20261101.csv",
        "a_20261101_3.csv",
        "a.csv",
        "a_20269999.csv",
        "{x}_20261101.csv",
        "a{b}.csv",
        "a}.csv",
    ],
)
def test_the_pattern_fits_the_name_it_came_from(name):
    pattern, _ = file_pattern(name)
    assert parse(pattern, name) is not None


@pytest.mark.parametrize("name", ["医保参保_20261101.csv", "12345.csv", "A-B.C.xlsx", "____.csv", "2026.csv"])
def test_a_platform_has_a_name_that_is_allowed(name):
    assert re.fullmatch("[a-z][a-z0-9_]*", platform_name(name))

"""The care tags a city declares: read with their dates and sources, and every mistake named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.care_rules import CareRules, load_care_rules
from connectors.catalogue import entitlements
from connectors.registry import ConfigurationError, load_platforms
from connectors.spec import Platform

HEAD = "tags:\n  - {tag: 低保, en: allowance, sharing: conditional, ground: 条例, "


@pytest.fixture(scope="module")
def platforms() -> dict[str, Platform]:
    return load_platforms()


def rules(tmp_path: Path, rest: str) -> CareRules:
    file = tmp_path / "care_tags.yaml"
    file.write_text(HEAD + rest, encoding="utf-8")
    return load_care_rules(file)


def test_the_shipped_tags_fit_the_shipped_platforms_and_none_is_shared_with_everybody(platforms) -> None:
    shipped = load_care_rules()
    shipped.check(platforms, own=True)
    assert {tag.sharing for tag in shipped.tags} == {"conditional"}
    assert {"低保", "特困", "残疾", "高龄", "独居"} <= {tag.tag for tag in shipped.tags}


def test_a_platform_is_entitled_to_the_tags_it_names_and_no_other(platforms) -> None:
    lines = entitlements(platforms).to_pylist()
    granted = {(r["platform"], r["attribute"]) for r in lines if r["attribute"].startswith("care_tag.")}
    named = {(name, f"care_tag.{tag}") for name, p in platforms.items() for tag in p.care_tags}
    assert granted == named
    assert ("wangge_caiji", "care_tag.低保") not in granted


def test_a_tag_is_in_use_from_its_first_day_to_its_last_one(tmp_path: Path) -> None:
    (tag,) = rules(tmp_path, "valid_from: 2026-01-01, valid_to: 2026-06-30, derived: {age_from: 80}}").tags
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [tag.holds(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ("derived: {}}", "give age_from, persons_at_most or both"),
        ("derived: {age_from: 80}, delivered: [{platform: p, dataset: d}]}", "exactly one of delivered, derived"),
        ("derived: {age_from: old}}", "derived.age_from"),
        ("delivered: [{platform: p, dataset: d, column: 标志}]}", "give column and words together"),
        ("derived: {age_from: 80}, valid_from: 2026-06-01, valid_to: 2026-01-01}", "valid_to lies before valid_from"),
        ("derived: {age_from: 80}, share: open}", "share"),
        ("derived: {age_from: 80}}\nsmall_cell: 1", "small_cell"),
    ],
)
def test_a_wrong_declaration_is_named(tmp_path: Path, rest: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match=place):
        rules(tmp_path, rest)


def test_a_tag_shared_with_everybody_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "care_tags.yaml"
    file.write_text(
        "tags:\n  - {tag: 低保, en: a, sharing: unconditional, ground: g, derived: {age_from: 80}}", "utf-8"
    )
    with pytest.raises(ConfigurationError, match=r"tags\.0\.sharing: .*'conditional' or 'none'"):
        load_care_rules(file)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("{platform: nobody, dataset: d}", "platform 'nobody' is none of this city; allowed: .*minzheng_jiuzhu"),
        ("{platform: minzheng_jiuzhu, dataset: d}", "dataset 'd' is none of minzheng_jiuzhu; allowed: 低保对象"),
        ("{platform: minzheng_jiuzhu, dataset: 低保对象, role: owner}", "role 'owner' of 低保对象 is no person; allowed: subject"),
        ("{platform: minzheng_jiuzhu, dataset: 低保对象, since: 起始}", "column '起始' is none of 低保对象; allowed: "),
    ],
)  # fmt: skip
def test_a_source_the_city_has_not_got_is_named(tmp_path: Path, platforms, source: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match=place):
        rules(tmp_path, f"delivered: [{source}]}}").check(platforms, own=True)


def test_a_platform_that_asks_for_what_is_not_declared_or_not_shared_is_named(tmp_path: Path, platforms) -> None:
    asking = {"weijian_jiankang": platforms["weijian_jiankang"].model_copy(update={"care_tags": ("低保",)})}
    with pytest.raises(ConfigurationError, match=r"weijian_jiankang\.yaml: care_tags: '低保' is not declared"):
        CareRules().check(asking, own=True)
    closed = rules(tmp_path, "derived: {age_from: 80}}").model_copy()
    secret = CareRules(tags=(closed.tags[0].model_copy(update={"sharing": "none"}),))
    with pytest.raises(ConfigurationError, match="低保 is not shared"):
        secret.check(asking, own=True)

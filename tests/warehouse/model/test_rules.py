"""How claims follow from a declaration: the expressions of the type over the columns the attribute stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.resolution.rules import Rule, rules
from warehouse.model.data_model import DataModel, shipped


def rules_of(folder: Path, attribute: str) -> tuple[Rule, ...]:
    """The rules of attribute `other` of persons, which a city declares."""
    (folder / "kinds").mkdir(exist_ok=True)
    (folder / "kinds" / "person.yaml").write_text(
        f"extends: person\nattributes:\n  other: {attribute}\n", encoding="utf-8"
    )
    return tuple(rule for rule in rules(DataModel.load(folder), "person") if rule.attribute == "other")


def test_an_expression_is_about_the_columns_the_attribute_stores(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, "{type: person_name, zh: 别名, en: Other name}")
    assert (rule.value, rule.raw) == ("other", "other_raw")
    assert "other_form" in rule.completeness
    assert "other_key" in rule.key
    assert rule.partial == "other_form in ('damaged', 'surname_only')"
    assert rule.can_conflict == "other_form <> 'surname_only'"


def test_an_expression_that_needs_an_output_that_is_not_stored_is_the_default(tmp_path: Path) -> None:
    (rule,) = rules_of(
        tmp_path, "{type: person_name, zh: 别名, en: Other name, columns: {raw: other_raw, value: other}}"
    )
    assert (rule.value, rule.raw, rule.key) == ("other", "other_raw", "other")
    assert (rule.completeness, rule.partial, rule.can_conflict) == ("0", "false", "true")
    assert (rule.valid, rule.equivalence) == ("true", "null")


def test_without_the_text_as_written_the_value_stands_for_it(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, "{type: identifier, zh: 编号, en: Number, columns: {value: other}}")
    assert (rule.value, rule.raw, rule.asserted) == ("other", "other", "(other) is not null or (other) is not null")


def test_a_claim_whose_value_is_not_stored_is_left_out(tmp_path: Path) -> None:
    every = rules_of(tmp_path, "{type: phone, zh: 电话, en: Phone}")
    one = rules_of(tmp_path, "{type: phone, zh: 电话, en: Phone, columns: {raw: other_raw, value: other}}")
    assert [rule.value for rule in every] == ["other", "other_2", "other_foreign"]
    assert [rule.value for rule in one] == ["other"]


def test_what_an_attribute_declares_takes_the_place_of_what_its_type_says_in_the_first_claim_alone(
    tmp_path: Path,
) -> None:
    first, second, _ = rules_of(tmp_path, '{type: phone, zh: 电话, en: Phone, claim: {completeness: "7"}}')
    assert (first.completeness, second.completeness) == ("7", "1")


def test_further_claims_come_after_those_of_the_type(tmp_path: Path) -> None:
    told = rules_of(tmp_path, "{type: identifier, zh: 编号, en: Number, claims: [{value: upper(name)}]}")
    assert [rule.value for rule in told] == ["other", "upper(name)"]


def test_the_first_cell_tells_whose_authority_counts_unless_the_claim_names_another(tmp_path: Path) -> None:
    (plain,) = rules_of(tmp_path, "{type: identifier, zh: 编号, en: Number}")
    (cell,) = rules_of(tmp_path, "{type: identifier, zh: 编号, en: Number, cells: [number, code]}")
    (named,) = rules_of(tmp_path, "{type: identifier, zh: 编号, en: Number, cells: [number], claim: {authority: name}}")
    assert (plain.authority, cell.authority, named.authority) == ("other", "number", "name")


@pytest.mark.parametrize("kind", shipped().kinds)
def test_every_attribute_of_a_kind_is_claimed_and_no_expression_keeps_a_placeholder(kind: str) -> None:
    found = rules(shipped(), kind)
    assert {rule.attribute for rule in found} == set(shipped().attributes(kind))
    texts = [text for rule in found for text in vars(rule).values() if isinstance(text, str)]
    assert [text for text in texts if "{" in text or "}" in text] == []

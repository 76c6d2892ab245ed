"""What identifies a person is masked in the release unless its declaration says otherwise."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import masking
from warehouse.model.data_model import MASKED, DataModel, shipped
from warehouse.model.release import Served, release_tables
from warehouse.release.showing import shown

ALL_TYPES = sorted(name for name in shipped().types if name not in ("address", "grid"))
KEY = b"a key for tests alone"
PASSPORT = (
    "extends: person\nattributes:\n  passport_number: {{type: identifier, zh: 护照号码, en: Passport number, {0}}}\n"
)


def model_with(folder: Path, declared: str) -> DataModel:
    (folder / "kinds").mkdir()
    (folder / "kinds" / "person.yaml").write_text(PASSPORT.format(declared), encoding="utf-8")
    return DataModel.load(folder)


def people(model: DataModel) -> Served:
    return next(served for served in release_tables(model) if served.table.full_name == "base.person")


def expressions(model: DataModel) -> dict[str, str]:
    """Column of the plain release that is made from the passport number → the expression that shows it."""
    served = people(model)
    columns = [c for c in served.table.columns if c.name.startswith("passport_number")]
    return {c.name: shown(model, served, c) for c in columns}


def released(model: DataModel, number: str) -> dict[str, str]:
    """What the plain release shows of a passport number."""
    columns = expressions(model)
    with duckdb.connect() as con:
        masking.install(con, KEY)
        row = con.execute(
            f"select {', '.join(columns.values())} from (select $number as passport_number)", {"number": number}
        ).fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def test_a_personal_identifier_is_a_mask_and_a_token(tmp_path: Path) -> None:
    model = model_with(tmp_path, "personal: true")
    assert model.mask("person", "passport_number") == "full"
    assert expressions(model) == {
        "passport_number_masked": 'mask_full("passport_number")',
        "passport_number_token": 'keyed_token("passport_number")',
    }
    found = released(model, "E12345678")
    assert "E12345678" not in found.values()
    assert set(found["passport_number_masked"]) == {"*"}
    assert found["passport_number_token"] == released(model, "E12345678")["passport_number_token"]
    assert found["passport_number_token"] != released(model, "E12345679")["passport_number_token"]


def test_of_claims_too_the_release_shows_a_mask_and_a_token(tmp_path: Path) -> None:
    model = model_with(tmp_path, "personal: true")
    (claims,) = [s for s in release_tables(model) if s.table.full_name == "evidence.attribute"]
    columns = {
        c.name: shown(model, claims, c) for c in claims.table.columns if c.name in ("value", "value_raw", "value_token")
    }
    with duckdb.connect() as con:
        masking.install(con, KEY)
        row = con.sql(
            f"select {', '.join(f'{expression} as {name}' for name, expression in columns.items())} from (select 'person' as entity_kind,"
            " 'passport_number' as attribute, 'E12345678' as value, 'e 1234 5678' as value_raw)"
        ).to_arrow_table()
    (found,) = row.to_pylist()
    assert found["value_token"] == released(model, "E12345678")["passport_number_token"]
    assert not set("12345678") & set(found["value"] + found["value_raw"])


@pytest.mark.parametrize("mask", ["none", "text", "code"])
def test_a_declaration_may_say_otherwise(tmp_path: Path, mask: str) -> None:
    model = model_with(tmp_path, f"personal: true, mask: {mask}")
    assert model.mask("person", "passport_number") == mask
    assert list(expressions(model)) == ["passport_number"]
    assert released(model, "E12345678") == {"passport_number": "E12345678"}


def test_what_identifies_nobody_is_shown(tmp_path: Path) -> None:
    model = model_with(tmp_path, "personal: false")
    assert "passport_number" not in model.masks("person")
    assert released(model, "E12345678") == {"passport_number": "E12345678"}


@settings(derandomize=True, max_examples=60, deadline=None)
@given(type_=st.sampled_from(ALL_TYPES), personal=st.sampled_from([True, None]))
def test_whatever_its_type_a_personal_attribute_that_says_nothing_of_masks_is_masked(
    tmp_path_factory: pytest.TempPathFactory, type_: str, personal: bool | None
) -> None:
    folder = tmp_path_factory.mktemp("city")
    (folder / "kinds").mkdir()
    said = "personal: true" if personal else "golden: true"
    (folder / "kinds" / "person.yaml").write_text(
        f"extends: person\nattributes:\n  something: {{type: {type_}, zh: 某项, en: Something, {said}}}\n",
        encoding="utf-8",
    )
    model = DataModel.load(folder)
    is_masked = model.mask("person", "something") in MASKED
    assert is_masked == ("something" in model.masks("person"))
    assert is_masked or not model.is_personal("person", "something")
    if personal:
        assert is_masked
        assert "something" not in people(model).table.names


@pytest.mark.parametrize("kind", shipped().kinds)
def test_what_of_a_shipped_kind_is_personal_and_not_masked_says_so_itself(kind: str) -> None:
    model = shipped()
    declared = model.kinds[kind].attributes
    bare = [name for name in declared if model.is_personal(kind, name) and name not in model.masks(kind)]
    assert [name for name in bare if declared[name].mask is None] == []

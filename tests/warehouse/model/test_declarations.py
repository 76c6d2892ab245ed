"""A kind is what its file says; a file that is wrong says where, what is allowed and what to do. Add a case in the YAML file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.model.data_model import DataModel, shipped
from warehouse.model.kind_files import DataModelError

CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("wrong_declarations.yaml").read_text(encoding="utf-8"))


def load(folder: Path, **files: str) -> DataModel:
    (folder / "kinds").mkdir()
    for kind, text in files.items():
        (folder / "kinds" / f"{kind}.yaml").write_text(text, encoding="utf-8")
    return DataModel.load(folder)


def refusal(folder: Path, **files: str) -> str:
    """What is said of files that are refused."""
    with pytest.raises(DataModelError) as refused:
        load(folder, **files)
    return str(refused.value)


def shipped_files(folder: str) -> list[str]:
    files = resources.files("warehouse.model").joinpath(folder).iterdir()
    return sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml"))


def test_every_file_of_a_kind_or_a_type_is_loaded() -> None:
    assert sorted(shipped().kinds) == shipped_files("kinds")
    assert sorted(shipped().types) == shipped_files("types")


@pytest.mark.parametrize("kind", shipped_files("kinds"))
def test_a_shipped_kind_has_its_tables_and_every_column_a_meaning_in_both_languages(kind: str) -> None:
    model = shipped()
    for table in (model.mention(kind), model.golden(kind)):
        assert len(set(table.names)) == len(table.names)
        assert all(column.zh and column.en for column in table.columns), table.name
    assert model.golden(kind).key == (f"{kind}_id",)
    assert set(model.cells(kind).values()) <= set(model.kinds[kind].attributes)
    assert model.grantable(kind) <= set(model.kinds[kind].attributes)


def test_letters_and_titles_tell_kinds_apart() -> None:
    model = shipped()
    assert len(set(model.prefixes.values())) == len(model.kinds)
    assert len(set(model.kind_titles.values())) == len(model.kinds)


def test_a_kind_comes_after_those_it_points_to() -> None:
    model = shipped()
    assert sorted(model.order) == sorted(model.golden_order) == sorted(model.kinds)
    for kind in model.kinds:
        before = set(model.order[: model.order.index(kind)])
        assert set(model.kinds[kind].ties) <= before
        assert set(model.golden_reads(kind)) <= set(model.golden_order[: model.golden_order.index(kind)])


def test_a_kind_of_the_city_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    model = load(tmp_path, pet=CASES["pet"])
    assert set(model.kinds) == {*shipped().kinds, "pet"}
    assert model.golden("pet").names[:2] == ("pet_id", "tag")
    assert model.fingerprint != shipped().fingerprint


def test_attributes_of_the_city_stand_after_those_of_the_shipped_kind(tmp_path: Path) -> None:
    model = load(tmp_path, person="extends: person\nattributes:\n  height: {type: quantity, zh: 身高, en: Height}\n")
    assert list(model.kinds["person"].attributes) == [*shipped().kinds["person"].attributes, "height"]
    assert set(model.golden("person").names) - set(shipped().golden("person").names) == {"height"}
    assert model.cells("person")["height"] == "height"


def test_without_a_folder_of_the_city_the_shipped_kinds_are_loaded(tmp_path: Path) -> None:
    assert DataModel.load(tmp_path / "none").kinds == DataModel.load(tmp_path).kinds == shipped().kinds


@pytest.mark.parametrize("case", CASES["kinds"], ids=lambda case: case["mistake"])
def test_a_wrong_kind_is_refused_with_file_key_what_is_allowed_and_remedy(case: dict[str, Any], tmp_path: Path) -> None:
    text = CASES["pet"]
    for old, new in case["change"].items():
        assert old in text
        text = text.replace(old, new)
    said = refusal(tmp_path, pet=text)
    assert [part for part in case["says"] if part not in said] == [], said


@pytest.mark.parametrize("case", CASES["extensions"], ids=lambda case: case["mistake"])
def test_a_wrong_extension_is_refused_with_file_key_what_is_allowed_and_remedy(
    case: dict[str, Any], tmp_path: Path
) -> None:
    said = refusal(tmp_path, person=case["text"])
    assert [part for part in case["says"] if part not in said] == [], said


def test_every_mistake_in_every_file_is_told_at_once(tmp_path: Path) -> None:
    dog = CASES["pet"].replace("kind: pet", "kind: dog").replace("identifier", "identifer")
    said = refusal(tmp_path, pet=CASES["pet"].replace("identifier", "text, of: tag"), dog=dog + "colour: red\n")
    assert "pet.yaml" in said
    assert "dog.yaml" in said


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "pet.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataModelError, match=r"pet\.yaml.*UTF-8"):
        DataModel.load(tmp_path)

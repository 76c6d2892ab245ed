"""The reference and the schemas say what the models say, and shipped declarations keep the schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def writer(docs_writer: Callable[[str], ModuleType]) -> ModuleType:
    return docs_writer("reference")


def test_the_reference_is_fresh(writer: ModuleType) -> None:
    assert writer.REFERENCE.read_text(encoding="utf-8") == writer.reference(), "run: python docs/reference.py"


def test_the_schemas_are_fresh(writer: ModuleType) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in writer.SCHEMAS.glob("*.schema.json")}
    assert written == writer.schemas(), "run: python docs/reference.py"


def test_every_field_of_every_file_stands_in_the_reference(writer: ModuleType) -> None:
    text = writer.REFERENCE.read_text(encoding="utf-8")
    for model, _ in writer.FILES.values():
        for part in writer._parts(model):
            section = text.partition(f"### {part.__name__}\n")[2].partition("\n### ")[0]
            for name, field in part.model_fields.items():
                assert f"| `{field.alias or name}` |" in section, f"{part.__name__}.{name}"


def test_every_field_of_a_platform_says_what_it_means(writer: ModuleType) -> None:
    for part in writer._parts(writer.Platform):
        told = writer._docstring(part)[1]
        for name, field in part.model_fields.items():
            assert field.description or told.get(name), f"{part.__name__}.{name}"


@pytest.mark.parametrize(
    ("schema", "folder"),
    [
        ("platform", "connectors/platforms"),
        ("kind", "warehouse/model/kinds"),
        ("attribute_type", "warehouse/model/types"),
        ("suite", "quality/suites"),
    ],
)
def test_shipped_files_keep_the_schema_an_editor_checks_them_by(schema: str, folder: str) -> None:
    drawn = json.loads((ROOT / "docs" / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8"))
    for path in sorted((ROOT / folder).glob("*.yaml")):
        declared = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        jsonschema.validate(declared, drawn)


def test_an_editor_sees_a_wrong_key() -> None:
    drawn = json.loads((ROOT / "docs" / "schemas" / "platform.schema.json").read_text(encoding="utf-8"))
    declared = yaml.safe_load((ROOT / "connectors" / "platforms" / "budongchan.yaml").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError, match="cadense"):
        jsonschema.validate(declared | {"cadense": "daily"}, drawn)

"""Write the reference of every declaration anew: `python docs/reference.py`.

The pydantic models of platforms, kinds, types, suites and settings are read; `docs/reference.md` gets a table per model, and
`docs/schemas/` a JSON schema per kind of file, for editors. Nothing is run.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from connectors.care_rules import CareRules
from connectors.event_rules import EventRules
from connectors.grid_rules import GridRules
from connectors.spec import Platform
from pipelines.city import CitySettings
from quality.suites.expectation import Suite
from warehouse.model.attribute_type import AttributeType
from warehouse.model.data_model import shipped
from warehouse.model.kind import Kind

DOCS = Path(__file__).parent
REFERENCE, SCHEMAS = DOCS / "reference.md", DOCS / "schemas"
FILES: dict[str, tuple[type[BaseModel], str]] = {
    "platform": (Platform, "`<city>/platforms/<platform>.yaml`: a platform"),
    "kind": (Kind, "`<city>/kinds/<kind>.yaml`: a kind of its own"),
    "attribute_type": (AttributeType, "`warehouse/model/types/<type>.yaml`: a type of attribute"),
    "suite": (Suite, "`<city>/checks/<suite>.yaml`: a suite of expectations"),
    "settings": (CitySettings, "`<city>/settings.yaml`: settings"),
    "grids": (GridRules, "`<city>/grids.yaml`: what the city rules about its grids"),
    "events": (EventRules, "`<city>/events.yaml`: what the city rules about events"),
    "care_tags": (CareRules, "`<city>/care_tags.yaml`: care tags of persons"),
}
"""Name of the schema → its model, and the file it is the language of."""


def main() -> None:
    """Write everything."""
    REFERENCE.write_text(reference(), encoding="utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")


def schemas() -> dict[str, str]:
    """File name → JSON schema."""
    drawn = {}
    for name, (model, title) in FILES.items():
        schema = {"title": title.replace("`", ""), **_with_short_forms(model.model_json_schema(by_alias=True))}
        drawn[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    return drawn


SHORT = {"Source": "column", "AddressSource": "text", "ColumnSpec": "en", "Aliases": "column", "Listed": "column"}
"""Models that a text alone may stand for, and the field it is."""


def _with_short_forms(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as people write files: a text where a model has a short form, a tie under the name of the other kind."""
    defined = schema.get("$defs", {})
    for name in SHORT:
        if name in defined:
            defined[name] = {"anyOf": [{"type": "string"}, defined[name]]}
    if "Role" in defined:
        ties = {kind: {"$ref": "#/$defs/TieSource"} for kind in shipped().kinds}
        defined["Role"]["properties"] |= ties
        defined["Role"]["additionalProperties"] = {"$ref": "#/$defs/TieSource"}  # a city has kinds of its own
    return schema


def reference() -> str:
    """The text of the reference."""
    lines = [
        "# Reference · 参考",
        "",
        "Written by `python docs/reference.py` from the models that read the files; do not edit. JSON schemas for editors lie in "
        "[schemas/](schemas): put `# yaml-language-server: $schema=…/platform.schema.json` at the head of a file.",
        "",
    ]
    seen: set[type[BaseModel]] = set()
    for model, title in FILES.values():
        lines += [f"## {title}", ""]
        for part in _parts(model):
            if part not in seen:
                seen.add(part)
                lines += _section(part)
    lines += _types()
    return "\n".join(lines).rstrip() + "\n"


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model it holds, each before those it holds itself."""
    waiting, seen = [model], {model}
    while waiting:
        part = waiting.pop(0)
        yield part
        for field in part.model_fields.values():
            for held in _models(field.annotation):
                if held not in seen:
                    seen.add(held)
                    waiting.append(held)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def _section(model: type[BaseModel]) -> list[str]:
    about, told = _docstring(model)
    lines = [
        f"### {model.__name__}",
        "",
        about,
        "",
        "| field | type | default | allowed | meaning |",
        "|---|---|---|---|---|",
    ]
    for name, field in model.model_fields.items():
        meaning = field.description or told.get(name, "")
        cells = (f"`{field.alias or name}`", _type(field.annotation), _default(field), _allowed(field), meaning)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return [*lines, ""]


def _docstring(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """What a docstring says of the whole, and of each field where it has a section of attributes."""
    text = inspect.cleandoc(model.__doc__ or "")
    about, _, listed = text.partition("\nAttributes:\n")
    told: dict[str, str] = {}
    for found in re.finditer(r"^    (\w+(?:, \w+)*): (.*(?:\n {6,}.*|\n +- .*)*)", listed, re.M):
        told |= dict.fromkeys(found[1].split(", "), re.sub(r"\s+", " ", found[2]))
    for found in re.finditer(r"`(\w+)`: ([^`]+?)(?=`\w+`: |\.\s|\.$|$)", re.sub(r"\s+", " ", about)):
        told.setdefault(found[1], found[2].strip().rstrip(",;"))
    return about.strip(), told


NAMES: dict[Any, str] = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def _type(annotation: Any) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        said = "word"
    elif origin in (typing.Union, types.UnionType):
        said = " or ".join(dict.fromkeys(_type(a) for a in inner if a is not type(None)))
    elif origin is typing.Annotated:
        said = _type(inner[0])
    elif origin is tuple:
        said = f"list of {_type(inner[0])}"
    elif origin is dict:
        said = f"map of {_type(inner[1])}"
    else:
        said = NAMES.get(annotation) or f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return said


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined or value in ((), {}, ""):
        return "–"
    return "its defaults" if isinstance(value, BaseModel | tuple) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _allowed(field: FieldInfo) -> str:
    words = [*_literals(field.annotation)]
    bounds = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "at least", "pattern": "pattern"}
    said = [
        f"{sign} {value}" if key != "pattern" else f"`{value}`"
        for rule in field.metadata
        for key, sign in bounds.items()
        if (value := getattr(rule, key, None)) is not None
    ]
    return ", ".join([*(f"`{word}`" for word in words), *said])


def _literals(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from typing.get_args(annotation)
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated, tuple):
        for inner in typing.get_args(annotation):
            yield from _literals(inner)


def _types() -> list[str]:
    """Every shipped type: what it is, what it yields, how it is masked, and which attributes have it."""
    model = shipped()
    lines = [
        "## Shipped types",
        "",
        "| type | title | yields | mask | personal | identifies | attributes of that type |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, type_ in sorted(model.types.items()):
        outputs = "; ".join(f"`{o}`{f': {out.en}' if out.en else ''}" for o, out in type_.outputs.items())
        used = [
            f"{k}.{a}"
            for k, kind in sorted(model.declared.items())
            for a, at in kind.attributes.items()
            if at.type == name
        ]
        cells = (
            f"`{name}`",
            f"{type_.title.zh} · {type_.title.en}",
            outputs,
            type_.mask,
            "yes" if type_.personal else "",
            type_.identifies,
            ", ".join(used),
        )
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    main()

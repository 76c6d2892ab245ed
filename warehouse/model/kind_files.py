"""Reading the declarations of kinds and types, and turning every mistake in them into a remedy.

Belongs here: finding and parsing the YAML files, a city's beside the shipped ones. Does not: their language (`kind`,
`attribute_type`), or what follows from them (`data_model`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from warehouse.model.attribute_type import AttributeType
from warehouse.model.kind import Attribute, Kind, Survivorship
from warehouse.model.plain_yaml import LOADER, require_plain

Declared = TypeVar("Declared", bound=BaseModel)
EXTENDS = "extends"
"""The key of a city's file that adds attributes to a shipped kind."""


class DataModelError(ValueError):
    """A declaration of a kind or a type is wrong. The message lists every problem: file, key, what is allowed, remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@cache
def load_types() -> Mapping[str, AttributeType]:
    """Every shipped type by name.

    Raises:
        DataModelError: a file is wrong.
    """
    return dict(_each("types", AttributeType, "type"))


def load_kinds(folder: Path | None = None) -> dict[str, Kind]:
    """Every kind by name: the shipped ones, and a city's own ones and own attributes.

    Args:
        folder: the `kinds` folder of a city; a file there declares a kind, or says `extends:` with the `attributes:` it adds
            to a shipped one.

    Raises:
        DataModelError: a file is wrong, or a city declares a shipped kind anew.
    """
    kinds = dict(_shipped_kinds())
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")) if folder and folder.is_dir() else ():
        try:
            declared = _parse(path.name, path.read_text(encoding="utf-8"))
            if EXTENDS in declared:
                kind = _extended(path.name, declared, kinds)
            else:
                kind = _validated(Kind, path.name, declared)
                _named_as_its_file(path.name, path.stem, kind.kind)
                if kind.kind in _shipped_kinds():
                    raise DataModelError([f"{path.name}: kind: {kind.kind!r} is shipped; write `extends: {kind.kind}` to add attributes to it"])
            kinds[kind.kind] = kind
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: 读不了，应为 UTF-8 的 YAML 文件 · can't be read ({type(error).__name__}); a YAML file in UTF-8 is wanted")
        except DataModelError as error:
            problems += error.problems
    if problems:
        raise DataModelError(problems)
    return kinds


@cache
def _shipped_kinds() -> Mapping[str, Kind]:
    return dict(_each("kinds", Kind, "kind"))


def _each(folder: str, model: type[Declared], name: str) -> Iterator[tuple[str, Declared]]:
    files = resources.files("warehouse.model").joinpath(folder).iterdir()
    for file in sorted((f for f in files if f.name.endswith(".yaml")), key=lambda f: f.name):
        declared = _validated(model, file.name, _parse(file.name, file.read_text(encoding="utf-8")))
        _named_as_its_file(file.name, file.name.removesuffix(".yaml"), getattr(declared, name))
        yield getattr(declared, name), declared


def _parse(file: str, text: str) -> dict[str, Any]:
    try:
        require_plain(text)
        declared = yaml.load(text, LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", "") or type(error).__name__
        raise DataModelError([f"{file}{where}: not YAML: {problem}; check indentation, colons and quotes here"]) from None
    if not isinstance(declared, dict):
        raise DataModelError([f"{file}: a mapping is expected; its keys: {', '.join(Kind.model_fields)}"])
    return declared


def _validated(model: type[Declared], file: str, declared: object) -> Declared:
    try:
        return model.model_validate(declared)
    except ValidationError as error:
        raise DataModelError([_explained(model, file, fault) for fault in error.errors(include_url=False)]) from None


def _explained(model: type[BaseModel], file: str, fault: Any) -> str:
    """One fault as file: key: what is wrong; what is allowed."""
    place = ".".join(map(str, fault["loc"])) or "(file)"
    if fault["type"] == "extra_forbidden":
        return f"{file}: {place}: unknown key; allowed: {', '.join(_keys(model, fault['loc'][:-1]))}; rename or remove it"
    if fault["type"] == "missing":
        return f"{file}: {place}: is required and absent; add it"
    return f"{file}: {place}: {fault['msg'].removeprefix('Value error, ')}; correct it here"


def _keys(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a place, as far as nested models tell."""
    here: Any = model
    for step in place:
        field = getattr(here, "model_fields", {}).get(step)
        if field is None:
            continue
        nested = [field.annotation, *getattr(field.annotation, "__args__", ())]
        here = next((t for t in nested if isinstance(t, type) and issubclass(t, BaseModel)), here)
    return list(here.model_fields)


def _named_as_its_file(file: str, stem: str, name: str) -> None:
    if stem != name:
        raise DataModelError([f"{file}: {name!r} is not the name of its file; rename one of them to the other"])


EXTENDING = ("attributes", "ties", "thresholds", "survivorship")
"""Keys beside `extends`: attributes it adds, ties it adds, thresholds, and how values of shipped attributes are weighed."""


def _extended(file: str, declared: dict[str, Any], kinds: Mapping[str, Kind]) -> Kind:
    """A shipped kind as a city changes it: with attributes after its own, other thresholds, other weights."""
    name = declared[EXTENDS]
    if not isinstance(name, str) or name not in kinds:
        raise DataModelError([f"{file}: {EXTENDS}: {name!r} is no kind; allowed: {', '.join(kinds)}; name one of them"])
    if unknown := sorted(set(declared) - {EXTENDS, *EXTENDING}):
        raise DataModelError(
            [f"{file}: {unknown[0]}: unknown key beside {EXTENDS}; allowed: {', '.join(EXTENDING)}; rename or remove it"]
        )
    for key in EXTENDING:
        if not isinstance(declared.get(key) or {}, dict):
            raise DataModelError([f"{file}: {key}: a mapping is expected, name by name; write `{key}:` and each name below it"])
    kind = kinds[name]
    added = {
        attribute: _validated(Attribute, f"{file}: attributes.{attribute}", value)
        for attribute, value in (declared.get("attributes") or {}).items()
    }
    if repeated := sorted(set(added) & set(kind.attributes)):
        raise DataModelError([f"{file}: attributes.{repeated[0]}: is an attribute of {name} already; choose another name"])
    own = dict(kind.attributes)
    for attribute, value in (declared.get("survivorship") or {}).items():
        if attribute not in own:
            raise DataModelError([f"{file}: survivorship.{attribute}: no attribute of {name}; allowed: {', '.join(own)}"])
        weighed = {**own[attribute].survivorship.model_dump(), **(value or {})}
        changed = _validated(Survivorship, f"{file}: survivorship.{attribute}", weighed)
        own[attribute] = own[attribute].model_copy(update={"survivorship": changed})
    whole = {
        **kind.model_dump(),
        "attributes": {**own, **added},
        "ties": {**kind.ties, **(declared.get("ties") or {})},
        "thresholds": declared.get("thresholds", kind.thresholds),
    }
    return _validated(Kind, file, whole)

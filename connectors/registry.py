"""Loading the platform descriptions and code tables, and turning every mistake in them into a remedy.

Belongs here: reading the YAML files, checks that need more than one file or the interpreter (codecs, code tables), error
messages. Does not: the rules inside one file (`connectors.spec`).
"""

from __future__ import annotations

import codecs
import difflib
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from connectors import files
from connectors.spec import Delimited, Platform, Source
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.plain_yaml import LOADER, require_plain

FOLDER = Path(__file__).parent / "platforms"
CodeTables = Mapping[str, Mapping[str, str]]
"""Name of a table → what platforms write → the standard value."""

CODE_TABLES = Path(__file__).parent / "code_tables.yaml"


class ConfigurationError(ValueError):
    """The configuration is wrong. The message lists every problem of every file: where, what, what is allowed, remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_code_tables(path: Path | None = None) -> dict[str, dict[str, str]]:
    """Code tables by name: what platforms write → the standard value.

    Raises:
        ConfigurationError: not YAML, or a key or value that is no text (an unquoted `01` is a number to YAML).
    """
    path = path or CODE_TABLES
    loaded, _, problems = parse(path)
    loaded = {} if loaded is None and not problems else loaded  # comments alone, as `onenet init` writes it
    if not problems and not isinstance(loaded, dict):
        problems = [f"{path.name}: a mapping of code tables is expected"]
    for table, values in (loaded or {}).items() if isinstance(loaded, dict) else ():
        if not isinstance(values, dict):
            problems.append(f"{path.name}: {table}: a mapping of source values to standard values is expected")
            continue
        problems += [
            f"{path.name}: {table}.{key}: keys and values are text; put quotes around {key!r}"
            for key, value in values.items()
            if not isinstance(key, str) or not isinstance(value, str)
        ]
    if problems:
        raise ConfigurationError(problems)
    return loaded


def load_platforms(
    folder: Path | None = None, data_model: DataModel | None = None, tables: CodeTables | None = None
) -> dict[str, Platform]:
    """Every platform of a folder of YAML files, sorted by its name.

    Args:
        folder: default: the descriptions shipped with the project.
        data_model: the kinds there are; those that are shipped if not given.
        tables: the code tables there are; those that are shipped if not given.

    Raises:
        ConfigurationError: anything wrong in any of the files, all at once.
    """
    folder = folder or FOLDER
    tables = tables if tables is not None else load_code_tables()
    data_model = data_model or shipped()
    platforms: dict[str, Platform] = {}
    problems: list[str] = []
    paths = sorted(folder.glob("*.yaml")) + sorted(folder.glob("*.yml"))
    if not paths:
        problems.append(f"{folder}: no platform description (*.yaml) found; put one file per platform here")
    for path in paths:
        platform, found = _load(path, data_model, tables)
        problems += found
        if platform:
            platforms[platform.platform] = platform
    if problems:
        raise ConfigurationError(problems)
    return dict(sorted(platforms.items()))


def load_platform(path: Path, data_model: DataModel | None = None, tables: CodeTables | None = None) -> Platform:
    """One platform of one file.

    Raises:
        ConfigurationError: anything wrong in the file.
    """
    tables = tables if tables is not None else load_code_tables()
    platform, problems = _load(path, data_model or shipped(), tables)
    if platform is None or problems:
        raise ConfigurationError(problems)
    return platform


def _load(path: Path, data_model: DataModel, tables: CodeTables) -> tuple[Platform | None, list[str]]:
    loaded, lines, problems = parse(path)
    if problems:
        return None, problems
    try:
        platform = Platform.model_validate(loaded, context={"data_model": data_model})
    except ValidationError as error:
        return None, [_explain(path, lines, fault) for fault in _causes(error)]
    return platform, _beyond_the_schema(path, lines, platform, tables)


def _causes(error: ValidationError) -> list[Any]:
    """The faults without those that only follow from one deeper down: a tuple is too short because its item failed."""
    faults = error.errors(include_url=False)
    places = [fault["loc"] for fault in faults]

    def follows(fault: Any) -> bool:
        place = fault["loc"]
        return fault["type"] == "too_short" and any(p[: len(place)] == place and p != place for p in places)

    return [fault for fault in faults if not follows(fault)]


Lines = dict[tuple[str | int, ...], int]


def parse(path: Path) -> tuple[Any, Lines, list[str]]:
    """Read a YAML file: the content, the line of every key, and what is wrong with the YAML itself."""
    try:
        text = path.read_text(encoding="utf-8")
        require_plain(text)
        loader = LOADER(text)
        node = loader.get_single_node()
        lines: Lines = {}
        repeated: list[str] = []
        if node is None:
            return None, lines, repeated
        _lines(node, (), lines, repeated, path.name)
        return loader.construct_document(node), lines, repeated
    except OSError as error:  # a folder of that name, or no permission
        return (
            None,
            {},
            [f"{path.name}: 读不了，应为可读的 YAML 文件 · can't be read ({error.strerror}); a YAML file is wanted"],
        )
    except UnicodeDecodeError:
        return None, {}, [f"{path.name}: not UTF-8; save the file as UTF-8"]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f":{mark.line + 1}" if mark else ""
        return None, {}, [f"{path.name}{where}: not YAML: {error.problem}; check indentation, colons and quotes here"]
    except yaml.YAMLError as error:
        return None, {}, [f"{path.name}: not YAML: {error}"]


def _lines(node: yaml.Node, place: tuple[str | int, ...], lines: Lines, repeated: list[str], file: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                where = ".".join(map(str, (*place, name)))
                repeated.append(f"{file}:{key.start_mark.line + 1}: {where}: stands twice; keep one")
            seen.add(name)
            _lines(value, (*place, name), lines, repeated, file)
            lines[(*place, name)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _lines(value, (*place, index), lines, repeated, file)


def _at(path: Path, lines: Lines, place: tuple[str | int, ...]) -> str:
    line = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)
    dotted = ".".join(map(str, place)) or "(file)"
    return f"{path.name}{f':{line}' if line else ''}: {dotted}"


def _explain(path: Path, lines: Lines, fault: Any) -> str:
    """One pydantic error as file:line: key: what was found; what is allowed; remedy."""
    place = tuple(step for step in fault["loc"] if not _is_tag(step, lines, fault["loc"]))
    at = _at(path, lines, place)
    found = fault.get("input")
    context = fault.get("ctx", {})
    match fault["type"]:
        case "extra_forbidden":
            allowed = _allowed_keys(place[:-1])
            said = f"unknown key; {_near(place[-1], allowed)}allowed: {', '.join(allowed)}; rename or remove it"
        case "missing":
            said = "is required and absent; add it"
        case "literal_error":
            allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            said = f"{found!r} is not allowed; {_near(found, allowed)}allowed: {', '.join(allowed)}"
        case "union_tag_invalid":
            at += ".kind"
            said = f"{context['tag']!r} is no format; allowed: {context['expected_tags']}; choose one of them"
        case "union_tag_not_found":
            at += ".kind"
            said = "is required and absent; say which format it is, e.g. {kind: delimited}"
        case "model_type" | "model_attributes_type" | "dict_type":
            said = f"a mapping is expected; its keys: {', '.join(_allowed_keys(place)) or 'names of your choice'}"
        case kind:
            message = fault["msg"].removeprefix("Value error, ")
            quoted = "" if kind == "value_error" or isinstance(found, dict | list) else f"{found!r}: "
            said = f"{quoted}{message}; correct it here"
    return f"{at}: {said}"


def _near(found: object, allowed: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(found), list(allowed), 1, 0.5)
    return f"did you mean {near[0]!r}? " if near else ""


def _is_tag(step: str | int, lines: Lines, place: tuple[str | int, ...]) -> bool:
    """Pydantic adds the tag of a union (`delimited`) and the name of a class to a place; the file has no such key."""
    return step in (
        "delimited",
        "workbook",
        "ndjson",
        "json",
        "xml",
        "geojson",
        "sql",
        "Source",
        "AddressSource",
        "PointSource",
    ) and (place[: place.index(step) + 1] not in lines)


@functools.cache
def _models() -> dict[str, type[BaseModel]]:
    from connectors import spec

    return {name: m for name, m in vars(spec).items() if isinstance(m, type) and issubclass(m, BaseModel)}


def _allowed_keys(place: tuple[str | int, ...]) -> list[str]:
    """Keys the file may have at a place."""
    named = [step for step in place if isinstance(step, str)]
    models = _models()
    owner = {
        (): "Platform", ("title",): "Label", ("department",): "Department", ("delivery",): "Delivery",
        ("volume",): "Volume", ("datasets",): "Dataset",
    }.get(tuple(named))  # fmt: skip
    if named[:1] == ["format"]:
        every = (
            m for n, m in models.items() if n in ("Delimited", "Workbook", "Ndjson", "Json", "Xml", "GeoJson", "Sql")
        )
        return sorted({field for model in every for field in model.model_fields})
    if named[:1] == ["datasets"] and len(named) > 1:
        owner = _dataset_owner(named[1:])
    return list(models[owner].model_fields) if owner else []


def _dataset_owner(named: list[str]) -> str | None:
    if named[0] == "columns":
        return "ColumnSpec"
    if named[0] == "roles":
        by_depth = {"attributes": "Source", "when": "When", "authority": None}
        if "address" in named[-1]:
            return "AddressSource"
        if named[-1] == "lookup":
            return "Lookup"
        return "Role" if len(named) == 2 else by_depth.get(named[2], "TieSource")
    return {"title": "Label", "grid_tree": "GridTree", "aliases": "Aliases"}.get(named[0])


def _beyond_the_schema(path: Path, lines: Lines, platform: Platform, tables: CodeTables) -> list[str]:
    problems: list[str] = []

    def wrong(place: tuple[str | int, ...], message: str) -> None:
        problems.append(f"{_at(path, lines, place)}: {message}")

    if platform.platform != path.stem:
        wrong(("platform",), f"{platform.platform!r} is not the name of its file; rename one of them to the other")
    for index, pattern in enumerate(platform.patterns):
        place: tuple[str | int, ...] = ("files",) if isinstance(platform.files, str) else ("files", index)
        names = files.placeholders(pattern)
        if unknown := [name for name in names if name not in files.PLACEHOLDERS]:
            allowed = ", ".join(f"{{{name}}}" for name in files.PLACEHOLDERS)
            wrong(place, f"unknown placeholder {unknown[0]!r}; allowed: {allowed}")
        elif len(set(names)) < len(names):
            wrong(place, "a placeholder stands twice; use each once")
        elif pattern.count("{") != len(names) or pattern.count("}") != len(names):
            wrong(place, "a brace is not closed; write placeholders as {date}")
    if isinstance(platform.format, Delimited):
        _delimited(platform.format, wrong)
    for index, dataset in enumerate(platform.datasets):
        for role_name, role in dataset.roles.items():
            for attribute, source in role.attributes.items():
                codes = source.codes if isinstance(source, Source) else None
                if codes and codes not in tables:
                    place = ("datasets", index, "roles", role_name, "attributes", attribute, "codes")
                    wrong(place, _unknown_table(codes, tables))
    return problems


def _unknown_table(name: str, tables: CodeTables) -> str:
    allowed = ", ".join(tables)
    return f"unknown code table {name!r}; {_near(name, tables)}allowed: {allowed}; add it to code_tables.yaml"


def _delimited(layout: Delimited, wrong: Any) -> None:
    try:
        text_codec = codecs.lookup(layout.encoding)._is_text_encoding
    except LookupError:
        text_codec = False
    if not text_codec:
        wrong(
            ("format", "encoding"),
            f"{layout.encoding!r} is no text encoding Python knows; e.g. gb18030, gbk, utf-8-sig",
        )
    for key, value in (("separator", layout.separator), ("quote", layout.quote)):
        if value is not None and len(value) != 1:
            wrong(("format", key), f'{value!r} is not one character; write one, a tab as "\\t"')
    if layout.quote == layout.separator:
        wrong(("format", "quote"), "is the separator too; choose another or null")

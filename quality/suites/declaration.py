"""Loading suites: what `quality/suites/*.yaml` says, what the kinds imply, and what every contract implies by itself.

Belongs here: putting a suite together. Does not: its language (`expectation`), running it (`quality.suites.engine`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from quality.suites.expectation import Expectation, Suite, SuiteError
from quality.suites.kinds import derived_suites
from warehouse.model import Table
from warehouse.model.data_model import CHECKS, DataModel
from warehouse.model.release import ENTITY_REFERENCES, references, release_tables


def implied(model: DataModel, suite: Suite, contracts: Mapping[str, Table]) -> Iterator[Expectation]:
    """What the model declares by itself: keys unique, required columns filled; in a release, references hold."""
    if suite.source == "stage":
        yield from _of_contract(contracts[suite.table], None)
        return
    for served in release_tables(model):
        yield from _of_contract(served.table, served.table.full_name)
    for table, column, referred, key in references(model):
        yield _reference(table, column, f"select {key} as id from {referred}", "id")
    base = " union all ".join(f"select '{kind}' as kind, {kind}_id as id from base.{kind}" for kind in model.kinds)
    for table, column in ENTITY_REFERENCES:
        yield _reference(table, column, base, "id", "r.entity_kind = t.kind and ")


def _of_contract(table: Table, named: str | None) -> Iterator[Expectation]:
    prefix = f"{named.replace('.', '_')}_" if named else ""
    if table.key:
        yield Expectation(
            name=f"{prefix}key_is_unique",
            zh=f"{table.zh}：主键（{'、'.join(table.key)}）唯一",
            en=f"{table.en}: the key ({', '.join(table.key)}) is unique",
            table=named,
            unique=table.key,
        )
    if required := tuple(c.name for c in table.columns if not c.nullable):
        yield Expectation(
            name=f"{prefix}required_is_filled",
            zh=f"{table.zh}：{len(required)} 个必填列均有值",
            en=f"{table.en}: the {len(required)} required columns are filled",
            table=named,
            filled=required,
        )


def _reference(table: str, column: str, referred: str, key: str, further: str = "") -> Expectation:
    return Expectation(
        name=f"{table.replace('.', '_')}_{column}_exists",
        zh=f"{table}.{column} 所指实体存在",
        en=f"What {table}.{column} refers to exists",
        table=table,
        column=column,
        broken=f"select r.* from {{batch}} r anti join ({referred}) t on {further}t.{key} = r.{column} where r.{column} is not null",
    )


@cache
def suite_names(model: DataModel) -> tuple[str, ...]:
    """Names of all suites, sorted: those of the files, and those that follow from the kinds."""
    return tuple(sorted({*_files(), *derived_suites(model)}))


def _of_city(model: DataModel, name: str) -> Path | None:
    """The file with which a city adds to a suite; None where it adds nothing."""
    path = model.folder / CHECKS / f"{name}.yaml" if model.folder else None
    return path if path and path.exists() else None


def check_city(model: DataModel) -> None:
    """Refuse a file of checks that is named after no suite.

    Raises:
        SuiteError: it names the file and the suites there are.
    """
    for path in sorted((model.folder / CHECKS).glob("*.yaml")) if model.folder else ():
        if path.stem not in suite_names(model):
            raise SuiteError(f"checks/{path.name}: no suite of that name; there are {', '.join(suite_names(model))}")


@cache
def _files() -> tuple[str, ...]:
    files = resources.files("quality.suites").iterdir()
    return tuple(sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml")))


@cache
def load_suite(name: str, model: DataModel) -> Suite:
    """Load and check one suite: what the kinds imply comes before what its file says.

    Raises:
        SuiteError: there is no such suite, or its file is wrong.
    """
    if name not in suite_names(model):
        raise SuiteError(f"no suite {name!r}; there are {', '.join(suite_names(model))}")
    declared: dict[str, Any] = {"suite": name, "table": name}
    derived = derived_suites(model).get(name)
    reads, expectations = derived() if derived else ((), ())
    try:
        if name in _files():
            declared |= _declared(name)
        if path := _of_city(model, name):
            own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            declared["reads"] = (*declared.get("reads", ()), *own.get("reads", ()))
            declared["expectations"] = [*declared.get("expectations", []), *own.get("expectations", [])]
        declared["reads"] = (*reads, *(t for t in declared.get("reads", ()) if t not in reads))
        declared["expectations"] = [*expectations, *declared.get("expectations", [])]
        suite = Suite.model_validate(declared)
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise SuiteError(f"quality/suites/{name}.yaml: {error}") from None
    if suite.suite != name:
        raise SuiteError(f"quality/suites/{name}.yaml: suite is {suite.suite!r}; it must be the file's name")
    return suite


def _declared(name: str) -> dict[str, Any]:
    text = resources.files("quality.suites").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    declared: dict[str, Any] = yaml.safe_load(text)
    return declared

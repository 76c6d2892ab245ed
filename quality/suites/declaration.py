"""The language of `quality/suites/*.yaml`: what one suite says about the tables it checks.

Belongs here: the pydantic model of the file, its loading, and the expectations every contract implies by itself. Does
not: running them (`quality.suites.engine`).

Severity: **critical** is a promise this project makes about its own tables; when it breaks, the release does not go out.
**warning** is something odd in what departments wrote; it is published and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from warehouse.model import Table
from warehouse.model.release import ENTITY_REFERENCES, KINDS, REFERENCES, RELEASE

Severity = Literal["critical", "warning"]


class SuiteError(ValueError):
    """A suite's declaration is wrong. The message names the suite, the key and what is allowed."""


class Between(BaseModel):
    """Bounds, both included; either may be absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: float | None = None
    max: float | None = None


class Expectation(BaseModel):
    """One thing that must hold. Exactly one of the forms below says what.

    - `filled`: the columns are never null.
    - `unique`: the columns are unique together.
    - `allowed`: the values `column` may have (null is allowed unless `filled` says otherwise).
    - `between`: the range of the numbers in `column`; null is allowed.
    - `not_empty`: the table has rows.
    - `never`: SQL predicate on a row; a row for which it is true breaks the expectation.
    - `broken`: SQL query; each row it returns counts as one breach. `{batch}` is the table checked.
    - `no_personal_number`: no text column of any table of the release holds a full identity or mobile number.

    Rows `never` and the other forms on a row find are known by their keys; `broken` tells keys where it selects columns
    that are keys (`quality.failing_row`). `tolerated` is the share of the rows checked that may break it all the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: str = Field(min_length=4)
    en: str = Field(min_length=4)
    severity: Severity = "critical"
    table: str | None = Field(default=None, description="table checked; absent: the suite's")
    column: str | None = Field(default=None, description="column checked, where one is")
    filled: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    between: Between | None = None
    not_empty: bool = False
    never: str | None = None
    broken: str | None = None
    no_personal_number: bool = False
    tolerated: float = Field(default=0, ge=0, lt=1)

    @model_validator(mode="after")
    def _one_form(self) -> Expectation:
        forms = ("filled", "unique", "allowed", "between", "not_empty", "never", "broken", "no_personal_number")
        given = [form for form in forms if getattr(self, form)]
        if len(given) != 1:
            raise ValueError(f"{self.name}: give exactly one of {', '.join(forms)}; found {given or 'none'}")
        if given[0] in ("allowed", "between") and not self.column:
            raise ValueError(f"{self.name}: {given[0]} needs a column")
        return self


class Suite(BaseModel):
    """One suite. `table` is what it is about; `reads` are further tables its queries join to, `includes` the files of
    `quality/suites/shared` whose expectations it shares with other suites.

    `contract: true` adds what the model declares: see `implied`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    suite: str
    source: Literal["stage", "release"] = "stage"
    table: str
    reads: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    contract: bool = True
    expectations: tuple[Expectation, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Suite:
        names = [e.name for e in self.expectations]
        if repeated := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"expectations: names repeat: {repeated}")
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the suite reads, its own first."""
        further = (*self.reads, *(e.table for e in self.expectations if e.table))
        return (self.table, *sorted(set(further) - {self.table}))


def implied(suite: Suite, contracts: Mapping[str, Table]) -> Iterator[Expectation]:
    """What the model declares by itself: keys unique, required columns filled; in a release, references hold."""
    if suite.source == "stage":
        yield from _of_contract(contracts[suite.table], None)
        return
    for served in RELEASE:
        yield from _of_contract(served.table, served.table.full_name)
    for table, column, referred, key in REFERENCES:
        yield _reference(table, column, f"select {key} as id from {referred}", "id")
    base = " union all ".join(f"select '{kind}' as kind, {kind}_id as id from base.{kind}" for kind in KINDS)
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


def suite_names() -> tuple[str, ...]:
    """Names of all declared suites, sorted."""
    files = resources.files("quality.suites").iterdir()
    return tuple(sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml")))


@cache
def load_suite(name: str) -> Suite:
    """Load and check one suite.

    Raises:
        SuiteError: there is no such suite, or its file is wrong.
    """
    if name not in suite_names():
        raise SuiteError(f"no suite {name!r}; there are {', '.join(suite_names())}")
    folder = resources.files("quality.suites")
    try:
        declared = yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
        for shared in reversed(declared.get("includes", [])):
            text = folder.joinpath("shared", f"{shared}.yaml").read_text(encoding="utf-8")
            declared["expectations"] = [*yaml.safe_load(text), *declared.get("expectations", [])]
        suite = Suite.model_validate(declared)
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise SuiteError(f"quality/suites/{name}.yaml: {error}") from None
    if suite.suite != name:
        raise SuiteError(f"quality/suites/{name}.yaml: suite is {suite.suite!r}; it must be the file's name")
    return suite

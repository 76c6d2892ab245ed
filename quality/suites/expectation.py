"""The language of suites: one expectation, one suite.

Belongs here: the pydantic models. Does not: loading files (`declaration`), or expectations themselves.

Severity: **critical** is a promise this project makes about its own tables; when it breaks, the release does not go out.
**warning** is something odd in what departments wrote; it is published and stops nothing.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
    """One suite. `table` is what it is about; `reads` are further tables its queries join to.

    `contract: true` adds what the model declares: see `implied`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    suite: str
    source: Literal["stage", "release"] = "stage"
    table: str
    reads: tuple[str, ...] = ()
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

"""Which department is responsible for a class of event in a grid, and since when: the table `routing.csv` of a city.

Belongs here: the language of the file, and reading it. Does not: which cells are empty or ambiguous, or whether a ticket was
dispatched right (`pipelines.resolution.processes`).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.registry import ConfigurationError
from warehouse.model.process import ROUTE


class Route(BaseModel):
    """One line: from `valid_from` to `valid_to` (both included, open where empty) a department answers for a class in an area.

    An area is a code of the grid tree or the beginning of one; empty, the whole city. Of several lines the longest code counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_class: str = Field(min_length=1, description="class of the taxonomy")
    area_code: str = Field(
        "", pattern=r"^\d{0,15}$", description="code of street, community or grid; empty: the whole city"
    )
    department: str = Field(min_length=1, description="name of the department as platforms write it")
    valid_from: date = Field(description="first day")
    valid_to: date | None = Field(None, description="last day; empty: until further notice")

    @field_validator("valid_to", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _ascending(self) -> Route:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


def load_routing(path: Path | None = None) -> pa.Table:
    """The routing table of a city, or the shipped one, as `ROUTE`.

    Raises:
        ConfigurationError: a line breaks its language; the message says which and how.
    """
    file = path or Path(str(resources.files("connectors").joinpath("routing.csv")))
    problems: list[str] = []
    routes = list(_routes(file, problems))
    if twice := [key for key, n in Counter(tuple(getattr(r, c) for c in ROUTE.key) for r in routes).items() if n > 1]:
        problems += [f"{file.name}: 重复的行 · line given twice: {', '.join(map(str, key))}" for key in twice]
    if problems:
        raise ConfigurationError(problems)
    return ROUTE.conform(pa.Table.from_pylist([route.model_dump() for route in routes], ROUTE.arrow))


def _routes(file: Path, problems: list[str]) -> Iterator[Route]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := {"event_class", "department", "valid_from"} - set(rows.fieldnames or ()):
            problems.append(
                f"{file.name}: 缺少列 · column missing: {', '.join(sorted(missing))}; allowed: {', '.join(Route.model_fields)}"
            )
            return
        for row in rows:
            try:
                yield Route.model_validate({k: v for k, v in row.items() if v is not None})
            except ValidationError as error:
                problems += [
                    f"{file.name}: 第 {rows.line_num} 行 · line {rows.line_num}: {'.'.join(map(str, e['loc'])) or 'row'}: {e['msg']}"
                    for e in error.errors(include_url=False)
                ]

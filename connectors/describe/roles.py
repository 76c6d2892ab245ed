"""The roles of a dataset, from what its columns are taken for.

Belongs here: what a row is about, who stands beside it, and how they are tied. Does not: what a column is taken for (`guess`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.describe.sample import Column
from connectors.describe.vocabulary import Party
from connectors.registry import CodeTables
from warehouse.model.data_model import DataModel

FIRMS = 0.005
"""Share of names that are those of firms from which a party is a person or an enterprise row by row."""
CODES = re.compile("编码|代码|CODE", re.I)
EXACT_PLACE = {"text", "road_number", "estate", "building", "room"}
"""Parts of an address that name more than a district."""
REGISTERED, OPERATES = re.compile("户籍|户口|注册|登记|HJ|ZC"), re.compile("经营|SCJY")

TableOf = Callable[[Column, str | None, CodeTables], str | None]


@dataclass(frozen=True)
class Assigned:
    """One column taken for a cell of a kind, of the row itself or of a party.

    Attributes:
        column: its landed name.
        title: its heading.
        kind: the kind.
        cell: name under which a platform file asserts it; `address.room` for a part.
        party: somebody beside the subject; None for the subject.
        sure: 0–1.
        word: the word that was met; '' where the values tell alone.
        share: share of values, 0–1, that have the shape of the type; None where there are none or the type has no shape.
    """

    column: str
    title: str
    kind: str
    cell: str
    party: Party | None
    sure: float
    word: str
    share: float | None


@dataclass(frozen=True)
class Roles:
    """Roles by name as a platform file writes them, what a row is about, and the columns they were made of."""

    subject: str | None = None
    declared: dict[str, Any] = field(default_factory=dict)
    assigned: tuple[Assigned, ...] = ()


@dataclass(frozen=True)
class _Desk:
    """What all roles of a table are made from."""

    readings: Mapping[str, list[Assigned]]
    shares: Mapping[str, Mapping[str, float]]
    model: DataModel
    columns: Mapping[str, Column]
    tables: CodeTables
    table_of: TableOf

    def best(self, kind: str, party: Party | None) -> dict[str, Assigned]:
        """Cell → the column that says it best, one cell per column."""
        taken: dict[str, Assigned] = {}
        for every in self.readings.values():
            meant = [a for a in every if a.kind == kind and a.party == party]
            ahead = max((a.sure for a in every if a.party != party and a.party), default=0.0)
            for a in sorted(meant, key=lambda a: -a.sure)[:1]:
                blocked = party is None and ahead > a.sure
                if not blocked and (a.cell not in taken or _preference(a) > _preference(taken[a.cell])):
                    taken[a.cell] = a
        return taken

    def attributes(self, kind: str, cells: Mapping[str, Assigned]) -> dict[str, Any]:
        """The attributes of a role as a platform file writes them."""
        written: dict[str, Any] = {}
        for cell in self.model.cells(kind):
            parts = {c.partition(".")[2]: a.column for c, a in cells.items() if c.startswith(f"{cell}.")}
            type_ = self.model.type_of(kind, self.model.cells(kind)[cell]).type
            if type_ == "address" and parts:
                written[cell] = ({"text": cells[cell].column} if cell in cells else {}) | parts
            elif type_ == "point":
                if {"lng", "lat"} <= parts.keys():
                    written[cell] = {"lng": parts["lng"], "lat": parts["lat"]}
            elif cell in cells:
                written[cell] = self._source(kind, cell, cells[cell], type_)
        return written

    def _source(self, kind: str, cell: str, assigned: Assigned, type_: str) -> Any:
        if type_ != "code":
            return assigned.column
        own = self.model.kinds[kind].attributes[self.model.cells(kind)[cell]].codes
        table = self.table_of(self.columns[assigned.column], own, self.tables)
        return {"column": assigned.column, "codes": table} if table else assigned.column


def roles_of(
    subject: str | None,
    readings: Mapping[str, list[Assigned]],
    shares: Mapping[str, Mapping[str, float]],
    model: DataModel,
    columns: Mapping[str, Column],
    tables: CodeTables,
    table_of: TableOf,
) -> Roles:
    """The roles of a table that is about `subject`."""
    if subject is None:
        return Roles()
    desk = _Desk(readings, shares, model, columns, tables, table_of)
    own = desk.best(subject, None)
    attributes = desk.attributes(subject, own)
    if not _identified(desk, subject, attributes, is_subject=True):
        return Roles()
    declared: dict[str, Any] = {"subject": {"kind": subject, "attributes": attributes}}
    declared["subject"] |= _place(subject, own, model)
    assigned = [*own.values()]
    parties = sorted({a.party for every in readings.values() for a in every if a.party}, key=lambda p: p.name)
    for party in parties:
        cells = desk.best(party.kind, party)
        made = _party(desk, party, cells, subject)
        if made:
            declared |= made
            assigned += cells.values()
    if subject == "person":
        assigned += _employer(desk, declared, {a.column for a in assigned})
    return Roles(subject, declared, tuple(assigned))


def _preference(assigned: Assigned) -> tuple[float, bool]:
    """The surer column, of two the one with codes."""
    return round(assigned.sure, 2), bool(CODES.search(assigned.title))


def _identified(desk: _Desk, kind: str, attributes: Mapping[str, Any], *, is_subject: bool) -> bool:
    known = desk.model.cells(kind)
    vague = {c for c, v in attributes.items() if isinstance(v, dict) and "column" not in v and not set(v) & EXACT_PLACE}
    says = {desk.model.identifies(kind, known[cell]) for cell in attributes if cell not in vague}
    return "yes" in says or (is_subject and "subject" in says)


def _place(kind: str, own: Mapping[str, Assigned], model: DataModel) -> dict[str, Any]:
    """How what a row is about is tied to the home its address names, where the declaration does not say it already."""
    ties = {}
    for other, tie in model.kinds[kind].ties.items():
        for attribute, through in tie.through.items():
            said = [a for cell, a in own.items() if cell.partition(".")[0] == attribute]
            if through.relation or model.type_of(kind, attribute).type != "address" or not said:
                continue
            wanted = (
                "operates"
                if OPERATES.search(said[0].title)
                else "registered"
                if REGISTERED.search(said[0].title)
                else ""
            )
            relation = wanted if wanted in tie.relations else next(iter(tie.relations))
            ties[other] = {"relation": [relation]}
    return ties


def _tie(model: DataModel, kind: str, subject: str, party: Party) -> dict[str, Any]:
    """The tie of a party to what the row is about; nothing where the kinds have none that fits."""
    tie = model.kinds[kind].ties.get(subject)
    if tie is None:
        return {}
    fitting = [r for r in party.relations if r in tie.relations] or (
        [*tie.relations] if len(tie.relations) == 1 else []
    )
    return {subject: {"relation": [fitting[0]], "role": "subject"}} if fitting else {}


def _party(desk: _Desk, party: Party, cells: Mapping[str, Assigned], subject: str) -> dict[str, Any]:
    attributes = desk.attributes(party.kind, cells)
    if not _identified(desk, party.kind, attributes, is_subject=False):
        return {}
    role = {"kind": party.kind, "attributes": attributes, **_tie(desk.model, party.kind, subject, party)}
    name = attributes.get("name")
    firms = desk.shares[name].get("enterprise_name", 0.0) if isinstance(name, str) else 0.0
    number = attributes.get("id_number")
    firms = max(firms, desk.shares[number].get("credit_code", 0.0) if isinstance(number, str) else 0.0)
    if party.kind != "person" or firms < FIRMS or "enterprise" not in desk.model.kinds:
        return {party.name: role}
    same = {"name": name, "code": number, "phone": attributes.get("phone")}
    firm = {
        "kind": "enterprise",
        "when": {"party": True},
        "attributes": {cell: column for cell, column in same.items() if column},
        **_tie(desk.model, "enterprise", subject, party),
    }
    return {party.name: {"kind": "person", "when": {"party": True}, **role}, f"{party.name}_enterprise": firm}


def _employer(desk: _Desk, declared: dict[str, Any], taken: set[str]) -> list[Assigned]:
    """The employer a person's row names: by name alone a tie, with a code a role of its own."""
    tie = desk.model.kinds["person"].ties.get("enterprise")
    if tie is None or "employee" not in tie.relations or "employer" in declared:
        if "employer" in declared and tie:
            declared["subject"]["enterprise"] = {"relation": ["employee"], "role": "employer"}
        return []
    cells = {c: a for c, a in desk.best("enterprise", None).items() if a.column not in taken and c in ("name", "code")}
    cells = {c: a for c, a in cells.items() if a.sure >= 0.7}
    if "code" in cells:
        declared["employer"] = {"kind": "enterprise", "attributes": desk.attributes("enterprise", cells)}
        declared["subject"]["enterprise"] = {"relation": ["employee"], "role": "employer"}
    elif "name" in cells:
        declared["subject"]["enterprise"] = {"relation": ["employee"], "name": cells["name"].column}
    return [*cells.values()]

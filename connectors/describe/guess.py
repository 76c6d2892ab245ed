"""What a table is about and which column says what.

Belongs here: weighing headings and values against each other. Does not: either of them (`vocabulary`, `fit`), or the roles
that follow (`roles`).

Every kind claims the columns it has a word for. A word that one kind alone has weighs more than one that many share, and one
that identifies weighs more than one that describes; the heaviest kind is what a row is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.describe.fit import fits, spoken
from connectors.describe.recogniser import Recogniser
from connectors.describe.roles import Assigned, Roles, roles_of
from connectors.describe.sample import Column, Sample
from connectors.describe.shown import shown, table_of
from connectors.describe.vocabulary import Reading, Vocabulary
from connectors.registry import CodeTables
from warehouse.model.data_model import DataModel

BY_VALUES, ENOUGH = 0.5, 0.9
"""How sure values alone make an attribute, and the weight from which a kind is what a row is about."""


@dataclass(frozen=True)
class Meaning:
    """What was seen of one column: what it is taken for, what it was not taken for and why, and values that may be shown."""

    assigned: tuple[Assigned, ...]
    refused: tuple[str, ...]
    codes: Mapping[str, int]
    further_codes: int


@dataclass(frozen=True)
class Guess:
    """What was made of a table: the roles, per column its meaning, and the share of its values that are dates."""

    roles: Roles
    columns: Mapping[str, Meaning]
    dated: Mapping[str, float]


def guess(
    sample: Sample, model: DataModel, vocabulary: Vocabulary, tables: CodeTables, recogniser: Recogniser
) -> Guess:
    """Make roles of a table's columns.

    Args:
        sample: the table.
        model: the kinds of the city.
        vocabulary: words of headings.
        tables: code tables of the city.
        recogniser: what values look like.
    """
    columns = [c for c in sample.columns if not c.running]
    shares = {column.name: recogniser.shares(column.values()) for column in columns}
    readings: dict[str, list[Assigned]] = {}
    refused: dict[str, list[str]] = defaultdict(list)
    for column in columns:
        every = [_assigned(r, column, shares[column.name], model) for r in vocabulary.read(column.title)]
        if not every:
            every = _by_values(column, shares[column.name], model)
        fitting = [a for a in every if fits(_type(a, model), shares[column.name], len(column.counts))]
        refused[column.name] = sorted({f"{a.kind}.{a.cell}" for a in every} - {f"{a.kind}.{a.cell}" for a in fitting})
        readings[column.name] = fitting
    subject = _subject(readings, {c.name: c for c in columns}, model)
    roles = roles_of(subject, readings, shares, model, {c.name: c for c in columns}, tables, table_of)
    meanings = {}
    for column in sample.columns:
        chosen = tuple(a for a in roles.assigned if a.column == column.name)
        is_code = any(_type(a, model) == "code" for a in chosen)
        codes, further = (
            shown(column, tables, recogniser, is_code=is_code) if not _is_personal(chosen, model) else ({}, 0)
        )
        unfit = () if chosen else tuple(refused.get(column.name, ()))
        meanings[column.name] = Meaning(chosen, unfit, codes, further)
    return Guess(roles, meanings, {name: share.get("date?", 0.0) for name, share in shares.items()})


def _assigned(reading: Reading, column: Column, shares: Mapping[str, float], model: DataModel) -> Assigned:
    type_ = model.type_of(reading.kind, model.cells(reading.kind)[reading.cell.partition(".")[0]]).type
    share = shares.get(type_) if column.filled else None
    return Assigned(
        column.name, column.title, reading.kind, reading.cell, reading.party, reading.sure, reading.word, share
    )


def _by_values(column: Column, shares: Mapping[str, float], model: DataModel) -> list[Assigned]:
    """What the values of a column without a telling heading are: an attribute of that type of every kind that has one."""
    told = spoken(shares, len(column.counts))
    return [
        Assigned(column.name, column.title, kind, cell, None, BY_VALUES, "", shares.get(told))
        for kind in model.kinds
        for cell, attribute in model.cells(kind).items()
        if told and model.type_of(kind, attribute).type == told
    ]


def _type(assigned: Assigned, model: DataModel) -> str:
    if "." in assigned.cell:
        return "part"
    return model.type_of(assigned.kind, model.cells(assigned.kind)[assigned.cell]).type


def _is_personal(chosen: tuple[Assigned, ...], model: DataModel) -> bool:
    """Whether any value of the column may be somebody's: then none is shown, however often it stands."""
    return any(
        model.is_personal(a.kind, model.cells(a.kind)[a.cell.partition(".")[0]]) or _type(a, model) == "part"
        for a in chosen
        if _type(a, model) not in ("code", "count", "quantity")
    )


def _subject(readings: Mapping[str, list[Assigned]], columns: Mapping[str, Column], model: DataModel) -> str | None:
    """The kind that a row is about."""
    weights: defaultdict[str, float] = defaultdict(float)
    for name, every in readings.items():
        own = {a.kind: a for a in sorted((a for a in every if a.party is None), key=lambda a: a.sure)}
        beside = max((a.sure for a in every if a.party), default=0.0)
        for kind, assigned in own.items():
            if assigned.sure < beside:
                continue
            identifies = model.identifies(kind, model.cells(kind)[assigned.cell.partition(".")[0]]) == "yes"
            unique = 1.5 if columns[name].is_unique else 1.0
            tells = _type(assigned, model) in (
                "id_number",
                "credit_code",
                "person_name",
                "enterprise_name",
                "identifier",
            )
            weights[kind] += assigned.sure * unique * (3.0 if identifies and tells else 1.0) / len(own)
    best = max(sorted(weights), key=lambda k: weights[k], default=None)
    return best if best and weights[best] >= ENOUGH else None

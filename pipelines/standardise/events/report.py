"""What a report of an event says, read from its cells together: class, kind of ticket, place, particulars.

Belongs here: putting these readings beside each other. Does not: each of them (`classes`, `places`, `particulars`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address import Gazetteer
from pipelines.standardise.address.notation import name_key, plain_characters
from pipelines.standardise.events.classes import INCIDENT, Guess, taxonomy
from pipelines.standardise.events.particulars import Particulars, particulars
from pipelines.standardise.events.places import NOWHERE, PlaceFinder, Spot

CELLS = ("listed", "listed_too", "category", "content", "address", "outcome")
"""Cells a report is read from: the class by crosswalk of two codes, the category, the text and the place as written, what came of it."""

NOTHING_FOUND, TEST = "nothing_found", "test"
_NOTHING = re.compile(r"未发现|未见|没有看到|没看到|不属实|查无|无此|无异常|无异样|失实|不存在")
_TEST = re.compile(r"无声|测试|打错|挂断|未说话|误报|误触|点错|无效")

SCHEMA = pa.schema(
    [
        *((n, pa.string()) for n in ("event_class", "second_class")),
        ("class_probability", pa.float64()),
        *((n, pa.string()) for n in ("class_source", "reach")),
        ("pace", pa.int64()),
        *((n, pa.string()) for n in ("ticket_kind", "place", "spot", *Particulars._fields)),
    ]
)


def standardise_reports(reports: pa.Table, gazetteer: Gazetteer) -> pa.Table:
    """Reports, a row each.

    Args:
        reports: nullable strings `CELLS`; other columns are not looked at.
        gazetteer: the places of the city.

    Returns:
        `SCHEMA`: the class with its probability (0–1) and where it comes from, kind of ticket, place and particulars; all but
        `ticket_kind` nullable.
    """
    classes, finder = taxonomy(), PlaceFinder(gazetteer)
    columns = (plain_characters(pc.fill_null(reports.column(c).combine_chunks(), "")) for c in CELLS)
    listed, listed_too, category, text, address, outcome = (column.to_pylist() for column in columns)
    # Texts are each told once; addresses, classes and outcomes again and again: of these every distinct one is read once.
    addressed = {cell: finder.find(name_key(cell)) if cell else NOWHERE for cell in set(address)}
    ends = {cell: _ends(cell) for cell in set(outcome)}
    plain = list(map(name_key, text))
    guesses = [
        classes.guess((one, two), None if one or two else words, told)
        for one, two, words, told in zip(listed, listed_too, category, text, strict=True)
    ]
    kinds = [_kind(guess, ends[cell], told) for guess, cell, told in zip(guesses, outcome, text, strict=True)]
    places = [_place(addressed[cell], finder.find(told)) for cell, told in zip(address, plain, strict=True)]
    details = list(map(particulars, text, plain))
    said = (guesses, kinds, places, details)
    rows = ((*guess[: len(guess) - 1], kind, *place, *detail) for guess, kind, place, detail in zip(*said, strict=True))
    read = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(column, f.type) for f, column in zip(SCHEMA, read, strict=True)], schema=SCHEMA)


def _ends(outcome: str) -> str | None:
    """What kind of ticket an outcome makes of it, null where it tells nothing."""
    if _TEST.search(outcome):
        return TEST
    return NOTHING_FOUND if _NOTHING.search(outcome) else None


def _kind(guess: Guess, ends: str | None, text: str) -> str:
    """The kind of a ticket, by its class, its outcome and its text."""
    if ends == TEST or (guess.kind == INCIDENT and ends is None and len(text) < 12 and _TEST.search(text)):
        return TEST
    return ends if ends and guess.kind == INCIDENT else guess.kind


def _place(cell: Spot, said: Spot) -> tuple[str | None, str | None]:
    """Place and spot of the cell, and of the text where that says more of the same place, or the cell says none."""
    same = cell.target is not None and cell.target == said.target
    best = said if cell.name is None or (same and not cell.tail) else cell
    return best.address, cell.spot or said.spot

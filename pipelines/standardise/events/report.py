"""What a report of an event says, read from its cells together: class, kind of ticket, place, particulars.

Belongs here: putting these readings beside each other. Does not: each of them (`classes`, `places`, `particulars`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address import Gazetteer
from pipelines.standardise.address.notation import name_key, plain_characters
from pipelines.standardise.events.classes import INCIDENT, Classes, taxonomy
from pipelines.standardise.events.particulars import Particulars, particulars
from pipelines.standardise.events.places import NOWHERE, PlaceFinder

CELLS = ("listed", "listed_too", "category", "content", "address", "outcome")
"""Cells a report is read from: the class by crosswalk of two codes, the category, the text and the place as written, what came of it."""

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
    columns = [plain_characters(pc.fill_null(reports.column(c).combine_chunks(), "")).to_pylist() for c in CELLS]
    read = [_read(classes, finder, *cells) for cells in zip(*columns, strict=True)]
    return pa.table([pa.array([line[f.name] for line in read], f.type) for f in SCHEMA], schema=SCHEMA)


def _read(
    classes: Classes,
    finder: PlaceFinder,
    listed: str,
    listed_too: str,
    category: str,
    text: str,
    address: str,
    outcome: str,
) -> dict[str, object]:
    guess = classes.guess((listed, listed_too), None if listed or listed_too else category, text)
    kind, plain = guess.kind, name_key(text)
    if _NOTHING.search(outcome) and kind == INCIDENT:
        kind = "nothing_found"
    if _TEST.search(outcome) or (kind == INCIDENT and len(text) < 12 and _TEST.search(text)):
        kind = "test"
    return {
        "event_class": guess.name,
        "second_class": guess.second,
        "class_probability": guess.probability,
        "class_source": guess.source,
        "reach": guess.reach,
        "pace": guess.pace,
        "ticket_kind": kind,
        **_place(finder, name_key(address), plain),
        **particulars(text, plain)._asdict(),
    }


def _place(finder: PlaceFinder, address: str, text: str) -> dict[str, str | None]:
    """The place of the cell, and of the text where that says more of the same place, or the cell says none."""
    cell, said = finder.find(address) if address else NOWHERE, finder.find(text)
    same = cell.target is not None and cell.target == said.target
    best = said if cell.name is None or (same and not cell.tail) else cell
    return {"place": best.address, "spot": cell.spot or said.spot}

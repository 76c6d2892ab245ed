"""A question for a steward: are these two mentions the same? What is shown of either side, and how they compare.

Belongs here: which attributes of a mention a person needs to judge by, in which words, and when they differ. Does not: which
pairs are asked about and in which order (the stage that reads pairs), or how a workbook looks (`workbook`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from warehouse.judgements.ledger import MentionIdentity
from warehouse.model.attribute_type import RAW
from warehouse.model.data_model import DataModel
from warehouse.model.judgement import IDENTITY
from warehouse.model.vocabulary import ROLE

WITHHELD = "不予共享"
"""What a steward reads in place of a value that its platform does not share."""

SAME, DIFFERS, ONE_SIDED, PLAIN = "same", "differs", "one_sided", "plain"
"""How the two values of a line compare; `plain` where they are not to be compared."""


@dataclass(frozen=True)
class Attribute:
    """One line of the comparison.

    Attributes:
        title: in Chinese.
        shown: columns of the mention table, the first that is filled is what the steward reads.
        compared: columns whose first filled one is compared; none for a line that is only to be read.
        attribute: the attribute of the kind it shows; '' where it shows none.
    """

    title: str
    shown: tuple[str, ...]
    compared: tuple[str, ...]
    attribute: str = ""


def _both(title: str, *standard: str, raw: str = "", attribute: str = "") -> Attribute:
    return Attribute(title, (raw, *standard) if raw else standard, standard, attribute)


STANDARD_ADDRESS = "standard_address"
RELATED = "related"
"""Columns that are made for the review: see `make_side`."""

CLAIMED_ON = Attribute("主张日期", ("claimed_on",), ())
"""Of rows without a date of their own that of their delivery: it moves with every delivery, whatever the row says."""


@dataclass(frozen=True)
class Lines:
    """What a steward sees of a kind.

    Attributes:
        kind: its name.
        attributes: of a mention; the last is `CLAIMED_ON`.
        golden: of the golden record of the entity a mention lies in: title and column.
        comparisons: comparison → its Chinese word.
    """

    kind: str
    attributes: tuple[Attribute, ...]
    golden: tuple[tuple[str, str], ...]
    comparisons: Mapping[str, str]


def comparison_words(model: DataModel, kind: str) -> Mapping[str, str]:
    """Comparison of the specification of a kind → its Chinese word: what the kind declares, else the title of an attribute."""
    declared = model.kinds[kind].comparisons if kind in model.kinds else {}
    return {"prior": "先验", **model.titles(kind), **declared}


@cache
def lines_of(model: DataModel, kind: str) -> Lines:
    """The lines of a kind, as its declaration says: every attribute read from a row, and the golden values that were chosen."""
    attributes = [line for name in model.kinds[kind].attributes for line in _lines(model, kind, name)]
    if any(other.ties.get(kind) for other in model.kinds.values()):
        attributes.append(_both("同行人员", RELATED))
    golden = [
        (model.title(kind, name), name)
        for name, attribute in model.kinds[kind].attributes.items()
        if attribute.golden and attribute.review == "compare" and model.type_of(kind, name).type != "grid"
    ]
    return Lines(kind, (*attributes, CLAIMED_ON), tuple(golden), comparison_words(model, kind))


def _lines(model: DataModel, kind: str, name: str) -> Iterator[Attribute]:
    attribute = model.kinds[kind].attributes[name]
    if attribute.review == "no" or not attribute.type:
        return
    title, columns = attribute.label or attribute.zh, model.columns(kind, name)
    raw, compared = columns.get(RAW, ""), attribute.review == "compare"
    if attribute.type == "address":
        yield Attribute(f"{title}原文", (raw,), (), name)
        if compared:
            yield _both(title, STANDARD_ADDRESS, attribute=name)
        return
    standard = tuple(columns[o] for o in columns if o in ("value", "key", "legible")) or (
        model.value_column(kind, name),
    )
    yield Attribute(title, (raw, *standard) if raw else standard, standard if compared else (), name)


@dataclass(frozen=True)
class Side:
    """One of the two mentions.

    Attributes:
        identity: what names it across runs.
        platform: title of its platform.
        place: file, sheet, row and role, in words.
        entity_id: entity it lies in now.
        entity_size: mentions of that entity.
        shown: what the steward reads, one text per line of the kind, '' where there is nothing; the last is `CLAIMED_ON`.
        compared: what is compared, one text per line of the kind, '' where there is nothing.
        golden: golden values of its entity, one text per golden line of the kind.
    """

    identity: MentionIdentity
    platform: str
    place: str
    entity_id: str
    entity_size: int
    shown: tuple[str, ...]
    compared: tuple[str, ...]
    golden: tuple[str, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """What is shown of the row itself, without the date of the claim."""
        return self.shown[:-1]


@dataclass(frozen=True)
class Step:
    """One line of the waterfall: comparison, level, weight (log2) and the running sum."""

    comparison: str
    level: str
    weight: float
    running: float


@dataclass(frozen=True)
class Question:
    """One pair to be judged.

    Attributes:
        lines_of_kind: what is shown of the kind.
        left: the mention of the smaller id.
        right: the other one.
        outcome: `review`; `cut`: the machine would have joined them, had their clusters fitted together; `belongs`: it had too
            little to join them; `odd`: it joined them, and the one fits its entity least.
        probability: that both are the same, 0–1.
        settles: pairs of mentions an answer decides.
        steps: the waterfall, the prior first.
        also: pairs that read the very same; the answer holds for them too.
    """

    lines_of_kind: Lines
    left: Side
    right: Side
    outcome: str
    probability: float
    settles: int
    steps: tuple[Step, ...]
    also: tuple[tuple[MentionIdentity, MentionIdentity], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[MentionIdentity, MentionIdentity], ...]:
        """All pairs an answer is about, the one shown first."""
        return ((self.left.identity, self.right.identity), *self.also)

    @property
    def kind(self) -> str:
        """The kind of both mentions."""
        return self.lines_of_kind.kind

    @property
    def token(self) -> str:
        """See `token_of`."""
        return token_of(self.kind, self.left.identity, self.right.identity)

    @property
    def content(self) -> str:
        """See `content_of`."""
        return content_of(self.left, self.right)

    def lines(self) -> list[tuple[str, str, str, str]]:
        """Title, left text, right text and how they compare; lines that are empty on both sides are left out."""
        out = []
        for attribute, *values in zip(
            self.lines_of_kind.attributes, self.left.shown, self.right.shown, self.left.compared, self.right.compared,
            strict=True,
        ):  # fmt: skip
            mark = PLAIN if WITHHELD in values[:2] else _mark(attribute, values[2], values[3])
            out.append((attribute.title, values[0], values[1], mark))
        for (title, _), left, right in zip(self.lines_of_kind.golden, self.left.golden, self.right.golden, strict=True):
            mark = SAME if left == right else DIFFERS if left and right else ONE_SIDED
            mark = PLAIN if WITHHELD in (left, right) else mark
            out.append((f"主记录·{title}", left, right, mark))
        return [line for line in out if line[1] or line[2]]


def _mark(attribute: Attribute, left: str, right: str) -> str:
    if not attribute.compared or not (left or right):
        return PLAIN
    if left and right:
        return SAME if left == right else DIFFERS
    return ONE_SIDED


def make_side(
    lines: Lines,
    mention: Mapping[str, Any],
    golden: Mapping[str, Any],
    *,
    platform: str,
    related: str,
    size: int,
    withheld: frozenset[str] = frozenset(),
    secret: frozenset[str] = frozenset(),
) -> Side:
    """What is shown of a mention.

    Args:
        lines: of the kind of the mention.
        mention: its row in the mention table of the kind.
        golden: the row of its entity in the golden table of the kind; may be empty.
        platform: title of its platform.
        related: names of the people in the same row, '' if none.
        size: mentions of its entity.
        withheld: attributes its platform does not share: the word for that stands where a value does, and nothing is compared.
        secret: attributes whose golden value nobody shares.
    """
    row = {**mention, STANDARD_ADDRESS: _standard_address(mention), RELATED: related}
    sheet = f" · {mention['sheet_name']}" if mention["sheet_name"] else ""
    role = ROLE.get(str(mention["role"]), str(mention["role"]))
    return Side(
        identity=MentionIdentity(*(mention[name] for name in IDENTITY)),
        platform=platform,
        place=f"{mention['file_name']}{sheet} · 第 {mention['row_number']} 行 · {role}",
        entity_id=str(golden.get(f"{lines.kind}_id") or ""),
        entity_size=size,
        shown=tuple(_hidden(_first(row, line.shown), line.attribute in withheld) for line in lines.attributes),
        compared=tuple("" if line.attribute in withheld else _first(row, line.compared) for line in lines.attributes),
        golden=tuple(_hidden(_text(golden.get(column)), column in secret) for _, column in lines.golden),
    )


def _hidden(text: str, hide: bool) -> str:
    return WITHHELD if hide and text else text


def token_of(kind: str, left: MentionIdentity, right: MentionIdentity) -> str:
    """Sixteen hexadecimal digits that name a pair, whichever end comes first."""
    return _digest([kind, *sorted([list(left), list(right)])])


def content_of(left: Side, right: Side) -> str:
    """Sixteen hexadecimal digits of what both rows say to a steward, the date of their claims aside: other values, another
    answer."""
    return _digest(sorted([[list(side.identity), side.said, side.compared] for side in (left, right)]))


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


def _first(row: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    return next((text for column in columns if (text := _text(row.get(column)))), "")


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


_PARTS = (
    ("community", ""),
    ("road", ""),
    ("road_number", "号"),
    ("estate", ""),
    ("building", "幢"),
    ("unit", "单元"),
    ("room", "室"),
)


def _standard_address(row: Mapping[str, Any]) -> str:
    return " ".join(f"{row[column]}{suffix}" for column, suffix in _PARTS if row.get(column))

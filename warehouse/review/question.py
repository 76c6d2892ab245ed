"""A question for a steward: are these two mentions the same? What is shown of either side, and how they compare.

Belongs here: which attributes of a mention a person needs to judge by, in which words, and when they differ. Does not: which
pairs are asked about and in which order (the stage that reads pairs), or how a workbook looks (`workbook`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.judgements.ledger import MentionIdentity
from warehouse.model.judgement import IDENTITY
from warehouse.model.vocabulary import ROLE

SAME, DIFFERS, ONE_SIDED, PLAIN = "same", "differs", "one_sided", "plain"
"""How the two values of a line compare; `plain` where they are not to be compared."""


@dataclass(frozen=True)
class Attribute:
    """One line of the comparison.

    Attributes:
        title: in Chinese.
        shown: columns of the mention table, the first that is filled is what the steward reads.
        compared: columns whose first filled one is compared; none for a line that is only to be read.
    """

    title: str
    shown: tuple[str, ...]
    compared: tuple[str, ...]


def _both(title: str, *standard: str, raw: str = "") -> Attribute:
    return Attribute(title, (raw, *standard) if raw else standard, standard)


STANDARD_ADDRESS = "standard_address"
RELATED = "related"
"""Columns that are made for the review: see `make_side`."""

_ADDRESS = (Attribute("地址原文", ("address_raw",), ()), _both("标准地址", STANDARD_ADDRESS))
CLAIMED_ON = Attribute("主张日期", ("claimed_on",), ())
"""Of rows without a date of their own that of their delivery: it moves with every delivery, whatever the row says."""

_END = (_both("网格", "grid_code", raw="grid_raw"), CLAIMED_ON)

ATTRIBUTES: Mapping[str, tuple[Attribute, ...]] = {
    "person": (
        _both("姓名", "name", raw="name_raw"),
        _both("曾用名", "former_name", raw="former_name_raw"),
        _both("证件号", "id_number", "id_number_legible", raw="id_number_raw"),
        _both("性别", "sex"),
        _both("出生日期", "birth_date"),
        _both("民族", "ethnicity"),
        _both("电话", "phone", raw="phone_raw"),
        *_ADDRESS,
        Attribute("单位", ("employer_raw",), ("employer_key",)),
        _both("户号", "household_number"),
        Attribute("与户主关系", ("household_relation",), ()),
        Attribute("文化程度", ("education",), ()),
        Attribute("婚姻状况", ("marital_status",), ()),
        Attribute("注销标志", ("deregistered",), ()),
        *_END,
    ),
    "housing": (
        *_ADDRESS,
        _both("不动产单元号", "unit_number"),
        _both("地址编码", "address_code"),
        Attribute("平台房屋编号", ("source_code",), ()),
        _both("建筑面积", "area", raw="area_raw"),
        _both("用途", "usage"),
        _both("同行人员", RELATED),
        *_END,
    ),
    "enterprise": (
        _both("名称", "name_key", raw="name_raw"),
        Attribute("曾用名", ("former_name_raw",), ("former_name",)),
        _both("信用代码", "credit_code"),
        _both("注册号", "registration_number"),
        _both("组织机构代码", "organisation_code"),
        Attribute("代码原文", ("code_raw",), ()),
        _both("法定代表人", "legal_rep_name"),
        _both("法定代表人证件号", "legal_rep_id_number"),
        _both("电话", "phone", raw="phone_raw"),
        *_ADDRESS,
        Attribute("经营地址", ("operating_address_raw",), ()),
        _both("登记状态", "status"),
        _both("成立日期", "established_on"),
        Attribute("注册资本", ("capital_raw",), ()),
        Attribute("经营范围", ("business_scope",), ()),
        *_END,
    ),
}
"""What a steward sees of a mention, by kind."""

GOLDEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "person": (
        ("姓名", "name"),
        ("证件号", "id_number"),
        ("性别", "sex"),
        ("出生日期", "birth_date"),
        ("电话", "phone"),
        ("居住地址", "residence"),
        ("户籍地址", "registered_address"),
    ),
    "housing": (("标准地址", "address"), ("不动产单元号", "unit_number"), ("建筑面积", "area"), ("用途", "usage")),
    "enterprise": (
        ("名称", "name"),
        ("信用代码", "credit_code"),
        ("注册号", "registration_number"),
        ("法定代表人", "legal_rep_name"),
        ("电话", "phone"),
        ("住所", "address"),
        ("登记状态", "status"),
    ),
}
"""What a steward sees of the golden record of the entity a mention lies in: title, golden column."""


@dataclass(frozen=True)
class Side:
    """One of the two mentions.

    Attributes:
        identity: what names it across runs.
        platform: title of its platform.
        place: file, sheet, row and role, in words.
        entity_id: entity it lies in now.
        entity_size: mentions of that entity.
        shown: what the steward reads, one text per attribute of the kind, '' where there is nothing; the last is `CLAIMED_ON`.
        compared: what is compared, one text per attribute of the kind, '' where there is nothing.
        golden: golden values of its entity, one text per line of `GOLDEN`.
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
        kind: person, housing, enterprise.
        left: the mention of the smaller id.
        right: the other one.
        outcome: `review`, or `cut`: the machine would have joined them and a constraint kept them apart.
        probability: that both are the same, 0–1.
        settles: pairs of mentions an answer decides.
        steps: the waterfall, the prior first.
    """

    kind: str
    left: Side
    right: Side
    outcome: str
    probability: float
    settles: int
    steps: tuple[Step, ...]

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
            ATTRIBUTES[self.kind], self.left.shown, self.right.shown, self.left.compared, self.right.compared,
            strict=True,
        ):  # fmt: skip
            out.append((attribute.title, values[0], values[1], _mark(attribute, values[2], values[3])))
        for (title, _), left, right in zip(GOLDEN[self.kind], self.left.golden, self.right.golden, strict=True):
            mark = SAME if left == right else DIFFERS if left and right else ONE_SIDED
            out.append((f"主记录·{title}", left, right, mark))
        return [line for line in out if line[1] or line[2]]


def _mark(attribute: Attribute, left: str, right: str) -> str:
    if not attribute.compared or not (left or right):
        return PLAIN
    if left and right:
        return SAME if left == right else DIFFERS
    return ONE_SIDED


def make_side(
    kind: str, mention: Mapping[str, Any], golden: Mapping[str, Any], *, platform: str, related: str, size: int
) -> Side:
    """What is shown of a mention.

    Args:
        kind: of the mention.
        mention: its row under `MENTIONS[kind]`.
        golden: the row of its entity under `base.GOLDEN[kind]`; may be empty.
        platform: title of its platform.
        related: names of the people in the same row, '' if none.
        size: mentions of its entity.
    """
    row = {**mention, STANDARD_ADDRESS: _standard_address(mention), RELATED: related}
    sheet = f" · {mention['sheet_name']}" if mention["sheet_name"] else ""
    role = ROLE.get(str(mention["role"]), str(mention["role"]))
    return Side(
        identity=MentionIdentity(*(mention[name] for name in IDENTITY)),
        platform=platform,
        place=f"{mention['file_name']}{sheet} · 第 {mention['row_number']} 行 · {role}",
        entity_id=str(golden.get(f"{kind}_id") or ""),
        entity_size=size,
        shown=tuple(_first(row, attribute.shown) for attribute in ATTRIBUTES[kind]),
        compared=tuple(_first(row, attribute.compared) for attribute in ATTRIBUTES[kind]),
        golden=tuple(_text(golden.get(column)) for _, column in GOLDEN[kind]),
    )


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

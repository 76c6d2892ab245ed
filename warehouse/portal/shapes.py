"""What the API takes and gives, as its description says. Moments are UTC; shares and probabilities 0–1.

Belongs here: shapes. Does not: where the values come from.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from warehouse.portal import entity as entities
from warehouse.portal.extracts import File
from warehouse.portal.search import Found
from warehouse.verification import Request

T = TypeVar("T")
Short = Annotated[str, Field(max_length=64)]
Value = Annotated[str, Field(max_length=200)]
Why = Annotated[str, Field(max_length=500)]


class Given(BaseModel):
    """What is given; of a line only what is declared here."""

    model_config = ConfigDict(extra="ignore")


class Wanted(BaseModel):
    """What is taken; unknown keys are refused, and so is text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Problem(Given):
    """Why a call was refused (RFC 9457)."""

    type: str
    title: str
    status: int


class Lines(Given, Generic[T]):
    """A page of a list; `next` is the `after` of the next page, null where this is the last."""

    items: list[T]
    next: int | None


class Platform(Given):
    """A platform of the department."""

    platform: str
    title_zh: str
    title_en: str
    cadence: str
    freshness: str
    last_delivered_on: date | None
    rows_current: int
    rejected: int
    held: int
    quality_score: float | None


class Platforms(Lines[Platform]):
    """The platforms in a release."""

    release: str


class RejectedRow(Given):
    """A row that was sent back; without a number it is the whole file."""

    file_name: str
    sheet_name: str
    row_number: int | None
    column: str | None
    reason_code: str
    reason: str


class RejectedRows(Lines[RejectedRow]):
    """Rows of a platform that were sent back."""

    release: str


class Finding(Given):
    """Something to do: what the row says (`written`), what to put there (`value`), who says so, how certain it is, and what the
    department said of it (`state`)."""

    finding: str
    action: str
    platform: str
    file_name: str
    sheet_name: str
    row_number: int
    role: str
    entity_kind: str
    entity_id: str
    attribute: str
    key: str | None
    name: str | None
    written: str | None
    value: str | None
    departments: str | None
    last_claimed_on: date | None
    certainty: float | None
    state: str | None


class Findings(Lines[Finding]):
    """The work list of a release."""

    release: str


class Answer(Wanted):
    """What the department says of a finding; who refuses says why, or what is right."""

    finding: Short
    accepts: bool
    right_value: Value = ""
    why: Why = ""


class Answers(Wanted):
    """Answers, all recorded at once."""

    answers: Annotated[list[Answer], Field(max_length=10_000)]


class Taken(Given):
    """Numbers of the requests made, and finding → why not."""

    requests: list[str]
    refused: dict[str, str]


class Verification(Given):
    """A request and its state; `rows` are those of the department that is asked."""

    number: str
    finding: str
    state: str
    department: str
    sources: list[str]
    entity_kind: str
    attribute: str
    own_value: str
    golden_value: str
    right_value: str
    why: str
    requested_at: datetime
    due_on: date | None
    reply: str
    reply_value: str
    replied_at: datetime | None
    rows: list[str]


class Verifications(Lines[Verification]):
    """Requests, newest first."""


class Reply(Wanted):
    """What the source says."""

    confirms: bool
    right_value: Value = ""
    why: Why = ""


class Done(Given):
    """The request that was settled."""

    number: str


class Extract(Given):
    """An extract with its files; `tag` is the entity tag of all of them."""

    version: str
    tag: str
    written_at: datetime
    files: tuple[File, ...]


class Extracts(Lines[Extract]):
    """The extracts of the department."""


class Search(Wanted):
    """What is looked for."""

    typed: Value


class Hit(Given):
    """An entity that was found, and how."""

    kind: str
    entity_id: str
    title: str
    why: str
    mentions: int
    details: dict[str, str]


class Hits(Lines[Hit]):
    """What was found, best first."""

    release: str


class Claim(Given):
    """Who claims what of an attribute."""

    value: str | None
    value_raw: str | None
    is_valid: bool
    is_golden: bool
    reason: str
    claimed_on: date | None
    platform: str


class GoldenValue(Given):
    """A golden value with the claims on its attribute."""

    attribute: str
    title_zh: str
    title_en: str
    value: str
    claims: list[Claim]


class Relation(Given):
    """A relation to another entity."""

    relation: str
    kind: str
    entity_id: str
    title: str
    is_current: bool


class Entity(Given):
    """An entity; `heirs` are the ids it lives on under, then nothing else is there."""

    release: str
    kind: str
    entity_id: str
    heirs: list[str]
    title: str
    mention_count: int
    values: list[GoldenValue]
    relations: list[Relation]


def verification(request: Request, department: str) -> Verification:
    """A request as a department sees it."""
    return Verification(
        number=request.request_id, finding=request.finding, state=request.state, department=request.department,
        sources=request.sources, entity_kind=request.kind, attribute=request.attribute, own_value=request.own_value,
        golden_value=request.golden_value, right_value=request.right_value, why=request.why, requested_at=request.said_at,
        due_on=request.due_on, reply=request.reply, reply_value=request.reply_value, replied_at=request.replied_at,
        rows=[a.place for a in request.asked if a.department == department],
    )  # fmt: skip


def hit(found: Found) -> Hit:
    """An entity that was found."""
    details = {zh: value for zh, _, value in found.details}
    return Hit(
        kind=found.kind, entity_id=found.entity_id, title=found.title, why=found.why, mentions=found.mentions, details=details
    )  # fmt: skip


def entity(version: str, shown: entities.Entity) -> Entity:
    """An entity as a reader may see it."""
    values = [
        GoldenValue(
            attribute=v.attribute, title_zh=v.zh, title_en=v.en, value=v.text, claims=[_claim(c) for c in v.claims]
        )
        for v in shown.values
    ]
    relations = [
        Relation(relation=t.relation, kind=t.kind, entity_id=t.entity_id, title=t.title, is_current=t.is_current)
        for t in shown.ties
    ]
    return Entity(
        release=version, kind=shown.kind, entity_id=shown.entity_id, heirs=list(shown.heirs), title=shown.title,
        mention_count=shown.mention_count, values=values, relations=relations,
    )  # fmt: skip


def _claim(line: dict[str, Any]) -> Claim:
    return Claim.model_validate(line)

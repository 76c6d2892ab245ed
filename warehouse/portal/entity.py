"""Everything one reader may see of one entity: golden values with their source, claims, mentions, relations, history.

Belongs here: gathering. Does not: the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warehouse.portal.search import entity_kind, title_of, visible
from warehouse.portal.shelf import Release
from warehouse.portal.sight import Sight, cleared, secrets

MOST = 200
"""Mentions, claims and relations shown at most."""


@dataclass(frozen=True)
class Value:
    """A golden value: its attribute, titles, the text, and the claims on the attribute, the winning one first."""

    attribute: str
    zh: str
    en: str
    text: str
    claims: tuple[dict[str, Any], ...]

    @property
    def source(self) -> dict[str, Any] | None:
        """The claim the value was taken from; None where it may not be seen."""
        return next((claim for claim in self.claims if claim["is_source"]), None)

    @property
    def disputed(self) -> bool:
        """Whether a golden value was chosen and a claim says otherwise."""
        return bool(self.text) and any(not claim["is_golden"] and claim["value"] is not None for claim in self.claims)


@dataclass(frozen=True)
class Tie:
    """A relation to another entity: what it is, to whom, since when, who says so, whether it holds."""

    relation: str
    kind: str
    entity_id: str
    title: str
    platforms: tuple[str, ...]
    since: Any
    until: Any
    is_current: bool


@dataclass(frozen=True)
class Entity:
    """One entity as a page shows it.

    Attributes:
        kind, entity_id: which.
        heirs: ids it lives on under; then nothing else is filled but events.
        title: what it is called.
        values: golden values; attributes without one whose claims may be seen come last.
        mentions, ties, events: rows of the release, see `link`.
        mention_count: mentions there are, of which `MOST` are shown.
    """

    kind: str
    entity_id: str
    heirs: tuple[str, ...]
    title: str = ""
    values: tuple[Value, ...] = ()
    mentions: tuple[dict[str, Any], ...] = ()
    ties: tuple[Tie, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    mention_count: int = 0


def entity(release: Release, entity_id: str, sight: Sight) -> Entity | None:
    """An entity; None where there is none, or the reader may not know of it: nobody is told which."""
    kind = entity_kind(release, entity_id)
    if kind is None:
        return None
    rows = release.rows(f"select * from base.{kind} where {kind}_id = ?", entity_id)
    events = release.rows(
        "select release, event::varchar as event, other_id from link.history where entity_id = ? order by all",
        entity_id,
    )
    if not rows:
        heirs = release.rows("select new_id from link.redirect where old_id = ? order by new_id", entity_id)
        known = [h["new_id"] for h in heirs if _knows(release, kind, h["new_id"], sight)]
        return Entity(kind, entity_id, tuple(known), events=tuple(events)) if known else None
    row = rows[0]
    if not sight.knows(row["platforms"]):
        return None
    row = cleared(row, kind, secrets(release, sight, kind, [entity_id]))
    return Entity(
        kind,
        entity_id,
        (),
        title_of(kind, row, sight) or entity_id,
        _values(release, kind, row, sight),
        _mentions(release, kind, entity_id, sight),
        tuple(_ties(release, kind, entity_id, sight)),
        tuple(events),
        row["mention_count"],
    )


def _knows(release: Release, kind: str, entity_id: str, sight: Sight) -> bool:
    rows = release.rows(f"select platforms from base.{kind} where {kind}_id = ?", entity_id)
    return bool(rows) and sight.knows(rows[0]["platforms"])


def _values(release: Release, kind: str, row: dict[str, Any], sight: Sight) -> tuple[Value, ...]:
    claims = release.rows(
        "select a.attribute, attribute_title, value, value_raw, is_valid, is_golden, is_source, reason::varchar as reason,"
        " claimed_on, a.platform, title_zh, title_en, file_name, sheet_name, row_number, role"
        " from evidence.attribute a left join catalogue.platform p using (platform)"
        " where entity_kind = ? and entity_id = ?"
        " order by is_source desc, is_golden desc, authority desc, claimed_on desc nulls last, a.platform, file_name, row_number",
        kind, row[f"{kind}_id"],
    )  # fmt: skip
    seen = [c for c in claims if sight.sees_claim(kind, c["attribute"], c["platform"], c["role"])]
    golden = visible(release, kind, row, sight)
    found = [
        Value(name, zh, en, text, tuple(c for c in seen if c["attribute"] == name)[:MOST])
        for name, zh, en, text in golden
    ]
    named = {value.attribute for value in found}
    declared = release.home.data_model.kinds[kind].attributes
    for name in dict.fromkeys(c["attribute"] for c in seen if c["attribute"] not in named):
        own = tuple(c for c in seen if c["attribute"] == name)[:MOST]
        english = declared[name].en if name in declared else name
        found.append(Value(name, own[0]["attribute_title"], english, "", own))
    return tuple(found)


def _mentions(release: Release, kind: str, entity_id: str, sight: Sight) -> tuple[dict[str, Any], ...]:
    found = release.rows(
        "select m.platform, title_zh, title_en, file_name, sheet_name, row_number, role, claimed_on, match_probability"
        " from link.mention m left join catalogue.platform p using (platform)"
        f" where entity_kind = ? and entity_id = ? order by m.platform, file_name, sheet_name, row_number, role limit {MOST}",
        kind, entity_id,
    )  # fmt: skip
    # Where a row of somebody else's stands is nothing a department needs: that it is known there is enough.
    hidden = {"file_name": "", "sheet_name": "", "row_number": None, "role": ""}
    return tuple(m if not sight.limited or m["platform"] in sight.platforms else {**m, **hidden} for m in found)


def _ties(release: Release, kind: str, entity_id: str, sight: Sight) -> list[Tie]:
    model, out = release.home.data_model, []
    for relation in model.relations:
        ends = (relation.left, relation.right)
        for own, other in dict.fromkeys((ends, ends[::-1])):
            if own != kind:
                continue
            rows = release.rows(
                f"select r.relation::varchar as relation, r.{other}_id as other_id, r.platforms as said_by,"
                f" r.first_claimed_on, r.last_claimed_on, r.is_current from {relation.table.full_name} r where r.{own}_id = ?"
                f" order by is_current desc, r.last_claimed_on desc nulls last, other_id limit {MOST}",
                entity_id,
            )
            told = [row for row in rows if _tells(row, sight)]
            records = {r[f"{other}_id"]: r for r in release.golden(other, [row["other_id"] for row in told])}
            secret = secrets(release, sight, other, list(records))
            words = {name: r.zh for name, r in relation.tie.relations.items()}
            out += [
                Tie(
                    words.get(row["relation"], row["relation"]), other, row["other_id"],
                    title_of(other, cleared(records[row["other_id"]], other, secret), sight) or row["other_id"], tuple(row["said_by"].split()),
                    row["first_claimed_on"], row["last_claimed_on"], row["is_current"],
                )
                for row in told
                if row["other_id"] in records
            ]  # fmt: skip
    return out


def _tells(row: dict[str, Any], sight: Sight) -> bool:
    """Whether a reader may know of a relation: where there is a limit, one of his own platforms says so."""
    return sight.knows(row["said_by"])

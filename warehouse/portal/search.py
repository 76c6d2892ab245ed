"""From what somebody types to entities: an id, a number, a name with a slip, a pinyin, an address.

Belongs here: reading what is typed and ranking what is found. Does not: the index (`search_index`), who sees what (`sight`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import JaroWinkler

from warehouse.portal.search_index import EXACT, SHORTEST_SLIP, SLIP, SOUND, TOKEN, Index, index_of, plain, slips, sound
from warehouse.portal.shelf import ENTITY, Release
from warehouse.portal.sight import Sight, cleared, secrets

Place = tuple[str, str, str]
"""Kind, entity, and the attribute it was found by, '' for its id."""

Hits = dict[tuple[str, str], tuple[str, str]]
"""Kind and entity → why it was found, and by which attribute."""

LIMIT = 40
READ = 80
"""Records of a kind read whole at most: more than are shown, because what a reader may not see falls out."""

TITLES = ("name", "title", "address", "category", "content")
"""What an entity is called by, the first of these it has."""

CANDIDATES = 2_000
LONGEST = 100
NUMBER = re.compile(r"(?:\+?86)?([0-9]{6,18}[0-9X])")
WHY = {
    "id": ("编号", "id"),
    "number": ("号码相同", "same number"),
    "exact": ("相同", "as typed"),
    "sound": ("同音", "sounds the same"),
    "slip": ("差一字", "one character off"),
    "part": ("含有", "contains it"),
}


@dataclass(frozen=True)
class Found:
    """One entity found.

    Attributes:
        kind: its kind.
        entity_id: its id.
        title: what it is called, as far as the reader may see it.
        details: title of an attribute in Chinese, in English, and its value, a few.
        why: how it was found, a key of `WHY`.
        mentions: how many rows tell of it.
    """

    kind: str
    entity_id: str
    title: str
    details: tuple[tuple[str, str, str], ...]
    why: str
    mentions: int


def search(release: Release, typed: str, sight: Sight) -> list[Found]:
    """What is found for what was typed, best first; at most `LIMIT`."""
    text = plain(typed[:LONGEST])
    if len(text) < 2:
        return []
    index = index_for(release)
    hits: Hits = {}
    for why, found in _ways(release, index, text, typed, sight):
        for kind, entity, attribute in found:
            hits.setdefault((kind, entity), (why, attribute))
        if len(hits) >= LIMIT:
            break
    return _shown(release, hits, sight, text)


def index_for(release: Release) -> Index:
    """The index of a release; made at the first call where there is none."""
    return release.kept("search index", lambda r: index_of(r.home, r.version))


def entity_kind(release: Release, entity_id: str) -> str | None:
    """The kind of an id by its letter; None where it can't be an id."""
    if not ENTITY.fullmatch(entity_id):
        return None
    prefixes = release.home.data_model.prefixes
    return next((kind for kind, letter in prefixes.items() if entity_id.startswith(letter)), None)


def _ways(release: Release, index: Index, text: str, typed: str, sight: Sight) -> Iterable[tuple[str, list[Place]]]:
    kind = entity_kind(release, text)
    if kind:
        yield "id", [(kind, text, "")]
    number = NUMBER.fullmatch(text)
    if number:
        yield "number", _keyed(index, {TOKEN + release.token(number[1]), EXACT + text}, sight)
        return
    yield "exact", _keyed(index, {EXACT + text}, sight)
    yield "sound", _keyed(index, {SOUND + sound(text)}, sight)
    shorter = slips(text) if len(text) >= SHORTEST_SLIP else [text]  # of two characters one left is a surname
    yield "slip", _keyed(index, {SLIP + slip for slip in shorter}, sight)
    yield "part", _parts(release, typed, sight)


def _keyed(index: Index, keys: set[str], sight: Sight) -> list[Place]:
    found = index.find(sorted(keys), CANDIDATES)
    return [(kind, entity, attribute) for _, kind, attribute, entity in found if sight.sees(kind, attribute)]


def _parts(release: Release, typed: str, sight: Sight) -> list[Place]:
    """Names of firms and addresses of homes that hold all parts of what was typed; a number stands for itself alone."""
    parts = re.findall(r"[0-9]+|[^0-9\s]+", typed.strip())
    if not parts or max(map(len, parts)) < 2:
        return []
    model, found = release.home.data_model, []
    for kind, column in (("housing", "address"), ("enterprise", "name")):
        if kind in model.kinds and sight.sees(kind, column):
            # A text is looked for ten times faster than a pattern; that a number stands for itself is asked of what is left.
            holds = " and ".join(f'contains("{column}", ?)' for _ in parts)
            numbers = [rf"(?:^|[^0-9]){p}(?:[^0-9]|$)" for p in parts if p.isdigit()]
            whole = "".join(f' and regexp_matches("{column}", ?)' for _ in numbers)
            query = (
                f'with held as materialized (select {kind}_id as id, "{column}", mention_count from base.{kind} where {holds})'
                f" select id from held where true{whole} order by mention_count desc, id limit {LIMIT}"
            )
            found += [(kind, row["id"], column) for row in release.rows(query, *parts, *numbers)]
    return found


def _shown(release: Release, hits: Hits, sight: Sight, text: str) -> list[Found]:
    out = []
    for kind in dict.fromkeys(kind for kind, _ in hits):
        ids = _best(release, kind, {entity: why for (k, entity), (why, _) in hits.items() if k == kind}, sight, text)
        secret = secrets(release, sight, kind, ids)
        for row in release.golden(kind, ids):
            entity = row[f"{kind}_id"]
            why, attribute = hits[kind, entity]
            if sight.knows(row["platforms"]) and (entity, attribute) not in secret:
                out.append(_found(release, kind, cleared(row, kind, secret), sight, why))
    out.sort(key=lambda f: _rank(f.why, f.title, f.mentions, f.entity_id, text))
    return out[:LIMIT]


def _best(release: Release, kind: str, whys: Mapping[str, str], sight: Sight, text: str) -> list[str]:
    """The ids that may be shown, the best `READ` of them: of hundreds that sound alike not every record is read whole."""
    if len(whys) <= READ:
        return list(whys)
    described = release.kept(f"columns {kind}", lambda r: {c["column_name"] for c in r.rows(f"describe base.{kind}")})
    read = [*(name for name in TITLES if name in described), "platforms", "mention_count"]
    rows = [row for row in release.golden(kind, whys, read) if sight.knows(row["platforms"])]
    key = f"{kind}_id"
    rows.sort(key=lambda r: _rank(whys[r[key]], title_of(kind, r, sight), r["mention_count"], r[key], text))
    return [row[key] for row in rows[:READ]]


def _rank(why: str, title: str, mentions: int, entity: str, text: str) -> tuple[int, float, int, str]:
    """What stands first: the surer way, the closer title, the one more rows tell of."""
    return list(WHY).index(why), -JaroWinkler.similarity(plain(title), text), -mentions, entity


def _found(release: Release, kind: str, row: Mapping[str, Any], sight: Sight, why: str) -> Found:
    entity = row[f"{kind}_id"]
    details = visible(release, kind, row, sight)
    title = title_of(kind, row, sight) or entity
    further = tuple((zh, en, value) for name, zh, en, value in details if value != title)[:5]
    return Found(kind, entity, title, further, why, row["mention_count"])


def title_of(kind: str, row: Mapping[str, Any], sight: Sight) -> str:
    """What an entity is called: its name, else its address, else what it is; '' where the reader may see none of it."""
    for name in TITLES:
        if row.get(name) and sight.sees(kind, name):
            return str(row[name])
    return ""


def visible(release: Release, kind: str, row: Mapping[str, Any], sight: Sight) -> list[tuple[str, str, str, str]]:
    """Golden values of a record that the reader may see: attribute, its titles in Chinese and English, the value."""
    model, out = release.home.data_model, []
    declared = model.kinds[kind].attributes
    for name in declared:
        value = row.get(f"{name}_masked", row.get(name))
        if value is not None and sight.sees(kind, name):
            out.append(
                (name, declared[name].zh, declared[name].en, f"{value:g}" if isinstance(value, float) else str(value))
            )
    return out

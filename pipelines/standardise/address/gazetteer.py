"""The gazetteer: which places exist, under which names, and which dwellings they hold.

Built from the standard-address platform's reference, one row per dwelling. It ties road and number to an estate, an
alias to its estate, an estate to its community and street, a dwelling to its grid. It answers look-ups only; what a whole
address comes to is decided in `resolve`.

Every look-up is a hash or a join. Names written wrongly are found through the names with one character left out (the
symmetric-delete scheme of SymSpell), so a city with ten thousand estates costs no more per look-up than one with ten.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pypinyin import Style, pinyin

from pipelines.standardise.address.notation import fold_text, name_key, numbers
from pipelines.standardise.address.own_division import OwnDivision
from warehouse.model.session import connect
from warehouse.model.sql import statement

PACKAGE = __package__ or ""

REFERENCE_COLUMNS = (
    *("address_code", "county", "street", "community", "grid_code", "road", "road_number"),
    *("estate", "aliases", "building", "unit", "room"),
)
PLACE_COLUMNS = ["place", "street", "community", "estate", "road", "road_number", "grid_code", "village"]
_NAME_COLUMNS = ("county", "street", "community", "road", "estate")
_NUMBER_COLUMNS = ("road_number", "building", "unit", "room")
_DRAWN = ("place_building", "place_grid", "place_position")
_ALIAS_BREAK = re.compile(r"[、,，;；|/]")
_COMMUNITY_TAIL = re.compile(r"(?:社区居委会|社区居民委员会|社区|居民委员会|居委会|村村委会|村民委员会|村委会|村)$")
_DISTINGUISHING = frozenset(
    "东西南北中上下前后内外新老旧大小左右0123456789一二三四五六七八九十甲乙丙丁ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
"""Characters that tell two real names apart (城东路, 城西路): never taken for a slip of the pen."""


@dataclass(frozen=True)
class NameIndex:
    """Names to what they stand for, by exact key, and by key with one character lost or changed."""

    targets: dict[str, tuple[int, ...]]
    deletes: dict[str, tuple[str, ...]] = field(repr=False)
    longest: int = 0

    @classmethod
    def of(cls, named: Iterable[tuple[str, int]]) -> NameIndex:
        """Index `(name key, target)` pairs; one name may stand for several targets."""
        targets: defaultdict[str, set[int]] = defaultdict(set)
        for key, target in named:
            if key:
                targets[key].add(target)
        deletes: defaultdict[str, set[str]] = defaultdict(set)
        for key in targets:
            if len(key) >= 3:
                for short in _without_one(key):
                    deletes[short].add(key)
        return cls(
            {key: tuple(sorted(found)) for key, found in sorted(targets.items())},
            {key: tuple(sorted(found)) for key, found in sorted(deletes.items())},
            max(map(len, targets), default=0),
        )

    def near(self, key: str) -> list[str]:
        """Known names one slip away: one character lost, added, replaced, or two neighbours swapped.

        A slip that adds, drops or exchanges a distinguishing character (东/西, 一/二, 新/老) is another name, not a slip.
        Homophones come alone where there are any. A name of two characters finds only names that lost one.
        """
        found = set(self.deletes.get(key, ()))
        if len(key) < 3:
            return sorted(found)
        for short in _without_one(key):
            if short in self.targets:
                found.add(short)
            found.update(self.deletes.get(short, ()))
        found = {name for name in found if is_slip(key, name)}
        alike = {name for name in found if len(name) == len(key) and same_sound(key, name)}
        return sorted(alike or found)


def _without_one(key: str) -> set[str]:
    return {key[:i] + key[i + 1 :] for i in range(len(key))}


@lru_cache(maxsize=65536)
def _sounds(character: str) -> frozenset[str]:
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def same_sound(left: str, right: str) -> bool:
    """Whether two names sound the same character by character, tones apart, in any reading (长: chang, zhang)."""
    return len(left) == len(right) and all(
        a == b or bool(_sounds(a) & _sounds(b)) for a, b in zip(left, right, strict=True)
    )


def is_slip(written: str, known: str) -> bool:
    """Whether `written` is `known` with one slip of the pen that turns it into no other likely name."""
    if abs(len(written) - len(known)) > 1 or written == known:
        return False
    start = 0
    while start < min(len(written), len(known)) and written[start] == known[start]:
        start += 1
    end = 0
    while end < min(len(written), len(known)) - start and written[-1 - end] == known[-1 - end]:
        end += 1
    left, right = written[start : len(written) - end], known[start : len(known) - end]
    if len(left) == len(right) == 2 and left == right[::-1]:
        return True
    if len(left) > 1 or len(right) > 1:
        return False
    if left and right and same_sound(left, right):
        return True
    # a lost character is a slip whatever it was; an added or exchanged one must not tell two names apart
    return not (left and left in _DISTINGUISHING) and not (right and left and right in _DISTINGUISHING)


@dataclass(frozen=True)
class Gazetteer:
    """Places, names and dwellings of a city.

    Attributes:
        places: `PLACE_COLUMNS`, one row per estate or village of a community, ordered by `place` 0..n-1. `village` marks
            places whose dwellings have door numbers and no buildings; `road_number` is null there, `grid_code` is null
            where the place lies in several grids.
        database: holds the tables `place`, `dwelling` (`place, building, unit, room, grid_code`, one row per standard
            dwelling) and what is drawn from them (`place_building`, `place_grid`, `place_position`).
            Take a cursor to join with them.
        names: estate and village names and aliases → places.
        roads: road names → index into `road_names`.
        numbered: (road name, number) → places.
        streets: street names and their short forms → index into `street_names`.
        communities: community names and their variants → index into `community_names`.
        division: the division the city is, as far as reference and settings say it.
        fingerprint: of the reference: with the same one every address comes to the same.
        city: code of the city, which keys of dwellings begin with; '' where the home has one city alone.
    """

    places: pa.Table
    database: duckdb.DuckDBPyConnection = field(repr=False, compare=False)
    names: NameIndex
    short_names: NameIndex
    roads: NameIndex
    road_names: tuple[str, ...]
    numbered: dict[tuple[str, str], tuple[int, ...]] = field(repr=False)
    streets: NameIndex
    street_names: tuple[str, ...]
    communities: NameIndex
    community_names: tuple[tuple[str, str], ...]
    division: OwnDivision
    estate_of: tuple[str, ...] = field(repr=False)
    street_of: tuple[str, ...] = field(repr=False)
    community_of: tuple[str, ...] = field(repr=False)
    road_of: tuple[str, ...] = field(repr=False)
    village_of: tuple[bool, ...] = field(repr=False)
    fingerprint: str
    city: str = ""

    @classmethod
    def empty(cls) -> Gazetteer:
        """A gazetteer that knows no place: addresses are then parsed only."""
        return cls.from_reference(pa.table({name: pa.array([], pa.string()) for name in REFERENCE_COLUMNS}))

    @classmethod
    def from_reference(cls, reference: pa.Table, declared: OwnDivision | None = None, *, city: str = "") -> Gazetteer:
        """Index a reference of standard addresses.

        Args:
            reference: Nullable strings `REFERENCE_COLUMNS`, one row per dwelling; missing columns count as null.
                `county` is optional: it lets an address leave its 市 or 区 out and keeps other cities' addresses apart.
                `aliases` holds any number of names between `、`, `,`, `;`, `|` or `/`. A row with neither building nor
                room is a house whose `road_number` is its door.
            declared: what the city says of its division; what it leaves open is read from `county` and `grid_code`.
            city: its code, where a home has several.

        Returns:
            The gazetteer. Rows without an estate are not indexed.
        """
        rows = _folded(reference)
        con = connect()
        con.register("reference", rows)
        for table in ("place", "dwelling", *_DRAWN):
            con.execute(f"create table {table} as {statement(PACKAGE, table)}")
        doors = con.sql(statement(PACKAGE, "road_door")).to_arrow_table()
        aliases = con.sql(statement(PACKAGE, "alias")).to_arrow_table()
        con.unregister("reference")
        division = _division(rows, declared or OwnDivision())
        return replace(cls._indexed(con, doors, aliases, division, _fingerprint(rows, division, city)), city=city)

    @staticmethod
    def fingerprint_of(reference: pa.Table, declared: OwnDivision | None = None, city: str = "") -> str:
        """The fingerprint of the gazetteer that `from_reference` makes of the same."""
        rows = _folded(reference)
        return _fingerprint(rows, _division(rows, declared or OwnDivision()), city)

    @classmethod
    def _indexed(
        cls,
        database: duckdb.DuckDBPyConnection,
        doors: pa.Table,
        aliases: pa.Table,
        division: OwnDivision,
        fingerprint: str,
    ) -> Gazetteer:
        places = database.sql("from place order by place").to_arrow_table()
        column = {name: places.column(name).to_pylist() for name in ("street", "community", "estate", "road")}
        villages = places.column("village").to_pylist()
        named = [
            (form, i)
            for i, (name, village) in enumerate(zip(column["estate"], villages, strict=True))
            for form in (village_forms(name) if village else {name_key(name)})
        ]
        for text, place in zip(aliases.column("aliases").to_pylist(), aliases.column("place").to_pylist(), strict=True):
            named += [(name_key(alias), place) for alias in _ALIAS_BREAK.split(text)]
        full = {key for key, _ in named}
        short = [(key[:-2], place) for key, place in named if key[-2:] in ("小区", "社区") and len(key) >= 4]
        road_names = sorted({road for road in doors.column("road").to_pylist() if road})
        numbered: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for road, door, place in zip(*(doors.column(c).to_pylist() for c in ("road", "door", "place")), strict=True):
            numbered[(name_key(road), door)].add(place)
        street_names = sorted({street for street in column["street"] if street})
        community_names = sorted(
            {(c, s or "") for c, s in zip(column["community"], column["street"], strict=True) if c}
        )
        return cls(
            places=places,
            database=database,
            names=NameIndex.of(named),
            short_names=NameIndex.of((key, place) for key, place in short if key not in full),
            roads=NameIndex.of((name_key(road), i) for i, road in enumerate(road_names)),
            road_names=tuple(road_names),
            numbered={key: tuple(sorted(found)) for key, found in numbered.items()},
            streets=NameIndex.of((form, i) for i, name in enumerate(street_names) for form in street_forms(name)),
            street_names=tuple(street_names),
            communities=NameIndex.of(
                (form, i) for i, (name, _) in enumerate(community_names) for form in community_forms(name)
            ),
            community_names=tuple(community_names),
            division=division,
            estate_of=tuple(v or "" for v in column["estate"]),
            street_of=tuple(v or "" for v in column["street"]),
            community_of=tuple(v or "" for v in column["community"]),
            road_of=tuple(v or "" for v in column["road"]),
            village_of=tuple(villages),
            fingerprint=fingerprint,
        )


def village_forms(name: str) -> set[str]:
    """Ways to write a place of a village: 石塘里, 石塘里自然村; 上塘自然村, 上塘村, 上塘."""
    key = name_key(name)
    core = key.removesuffix("自然村").removesuffix("村")
    forms = {key, key.removesuffix("村").removesuffix("自然") + "自然村"}
    return forms | {core, core + "村"} if key.endswith("自然村") and len(core) >= 2 else forms


def street_forms(name: str) -> set[str]:
    """Ways to write a street or town: 云溪街道, 云溪街道办事处, 云溪街办."""
    key = name_key(name).removesuffix("办事处")
    forms = {key, key + "办事处", key + "人民政府"}
    if key.endswith("街道"):
        forms.add(key[:-1] + "办")
    return forms


def community_forms(name: str) -> set[str]:
    """Ways to write a community or village: 云溪社区居委会, 云溪社区, 云溪居委会; 下田村村委会, 下田村."""
    key = name_key(name)
    core = _COMMUNITY_TAIL.sub("", key)
    if len(core) < 2:
        return {key}
    if "社区" in key or "居" in key[len(core) :]:
        return {key, *(core + tail for tail in ("社区", "社区居委会", "社区居民委员会", "居委会", "居民委员会"))}
    return {key, *(core + tail for tail in ("村", "行政村", "村村委会", "村委会", "村民委员会", "村村民委员会"))}


def _folded(reference: pa.Table) -> pa.Table:
    """The reference with every column present, names folded to one notation and numbers in their one form."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for name in REFERENCE_COLUMNS:
        if name not in reference.column_names:
            columns[name] = pa.nulls(reference.num_rows, pa.string())
            continue
        values = reference.column(name).cast(pa.string())
        if name in _NAME_COLUMNS:
            values = fold_text(values)
        elif name in _NUMBER_COLUMNS:
            values = numbers(values)
        columns[name] = values
    return pa.table(columns)


def _fingerprint(rows: pa.Table, division: OwnDivision, city: str) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows.combine_chunks())
    said = (
        f"{division.province} {division.prefecture} {' '.join(sorted(division.counties))}{f' {city}' if city else ''}"
    )
    return hashlib.sha256(sink.getvalue().to_pybytes() + said.encode()).hexdigest()


def _division(rows: pa.Table, declared: OwnDivision) -> OwnDivision:
    """What is declared of the city's division, and what the reference says where nothing is."""
    named = (name for name in pc.unique(rows.column("county")).to_pylist() if name)
    codes = pc.drop_null(rows.column("grid_code")).to_pylist()
    found = OwnDivision.of(named, codes)
    return OwnDivision(declared.province or found.province, declared.prefecture, declared.counties | found.counties)

"""What the specification of persons compares: columns of their mentions, and what homes and firms add to them.

Belongs here: choosing one value where a mention gives several, filling a birth date from the identity number, looking up
the home or the firm a mention is tied to. Does not: standardising, or comparing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import numbered
from pipelines.matching.engine.hashing import Hashes, value_hashes
from pipelines.matching.inputs.coded import Coded, CodedTable
from pipelines.matching.inputs.kind_inputs import Dependencies, Sight, Slots
from pipelines.matching.inputs.mention_columns import MentionColumns
from pipelines.matching.inputs.mention_index import content_hashes
from pipelines.matching.inputs.slots import find
from pipelines.parallel import each
from warehouse.model.session import connect

HOME, FIRM = "housing", "enterprise"
"""The kinds a person is compared by: where it lives, where it works."""

LIVED_IN = ("community", "estate", "building", "unit", "room", "dwelling")
"""Address columns a person takes over from the housing mention of the same row."""

ROUNDED = "rounded_number"
"""Flag: a spreadsheet has rounded the valid identity number of the mention."""


@dataclass(frozen=True)
class PersonInputs:
    """What matching reads of persons. A person tied to no home has the one its dwelling key leads to."""

    columns: tuple[str, ...] = (
        "name_key", "name_pinyin", "former_name", "surname", "name_form", "id_number", "id_number_legible", "birth_date",
        "birth_date_precision", "sex", "ethnicity", "phone", "phone_2", "document_number", *LIVED_IN,
    )  # fmt: skip
    points_to: tuple[str, ...] = (HOME, FIRM)
    reads: tuple[str, ...] = ()
    flags: tuple[str, ...] = (ROUNDED,)

    def depend(
        self, kind: str, mentions: Mapping[str, MentionColumns], slots: Mapping[str, Slots], threads: int
    ) -> Dependencies:
        """Homes and firms persons point to, and which of their numbers were rounded."""
        persons, housing = mentions[kind], mentions[HOME]
        rounded = _rounded(persons)
        homes, firms = (_pointers(persons.select([f"{other}_mention_id"])[0]) for other in self.points_to)
        lived_in = _lived_in(housing, homes, threads)
        at_home = slots[HOME].of(np.where(homes < 0, _led_to(persons, housing, slots[HOME]), homes))
        at_firm = slots[FIRM].of(firms)
        hashes = (rounded.astype(np.uint64), lived_in, slots[HOME].key_of(at_home), slots[FIRM].key_of(at_firm))
        return Dependencies({HOME: at_home, FIRM: at_firm}, {ROUNDED: rounded}, hashes)

    def view(self, sight: Sight) -> CodedTable:
        """See `coded_persons`."""
        some, rounded = sight.columns(), sight.flag(ROUNDED)
        homes, places = sight.pointed(HOME), sight.columns_of(HOME).select(LIVED_IN)
        place = places.take(homes["mention_id"])
        for name in LIVED_IN:
            homes = homes.append_column(name, place[name])
        numbers = pc.unique(pc.drop_null(some["id_number"].filter(pa.array(rounded))))
        return coded_persons(some, homes, sight.pointed(FIRM), sight.threads, numbers)


INPUTS = PersonInputs()


def coded_persons(
    mentions: pa.Table,
    housing: pa.Table | None,
    enterprise: pa.Table | None,
    threads: int = 1,
    rounded: pa.Array | None = None,
) -> CodedTable:
    """The columns the person spec reads.

    Args:
        mentions: PERSON_MENTION.
        housing: columns `mention_id`, `cluster_id` and the address columns of housing mentions, or None.
        enterprise: columns `mention_id`, `cluster_id` of enterprise mentions, or None.
        threads: columns made at a time.
        rounded: what `rounded_numbers` finds in all mentions, where these are but some of them.

    Returns:
        One row per mention: `id_number` (valid), `id_text` (18 characters, `*` illegible), `name_key` (null where only a
        surname is given), `name_pinyin`, `former_name`, `surname`, `name_form`, `birth` (`yyyymmdd`, `yyyymm`, `yyyy`),
        `sex`, `ethnicity`, `document_number`, `phone`, `phone_2`, the address columns, `home` (resolved dwelling), `firm` (resolved
        enterprise).
    """
    place, told, names, firm = each(  # those that take longest first
        lambda columns: columns(),
        (
            lambda: _inherited(mentions, housing, threads),
            lambda: _told_by_number(mentions, rounded),
            lambda: _names(mentions),
            lambda: {"firm": _resolved(mentions.column("enterprise_mention_id"), enterprise)},
        ),
        threads,
    )
    return CodedTable(mentions.column("mention_id"), {**names, **told, **place, **firm})


def _names(mentions: pa.Table) -> dict[str, Coded]:
    """Columns that are compared as they are; no name where only a surname is given."""
    plain = (
        "former_name", "surname", "name_form", "ethnicity", "phone", "phone_2", "name_key", "name_pinyin", "document_number",
    )  # fmt: skip
    coded = {c: Coded.named(mentions, c) for c in plain}
    whole_name = ~coded["name_form"].is_one_of("surname_only")
    return coded | {c: coded[c].where(whole_name) for c in ("name_key", "name_pinyin")}


def _told_by_number(mentions: pa.Table, rounded: pa.Array | None) -> dict[str, Coded]:
    """The identity number, and what it may tell."""
    number, text = _numbers(mentions, rounded)
    return {"id_number": number, "id_text": text, "birth": _birth(mentions, number), "sex": _sex(mentions, number)}


def rounded_numbers(numbers: pa.Array) -> pa.Array:
    """Those of the distinct valid `numbers` that a spreadsheet has rounded.

    It keeps 15 digits and writes 0 for the rest; one such number in eleven passes its check all the same. Where a number
    ends in 000 and the city holds another one with the same first 15 digits, it is taken for a rounded one.
    """
    head = pc.utf8_slice_codeunits(numbers, 0, 15)
    zeros = pc.equal(pc.utf8_slice_codeunits(numbers, 15, 18), "000")
    asked = pc.unique(head.filter(zeros))
    others = head.filter(pc.and_(pc.is_in(head, value_set=asked), pc.invert(zeros)))
    return numbers.filter(pc.and_(zeros, pc.is_in(head, value_set=pc.unique(others))))


def _numbers(mentions: pa.Table, rounded: pa.Array | None) -> tuple[Coded, Coded]:
    """Valid identity numbers, rounded ones not among them, and all numbers as far as they are legible."""
    number = Coded.named(mentions, "id_number")
    if rounded is None:
        rounded = rounded_numbers(number.values)
    valid = number.without(rounded)
    cut = number.where(number.is_one_of(*rounded.to_pylist())).map(
        lambda values: pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, 15), "***", "")
    )
    return valid, valid.otherwise(cut).otherwise(Coded.named(mentions, "id_number_legible"))


def _birth(mentions: pa.Table, number: Coded) -> Coded:
    """The birth date as asserted, as far as it is known; the identity number's where that says more."""
    day = Coded.named(mentions, "birth_date").map(_written)
    precision = Coded.named(mentions, "birth_date_precision")
    year, month = precision.is_one_of("year"), precision.is_one_of("month")

    def cut(length: int, where: np.ndarray) -> Coded:
        return day.where(where).map(lambda values: pc.utf8_slice_codeunits(values, 0, length))

    inside = number.map(lambda values: pc.utf8_slice_codeunits(values, 6, 14))
    return day.where(~year & ~month).otherwise(inside).otherwise(cut(6, month)).otherwise(cut(4, year))


def _written(days: pa.Array) -> pa.Array:
    """Dates as `yyyymmdd`."""
    years, months, rest = (part(days).cast(pa.int32()) for part in (pc.year, pc.month, pc.day))
    number = pc.add(pc.add(pc.multiply(years, 10000), pc.multiply(months, 100)), rest)
    return pc.utf8_lpad(number.cast(pa.string()), 8, "0")


def _sex(mentions: pa.Table, number: Coded) -> Coded:
    """The sex as asserted, else that of the identity number (odd 17th digit: male)."""

    def inside(values: pa.Array) -> pa.Array:
        odd = pc.is_in(pc.utf8_slice_codeunits(values, 16, 17), value_set=pa.array(list("13579")))
        return pc.if_else(odd, "男", "女")

    return Coded.named(mentions, "sex").otherwise(number.map(inside))


def _places(ids: pa.ChunkedArray, table: pa.Table) -> np.ndarray:
    """Row of `table` (by its `mention_id`, numbers from 0) each id points to; -1 where it points nowhere."""
    known = np.asarray(table.column("mention_id"))
    place = np.full(int(known.max(initial=-1)) + 2, -1, dtype=np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    asked = np.asarray(pc.fill_null(ids, -1))
    return np.asarray(place[np.where(asked < len(place), asked, -1)])


def _resolved(ids: pa.ChunkedArray, resolved: pa.Table | None) -> Coded:
    """Cluster of the mention each id points to."""
    if resolved is None:
        return Coded(np.full(len(ids), -1, dtype=np.int32), pa.array([], pa.int64()), distinct=True)
    names, number = numbered(np.asarray(resolved.column("cluster_id")))
    codes = np.append(number, -1).astype(np.int32)[_places(ids, resolved)]
    return Coded(codes, pa.array(names, pa.int64()), distinct=True)


def _inherited(mentions: pa.Table, housing: pa.Table | None, threads: int) -> dict[str, Coded]:
    """The address columns: of the tied housing mention where there is one, else the mention's own; and `home`."""
    if housing is None:
        own = {c: Coded.named(mentions, c) for c in LIVED_IN}
        return {**own, "home": own["dwelling"]}
    rows = _places(mentions.column("housing_mention_id"), housing)
    tied = each(lambda c: _tied(rows, Coded.named(housing, c), Coded.named(mentions, c)), LIVED_IN, threads)
    place = dict(zip(LIVED_IN, tied, strict=True))
    return {**place, "home": _homes(place["dwelling"], rows, housing)}


def _tied(rows: np.ndarray, there: Coded, own: Coded) -> Coded:
    """The value of the row tied to, and the own value where there is none such row (-1)."""
    tied = Coded(np.append(there.codes, np.int32(-1))[rows], there.values, there.distinct)
    return own.where(rows < 0).otherwise(tied)  # few rows are tied


def _homes(dwelling: Coded, rows: np.ndarray, housing: pa.Table) -> Coded:
    """The resolved home: that of the tied mention, else the one its dwelling key leads to, else the key itself."""
    cluster = np.asarray(housing.column("cluster_id"))
    name, number = numbered(cluster)
    names = pc.binary_join_element_wise("#", pa.array(name).cast(pa.string()), "")
    tied = np.append(number, -1).astype(np.int32)[rows]
    keys = Coded.named(housing, "dwelling")
    leads = np.full(len(keys.values) + 1, -1, dtype=np.int32)
    leads[keys.codes[::-1]] = number[::-1]  # the first mention of a key wins
    leads[-1] = -1
    known = np.asarray(pc.fill_null(pc.index_in(dwelling.values, value_set=keys.values), len(keys.values)))
    led = np.append(leads[known], np.int32(-1))[dwelling.codes]
    return Coded(np.where(tied < 0, led, tied), names, distinct=True).otherwise(dwelling)


def _pointers(ids: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    return pc.fill_null(ids, -1).to_numpy().astype(np.int32)


def _rounded(persons: MentionColumns) -> npt.NDArray[np.bool_]:
    """Which valid numbers a spreadsheet has rounded, see `rounded_numbers`; only numbers like those are looked at."""
    numbers = persons.select(["id_number"])
    with connect() as con:
        con.register("mention", numbers)
        alike = con.sql(
            "select distinct id_number from mention where left(id_number, 15) in"
            " (select left(id_number, 15) from mention where id_number like '%000') order by all"
        ).to_arrow_table()
    rounded = rounded_numbers(alike["id_number"].combine_chunks())
    return pc.is_in(numbers.column(0), value_set=rounded).to_numpy()


def _lived_in(housing: MentionColumns, homes: npt.NDArray[np.int32], threads: int) -> Hashes:
    """Hash of the address of the home each person is tied to; 0 for none (-1)."""
    return np.append(content_hashes(housing, LIVED_IN, threads), np.uint64(0))[homes]


def _led_to(persons: MentionColumns, housing: MentionColumns, slots: Slots) -> npt.NDArray[np.int32]:
    """The home a dwelling key leads to: the first mention of that key by stable key; -1 for none."""
    keys, asked = (value_hashes(table.select(["dwelling"])[0]) for table in (housing, persons))
    order = np.argsort(slots.by_mention)
    known, first = np.unique(keys[order], return_index=True)
    if not len(known):
        return np.full(len(asked), -1, dtype=np.int32)
    spot = find(asked, known)
    return np.where((asked != 0) & (spot >= 0), order[first[spot]], -1).astype(np.int32)

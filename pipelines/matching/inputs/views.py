"""What the specs look at: mention tables reduced to the columns compared, and what other resolved kinds add to them.

Belongs here: choosing one value where a mention gives several, filling a birth date from the identity number, looking up
the home or the firm a mention is tied to. Does not: standardising, or comparing.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import begins, numbered
from pipelines.matching.inputs.coded import Coded, CodedTable
from pipelines.parallel import each

PLACE = ("street", "community", "road", "road_number", "estate", "building", "unit", "room", "dwelling")
"""Address columns a person inherits from the housing mention of the same row."""


LIVED_IN = ("community", "estate", "building", "unit", "room", "dwelling")
"""Those of them the person spec compares."""

OWNER_COLUMNS = ("housing_mention_id", "housing_relations", "name_key", "name_pinyin")
"""What the housing spec needs of person mentions."""


COLUMNS = {
    "person": (
        "mention_id", "id_number", "id_number_legible", "name_key", "name_pinyin", "name_form", "former_name", "surname",
        "birth_date", "birth_date_precision", "sex", "ethnicity", "phone", "phone_2", *LIVED_IN, "housing_mention_id",
        "enterprise_mention_id",
    ),
    "housing": ("mention_id", "platform", "unit_number", "address_code", "source_code", "area", *PLACE),
    "enterprise": (
        "mention_id", "name_key", "region", "brand", "brand_pinyin", "trade", "legal_form", "branch", "name_form",
        "former_name", "former_brand", "code_raw", "credit_code", "registration_number", "organisation_code",
        "legal_rep_name", "legal_rep_id_number", "phone", "operating_dwelling", *PLACE,
    ),
}  # fmt: skip
"""Columns of a mention table that matching reads. Text may come as dictionaries, as Parquet keeps it."""


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
        `sex`, `ethnicity`, `phone`, `phone_2`, the address columns, `home` (resolved dwelling), `firm` (resolved
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
    plain = ("former_name", "surname", "name_form", "ethnicity", "phone", "phone_2", "name_key", "name_pinyin")
    coded = {c: Coded.named(mentions, c) for c in plain}
    whole_name = ~coded["name_form"].is_one_of("surname_only")
    return coded | {c: coded[c].where(whole_name) for c in ("name_key", "name_pinyin")}


def _told_by_number(mentions: pa.Table, rounded: pa.Array | None) -> dict[str, Coded]:
    """The identity number, and what it may tell."""
    number, text = _numbers(mentions, rounded)
    return {"id_number": number, "id_text": text, "birth": _birth(mentions, number), "sex": _sex(mentions, number)}


def housing_view(mentions: pa.Table, person: pa.Table | None = None) -> pa.Table:
    """The columns the housing spec reads.

    Args:
        mentions: HOUSING_MENTION.
        person: PERSON_MENTION, or its `OWNER_COLUMNS`, from which the owners named in the same rows are taken, or None.

    Returns:
        One row per mention: address columns, codes, `area`, `owner`, `owner_2`, `owner_pinyin` (names as `name_key`), and
        `source_number`: the platform's own number of the unit together with the platform.
    """
    columns = ["mention_id", "unit_number", "address_code", *PLACE, "area"]
    names = [mentions.column(c).cast(pa.string()) for c in ("platform", "source_code")]
    source = pc.binary_join_element_wise(*names, ":")
    return pa.table({**{c: mentions.column(c) for c in columns}, "source_number": source, **_owners(mentions, person)})


def enterprise_view(mentions: pa.Table) -> pa.Table:
    """The columns the enterprise spec reads; `code_text` is the code as written, upper case, blanks and dashes dropped."""
    columns = [
        "mention_id",
        "name_key",
        "region",
        "brand",
        "brand_pinyin",
        "trade",
        "legal_form",
        "branch",
        "name_form",
        "former_name",
        "former_brand",
        "credit_code",
        "registration_number",
        "organisation_code",
        "legal_rep_name",
        "legal_rep_id_number",
        "phone",
        "operating_dwelling",
        *PLACE,
    ]
    code = Coded.named(mentions, "code_raw").map(_plain_code)
    return mentions.select(columns).append_column("code_text", code.arrow)


def _plain_code(values: pa.Array) -> pa.Array:
    code = pc.replace_substring_regex(pc.utf8_upper(values), r"[^0-9A-Z]", "")
    return pc.if_else(pc.equal(code, ""), pa.scalar(None, code.type), code)


def _owners(mentions: pa.Table, person: pa.Table | None) -> dict[str, pa.Array]:
    """The first two owners (not tenants) the rows of housing mentions name."""
    n = mentions.num_rows
    if person is None:
        return {c: pa.nulls(n, pa.string()) for c in ("owner", "owner_2", "owner_pinyin")}
    relations = person.column("housing_relations").combine_chunks()
    owns = np.zeros(person.num_rows, dtype=bool)
    parents = np.asarray(pc.list_parent_indices(relations))
    owns[parents[np.asarray(pc.is_in(pc.list_flatten(relations), value_set=pa.array(["owns", "lets"])))]] = True
    owns &= np.asarray(pc.is_valid(person.column("housing_mention_id")))
    rows = np.flatnonzero(owns)
    house = np.asarray(person.column("housing_mention_id").take(rows))
    order = np.lexsort((rows, house))
    rows, house = rows[order], house[order]
    first = np.flatnonzero(begins(house))
    second = first[np.append(first[1:], len(house)) - first > 1] + 1

    def placed(column: str, at: np.ndarray) -> pa.Array:
        spot = pc.index_in(mentions.column("mention_id"), value_set=pa.array(house[at]))
        return person.column(column).take(pa.array(rows[at])).combine_chunks().take(spot.combine_chunks())

    return {
        "owner": placed("name_key", first),
        "owner_2": placed("name_key", second),
        "owner_pinyin": placed("name_pinyin", first),
    }


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

"""What the specs look at: mention tables reduced to the columns compared, and what other resolved kinds add to them.

Belongs here: choosing one value where a mention gives several, filling a birth date from the identity number, looking up
the home or the firm a mention is tied to. Does not: standardising, or comparing.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PLACE = ("street", "community", "road", "road_number", "estate", "building", "unit", "room", "dwelling")
"""Address columns a person inherits from the housing mention of the same row."""


OWNER_COLUMNS = ("housing_mention_id", "housing_relations", "name_key", "name_pinyin")
"""What the housing spec needs of person mentions."""


def person_view(mentions: pa.Table, housing: pa.Table | None, enterprise: pa.Table | None) -> pa.Table:
    """The columns the person spec reads.

    Args:
        mentions: PERSON_MENTION.
        housing: columns `mention_id`, `cluster_id` and the address columns of housing mentions, or None.
        enterprise: columns `mention_id`, `cluster_id` of enterprise mentions, or None.

    Returns:
        One row per mention: `id_number` (valid), `id_text` (18 characters, `*` illegible), `name_key` (null where only a
        surname is given), `name_pinyin`, `former_name`, `surname`, `name_form`, `birth` (`yyyymmdd`, `yyyymm`, `yyyy`),
        `sex`, `ethnicity`, `phone`, `phone_2`, the address columns, `home` (resolved dwelling), `firm` (resolved
        enterprise).
    """
    number, text = _numbers(mentions)
    whole_name = pc.not_equal(pc.fill_null(mentions.column("name_form"), "full"), "surname_only")
    place = _inherited(mentions, housing)
    return pa.table(
        {
            "mention_id": mentions.column("mention_id"),
            "id_number": number,
            "id_text": text,
            "name_key": pc.if_else(whole_name, mentions.column("name_key"), None),
            "name_pinyin": pc.if_else(whole_name, mentions.column("name_pinyin"), None),
            "former_name": mentions.column("former_name"),
            "surname": mentions.column("surname"),
            "name_form": mentions.column("name_form"),
            "birth": _birth(mentions),
            "sex": _sex(mentions),
            "ethnicity": mentions.column("ethnicity"),
            "phone": mentions.column("phone"),
            "phone_2": mentions.column("phone_2"),
            **place,
            "firm": _resolved(mentions.column("enterprise_mention_id"), enterprise),
        }
    )


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
    source = pc.binary_join_element_wise(mentions.column("platform"), mentions.column("source_code"), ":")
    return pa.table({**{c: mentions.column(c) for c in columns}, "source_number": source, **_owners(mentions, person)})


def enterprise_view(mentions: pa.Table) -> pa.Table:
    """The columns the enterprise spec reads; `code_text` is the code as written, upper case, blanks and dashes dropped."""
    code = pc.replace_substring_regex(pc.utf8_upper(mentions.column("code_raw")), r"[^0-9A-Z]", "")
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
    return mentions.select(columns).append_column("code_text", pc.if_else(pc.equal(code, ""), None, code))


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
    first = np.flatnonzero(np.append(True, house[1:] != house[:-1])) if len(house) else np.zeros(0, dtype=np.int64)
    second = first[np.append(first[1:], len(house)) - first > 1] + 1

    def placed(column: str, at: np.ndarray) -> pa.Array:
        spot = pc.index_in(mentions.column("mention_id"), value_set=pa.array(house[at]))
        return person.column(column).take(pa.array(rows[at])).combine_chunks().take(spot.combine_chunks())

    return {
        "owner": placed("name_key", first),
        "owner_2": placed("name_key", second),
        "owner_pinyin": placed("name_pinyin", first),
    }


def _numbers(mentions: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Valid identity numbers, and all numbers as far as they are legible.

    A spreadsheet keeps 15 digits and writes 0 for the rest; one such number in eleven passes its check all the same. Where
    a number ends in 000 and the city holds another one with the same first 15 digits, it is taken for a rounded one.
    """
    number = mentions.column("id_number")
    head = pc.utf8_slice_codeunits(number, 0, 15)
    zeros = pc.fill_null(pc.equal(pc.utf8_slice_codeunits(number, 15, 18), "000"), False)
    whole = pc.unique(head.filter(pc.and_(pc.is_valid(number), pc.invert(zeros))))
    rounded = pc.and_(zeros, pc.is_in(head, value_set=whole))
    valid = pc.if_else(rounded, None, number)
    legible = pc.if_else(rounded, pc.binary_join_element_wise(head, "***", ""), mentions.column("id_number_legible"))
    return valid, pc.coalesce(valid, legible)


def _birth(mentions: pa.Table) -> pa.ChunkedArray:
    """The birth date as asserted, as far as it is known; the identity number's where that says more."""
    day = pc.strftime(mentions.column("birth_date"), format="%Y%m%d")
    precision = mentions.column("birth_date_precision")
    year, month = pc.equal(precision, "year"), pc.equal(precision, "month")
    partial = pc.if_else(
        pc.fill_null(year, False),
        pc.utf8_slice_codeunits(day, 0, 4),
        pc.if_else(pc.fill_null(month, False), pc.utf8_slice_codeunits(day, 0, 6), None),
    )
    full = pc.if_else(pc.is_null(partial), day, None)
    return pc.coalesce(full, pc.utf8_slice_codeunits(mentions.column("id_number"), 6, 14), partial)


def _sex(mentions: pa.Table) -> pa.ChunkedArray:
    """The sex as asserted, else that of the identity number (odd 17th digit: male)."""
    digit = pc.utf8_slice_codeunits(mentions.column("id_number"), 16, 17)
    male = pc.is_in(digit, value_set=pa.array(list("13579")))
    inside = pc.if_else(pc.is_null(digit), None, pc.if_else(male, "男", "女"))
    return pc.coalesce(mentions.column("sex"), inside)


def _places(ids: pa.ChunkedArray, table: pa.Table) -> pa.Array:
    """Row of `table` (by its `mention_id`) each id points to; null where it points nowhere."""
    found = pc.index_in(ids, value_set=table.column("mention_id").combine_chunks())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _resolved(ids: pa.ChunkedArray, resolved: pa.Table | None) -> pa.Array:
    """Cluster of the mention each id points to."""
    if resolved is None:
        return pa.nulls(len(ids), pa.int64())
    return resolved.column("cluster_id").combine_chunks().take(_places(ids, resolved))


def _inherited(mentions: pa.Table, housing: pa.Table | None) -> dict[str, pa.ChunkedArray]:
    """The address columns: of the tied housing mention where there is one, else the mention's own; and `home`."""
    own = {c: mentions.column(c) for c in PLACE}
    if housing is None:
        return {**own, "home": own["dwelling"]}
    rows = _places(mentions.column("housing_mention_id"), housing)
    tied = pc.is_valid(rows)
    place = {
        c: pc.if_else(tied, housing.column(c).combine_chunks().take(rows), own[c])
        if c in housing.column_names
        else own[c]
        for c in PLACE
    }
    return {**place, "home": _homes(place["dwelling"], rows, housing)}


def _homes(dwelling: pa.ChunkedArray, rows: pa.Array, housing: pa.Table) -> pa.ChunkedArray:
    """The resolved home: that of the tied mention, else the one its dwelling key leads to, else the key itself."""
    clusters = housing.column("cluster_id").combine_chunks()
    names = pc.binary_join_element_wise("#", clusters.cast(pa.string()), "")
    keys = housing.column("dwelling").combine_chunks()
    known = np.flatnonzero(np.asarray(pc.is_valid(keys)))
    first = keys.take(pa.array(known)).dictionary_encode()
    _, at = np.unique(np.asarray(first.indices), return_index=True)
    led = names.take(pa.array(known[at])).take(pc.index_in(dwelling, value_set=first.dictionary).combine_chunks())
    return pc.coalesce(
        names.take(rows), led, dwelling.combine_chunks() if isinstance(dwelling, pa.ChunkedArray) else dwelling
    )

"""What the compared columns of a mention are made from, so that a run sees which mentions changed without making them all.

Belongs here: which columns of which tables each view reads, their hash per mention, views of some mentions. Does not: the
views themselves (`views`), or what follows from a change (`incremental`).

A mention changes with its own row, and with what other kinds say of it: a person with the home and the firm of his row, a
home with the owners its row names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.hashing import IDENTITY, Hashes, mention_names, mix, value_hashes
from pipelines.matching.incremental import Rows
from pipelines.matching.parallel import each
from pipelines.matching.views import (
    LIVED_IN,
    PLACE,
    enterprise_view,
    housing_view,
    person_view,
    rounded_numbers,
)

Ints = npt.NDArray[np.int64]

PERSON = (
    "name_key", "name_pinyin", "former_name", "surname", "name_form", "id_number", "id_number_legible", "birth_date",
    "birth_date_precision", "sex", "ethnicity", "phone", "phone_2", *LIVED_IN,
)  # fmt: skip
HOUSING = ("platform", "source_code", "unit_number", "address_code", *PLACE, "area")
ENTERPRISE = (
    "name_key", "region", "brand", "brand_pinyin", "trade", "legal_form", "branch", "name_form", "former_name",
    "former_brand", "code_raw", "credit_code", "registration_number", "organisation_code", "legal_rep_name",
    "legal_rep_id_number", "phone", "operating_dwelling", *PLACE,
)  # fmt: skip
TIES = ("housing_mention_id", "enterprise_mention_id")

READ = {
    "person": (*dict.fromkeys((*IDENTITY, *PERSON, *TIES)),),
    "housing": (*dict.fromkeys((*IDENTITY, *HOUSING)),),
    "enterprise": (*dict.fromkeys((*IDENTITY, *ENTERPRISE)),),
}
"""Kind → columns of its mention table that matching reads, `mention_id` aside."""

OWNERS = ("housing_mention_id", "name_key", "name_pinyin")
RESOLVED = ("mention_id", "name", "cluster_id", *LIVED_IN)


@dataclass(frozen=True)
class Context:
    """What other kinds say of the mentions.

    Attributes:
        owners: for housing: `OWNERS` of the person mentions that own or let a home, in order of `mention_id`.
        housing: for persons: `RESOLVED` of every housing mention, in order of `name`; `cluster_id` is the lasting name.
        enterprise: for persons: `mention_id`, `name`, `cluster_id` of every enterprise mention.
    """

    owners: pa.Table | None = None
    housing: pa.Table | None = None
    enterprise: pa.Table | None = None


def rows_of(kind: str, mentions: pa.Table, context: Context, threads: int = 1) -> Rows:
    """The mentions of one kind as `incremental.advance` wants them.

    Args:
        kind: person, housing or enterprise.
        mentions: `mention_id` and `READ[kind]`, dictionary-encoded or not, in order of `mention_id`.
        context: what other kinds say.
        threads: columns hashed at a time.
    """
    sources, view = {"person": _persons, "housing": _homes, "enterprise": _enterprises}[kind](
        mentions, context, threads
    )
    return Rows(np.asarray(mentions.column("mention_id")), mention_names(mentions), sources, view)


def _hashes(table: pa.Table, columns: tuple[str, ...], threads: int) -> list[Hashes]:
    return each(lambda c: value_hashes(table.column(c)), columns, threads)


def _some(mentions: pa.Table, places: Ints, columns: tuple[str, ...]) -> pa.Table:
    """Some mentions with plain columns, so that a view looks at no value that is not theirs."""
    taken = mentions.select(["mention_id", *columns])
    if not np.array_equal(places, np.arange(mentions.num_rows)):
        taken = taken.take(pa.array(places))
    plain = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in taken.columns]
    return pa.table(plain, names=taken.column_names)


def _enterprises(mentions: pa.Table, context: Context, threads: int) -> tuple[Hashes, Callable[[Ints], pa.Table]]:
    def view(places: Ints) -> pa.Table:
        return enterprise_view(_some(mentions, places, ENTERPRISE))

    return mix(_hashes(mentions, ENTERPRISE, threads)), view


def _homes(mentions: pa.Table, context: Context, threads: int) -> tuple[Hashes, Callable[[Ints], pa.Table]]:
    owners = context.owners
    if owners is None:
        return mix(_hashes(mentions, HOUSING, threads)), lambda places: housing_view(_some(mentions, places, HOUSING))
    known = owners

    def view(places: Ints) -> pa.Table:
        some = _some(mentions, places, HOUSING)
        theirs = known.filter(pc.is_in(known.column("housing_mention_id"), value_set=some.column("mention_id")))
        relations = pa.array([["owns"]] * theirs.num_rows, pa.list_(pa.string()))
        return housing_view(some, theirs.append_column("housing_relations", relations))

    return mix([*_hashes(mentions, HOUSING, threads), *_owner_hashes(mentions.num_rows, owners)]), view


def _owner_hashes(homes: int, owners: pa.Table) -> list[Hashes]:
    """Hashes of the first and the second owner of every home; `mention_id` counts homes from 0."""
    house = np.asarray(owners.column("housing_mention_id"))
    said = mix(_hashes(owners, ("name_key", "name_pinyin"), 1)) if len(house) else np.zeros(0, dtype=np.uint64)
    order = np.argsort(house, kind="stable")
    house, said = house[order], said[order]
    first = np.flatnonzero(np.append(True, house[1:] != house[:-1])) if len(house) else np.zeros(0, dtype=np.int64)
    second = first[np.append(first[1:], len(house)) - first > 1] + 1
    out = [np.zeros(homes, dtype=np.uint64) for _ in range(2)]
    for each_, at in zip(out, (first, second), strict=True):
        each_[house[at]] = said[at]
    return out


def _persons(mentions: pa.Table, context: Context, threads: int) -> tuple[Hashes, Callable[[Ints], pa.Table]]:
    numbers = mentions.column("id_number")
    distinct = pc.drop_null(pc.unique(numbers.combine_chunks()))
    rounded = rounded_numbers(distinct.cast(pa.string()))
    hashes = _hashes(mentions, PERSON, threads)
    cut = np.isin(hashes[PERSON.index("id_number")], value_hashes(rounded)) if len(rounded) else None
    told = [*hashes, cut.astype(np.uint64)] if cut is not None else [*hashes, np.zeros(len(hashes[0]), dtype=np.uint64)]
    housing, enterprise = context.housing, context.enterprise
    if housing is not None:
        told += _home_hashes(mentions, housing, hashes[PERSON.index("dwelling")])
    if enterprise is not None:
        firms = enterprise.column("cluster_id")
        told.append(_by_id(mentions, "enterprise_mention_id", enterprise, np.asarray(firms).astype(np.uint64)))

    def view(places: Ints) -> pa.Table:
        some = _some(mentions, places, (*PERSON, *TIES))
        homes = None
        if housing is not None:
            tied = pc.is_in(housing.column("mention_id"), value_set=some.column("housing_mention_id"))
            led_to = pc.is_in(housing.column("dwelling"), value_set=pc.drop_null(some.column("dwelling")))
            homes = housing.filter(pc.or_(tied, led_to))
        return person_view(some, homes, enterprise, threads, rounded)

    return mix(told), view


def _by_id(mentions: pa.Table, column: str, table: pa.Table, said: Hashes) -> Hashes:
    """What `table` says of the mention each id points to; 0 where it points nowhere."""
    by_id = np.zeros(table.num_rows + 1, dtype=np.uint64)
    by_id[np.asarray(table.column("mention_id"))] = said
    return by_id[np.asarray(pc.fill_null(mentions.column(column), table.num_rows))]


def _home_hashes(mentions: pa.Table, housing: pa.Table, dwelling: Hashes) -> list[Hashes]:
    """Hashes of the tied home, and of the home a dwelling key leads to where a mention is tied to none."""
    cluster = np.asarray(housing.column("cluster_id")).astype(np.uint64)
    lived_in = _hashes(housing, LIVED_IN, 1)
    tied = _by_id(mentions, "housing_mention_id", housing, mix([*lived_in, cluster]))
    keys, first = np.unique(lived_in[LIVED_IN.index("dwelling")], return_index=True)
    spot = np.minimum(np.searchsorted(keys, dwelling), max(len(keys) - 1, 0))
    leads = (keys[spot] == dwelling) & (dwelling != 0) if len(keys) else np.zeros(len(dwelling), dtype=bool)
    led_to = np.where(leads & (tied == 0), cluster[first[spot]] if len(keys) else np.uint64(0), np.uint64(0))
    return [tied, led_to]

"""What the compared columns of a mention are made from, so that a run sees which mentions changed without making them all.

Belongs here: which columns of which tables each view reads, their hash per mention, views of some mentions. Does not: the
views themselves (`views`), or what follows from a change (`incremental`).

A mention changes with its own row, and with what other kinds say of it: a person with the home and the firm of his row, a
home with the owners its row names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.matching.coded import known_distinct
from pipelines.matching.hashing import IDENTITY, Hashes, mention_names, mix, value_hashes
from pipelines.matching.incremental import Rows
from pipelines.matching.views import (
    LIVED_IN,
    PLACE,
    enterprise_view,
    housing_view,
    person_view,
    rounded_numbers,
)

Ints = npt.NDArray[np.int64]
View = Callable[[Ints], pa.Table]

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


@dataclass(frozen=True)
class Resolved:
    """The mentions of a kind that was matched before, with the lasting names of their clusters.

    Attributes:
        path: its mention table.
        names: lasting name of every mention, in order of `mention_id`.
        clusters: lasting name of its cluster.
    """

    path: Path
    names: Ints
    clusters: Ints

    @cached_property
    def table(self) -> pa.Table:
        """`mention_id`, `cluster_id` and, of homes, where they are: in order of names, whatever order they came in."""
        have = [c for c in ("mention_id", *LIVED_IN) if c in pq.read_schema(self.path).names]
        table = pq.read_table(self.path, columns=have).append_column("cluster_id", pa.array(self.clusters))
        return table.take(pa.array(np.argsort(self.names)))


@dataclass(frozen=True)
class Context:
    """What other kinds say of the mentions.

    Attributes:
        owners: for housing: `OWNERS` of the person mentions that own or let a home, in order of `mention_id`.
        housing: for persons: the homes.
        enterprise: for persons: the enterprises.
    """

    owners: pa.Table | None = None
    housing: Resolved | None = None
    enterprise: Resolved | None = None


PLAIN = ("row_key", "id_number", "id_number_legible", "phone", "phone_2", "dwelling", "name_key", "name_pinyin")
"""Texts of which nearly every mention has its own: dictionaries of them cost more than they save."""


@dataclass(frozen=True)
class Mentions:
    """The mention table of one kind on disk: hashed by DuckDB in one pass, read only where a mention must be looked at."""

    kind: str
    path: Path

    @cached_property
    def table(self) -> pa.Table:
        """`mention_id` and `READ`, repeated texts as dictionaries."""
        columns = ["mention_id", *READ[self.kind]]
        texts = [f.name for f in pq.read_schema(self.path) if f.name in columns and pa.types.is_string(f.type)]
        return known_distinct(
            pq.read_table(self.path, columns=columns, read_dictionary=[t for t in texts if t not in PLAIN])
        )

    @cached_property
    def ids(self) -> Ints:
        """`mention_id`, ascending from 0."""
        return np.asarray(pq.read_table(self.path, columns=["mention_id"])["mention_id"])

    @cached_property
    def names(self) -> Ints:
        """Lasting names."""
        low = [c for c in IDENTITY if c not in ("row_key", "repeat")]
        return mention_names(pq.read_table(self.path, columns=list(IDENTITY), read_dictionary=low))

    def hashed(self, threads: int, rounded: pa.Array | None = None, **said: str) -> dict[str, npt.NDArray[Any]]:
        """SQL expressions over the columns and `rounded.id_number`, one array each, in order of `mention_id`."""
        columns = ", ".join(f"{sql} as {name}" for name, sql in said.items())
        with duckdb.connect(config={"threads": threads}) as con:
            con.register("rounded", pa.table({"id_number": pa.array([], pa.string()) if rounded is None else rounded}))
            con.from_parquet(str(self.path)).create_view("mention")
            found = con.sql(f"select mention_id, {columns} from mention").to_arrow_table()
        place = np.argsort(found.column("mention_id").to_numpy(), kind="stable")  # a join keeps no order
        return {name: found.column(name).to_numpy()[place] for name in said}

    def some(self, places: Ints, columns: tuple[str, ...]) -> pa.Table:
        """Some mentions; unless all of them, with plain columns, so that a view looks at no value that is not theirs."""
        taken = self.table.select(["mention_id", *columns])
        if np.array_equal(places, np.arange(taken.num_rows)):
            return taken
        taken = taken.take(pa.array(places))
        plain = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in taken.columns]
        return pa.table(plain, names=taken.column_names)


def rows_of(kind: str, path: Path, context: Context, threads: int = 1) -> Rows:
    """The mentions of one kind as `incremental.advance` wants them.

    Args:
        kind: person, housing or enterprise.
        path: the mention table of that kind, in order of `mention_id`.
        context: what other kinds say.
        threads: threads to use.
    """
    mentions = Mentions(kind, path)
    sources, view = {"person": _persons, "housing": _homes, "enterprise": _enterprises}[kind](
        mentions, context, threads
    )
    return Rows(mentions.ids, mentions.names, sources, view)


def _all_of(columns: tuple[str, ...]) -> str:
    return f"hash({', '.join(columns)})"


def _enterprises(mentions: Mentions, context: Context, threads: int) -> tuple[Hashes, View]:
    def view(places: Ints) -> pa.Table:
        return enterprise_view(mentions.some(places, ENTERPRISE))

    return mentions.hashed(threads, row=_all_of(ENTERPRISE))["row"], view


def _homes(mentions: Mentions, context: Context, threads: int) -> tuple[Hashes, View]:
    owners = context.owners
    row = mentions.hashed(threads, row=_all_of(HOUSING))["row"]
    if owners is None:
        return row, lambda places: housing_view(mentions.some(places, HOUSING))
    known = owners

    def view(places: Ints) -> pa.Table:
        some = mentions.some(places, HOUSING)
        theirs = known.filter(pc.is_in(known.column("housing_mention_id"), value_set=some.column("mention_id")))
        relations = pa.array([["owns"]] * theirs.num_rows, pa.list_(pa.string()))
        return housing_view(some, theirs.append_column("housing_relations", relations))

    return mix([row, *_owner_hashes(len(row), owners)]), view


def _owner_hashes(homes: int, owners: pa.Table) -> list[Hashes]:
    """Hashes of the first and the second owner of every home; `mention_id` counts homes from 0."""
    house = np.asarray(owners.column("housing_mention_id"))
    said = mix([value_hashes(owners.column(c)) for c in ("name_key", "name_pinyin")])
    order = np.argsort(house, kind="stable")
    house, said = house[order], said[order]
    first = np.flatnonzero(np.append(True, house[1:] != house[:-1])) if len(house) else np.zeros(0, dtype=np.int64)
    second = first[np.append(first[1:], len(house)) - first > 1] + 1
    out = [np.zeros(homes, dtype=np.uint64) for _ in range(2)]
    for owner, at in zip(out, (first, second), strict=True):
        owner[house[at]] = said[at]
    return out


def _persons(mentions: Mentions, context: Context, threads: int) -> tuple[Hashes, View]:
    rounded = _rounded(mentions.path)
    found = mentions.hashed(
        threads,
        rounded,
        row=_all_of(PERSON),
        cut="coalesce(id_number in (select id_number from rounded), false)",
        dwelling="coalesce(hash(dwelling), 0)" if context.housing else "0::ubigint",
        home="coalesce(housing_mention_id, -1)",
        firm="coalesce(enterprise_mention_id, -1)",
    )
    told = [found["row"], found["cut"].astype(np.uint64)]
    housing, enterprise = context.housing, context.enterprise
    if housing is not None:
        told += _home_hashes(housing, found["home"], found["dwelling"], threads)
    if enterprise is not None:
        told.append(_pointed_to(found["firm"], enterprise.clusters.astype(np.uint64)))

    def view(places: Ints) -> pa.Table:
        some = mentions.some(places, (*PERSON, *TIES))
        homes = None
        if housing is not None:
            known = housing.table
            tied = pc.is_in(known.column("mention_id"), value_set=some.column("housing_mention_id"))
            led_to = pc.is_in(known.column("dwelling"), value_set=pc.drop_null(some.column("dwelling")))
            homes = known.filter(pc.or_(tied, led_to))
        return person_view(some, homes, enterprise.table if enterprise else None, threads, rounded)

    return mix(told), view


def _rounded(path: Path) -> pa.Array:
    """Valid numbers a spreadsheet has rounded, see `views.rounded_numbers`; only numbers like those are looked at."""
    with duckdb.connect() as con:
        con.from_parquet(str(path)).create_view("mention")
        alike = con.sql(
            "select distinct id_number from mention where left(id_number, 15) in"
            " (select left(id_number, 15) from mention where id_number like '%000') order by all"
        ).to_arrow_table()
    return rounded_numbers(alike["id_number"].combine_chunks())


def _pointed_to(ids: Ints, said: Hashes) -> Hashes:
    """What is said of the mention each id points to; 0 where it points nowhere (-1)."""
    return np.append(said, np.uint64(0))[ids]


def _home_hashes(housing: Resolved, homes: Ints, dwelling: Hashes, threads: int) -> list[Hashes]:
    """Hashes of the tied home, and of the home a dwelling key leads to where a mention is tied to none."""
    places = Mentions("housing", housing.path).hashed(
        threads, row=_all_of(LIVED_IN), dwelling="coalesce(hash(dwelling), 0)"
    )
    clusters = housing.clusters.astype(np.uint64)
    tied = _pointed_to(homes, mix([places["row"], clusters]))
    led_to = np.zeros(len(homes), dtype=np.uint64)
    alone = np.flatnonzero((homes < 0) & (dwelling != 0))
    if len(alone) and len(clusters):
        order = np.argsort(housing.names)  # the first mention of a key leads
        keys, first = np.unique(places["dwelling"][order], return_index=True)
        spot = np.minimum(np.searchsorted(keys, dwelling[alone]), len(keys) - 1)
        found = keys[spot] == dwelling[alone]
        led_to[alone] = np.where(found, clusters[order][first[spot]], np.uint64(0))
    return [tied, led_to]

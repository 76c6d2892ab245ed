"""What matching reads of the mention tables, worked out once, by the stage that writes them: three files per kind.

Belongs here: the lasting name of every mention, one hash of all it is made from, what of other kinds it points to, its
compared columns where any of them can be taken without reading the others. Does not: what a run found in the other kinds
(`sources`), or what follows from a change (`incremental`).

`made/<kind>` has a line per mention in order of lasting names, integers only: that is what a run looks at to see what
changed. `compared/<kind>` has the texts, in order of `mention_id`, mapped into memory and not read: a run looks at those of
the mentions that changed and of the mentions they may be the same as.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.hashing import IDENTITY, Hashes, mention_names, mix, value_hashes
from pipelines.matching.views import LIVED_IN, PLACE, rounded_numbers
from warehouse.model import Home
from warehouse.model.durable import aside, put_in_place

Ints = npt.NDArray[np.int64]

COMPARED = {
    "person": (
        "name_key", "name_pinyin", "former_name", "surname", "name_form", "id_number", "id_number_legible", "birth_date",
        "birth_date_precision", "sex", "ethnicity", "phone", "phone_2", *LIVED_IN,
    ),
    "housing": ("platform", "source_code", "unit_number", "address_code", *PLACE, "area"),
    "enterprise": (
        "name_key", "region", "brand", "brand_pinyin", "trade", "legal_form", "branch", "name_form", "former_name",
        "former_brand", "code_raw", "credit_code", "registration_number", "organisation_code", "legal_rep_name",
        "legal_rep_id_number", "phone", "operating_dwelling", *PLACE,
    ),
}  # fmt: skip
"""Kind → columns of its mention table the compared columns are made from, beside what the mention points to."""

TIES = ("housing_mention_id", "enterprise_mention_id")

OWNERS = ("housing_mention_id", "name_key", "name_pinyin")
"""What homes are told of their owners."""

PLAIN = ("id_number", "id_number_legible", "phone", "phone_2", "dwelling", "name_key", "name_pinyin")
"""Texts of which nearly every mention has its own: dictionaries of them cost more than they save."""

MADE = pa.schema(
    [
        pa.field("name", pa.int64(), nullable=False),
        pa.field("mention_id", pa.int64(), nullable=False),
        pa.field("source", pa.uint64(), nullable=False),
        pa.field("home", pa.int32(), nullable=False),
        pa.field("firm", pa.int32(), nullable=False),
        pa.field("cut", pa.bool_(), nullable=False),
    ]
)
"""`name`: lasting name, ascending. `source`: hash of all the mention tables say of it. `home`, `firm`: `mention_id` of those
it is tied to, -1 for none; a person tied to no home has the one his dwelling key leads to. `cut`: a spreadsheet has rounded
its identity number."""


def write_made(home: Home, mentions: Mapping[str, pa.Table], threads: int = 1) -> None:
    """Write `made`, `compared` and the owners of homes, each file whole.

    Args:
        home: to write to.
        mentions: the mention table of every kind, in order of `mention_id`.
        threads: threads to use.

    Raises:
        ValueError: two mentions of a kind share their identity (or, once in some 10^7 cities, only its hash).
    """
    owners = owners_of(mentions["person"])
    names = {kind: mention_names(_with_dictionaries(table, IDENTITY)) for kind, table in mentions.items()}
    order = {kind: np.argsort(found, kind="stable") for kind, found in names.items()}
    for kind, table in mentions.items():
        n, nowhere = table.num_rows, np.full(table.num_rows, -1, dtype=np.int32)
        told, homes, firms, cut = [_hashed(table, COMPARED[kind], threads)], nowhere, nowhere, np.zeros(n, dtype=bool)
        if kind == "housing":
            told += _owner_hashes(n, owners)
        if kind == "person":
            housing = mentions["housing"]
            cut = _cut(table)
            homes, firms = (_pointers(table.column(c)) for c in TIES)
            told += [cut.astype(np.uint64), _lived_in(housing, homes, threads)]
            homes = np.where(homes < 0, _led_to(table, housing, order["housing"]), homes)
        by_name = order[kind]
        ascending = names[kind][by_name]
        if (ascending[1:] == ascending[:-1]).any():
            raise ValueError("two mentions share platform, dataset, role, row_key and repeat; these must name one")
        columns = [ascending, by_name, mix(told)[by_name], homes[by_name], firms[by_name], pa.array(cut[by_name])]
        _write(pa.table(columns, schema=MADE), home.made(kind))
        _write(_with_dictionaries(table, (*COMPARED[kind], *(TIES if kind == "person" else ()))), home.compared(kind))
    _write(owners, home.compared("owner"))


def mapped(path: Path) -> pa.Table:
    """A file `write_made` wrote, its columns mapped into memory: who takes some rows reads about these."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def owners_of(persons: pa.Table) -> pa.Table:
    """Persons that own or let a home their row names: `OWNERS`, in order of mention."""
    relations = persons["housing_relations"].combine_chunks()
    owning = pc.is_in(pc.list_flatten(relations), value_set=pa.array(["owns", "lets"]))
    owns = np.zeros(persons.num_rows, dtype=bool)
    owns[np.asarray(pc.list_parent_indices(relations).filter(owning))] = True
    tied = pc.and_(pa.array(owns), pc.is_valid(persons["housing_mention_id"]))
    return persons.select(OWNERS).filter(tied)


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(aside(path)), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    put_in_place(aside(path), path)


def _with_dictionaries(table: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    """Some columns, repeated texts as dictionaries."""
    chosen = [table.column(c) for c in columns]
    coded = [
        c.combine_chunks().dictionary_encode() if pa.types.is_string(c.type) and name not in (*PLAIN, "row_key") else c
        for name, c in zip(columns, chosen, strict=True)
    ]
    return pa.table(coded, names=list(columns))


def _hashed(table: pa.Table, columns: tuple[str, ...], threads: int) -> Hashes:
    """One hash per row over some columns, by DuckDB; `mention_id` counts rows from 0, for a scan may keep no order."""
    with duckdb.connect(config={"threads": threads}) as con:
        con.register("mention", table.select(["mention_id", *columns]))
        found = con.sql(f"select mention_id, hash({', '.join(columns)}) as row from mention").to_arrow_table()
    out = np.empty(table.num_rows, dtype=np.uint64)
    out[found.column("mention_id").to_numpy()] = found.column("row").to_numpy()
    return out


def _pointers(ids: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    return pc.fill_null(ids, -1).to_numpy().astype(np.int32)


def _owner_hashes(homes: int, owners: pa.Table) -> list[Hashes]:
    """Hashes of the first and the second owner of every home; `mention_id` counts homes from 0."""
    house = owners.column("housing_mention_id").to_numpy()
    said = mix([value_hashes(owners.column(c)) for c in ("name_key", "name_pinyin")])
    order = np.argsort(house, kind="stable")
    house, said = house[order], said[order]
    first = np.flatnonzero(np.append(True, house[1:] != house[:-1])) if len(house) else np.zeros(0, dtype=np.int64)
    second = first[np.append(first[1:], len(house)) - first > 1] + 1
    out = [np.zeros(homes, dtype=np.uint64) for _ in range(2)]
    for owner, at in zip(out, (first, second), strict=True):
        owner[house[at]] = said[at]
    return out


def _cut(persons: pa.Table) -> npt.NDArray[np.bool_]:
    """Whose valid number a spreadsheet has rounded, see `views.rounded_numbers`; only numbers like those are looked at."""
    with duckdb.connect() as con:
        con.register("mention", persons.select(["id_number"]))
        alike = con.sql(
            "select distinct id_number from mention where left(id_number, 15) in"
            " (select left(id_number, 15) from mention where id_number like '%000') order by all"
        ).to_arrow_table()
    rounded = rounded_numbers(alike["id_number"].combine_chunks())
    return pc.is_in(persons.column("id_number"), value_set=rounded).to_numpy()


def _lived_in(housing: pa.Table, homes: npt.NDArray[np.int32], threads: int) -> Hashes:
    """Hash of the address of the home each person is tied to; 0 for none (-1)."""
    return np.append(_hashed(housing, LIVED_IN, threads), np.uint64(0))[homes]


def _led_to(persons: pa.Table, housing: pa.Table, order: Ints) -> npt.NDArray[np.int32]:
    """The home a dwelling key leads to: the first mention of that key by lasting name; -1 for none."""
    keys, asked = (value_hashes(table.column("dwelling")) for table in (housing, persons))
    known, first = np.unique(keys[order], return_index=True)
    if not len(known):
        return np.full(len(asked), -1, dtype=np.int32)
    spot = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where((asked != 0) & (known[spot] == asked), order[first[spot]], -1).astype(np.int32)

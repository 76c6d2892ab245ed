"""What matching reads of the mention tables, worked out once, by the stage that writes them: three files per kind.

Belongs here: the lasting name of every mention, one hash of all it is made from, what of other kinds it points to, its
compared columns where any of them can be taken without reading the others. Does not: what a run found in the other kinds
(`sources`), or what follows from a change (`incremental`).

`made/<kind>` has a line per mention, integers only, at a place that lasts from run to run: what a run looks at to see what
changed lies where it lay. `compared/<kind>` has the texts, in order of `mention_id`, mapped into memory and not read: a run
looks at those of the mentions that changed and of the mentions they may be the same as.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import begins
from pipelines.matching.engine.hashing import IDENTITY, Hashes, mix, stable_keys, value_hashes
from pipelines.matching.inputs.slots import find, stable_slots
from pipelines.matching.inputs.views import LIVED_IN, PLACE, rounded_numbers
from warehouse.model import Home
from warehouse.model.arrow_file import mapped, write_arrow

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
"""`name`: lasting name, none twice. `mention_id`: -1 at an empty place, whose mention is gone. `source`: hash of all the mention
tables say of it, 0 at an empty place. `home`, `firm`: places of those it is tied to, -1 for none; a person tied to no home has
the one his dwelling key leads to. `cut`: a spreadsheet has rounded its identity number."""

POINTING = ("home", "firm", "cut")
"""Columns of `MADE` that only persons have anything in."""

DIGEST = b"digest"
"""Metadata of `made`: the same for the same mentions at the same places, under the same `mention_id`."""


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
    placed = {kind: _placed(home.made(kind), table) for kind, table in mentions.items()}
    for kind, table in mentions.items():
        told: list[Hashes] = [_hashed(table, COMPARED[kind], threads)]
        pointing: dict[str, npt.NDArray[Any]] = {}
        if kind == "housing":
            told += _owner_hashes(table.num_rows, owners)
        if kind == "person":
            pointing, more = _tied(mentions, placed, threads)
            told += more
        source = mix(told) | np.uint64(1)  # 0 is that of an empty place
        write_arrow(_made(placed[kind], source, pointing), home.made(kind))
        write_arrow(
            _with_dictionaries(table, (*COMPARED[kind], *(TIES if kind == "person" else ()))), home.compared(kind)
        )
    write_arrow(owners, home.compared("owner"))


@dataclass(frozen=True)
class _Placed:
    """Where the mentions of a kind lie: place of each, in order of `mention_id`, and the name of every place."""

    place: Ints
    names: Ints

    def laid(self, values: npt.NDArray[Any], nothing: int) -> npt.NDArray[Any]:
        """Values, one a mention, at their places; `nothing` at empty ones."""
        out = np.full(len(self.names), nothing, dtype=values.dtype)
        out[self.place] = values
        return out

    def of(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Places of some mentions; -1 for none (-1)."""
        return np.append(self.place, -1).astype(np.int32)[ids]

    def name_of(self, places: npt.NDArray[np.int32]) -> Hashes:
        """Names at some places; 0 for none (-1)."""
        return np.append(self.names, 0)[places].astype(np.uint64)


def _placed(path: Path, mentions: pa.Table) -> _Placed:
    """Give mentions their places: those they had in the last run, if they were there."""
    names = stable_keys(_with_dictionaries(mentions, IDENTITY))
    former = mapped(path)["name"].to_numpy() if path.exists() else names[:0]
    try:
        return _Placed(*stable_slots(former, names))
    except ValueError:
        raise ValueError(
            "two mentions share platform, dataset, role, row_key and repeat; these must name one"
        ) from None


def _made(placed: _Placed, source: Hashes, pointing: Mapping[str, npt.NDArray[Any]]) -> pa.Table:
    """The table of a kind, see `MADE`; what is not given points nowhere."""
    size, mentions = len(placed.names), len(placed.place)
    ids, sources = placed.laid(np.arange(mentions), -1), placed.laid(source, 0)
    told = mix([column.view(np.uint64) for column in (placed.names, ids, sources)])
    digest = f"{size} {int(told.sum()):x} {int(np.bitwise_xor.reduce(told, initial=0)):x}"
    nowhere, uncut = np.full(mentions, -1, dtype=np.int32), np.zeros(mentions, dtype=bool)
    home, firm, cut = (
        pointing.get(name, nothing) for name, nothing in zip(POINTING, (nowhere, nowhere, uncut), strict=True)
    )
    columns = [placed.names, ids, sources, placed.laid(home, -1), placed.laid(firm, -1), placed.laid(cut, False)]
    return pa.table([pa.array(column) for column in columns], schema=MADE.with_metadata({DIGEST: digest}))


def _tied(
    mentions: Mapping[str, pa.Table], placed: Mapping[str, _Placed], threads: int
) -> tuple[dict[str, npt.NDArray[Any]], list[Hashes]]:
    """Of every person `POINTING`, and hashes of what his ties tell of him."""
    persons, housing, cut = mentions["person"], mentions["housing"], _cut(mentions["person"])
    homes, firms = (_pointers(persons.column(c)) for c in TIES)
    lived_in = _lived_in(housing, homes, threads)
    homes = placed["housing"].of(np.where(homes < 0, _led_to(persons, housing, placed["housing"]), homes))
    firms = placed["enterprise"].of(firms)
    names = [placed["housing"].name_of(homes), placed["enterprise"].name_of(firms)]
    return dict(zip(POINTING, (homes, firms, cut), strict=True)), [cut.astype(np.uint64), lived_in, *names]


def digest_of(path: Path) -> str:
    """What tells a `made` from another, see `DIGEST`."""
    return pa.ipc.open_file(pa.memory_map(str(path))).schema.metadata[DIGEST].decode()


def owners_of(persons: pa.Table) -> pa.Table:
    """Persons that own or let a home their row names: `OWNERS`, in order of mention."""
    relations = persons["housing_relations"].combine_chunks()
    owning = pc.is_in(pc.list_flatten(relations), value_set=pa.array(["owns", "lets"]))
    owns = np.zeros(persons.num_rows, dtype=bool)
    owns[np.asarray(pc.list_parent_indices(relations).filter(owning))] = True
    tied = pc.and_(pa.array(owns), pc.is_valid(persons["housing_mention_id"]))
    return persons.select(OWNERS).filter(tied)


def _with_dictionaries(table: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    """Some columns, repeated texts as dictionaries."""
    chosen = [table.column(c) for c in columns]
    coded = [
        _coded(c.combine_chunks()) if pa.types.is_string(c.type) and name not in (*PLAIN, "row_key") else c
        for name, c in zip(columns, chosen, strict=True)
    ]
    return pa.table(coded, names=list(columns))


def _coded(texts: pa.Array) -> pa.DictionaryArray:
    """Texts as a dictionary, its indices as small as they can be: who takes some rows of a column takes them out of fewer bytes."""
    coded = texts.dictionary_encode()
    few = next((t for t in (pa.int8(), pa.int16()) if len(coded.dictionary) < 1 << (t.bit_width - 1)), pa.int32())
    return pa.DictionaryArray.from_arrays(coded.indices.cast(few), coded.dictionary)


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
    first = np.flatnonzero(begins(house))
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


def _led_to(persons: pa.Table, housing: pa.Table, placed: _Placed) -> npt.NDArray[np.int32]:
    """The home a dwelling key leads to: the first mention of that key by lasting name; -1 for none."""
    keys, asked = (value_hashes(table.column("dwelling")) for table in (housing, persons))
    order = np.argsort(placed.names[placed.place])
    known, first = np.unique(keys[order], return_index=True)
    if not len(known):
        return np.full(len(asked), -1, dtype=np.int32)
    spot = find(asked, known)
    return np.where((asked != 0) & (spot >= 0), order[first[spot]], -1).astype(np.int32)

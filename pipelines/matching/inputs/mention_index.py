"""What matching reads of the mention tables, worked out once by the stage that writes them: an index and match columns a kind.

Belongs here: the stable key of every mention, one hash of all it is made from, what of other kinds it points to, its match
columns laid out so that any of them can be taken without reading the others. Does not: what a run makes of the other kinds
(`sources`), what a kind depends on (`kind_inputs`), or what follows from a change (`incremental`).

`mention_index/<kind>` has a line per mention, integers only, at a slot that stays from run to run: a run sees what changed by
looking at the slots. `match_columns/<kind>` has the texts, in order of `mention_id`, mapped into memory and not read: a run looks
at those of the mentions that changed and of the mentions they may be the same as.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.hashing import IDENTITY, Hashes, mix, stable_keys
from pipelines.matching.inputs.kind_inputs import Codes, Dependencies, Ints, KindInputs
from pipelines.matching.inputs.mention_columns import MentionColumns, StoredMentions, WithinCity, stretches
from pipelines.matching.inputs.slots import stable_slots
from warehouse.model import Home
from warehouse.model.arrow_file import mapped, write_arrow
from warehouse.model.session import connect

Value = TypeVar("Value")

OWN_VALUES = ("id_number", "id_number_legible", "phone", "phone_2", "dwelling", "name_key", "name_pinyin", "content")
"""Texts of which nearly every mention has its own: dictionaries of them cost more than they save."""

DIGEST = b"digest"
"""Metadata of an index: the same for the same mentions at the same slots, under the same `mention_id`."""


def index_schema(points_to: tuple[str, ...], flags: tuple[str, ...]) -> pa.Schema:
    """The columns of an index.

    `key`: stable key, none twice. `mention_id`: -1 at an empty slot, whose mention is gone. `source_hash`: hash of all the mention
    tables say of it, 0 at an empty slot. `to_<kind>`: slot of the mention it points to, -1 for none. Flags as their kind says.
    """
    return pa.schema(
        [
            pa.field("key", pa.int64(), nullable=False),
            pa.field("mention_id", pa.int64(), nullable=False),
            pa.field("source_hash", pa.uint64(), nullable=False),
            *(pa.field(pointer(kind), pa.int32(), nullable=False) for kind in points_to),
            *(pa.field(flag, pa.bool_(), nullable=False) for flag in flags),
        ]
    )


def pointer(kind: str) -> str:
    """The column that points to mentions of another kind."""
    return f"to_{kind}"


def write_mention_index(
    home: Home, mentions: Mapping[str, MentionColumns], inputs: Mapping[str, KindInputs], threads: int = 1
) -> None:
    """Write index, match columns and further tables of some kinds, each file whole; see `read_within_city`.

    Args:
        home: to write to.
        mentions: the mention table of every kind, in order of `mention_id`; of stored ones the columns are read that are needed.
        inputs: what matching reads, of every kind that is to be written.
        threads: threads to use.

    Raises:
        ValueError: two mentions of a kind share their identity (or, once in some 10^7 cities, only its hash).
    """
    named = OnDemand(mentions.keys(), lambda kind: WithinCity(home.data_model, kind, mentions[kind]))
    slots = OnDemand(mentions.keys(), lambda kind: _slots(home.mention_index(kind), mentions[kind]))
    for kind, reads in inputs.items():
        table = named[kind]
        dependencies = reads.depend(kind, named, slots, threads)
        hashes = [content_hashes(table, reads.columns, threads), *dependencies.hashes]
        source = mix(hashes) | np.uint64(1)  # 0 is that of an empty slot
        write_arrow(_index(slots[kind], source, reads, dependencies), home.mention_index(kind))
        write_arrow(_with_dictionaries(table, _stored(reads)), home.match_columns(kind))
        for name, further in dependencies.tables.items():
            write_arrow(further, home.match_columns(name))


class OnDemand(Mapping[str, Value]):
    """A value per kind, worked out when it is first asked for."""

    def __init__(self, kinds: Collection[str], make: Callable[[str], Value]) -> None:
        self._kinds, self._make, self._known = kinds, make, dict[str, Value]()

    def __getitem__(self, kind: str) -> Value:
        if kind not in self._known:
            self._known[kind] = self._make(kind)
        return self._known[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


def mention_tables(home: Home) -> Mapping[str, MentionColumns]:
    """The mention tables of a home by kind, their columns read when they are asked for."""
    return OnDemand(home.data_model.order, lambda kind: StoredMentions(home.stage("mention", kind)))


def _stored(reads: KindInputs) -> tuple[str, ...]:
    """The columns kept of a kind: those that are compared, and those that point to other kinds."""
    return (*reads.columns, *(f"{kind}_mention_id" for kind in reads.points_to))


@dataclass(frozen=True)
class MentionSlots:
    """Where the mentions of a kind lie: slot of each, in order of `mention_id`, and the stable key at every slot."""

    slot: Ints
    keys: Ints

    def laid(self, values: npt.NDArray[Any], nothing: int) -> npt.NDArray[Any]:
        """Values, one a mention, at their slots; `nothing` at empty ones."""
        out = np.full(len(self.keys), nothing, dtype=values.dtype)
        out[self.slot] = values
        return out

    def of(self, ids: Codes) -> Codes:
        """Slots of some mentions; -1 for none (-1)."""
        return np.append(self.slot, -1).astype(np.int32)[ids]

    def key_of(self, slots: Codes) -> Hashes:
        """Stable keys at some slots; 0 for none (-1)."""
        return np.append(self.keys, 0)[slots].astype(np.uint64)

    @cached_property
    def by_mention(self) -> Ints:
        """Stable key of every mention, in order of `mention_id`."""
        return self.keys[self.slot]


def _slots(path: Path, mentions: MentionColumns) -> MentionSlots:
    """Give mentions their slots: those they had in the last run, if they were there."""
    keys = stable_keys(_with_dictionaries(mentions, IDENTITY))
    former = mapped(path)["key"].to_numpy() if path.exists() else keys[:0]
    try:
        return MentionSlots(*stable_slots(former, keys))
    except ValueError:
        raise ValueError(
            "two mentions share platform, dataset, role, row_key and repeat; these must name one"
        ) from None


def _index(slots: MentionSlots, source: Hashes, reads: KindInputs, dependencies: Dependencies) -> pa.Table:
    """The index of a kind; what points nowhere points to -1."""
    size, mentions = len(slots.keys), len(slots.slot)
    ids, sources = slots.laid(np.arange(mentions), -1), slots.laid(source, 0)
    mixed = mix([column.view(np.uint64) for column in (slots.keys, ids, sources)])
    digest = f"{size} {int(mixed.sum()):x} {int(np.bitwise_xor.reduce(mixed, initial=0)):x}"
    nowhere, unset = np.full(mentions, -1, dtype=np.int32), np.zeros(mentions, dtype=bool)
    columns = [slots.keys, ids, sources]
    columns += [slots.laid(dependencies.pointers.get(kind, nowhere), -1) for kind in reads.points_to]
    columns += [slots.laid(dependencies.flags.get(flag, unset), False) for flag in reads.flags]
    schema = index_schema(reads.points_to, reads.flags).with_metadata({DIGEST: digest})
    return pa.table([pa.array(column) for column in columns], schema=schema)


def digest_of(path: Path) -> str:
    """What tells an index from another, see `DIGEST`."""
    return pa.ipc.open_file(pa.memory_map(str(path))).schema.metadata[DIGEST].decode()


def _with_dictionaries(mentions: MentionColumns, columns: tuple[str, ...]) -> pa.Table:
    """Some columns, repeated texts as dictionaries. They are read one by one: as they are written, all take much more memory."""
    return pa.table(
        {name: _stored_column(name, mentions.select([name]).column(0).combine_chunks()) for name in columns}
    )


def _stored_column(name: str, values: pa.Array) -> pa.Array:
    return _coded(values) if pa.types.is_string(values.type) and name not in (*OWN_VALUES, "row_key") else values


def _coded(texts: pa.Array) -> pa.DictionaryArray:
    """Texts as a dictionary, its indices as small as they can be: some rows of a column are then taken out of fewer bytes."""
    coded = texts.dictionary_encode()
    few = next((t for t in (pa.int8(), pa.int16()) if len(coded.dictionary) < 1 << (t.bit_width - 1)), pa.int32())
    return pa.DictionaryArray.from_arrays(coded.indices.cast(few), coded.dictionary)


def content_hashes(mentions: MentionColumns, columns: tuple[str, ...], threads: int) -> Hashes:
    """One hash per row over some columns, by DuckDB; `mention_id` counts rows from 0, for a scan may keep no order."""
    out = np.empty(mentions.num_rows, dtype=np.uint64)
    with connect(threads=threads) as con:
        for some in stretches(mentions, ["mention_id", *columns]):
            con.register("mention", some)
            hashed = con.sql(f"select mention_id, hash({', '.join(columns)}) as row from mention").to_arrow_table()
            out[hashed.column("mention_id").to_numpy()] = hashed.column("row").to_numpy()
    return out

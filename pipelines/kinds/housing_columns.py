"""What the specification of homes compares: columns of their mentions, and the owners their rows name.

Belongs here: this view. Does not: standardising, or comparing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import begins
from pipelines.matching.engine.hashing import Hashes, mix, value_hashes
from pipelines.matching.inputs.kind_inputs import Dependencies, Sight, Slots
from pipelines.matching.inputs.mention_columns import MentionColumns

PERSON = "person"
PLACE = ("street", "community", "road", "road_number", "estate", "building", "unit", "room", "dwelling")
"""Address columns of a home."""

OWNERS = ("housing_mention_id", "name_key", "name_pinyin")
"""What a home knows of its owners."""

OWNER_TABLE = "owner"
OWNING = ["owns", "lets"]
"""Relations of an owner, not a tenant."""


@dataclass(frozen=True)
class HousingInputs:
    """What matching reads of homes: a home changes with its row, and with the owners its row names."""

    columns: tuple[str, ...] = ("platform", "source_code", "unit_number", "address_code", *PLACE, "area")
    points_to: tuple[str, ...] = ()
    reads: tuple[str, ...] = (PERSON,)
    flags: tuple[str, ...] = ()

    def depend(
        self, kind: str, mentions: Mapping[str, MentionColumns], slots: Mapping[str, Slots], threads: int
    ) -> Dependencies:
        """The first and the second owner of every home."""
        owners = owners_of(mentions[PERSON])
        return Dependencies(hashes=tuple(_owner_hashes(mentions[kind].num_rows, owners)), tables={OWNER_TABLE: owners})

    def view(self, sight: Sight) -> pa.Table:
        """See `housing_view`."""
        owners, ids = sight.table(OWNER_TABLE), sight.asked_ids()
        if ids is not None:
            asked = np.zeros(int(pc.max(owners["housing_mention_id"]).as_py() or 0) + 1, dtype=bool)
            asked[ids[ids < len(asked)]] = True
            owners = owners.filter(pa.array(asked[owners["housing_mention_id"].to_numpy()]))
        relations = pa.array([OWNING[:1]] * owners.num_rows, pa.list_(pa.string()))
        return housing_view(sight.columns(), owners.append_column("housing_relations", relations))


INPUTS = HousingInputs()


def housing_view(mentions: pa.Table, person: pa.Table | None = None) -> pa.Table:
    """The columns the housing spec reads.

    Args:
        mentions: of homes.
        person: of persons, or the columns of `OWNERS` and `housing_relations`, from which the owners named in the same rows are taken, or None.

    Returns:
        One row per mention: address columns, codes, `area`, `owner`, `owner_2`, `owner_pinyin` (names as `name_key`), and
        `source_number`: the platform's own number of the unit together with the platform.
    """
    columns = ["mention_id", "unit_number", "address_code", *PLACE, "area"]
    names = [mentions.column(c).cast(pa.string()) for c in ("platform", "source_code")]
    source = pc.binary_join_element_wise(*names, ":")
    return pa.table({**{c: mentions.column(c) for c in columns}, "source_number": source, **_owners(mentions, person)})


def _owners(mentions: pa.Table, person: pa.Table | None) -> dict[str, pa.Array]:
    """The first two owners (not tenants) the rows of housing mentions name."""
    n = mentions.num_rows
    if person is None:
        return {c: pa.nulls(n, pa.string()) for c in ("owner", "owner_2", "owner_pinyin")}
    relations = person.column("housing_relations").combine_chunks()
    owns = np.zeros(person.num_rows, dtype=bool)
    parents = np.asarray(pc.list_parent_indices(relations))
    owns[parents[np.asarray(pc.is_in(pc.list_flatten(relations), value_set=pa.array(OWNING)))]] = True
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


def owners_of(mentions: MentionColumns) -> pa.Table:
    """Persons that own or let a home their row names: `OWNERS`, in order of mention."""
    persons = mentions.select([*OWNERS, "housing_relations"])
    relations = persons["housing_relations"].combine_chunks()
    owning = pc.is_in(pc.list_flatten(relations), value_set=pa.array(OWNING))
    owns = np.zeros(persons.num_rows, dtype=bool)
    owns[np.asarray(pc.list_parent_indices(relations).filter(owning))] = True
    tied = pc.and_(pa.array(owns), pc.is_valid(persons["housing_mention_id"]))
    return persons.select(OWNERS).filter(tied)


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

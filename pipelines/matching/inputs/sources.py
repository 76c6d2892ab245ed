"""The mentions of a kind as a run looks at them: integers of all of them, compared columns of those asked for.

Belongs here: what the mention stage told (`made`) together with what other kinds were found to be, views of some mentions.
Does not: the views themselves (`views`), or what follows from a change (`incremental`).

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

from pipelines.matching.engine.encode import distinct_sorted
from pipelines.matching.inputs.coded import CodedTable, known_distinct
from pipelines.matching.inputs.rows import Dependency, Rows
from pipelines.matching.inputs.views import LIVED_IN, coded_persons, enterprise_view, housing_view
from pipelines.matching.store.state import StoredClusters
from warehouse.model import Home
from warehouse.model.arrow_file import mapped

Ints = npt.NDArray[np.int64]
Asked = Ints | None
"""Places of mentions; None for all of them, which then come in order of `mention_id`."""
View = Callable[[Asked], pa.Table | CodedTable]


@dataclass(frozen=True)
class Resolved:
    """The mentions of a kind that was matched before, by place: `mention_id` (-1 for none), their lasting names, and those of
    their clusters."""

    ids: Ints
    names: Ints
    clusters: Ints

    @classmethod
    def of(cls, home: Home, kind: str) -> Resolved:
        """What was found of a kind that was linked before.

        Raises:
            ValueError: it was found of other mentions than there are now.
        """
        state, made = StoredClusters.load(home.matched(kind)), mapped(home.made(kind))
        ids, names = made["mention_id"].to_numpy(), made["name"].to_numpy()
        if state is None or not state.is_of(names, ids):
            raise ValueError(f"matched/{kind} and mention/{kind} hold other mentions; run the stage link/{kind} again")
        return cls(ids, names, state.row_clusters())

    def some(self, places: Ints) -> pa.Table:
        """`mention_id` and `cluster_id` of the mentions at some places, in order of names, whatever order these come in."""
        places = places[np.argsort(self.names[places])]
        return pa.table({"mention_id": self.ids[places], "cluster_id": self.clusters[places]})

    def every(self) -> pa.Table:
        """The same of all mentions."""
        return self.some(np.flatnonzero(self.ids >= 0))


def rows_of(home: Home, kind: str, threads: int = 1) -> Rows:
    """The mentions of one kind as `incremental.advance` wants them.

    Args:
        home: whose kinds that tell something of this one have been linked.
        kind: person, housing or enterprise.
        threads: threads to use where all mentions are asked for.
    """
    made = mapped(home.made(kind))
    ids, names, source = (made[c].to_numpy() for c in ("mention_id", "name", "source"))
    if kind == "person":
        beside, view = _persons(home, made, threads)
        return Rows(ids, names, source, view, beside)
    return Rows(ids, names, source, _homes(home, ids) if kind == "housing" else _enterprises(home, ids))


def _compared(home: Home, kind: str, ids: Ints, asked: Asked) -> pa.Table:
    """Some mentions; of these only, where there are fewer of them than a column has values, without its dictionary, so that a
    view does not look at all the values that are not theirs."""
    table = mapped(home.compared(kind))
    if asked is None:
        return known_distinct(table.append_column("mention_id", pa.array(np.arange(table.num_rows))))
    taken = table.take(pa.array(ids[asked]))
    columns = [
        c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) and len(c.chunk(0).dictionary) > len(asked) else c
        for c in taken.columns
    ]
    return known_distinct(pa.table([*columns, ids[asked]], names=[*taken.column_names, "mention_id"]))


def _enterprises(home: Home, ids: Ints) -> View:
    return lambda asked: enterprise_view(_compared(home, "enterprise", ids, asked))


def _homes(home: Home, ids: Ints) -> View:
    def view(asked: Asked) -> pa.Table:
        some, owners = _compared(home, "housing", ids, asked), mapped(home.compared("owner"))
        if asked is not None:
            theirs = np.zeros(len(ids), dtype=bool)
            theirs[ids[asked]] = True
            owners = owners.filter(pa.array(theirs[owners["housing_mention_id"].to_numpy()]))
        relations = pa.array([["owns"]] * owners.num_rows, pa.list_(pa.string()))
        return housing_view(some, owners.append_column("housing_relations", relations))

    return view


def _persons(home: Home, made: pa.Table, threads: int) -> tuple[tuple[Dependency, ...], View]:
    housing, enterprise = Resolved.of(home, "housing"), Resolved.of(home, "enterprise")
    ids, homes, firms, cut = (made[c].to_numpy() for c in ("mention_id", "home", "firm", "cut"))

    def view(asked: Asked) -> CodedTable:
        some = _compared(home, "person", ids, asked)
        places = mapped(home.compared("housing")).select(LIVED_IN)
        if asked is None:
            lived_in, employers = housing.every(), enterprise.every()
            rounded = np.zeros(some.num_rows, dtype=bool)
            rounded[ids[cut]] = True
        else:
            lived_in, employers = housing.some(_pointed_to(homes[asked])), enterprise.some(_pointed_to(firms[asked]))
            rounded = cut[asked]
        place = places.take(lived_in["mention_id"])
        for name in LIVED_IN:
            lived_in = lived_in.append_column(name, place[name])
        known = pc.unique(pc.drop_null(some["id_number"].filter(pa.array(rounded))))
        return coded_persons(some, lived_in, employers, threads if asked is None else 1, known)

    told = ((homes, housing), (firms, enterprise))
    return tuple(Dependency(pointers, kind.clusters.view(np.uint64)) for pointers, kind in told), view


def _pointed_to(places: npt.NDArray[np.int32]) -> Ints:
    return distinct_sorted(places[places >= 0].astype(np.int64))

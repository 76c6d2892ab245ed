"""What runs where the rows are: golden records, relations and evidence of buckets, by the code of one machine.

A bucket whose last file is there was made before the run was killed; it is not made again.

Belongs here: reading a bucket's rows and writing its files. Does not: choosing (`survivorship`), or any statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engine.files import file_of, write_file
from pipelines.resolution.at_scale.parts import Part, split
from pipelines.resolution.session import Session
from pipelines.resolution.statements import relation
from pipelines.resolution.survivorship import AUTHORITY_TABLE, Answers, GoldenResult, Resolved, golden
from pipelines.resolution.touched import Said
from warehouse.model.data_model import HOME, DataModel, RelationTable
from warehouse.model.link import ENTITY
from warehouse.model.table import Table

STAGES = ("golden", "attribute", "conflict", "said")
"""What is written of every bucket with golden records, in this order."""

WRITTEN = pa.schema([("bucket", pa.int64())])
"""What is told of buckets: which were written."""


@dataclass(frozen=True)
class GoldenOfBuckets:
    """Writes the golden records, claims and conflicts of every bucket it is given whole, and what is said in it.

    Attributes:
        kind: that the golden records are of.
        model: the kinds there are.
        parts: of the rows, see `parts`.
        authority: see `pipelines.resolution.authority`.
        grid: file of the grid tree, or of nothing.
        answers: files of what departments said of claims.
        folder: where files are written, see `file_of`.
    """

    kind: str
    model: DataModel
    parts: tuple[Part, ...]
    authority: pa.Table
    grid: Path
    answers: Answers
    folder: Path

    schema = WRITTEN

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The buckets that were written."""
        return _written(rows, self.folder, STAGES[-1], self._write)

    def _write(self, bucket: int, rows: pa.Table) -> None:
        said = Said.nothing()
        made = self._chosen(split(rows, self.parts), said)
        for stage, table in zip(STAGES, (made.golden, made.attributes, made.conflicts, said.now), strict=True):
            write_file(self.folder, stage, bucket, table)

    def _chosen(self, given: dict[str, pa.Table], said: Said) -> GoldenResult:
        subjects = given["subject"].sort_by("mention_id")
        return golden(
            self.kind,
            self.model.mention(self.kind).conform(subjects),
            ENTITY.conform(subjects),
            self.authority,
            known=self._known(given),
            grid=self.grid,
            answers=self.answers,
            model=self.model,
            threads=1,
            said=said,
        )

    def _known(self, given: dict[str, pa.Table]) -> dict[str, Resolved]:
        known = {
            name.removeprefix("companion_"): Resolved(table, table)
            for name, table in given.items()
            if name.startswith("companion_")
        }
        if "home" in given:
            rows = given["home_by_row"]
            known[HOME] = Resolved(rows, rows, given["home"], given["home_by_address"])
        return known


@dataclass(frozen=True)
class RelationOfBuckets:
    """Writes the relations between two kinds of every bucket of the left one that it is given whole.

    Attributes:
        name: of the table of relations.
        model: the kinds there are.
        parts: of the rows: `left` (mentions, each with its entity), `target` (mentions of the right kind with theirs), `left_golden`,
            `right_golden`, and what addresses and names mean (`dwelling_index`, `name_index`).
        authority: see `pipelines.resolution.authority`.
        folder: where files are written, see `file_of`.
    """

    name: str
    model: DataModel
    parts: tuple[Part, ...]
    authority: pa.Table
    folder: Path

    schema = WRITTEN

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The buckets that were written."""
        return _written(rows, self.folder, self.name, self._write)

    def _write(self, bucket: int, rows: pa.Table) -> None:
        (tied,) = (r for r in self.model.relations if r.table.name == self.name)
        with Session(1) as session:
            self._open(session, tied, split(rows, self.parts))
            made = tied.table.conform(session.con.sql(relation(self.model, tied)).to_arrow_table())
        write_file(self.folder, self.name, bucket, made)

    def _open(self, session: Session, tied: RelationTable, given: dict[str, pa.Table]) -> None:
        """Name the parts as the statement does."""
        model, con = self.model, session.con
        con.register(f"{tied.left}_mention", given["left"])
        con.register(f"{tied.left}_entity", given["left"])
        con.register(f"{tied.right}_entity", given["target"])
        for side, kind in (("left", tied.left), ("right", tied.right)):
            con.register(f"{kind}_golden", given.get(f"{side}_golden", model.golden(kind).empty()))
        con.register("authority", AUTHORITY_TABLE.conform(self.authority))
        for part, name in (("dwelling_index", "dwelling_index"), ("name_index", f"{tied.right}_index")):
            if part in given:
                con.register(name, given[part])


@dataclass(frozen=True)
class RowsOfBuckets:
    """Writes rows of a kind as they are, bucket by bucket, under a contract and in its order.

    Attributes:
        kind: its name.
        table: the contract; beside what the rows have it has `entity_kind`.
        order: columns the rows of a bucket are sorted by.
        folder: where files are written, see `file_of`.
    """

    kind: str
    table: Table
    order: tuple[str, ...]
    folder: Path

    schema = WRITTEN

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The buckets that were written."""
        return _written(rows, self.folder, self.kind, self._write)

    def _write(self, bucket: int, rows: pa.Table) -> None:
        own = rows.sort_by([(column, "ascending") for column in self.order])
        kinds = pa.repeat(pa.scalar(self.kind), own.num_rows)
        write_file(self.folder, self.kind, bucket, self.table.conform(own.append_column("entity_kind", kinds)))


@dataclass(frozen=True)
class CountsOfBuckets:
    """Counts the rows of every bucket by itself; what it gives is little.

    Attributes:
        count: of rows of whole entities; counts of some entities and of the others add up.
        schema: of what it gives.
    """

    count: Callable[[pa.Table], pa.Table]
    schema: pa.Schema

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The counts of all buckets under one another."""
        return pa.concat_tables([self.count(own) for _, own in _by_bucket(rows)])


def _by_bucket(rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Every bucket there is, with its rows."""
    for bucket in np.unique(rows["bucket"].to_numpy()).tolist():
        yield bucket, rows.filter(pc.equal(rows["bucket"], bucket))


def _written(rows: pa.Table, folder: Path, last: str, write: Callable[[int, pa.Table], None]) -> pa.Table:
    """Write every bucket of the rows, unless its file of the `last` stage is there; all of them."""
    buckets = np.unique(rows["bucket"].to_numpy())
    for bucket in buckets.tolist():
        if not file_of(folder, last, bucket).exists():
            write(bucket, rows.filter(pc.equal(rows["bucket"], bucket)))
    return pa.table([buckets], schema=WRITTEN)

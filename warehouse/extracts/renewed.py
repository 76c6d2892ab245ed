"""Tables of a former extract in which some rows are replaced by what is worked out again.

Belongs here: which rows stay and where the others go, so that the table is the one a full write gives. Does not: which rows are worked
out again (`renewal`), or their values (`reconciled`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.extracts.datasets import Layout
from warehouse.extracts.files import stem
from warehouse.extracts.manifest import DatasetCounts, ExtractFile, ExtractManifest
from warehouse.extracts.work_list import NEW, with_news
from warehouse.extracts.workbook import Sheet

PLACE = ("来源文件", "来源工作表", "来源行号")
"""Columns of a list that tell which row a line is about."""
LAST = "at_end"
IN_ORDER = tuple((column, "ascending", LAST) for column in PLACE)
Order = Sequence[tuple[str, str, str]]
"""Columns by which a list is ordered: name, direction, where those stand that are null."""


@dataclass(frozen=True)
class FormerFiles:
    """The files of one platform in the extract that is renewed, which are as their manifest says."""

    folder: Path
    manifest: ExtractManifest
    platform: str

    @property
    def files(self) -> list[ExtractFile]:
        """Those of the platform."""
        return [file for file in self.manifest.files if file.platform == self.platform]

    def counts(self, dataset: str) -> DatasetCounts:
        """What there was in a dataset."""
        return next(d for d in self.manifest.datasets if (d.platform, d.dataset) == (self.platform, dataset))

    def path(self, name: str) -> Path:
        """The file of a dataset or a list."""
        return self.folder / f"{stem(self.platform, name)}.parquet"


@dataclass(frozen=True)
class RenewedDataset:
    """A dataset of which some rows are worked out again.

    Attributes:
        layout: of the dataset.
        table: its rows.
        counts: what there is in them.
        former: its rows in the former extract; `table` itself where none says something else.
    """

    layout: Layout
    table: pa.Table
    counts: DatasetCounts
    former: pa.Table

    @property
    def changed(self) -> bool:
        """Whether a row says something else."""
        return self.table is not self.former

    @property
    def sheet(self) -> Sheet:
        """Its sheet."""
        return self.layout.sheet(self.table, self.former)


def renewed_dataset(former: FormerFiles, layout: Layout, again: pa.Table, positions: np.ndarray) -> RenewedDataset:
    """A dataset with the rows at `positions` replaced by those of `again`."""
    was, counts = pq.read_table(former.path(layout.own.dataset)), former.counts(layout.own.dataset)
    again, stale = again.cast(was.schema), was.take(pa.array(positions))
    if stale.equals(again):
        return RenewedDataset(layout, was, counts, was)
    gone, come = layout.counts([stale]), layout.counts([again])
    marks = {mark: count - gone.marks[mark] + come.marks[mark] for mark, count in counts.marks.items()}
    duplicates = counts.duplicates - gone.duplicates + come.duplicates
    counts = counts.model_copy(update={"marks": marks, "duplicates": duplicates})
    return RenewedDataset(layout, replaced(was, again, positions), counts, was)


def replaced(former: pa.Table, again: pa.Table, positions: np.ndarray) -> pa.Table:
    """The table with the rows at `positions` replaced by those of `again`, in their order."""
    taken = np.arange(former.num_rows)
    taken[positions] = former.num_rows + np.arange(len(positions))
    return pa.concat_tables([former, again]).take(pa.array(taken)).combine_chunks()


def renewed_list(former: pa.Table, again: pa.Table, rows: pa.Table, order: Order) -> pa.Table:
    """A list in which all lines about some rows are replaced; `former` itself where they say the same.

    Args:
        former: the list as it was, in order.
        again: lines about those rows and others, in order; those about others are passed over.
        rows: the rows, by `PLACE`.
        order: of the list, as far as lines about different rows are told apart. Lines about one row stay as they stand.
    """
    renewed = _places(rows)
    stale = pc.is_in(_places(former), value_set=renewed)
    again = again.filter(pc.is_in(_places(again), value_set=renewed)).cast(former.schema)
    if former.filter(stale).equals(again):
        return former
    table = pa.concat_tables([former.filter(pc.invert(stale)), again])
    return table.take(pc.sort_indices(table, sort_keys=list(order))).combine_chunks()


def renewed_findings(former: pa.Table, again: pa.Table, rows: pa.Table, order: Order, file: Path) -> pa.Table:
    """As `renewed_list`, for findings: what the former extract, whose `file` it is, did not list is new, and nothing else."""
    bare = former.drop_columns(NEW)
    table = renewed_list(bare, again, rows, order)
    if table is bare:
        return (
            former if former[NEW].null_count == former.num_rows else _with(bare, pa.nulls(bare.num_rows, pa.string()))
        )
    stays = pc.invert(pc.is_in(_places(table), value_set=_places(rows)))
    said = with_news(table.filter(pc.invert(stays)), file)[NEW]
    news = np.full(table.num_rows, None, dtype=object)
    news[np.flatnonzero(~stays.to_numpy(zero_copy_only=False))] = said.to_pylist()
    return _with(table, pa.array(news, pa.string()))


def _with(table: pa.Table, news: pa.Array) -> pa.Table:
    return table.append_column(NEW, news)


def _places(table: pa.Table) -> pa.ChunkedArray:
    numbers = pc.fill_null(table[PLACE[2]].cast(pa.string()), "")
    return pc.binary_join_element_wise(table[PLACE[0]], table[PLACE[1]], numbers, "\x1f")

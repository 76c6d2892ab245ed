"""Rows as the engine works on them: encoded, with integer ids, those that agree in every compared column as one record.

Belongs here: from a caller's tables to distinct records. Does not: encoding a column (`encode`), checking arguments (`arguments`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.arguments import arrow_table, check_columns, lists_as_text, read_ids
from pipelines.matching.engine.blocking import read_keys
from pipelines.matching.engine.encode import Codes, Encoded, encode, group_rows
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.coded import CodedTable
from pipelines.parallel import both

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """Distinct records: `of_row` is the record of each row, `first` the first row of each record, `copies` its count of rows."""

    encoded: Encoded
    of_row: Codes
    first: Ints
    copies: Ints
    side: npt.NDArray[np.int8] | None

    @property
    def possible_pairs(self) -> float:
        """Number of pairs of records that count."""
        n = float(len(self.first))
        if self.side is None:
            return n * (n - 1) / 2
        right = float(self.side.sum())
        return right * (n - right)


def read_tables(
    table: Any, right: Any, spec: MatchSpec, id_column: str | None
) -> tuple[pa.Table | CodedTable, pa.Table | None, pa.Array | None]:
    """The tables as Arrow ones that hold what the specification reads, with integer ids; and the ids where these are none."""
    if isinstance(table, CodedTable):
        return table, None, None
    table = lists_as_text(arrow_table(table, "table"))
    check_columns(table, spec, "table")
    if right is not None:
        right = lists_as_text(arrow_table(right, "right"))
        check_columns(right, spec, "right")
    return (table, right, None) if id_column is None else _with_ids(table, right, id_column)


def _with_ids(
    table: pa.Table, right: pa.Table | None, id_column: str
) -> tuple[pa.Table, pa.Table | None, pa.Array | None]:
    """The tables with integer ids, and the ids by those integers where the caller's are no integers."""
    for some, what in ((table, "table"), (right, "right")):
        if some is not None and id_column not in some.column_names:
            raise KeyError(f"{what}: id_column {id_column!r} is not there; it has {some.column_names}")
    both_ids = [t.select([id_column]) for t in (table, right) if t is not None]
    ids, names = read_ids(pa.concat_tables(both_ids, promote_options="permissive")[id_column], id_column)
    at = table.num_rows
    table = table.set_column(table.schema.get_field_index(id_column), id_column, pa.array(ids[:at]))
    if right is not None:
        right = right.set_column(right.schema.get_field_index(id_column), id_column, pa.array(ids[at:]))
    return table, right, names


def _read(
    table: pa.Table | CodedTable, right: pa.Table | None, columns: tuple[str, ...], id_column: str | None, threads: int
) -> tuple[Encoded, Ints, npt.NDArray[np.int8] | None]:
    """The rows as codes, their ids, and the side of each where there are two tables."""
    if isinstance(table, CodedTable):
        return table.encoded(columns, threads), np.asarray(table.ids.cast(pa.int64())), None
    side = None
    if right is not None:
        side = np.repeat(np.array([0, 1], dtype=np.int8), [table.num_rows, right.num_rows])
        selected = [*columns, id_column] if id_column else list(columns)
        table = pa.concat_tables([table.select(selected), right.select(selected)], promote_options="permissive")
    ids = (
        np.arange(table.num_rows, dtype=np.int64)
        if id_column is None
        else np.asarray(table.column(id_column).cast(pa.int64()))
    )
    return encode(table, columns, threads), ids, side


def read_records(
    table: pa.Table | CodedTable,
    right: pa.Table | None,
    spec: MatchSpec,
    id_column: str | None,
    judgements: pa.Table | None,
    *,
    order: Ints | None,
    threads: int,
) -> tuple[Records, Ints]:
    """Encode the rows and collapse those that agree in every column of the spec; a judged row is a record of its own."""
    columns = spec.columns
    encoded, ids, side = _read(table, right, columns, id_column, threads)
    if "side" in spec.one_to_one and side is not None:
        encoded.codes["side"] = side.astype(np.int32)
    if order is not None:
        encoded, ids = encoded.take(order), ids[order]
    grouped_by = [encoded.codes[c] for c in columns]
    if side is not None or spec.one_to_one:  # rows of one source are different entities, however alike
        grouped_by.append(np.arange(len(ids), dtype=np.int32))
    if judgements is not None and judgements.num_rows:
        judged = np.isin(ids, np.concatenate([np.asarray(judgements.column(c)) for c in ("left_id", "right_id")]))
        grouped_by.append(np.where(judged, np.arange(len(ids)), -1).astype(np.int32))
    (of_row, first), _ = both(
        lambda: group_rows(grouped_by, threads), lambda: read_keys(spec, encoded, threads), threads
    )
    copies = np.bincount(of_row, minlength=len(first)).astype(np.int64)
    return Records(encoded.take(first, threads), of_row, first, copies, None if side is None else side[first]), ids

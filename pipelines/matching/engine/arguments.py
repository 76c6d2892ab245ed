"""What a caller hands to `link`, made into what the engine works on, or refused with what to do.

Belongs here: tables of any library, ids of any type, verdicts. Does not: encoding (`encode`) or the specification (`spec`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels_text import SEPARATOR
from pipelines.matching.engine.spec import MatchSpec

Ints = npt.NDArray[np.int64]

VERDICTS = ("same", "different", "unsure")
"""What a person may say of a pair; `unsure` decides nothing."""


class InputError(ValueError):
    """An argument of `link` that can't be used; the message names it and the remedy, never a value of a row."""


def arrow_table(table: Any, what: str) -> pa.Table:
    """Any table as an Arrow one: Arrow, pandas, Polars, DuckDB, a mapping of columns, a list of rows.

    Raises:
        InputError: it is none of these.
    """
    try:
        if isinstance(table, pa.Table):
            return table
        if isinstance(table, Mapping):
            return pa.table(dict(table))
        if isinstance(table, Sequence) and all(isinstance(row, Mapping) for row in table):
            return pa.Table.from_pylist(list(table))
        if hasattr(table, "__arrow_c_stream__"):
            return pa.table(table)
        if hasattr(table, "__dataframe__"):
            return pa.interchange.from_dataframe(table)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        raise InputError(
            f"{what}: a column mixes types or has one Arrow does not know; give every column one type"
        ) from None
    raise InputError(
        f"{what}: {type(table).__name__} is no table; pass an Arrow table, a pandas or Polars frame, a DuckDB relation, a dict of "
        "columns or a list of dicts"
    )


def lists_as_text(table: pa.Table) -> pa.Table:
    """The table with every list of plain values as one text, see `levels_text`: sorted, none twice; an empty list is null."""
    for i, field in enumerate(table.schema):
        if pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
            if pa.types.is_nested(field.type.value_type):
                continue
            texts = [
                SEPARATOR.join(["", *sorted({str(x) for x in row if x is not None})]) if row else None
                for row in table.column(i).to_pylist()
            ]
            table = table.set_column(i, field.name, pa.array([t or None for t in texts], pa.string()))
    return table


def check_columns(table: pa.Table, spec: MatchSpec, what: str) -> None:
    """See that every column of the specification is there and holds plain values.

    Raises:
        KeyError: a column is not in the table.
        InputError: a column holds records.
    """
    if missing := [c for c in spec.columns if c not in table.column_names]:
        raise KeyError(f"{what}: columns {missing} are not there; it has {table.column_names}")
    if nested := [c for c in spec.columns if pa.types.is_nested(table.schema.field(c).type)]:
        raise InputError(f"{what}: columns {nested} hold records; give each value a column of its own")


def check_options(spec: MatchSpec, has_right: bool, prior: float | None, *, has_order: bool = False) -> None:
    """See that specification, tables and prior fit each other.

    Raises:
        InputError: they do not.
    """
    if "side" in spec.one_to_one and not has_right:
        raise InputError(
            f"MatchSpec {spec.kind!r}: one_to_one=('side',) is about two tables: pass right=, or leave one_to_one out"
        )
    if has_order and not (spec.accept and spec.review):
        raise InputError(
            f"MatchSpec {spec.kind!r}: a run that later runs go on from needs accept= and review= of its own"
        )
    if prior is not None and not 0 < prior < 0.5:
        raise InputError(f"prior={prior}: a probability above 0 and below 0.5 is needed, that two random records match")


def read_ids(column: pa.ChunkedArray, name: str) -> tuple[Ints, pa.Array | None]:
    """Ids as integers: themselves, or row numbers for ids of another type, which come as the second part.

    Raises:
        InputError: an id is null, or stands twice.
    """
    if column.null_count:
        raise InputError(
            f"id_column {name!r}: {column.null_count} ids are null; every row needs one, or leave id_column out"
        )
    if repeated := len(column) - pc.count_distinct(column).as_py():
        raise InputError(
            f"id_column {name!r}: {repeated} rows repeat the id of another row; ids must differ, those of both tables together"
        )
    if pa.types.is_integer(column.type):
        return np.asarray(column.cast(pa.int64())), None
    names = column.combine_chunks()
    names = pa.concat_arrays(names.chunks) if isinstance(names, pa.ChunkedArray) else names
    return np.arange(len(column), dtype=np.int64), names.dictionary_decode() if pa.types.is_dictionary(
        names.type
    ) else names


def read_judgements(judgements: Any, names: pa.Array | None) -> pa.Table | None:
    """Judgements with ids as integers; those of unknown ids get -1, and those that say `unsure` are left out.

    Raises:
        InputError: a column is not there, or a verdict is none.
    """
    if judgements is None:
        return None
    table = arrow_table(judgements, "judgements")
    if missing := [c for c in ("left_id", "right_id", "verdict") if c not in table.column_names]:
        raise InputError(f"judgements: columns {missing} are not there; left_id, right_id and verdict are needed")
    verdicts = table["verdict"].cast(pa.string())
    if unknown := int(pc.sum(pc.invert(pc.fill_null(pc.is_in(verdicts, pa.array(VERDICTS)), False))).as_py() or 0):
        raise InputError(f"judgements: {unknown} verdicts are none of {', '.join(VERDICTS)}; write one of these")
    ids = {}
    for column in ("left_id", "right_id"):
        given = table[column]
        if names is not None:
            given = pc.fill_null(pc.index_in(given.cast(names.type), value_set=names), -1)
        ids[column] = given.cast(pa.int64())
    table = pa.table({**ids, "verdict": verdicts})
    return table.filter(pc.not_equal(table["verdict"], "unsure"))


def named(table: pa.Table, columns: Sequence[str], names: pa.Array | None) -> pa.Table:
    """The table with row numbers in `columns` replaced by the caller's ids."""
    if names is None:
        return table
    for column in columns:
        at = table.schema.get_field_index(column)
        table = table.set_column(at, column, names.take(table[column].combine_chunks()))
    return table

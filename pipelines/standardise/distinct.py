"""Standardise every distinct value once and lay the results back onto all rows.

Belongs here: the one loop all standardisers share. Does not: what a standardiser does with a value.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import pyarrow as pa

Standardiser = Callable[[pa.StringArray], pa.Table]
"""Takes distinct values (never null), returns a table with one row per value, in the same order."""

VALUE_FAULTS = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""Errors a single value can cause. What a disk or the memory causes is none, and is raised."""

_log = logging.getLogger(__name__)


def over_distinct(raw: pa.ChunkedArray | pa.Array, standardise: Standardiser) -> pa.Table:
    """Apply `standardise` to the distinct values of `raw`.

    Args:
        raw: strings; nullable.
        standardise: called once, with the distinct values in order of their first row; where it fails, again on halves of
            them until the values are singled out that it fails on.

    Returns:
        The columns of `standardise`, one row per row of `raw`; null wherever `raw` is null, and where `standardise` fails
        on the value alone: one bad value never costs a column.

    Raises:
        Exception: what `standardise` raises for other reasons than a value (`VALUE_FAULTS`), or without any value.
    """
    column = raw if isinstance(raw, pa.ChunkedArray) else pa.chunked_array([raw], pa.string())
    encoded = column.dictionary_encode().unify_dictionaries()
    values = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.string())
    done = _whatever_the_value(values, standardise).combine_chunks()
    columns = {
        name: pa.chunked_array(
            [done.column(name).chunk(0).take(chunk.indices) for chunk in encoded.chunks],
            type=done.schema.field(name).type,
        )
        if done.num_rows
        else pa.nulls(len(column), done.schema.field(name).type)
        for name in done.column_names
    }
    return pa.table(columns)


def _whatever_the_value(values: pa.StringArray, standardise: Standardiser) -> pa.Table:
    """`standardise` of the values; null rows for those it fails on."""
    try:
        return standardise(values)
    except VALUE_FAULTS as fault:
        schema = standardise(values.slice(0, 0)).schema
        refused, tables = 0, []
        parts = [values]
        while parts:
            part = parts.pop()
            try:
                tables.append(standardise(part).cast(schema))
            except VALUE_FAULTS:
                if len(part) > 1:
                    half = len(part) // 2
                    parts += [part.slice(half), part.slice(0, half)]
                else:
                    refused += 1
                    tables.append(pa.table([pa.nulls(len(part), f.type) for f in schema], schema=schema))
        _log.warning(
            "%d 个取值无法标准化，按空值处理：%s · %d values cannot be standardised and count as empty: %s",
            *(refused, type(fault).__name__) * 2,
        )
        return pa.concat_tables(tables)

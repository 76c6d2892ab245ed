"""Standardise every distinct value once and lay the results back onto all rows.

Belongs here: the one loop all standardisers share. Does not: what a standardiser does with a value.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

Standardiser = Callable[[pa.StringArray], pa.Table]
"""Takes distinct values (never null), returns a table with one row per value, in the same order."""


def over_distinct(raw: pa.ChunkedArray | pa.Array, standardise: Standardiser) -> pa.Table:
    """Apply `standardise` to the distinct values of `raw`.

    Args:
        raw: strings; nullable.
        standardise: called once, with the distinct values in order of their first row.

    Returns:
        The columns of `standardise`, one row per row of `raw`; null wherever `raw` is null.
    """
    column = raw if isinstance(raw, pa.ChunkedArray) else pa.chunked_array([raw], pa.string())
    encoded = column.dictionary_encode().unify_dictionaries()
    values = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.string())
    done = standardise(values).combine_chunks()
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

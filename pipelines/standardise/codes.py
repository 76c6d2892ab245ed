"""Codes of platforms to standard labels, by the tables of `connectors/code_tables.yaml`.

Belongs here: applying a table. Does not: the tables, and which platform uses which.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold, none_if_empty, without_blanks

CodeTables = Mapping[str, Mapping[str, str]]
"""Name of a table → what platforms write → standard label."""


def apply_codes(raw: pa.ChunkedArray | pa.Array, table: Mapping[str, str]) -> pa.ChunkedArray:
    """Standard labels of coded cells; null where a cell is empty or not listed. Labels themselves are always understood."""
    known = {label: label for label in table.values()} | dict(table)

    def look_up(values: pa.StringArray) -> pa.Table:
        return pa.table({"label": pa.array([known.get(v) for v in fold(values).to_pylist()], pa.string())})

    return over_distinct(raw, look_up).column("label")


def plain_labels(raw: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Cells that carry their label as text: folded; null where empty."""
    return over_distinct(raw, lambda values: pa.table({"label": none_if_empty(fold(values))})).column("label")


def plain_codes(raw: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Numbers and codes without a standard of their own: folded, capitals, no blanks; null where empty."""

    def tidy(values: pa.StringArray) -> pa.Table:
        return pa.table({"code": none_if_empty(without_blanks(pc.utf8_upper(fold(values))))})

    return over_distinct(raw, tidy).column("code")


def standardise_identifiers(values: pa.StringArray) -> pa.Table:
    """`code` per distinct text: folded, capitals, no blanks; null where empty."""
    return pa.table({"code": none_if_empty(without_blanks(pc.utf8_upper(fold(values))))})

"""Rows as distinct records, numbered as the engine in memory numbers them.

Belongs here: from `mention` to `record`. Does not: pairs of them (`pairs`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.engine import Tables
from pipelines.matching.at_scale.functions import RowContent
from pipelines.matching.at_scale.statements import make, query
from pipelines.matching.engine.spec import MatchSpec

Ints = npt.NDArray[np.int64]


def make_records(tables: Tables, spec: MatchSpec, judged: Ints) -> int:
    """Make `row_record` and `record`; return how many records there are.

    Args:
        tables: with `mention`: `mention_id`, `position` (from 0, in the order of stable keys), and the columns of the specification.
        spec: what is compared.
        judged: ids of rows that a person has judged, ascending: each is a record of its own.
    """
    tables.map("row", "mention", RowContent(spec, judged))
    make(tables, "copies")
    stretches = tables.fetch(query("stretch"))
    records = stretches.column("records").to_numpy().astype(np.int64)
    before = pa.table(
        {"stretch": stretches.column("stretch").cast(pa.int64()), "records": np.cumsum(records) - records}
    )
    tables.write("before", before)
    make(tables, "record_number")
    make(tables, "row_record")
    make(tables, "record")
    return int(records.sum())

"""The records of 校核, and what they ask of a run. Files in the home as those of judgements (`warehouse.ledger.recordings`).

Belongs here: adding, reading, what is in force. Does not: who may say what (`answers`), or what a run makes of it
(`pipelines.stages.verification`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from warehouse.ledger.recordings import Recordings, numbered
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import statement
from warehouse.model.verification import RECORD

EFFECT = pa.schema(
    [("entity_kind", pa.string()), ("attribute", pa.string()), ("platform", pa.string()), ("dataset", pa.string()), ("role", pa.string()), ("row_key", pa.string()), ("repeat", pa.int64()), ("own_value", pa.string()), ("supersedes", pa.bool_()), ("value", pa.string()), ("said_on", pa.date32())]
)  # fmt: skip
"""A mention and attribute of which a record is in force: whether what the row says is superseded, what is right, since when."""


def recordings(home: Home) -> Recordings:
    """The folder of records of a home."""
    return Recordings(home, home.verifications, RECORD, "verification", "校核记录")


def read(home: Home) -> pa.Table:
    """All records under `RECORD`, in the order of recording; LedgerError where a file is damaged or missing."""
    return recordings(home).read()


def fingerprint(home: Home) -> str:
    """Sixteen hexadecimal digits that change with every recording; '' while there are none."""
    return recordings(home).fingerprint()


def add(home: Home, requests: Sequence[Sequence[Mapping[str, Any]]], by: str) -> list[str]:
    """Add requests, each a list of lines without ids; the ids of the requests. A line that names its request keeps it.

    The caller holds the home's lock.
    """
    place = read(home).num_rows
    lines: list[dict[str, Any]] = []
    ids = []
    for request in requests:
        (first,) = numbered("V", [place + len(lines)])
        ids.append(first)
        for line in request:
            (own,) = numbered("V", [place + len(lines)])
            lines.append({"request_id": first, **line, "record_id": own})
    if lines:
        recordings(home).add(pa.Table.from_pylist(lines, schema=RECORD.arrow), by)
    return ids


def effects(records: pa.Table) -> pa.Table:
    """What is in force of some records, under `EFFECT`, ordered."""
    if not records.num_rows:
        return EFFECT.empty_table()
    with connect() as con:
        con.register("record", records.append_column("place_no", pa.array(range(records.num_rows), pa.int64())))
        return con.sql(statement("warehouse.verification", "effect")).to_arrow_table().cast(EFFECT)

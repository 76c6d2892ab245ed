"""Whose care tags (关爱标签) they are: what platforms deliver, and what follows from birth dates and who lives together.

Belongs here: deriving and counting. Does not: reading rows of platforms (`stages.care`), or who gets the tags (`warehouse.extracts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from connectors.care_rules import CareTag
from pipelines.resolution.session import Session
from warehouse.model.care import CARE_TAG
from warehouse.model.catalogue import WITHHELD
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.table import Table

DELIVERED = pa.schema([field for field in CARE_TAG.arrow if field.name != "is_current"])
"""What platforms say of persons: `sharing` is that of tag and platform together."""
_RULE = pa.schema(
    [("tag", pa.string()), ("sharing", pa.string()), ("age_from", pa.int64()), ("persons_at_most", pa.int64())]
)


def care_tags(
    delivered: pa.Table,
    tags: Sequence[CareTag],
    golden: Path | pa.Table,
    person: Table,
    claims: Path | pa.Table,
    withheld: pa.Table,
    *,
    today: date,
    small_cell: int,
) -> tuple[pa.Table, pa.Table]:
    """The rows of `CARE_TAG` and of `CARE_TAG_COUNT`.

    Ages are completed years on `today`; of a birth date known to the month or the year its last day counts, so that nobody is
    taken for older than is certain. A tag that is derived from a value only claims which are not shared (不予共享) stand behind
    is not shared either.

    Args:
        delivered: under `DELIVERED`.
        tags: those in use on `today`.
        golden: golden records of persons, under `person`.
        person: their contract.
        claims: under `evidence.ATTRIBUTE`, of persons.
        withheld: under `catalogue.WITHHELD`.
        today: day of the newest delivery.
        small_cell: counts of fewer persons are null.
    """
    rules = [
        {
            "tag": t.tag,
            "sharing": t.sharing,
            "age_from": t.derived.age_from,
            "persons_at_most": t.derived.persons_at_most,
        }
        for t in tags
        if t.derived
    ]
    with Session() as session:
        session.view("golden", golden, person)
        session.view("claim", claims, ATTRIBUTE)
        session.view("withheld", withheld, WITHHELD)
        session.con.register("delivered", delivered.cast(DELIVERED))
        session.con.register("rule", pa.Table.from_pylist(rules, schema=_RULE))
        session.table("care_tag", "care_tag", today=today.isoformat())
        rows = session.query("care_tag_lines").to_arrow_table()
        return rows, session.query("care_tag_count", small_cell=str(small_cell)).to_arrow_table()

"""FEBRL 3 and 4: invented Australians with slips, a plain specification, nothing of China.

usage: python -m benchmarks --febrl DIR   (DIR holds dataset3.csv, dataset4a.csv, dataset4b.csv)

The record id contains the truth: it is taken off before anything else sees the table.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from pipelines.matching import Block, Comparison, Crossed, JaroWinkler, MatchSpec, Same, Typo

COLUMNS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip

SPEC = MatchSpec(
    kind="febrl",
    blocks=(
        Block("soc_sec_id"),
        Block("given_name", "surname"),
        Block("date_of_birth", "given_name"),
        Block("date_of_birth", "surname"),
        Block("date_of_birth", "postcode"),
        Block("postcode", "surname"),
        Block("postcode", "given_name"),
        Block("address_1", "street_number"),
        Block("address_2", "suburb"),
        Block("address_1", "postcode"),
        Block("address_1", "suburb"),
        Block("suburb", "given_name"),
        Block("suburb", "surname"),
        Block("postcode", "street_number"),
        Block("surname", "street_number"),
    ),
    comparisons=(
        Comparison("soc_sec_id", (Same(), Typo(1), Typo(2))),
        Comparison(
            "given_name",
            (Same(term_frequency=True), Crossed("given_name", "surname"), JaroWinkler(0.9), JaroWinkler(0.75)),
            columns=("given_name", "surname"),
        ),
        Comparison(
            "surname",
            (Same(term_frequency=True), Crossed("surname", "given_name"), JaroWinkler(0.9), JaroWinkler(0.75)),
            columns=("surname", "given_name"),
        ),
        Comparison("date_of_birth", (Same(), Typo(1), Typo(2))),
        Comparison("street_number", (Same(term_frequency=True), Typo(1, min_length=2))),
        Comparison("address_1", (Same(term_frequency=True), JaroWinkler(0.9), JaroWinkler(0.75))),
        Comparison("address_2", (Same(term_frequency=True), JaroWinkler(0.9), JaroWinkler(0.75))),
        Comparison("suburb", (Same(term_frequency=True), JaroWinkler(0.9))),
        Comparison("postcode", (Same(term_frequency=True), Typo(1))),
        Comparison("state", (Same(),)),
    ),
    accept=0.5,
    review=0.1,
)

TWO_TABLES = replace(SPEC, one_to_one=("side",))


def read(path: Path) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """A FEBRL file without its record ids, and the true entity of every row."""
    names = [c.strip() for c in path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")]
    options = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    table = pacsv.read_csv(
        path, read_options=pacsv.ReadOptions(column_names=names, skip_rows=1), convert_options=options
    )
    table = pa.table({c: pc.utf8_trim_whitespace(table[c]) for c in names})
    table = pa.table({c: pc.if_else(pc.equal(table[c], ""), None, table[c]) for c in names})
    entity = pc.list_element(pc.split_pattern(table["rec_id"], "-"), 1).cast(pa.int64())
    return table.select(list(COLUMNS)), np.asarray(entity)

"""Columns of few words are dictionaries while a table is made; its file is one of the contract it is made under."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from warehouse.model.table import Column, Table, coded, writing

CLAIM = Table(
    "evidence",
    "claim",
    "主张",
    "Claims",
    "one row per claim",
    (),
    (Column("platform", pa.string(), "平台", "Platform"), Column("value", pa.string(), "值", "Value", personal=True)),
)


def test_a_file_with_dictionaries_is_read_as_texts(tmp_path: Path) -> None:
    rows = pa.table({"platform": ["jingcha", "yiyuan", "jingcha", None], "value": ["甲", "乙", None, "甲"]})
    told, path = coded(CLAIM, "platform"), tmp_path / "claim.parquet"
    with writing(path, told) as writer:
        writer.write_table(told.conform(rows))
    assert pa.types.is_dictionary(told.conform(rows).schema.field("platform").type)
    assert CLAIM.read(path).equals(CLAIM.conform(rows))

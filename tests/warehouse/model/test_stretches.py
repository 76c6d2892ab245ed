"""The parts of a file are all of it, and each has about so many rows."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.model.stretches import stretches


def parts_of(path: Path, rows: int) -> list[list[str]]:
    with duckdb.connect() as con:
        return [
            [row[0] for row in con.sql(f"select entity_id from '{path}' where {part} order by entity_id").fetchall()]
            for part in stretches(path, rows)
        ]


@pytest.mark.parametrize("rows", [1, 4, 7, 100])
def test_every_row_lies_in_one_part_and_equal_values_together(tmp_path: Path, rows: int) -> None:
    path, ids = tmp_path / "claims.parquet", [f"P{n // 3:03}" for n in range(40)]
    pq.write_table(pa.table({"entity_id": ids}), path, row_group_size=3)
    parts = parts_of(path, rows)
    assert list(chain(*parts)) == ids
    assert not any(set(one) & set(other) for one, other in pairwise(parts))
    assert len(parts) == 1 if rows == 100 else len(parts) > 1


def test_a_file_without_rows_and_one_that_is_not_there_are_one_part(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    assert stretches(path, 5) == ["true"]
    pq.write_table(pa.table({"entity_id": pa.array([], pa.string())}), path)
    assert stretches(path, 5) == ["true"]

"""What a team would build instead chooses and marks as its description says, so that the comparison is honest."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from benchmarks.baseline_build import ATTRIBUTES, choose_golden, comparison

SAID = (
    # platform, claimed_on, name, phone, sex
    ("register", "2024-01-01", "许嘉玉", "13800112233", None),
    ("register", "2023-01-01", None, None, None),
    ("survey", "2026-01-01", "许家玉", "13900112233", "女"),
    ("survey", "2025-01-01", "许家玉", "13900112233", "男"),
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """One person of four mentions; the register is believed about names, and as much as the survey about all else."""
    con = duckdb.connect()
    columns = [name for name in ATTRIBUTES["person"] if name not in ("name", "phone", "sex")]
    empty = ", ".join(f"null::varchar as {name}" for name in columns)
    rows = [
        dict(zip(("mention_id", "platform", "claimed_on", "name", "phone", "sex"), (n, *one), strict=True))
        for n, one in enumerate(SAID)
    ]
    con.register("said", pa.Table.from_pylist(rows))
    con.execute(
        f"create table mention_person as select * replace (claimed_on::date as claimed_on), 'all' as dataset, 'subject' as role, {empty} from said"
    )
    con.execute("create table cluster_person as select mention_id, 0 as cluster_id from mention_person")
    con.execute(
        "create table authority as select 'register' as platform, 'all' as dataset, 'subject' as role, 'name' as attribute, 90 as authority"
    )
    choose_golden(con, "person")
    return con


def test_the_most_trusted_value_wins_then_the_most_frequent_then_the_newest(con: duckdb.DuckDBPyConnection) -> None:
    golden = con.sql("select name, phone, sex, id_number from golden_person").fetchall()
    assert golden == [("许嘉玉", "13900112233", "女", None)]


def test_a_value_that_differs_from_the_golden_one_is_marked_and_a_missing_one_is_not(
    con: duckdb.DuckDBPyConnection,
) -> None:
    shown = comparison("person", "subject", ["name", "sex"])
    rows = con.sql(
        f"select {shown} from mention_person subject_m join cluster_person c using (mention_id)"
        " join golden_person subject_g on subject_g.cluster_id = c.cluster_id order by subject_m.mention_id"
    ).fetchall()
    assert rows == [
        ("P0", "许嘉玉", "一致", "女", None),
        ("P0", "许嘉玉", None, "女", None),
        ("P0", "许嘉玉", "不一致", "女", "一致"),
        ("P0", "许嘉玉", "不一致", "女", "不一致"),
    ]

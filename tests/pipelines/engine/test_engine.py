"""Every engine does the same with the same tables, and a piece of work that was killed goes on from its last table."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine import EngineError, OnEngine, Tables, check_url, open_engine, work
from pipelines.engine.files import write_file


@dataclass(frozen=True)
class Seen:
    """Every row with how many rows and values of `k` its table had."""

    schema = pa.schema([("k", pa.int64()), ("rows", pa.int64()), ("values", pa.int64())])

    def __call__(self, rows):
        k = rows.column("k").to_numpy()
        return pa.table({"k": k, "rows": np.full(len(k), len(k)), "values": np.full(len(k), len(np.unique(k)))})


@dataclass(frozen=True)
class Failing:
    schema = pa.schema([("k", pa.int64())])

    def __call__(self, rows):
        raise ValueError("what a function says")


@pytest.fixture
def engine(engine_url, tmp_path):
    engine = open_engine(engine_url, tmp_path / "tables", rows=1000)
    yield engine
    engine.stop()


def numbers(size=10_000):
    return pa.table({"k": pa.array(np.arange(size) % 7), "v": pa.nulls(size, pa.string())})


def test_a_function_sees_every_row_once_and_some_at_a_time(engine):
    engine.write("t", numbers())
    engine.map("seen", "t", Seen())
    told = engine.fetch("select cast(count(*) as bigint) as n, max(rows) as most from seen").to_pylist()
    assert told[0]["n"] == 10_000
    assert told[0]["most"] < 10_000


def test_rows_that_belong_together_come_together(engine):
    engine.write("t", numbers())
    engine.map("seen", "t", Seen(), together="k")
    told = engine.fetch(
        "select k, count(*) as n, min(rows) as least, max(rows) as most from seen group by k order by k"
    )
    assert told["n"].to_pylist() == [1429, 1429, 1429, 1429, 1428, 1428, 1428]
    assert all(row["least"] == row["most"] >= row["n"] for row in told.to_pylist())


def test_rows_that_are_much_work_come_one_by_one(engine):
    engine.write("t", numbers(9))
    engine.map("seen", "t", Seen(), singly=True)
    told = engine.fetch("select k, rows from seen order by k").to_pydict()
    assert told == {"k": [0, 0, 1, 1, 2, 3, 4, 5, 6], "rows": [1] * 9}
    engine.map("none", "(select k, v from t where k > 100)", Seen(), singly=True)
    assert engine.fetch("select * from none").num_rows == 0


def test_a_table_without_rows_keeps_its_columns(engine):
    engine.write("t", numbers())
    engine.sql("none", "select k, v from t where k > 100")
    engine.map("seen", "none", Seen())
    engine.map("together", "(select * from none)", Seen(), together="k")
    for table, columns in (("none", ["k", "v"]), ("seen", Seen.schema.names), ("together", Seen.schema.names)):
        told = engine.fetch(f"select * from {table}")
        assert (told.num_rows, told.column_names) == (0, columns)


def test_what_goes_wrong_in_a_function_is_told(engine):
    engine.write("t", numbers())
    with pytest.raises(Exception, match="what a function says"):
        engine.map("failed", "t", Failing())


def test_work_goes_on_from_the_last_table_that_is_whole(engine):
    def steps(stamp, stop=False):
        tables = Tables(engine, stamp)
        tables.write("t", numbers())
        tables.sql("sums", "select k, count(*) as n from t group by k")
        tables.map("seen", "sums", Failing() if stop else Seen())
        tables.sql("last", "select max(rows) as most from seen")
        return tables

    with pytest.raises(Exception, match="what a function says"):
        steps("today", stop=True)
    again = steps("today")
    assert list(again.seconds) == ["seen", "last"]
    assert again.fetch("select most from last").to_pylist() == [{"most": 7}]
    assert list(steps("today").seconds) == []
    assert list(steps("tomorrow").seconds) == ["sums", "seen", "last"]


def test_files_of_killed_work_stay_for_the_same_work_and_go_for_another(tmp_path):
    def start(stamp):
        with work(OnEngine("duckdb", tmp_path / "work", stamp)) as (_, folder):
            there = [path.name for path in folder.rglob("*.parquet")]
            write_file(folder, "seen", len(there), numbers(3))
            raise KeyboardInterrupt(there)

    for stamp, there in (("today", []), ("today", ["0.parquet"]), ("tomorrow", []), ("today", [])):
        with pytest.raises(KeyboardInterrupt) as told:
            start(stamp)
        assert told.value.args == (there,)
    with work(OnEngine("duckdb", tmp_path / "work", "today")):
        pass
    assert not (tmp_path / "work").exists()


def test_duckdb_reads_many_files_and_spills_beside_them(tmp_path):
    for number in range(3):
        (tmp_path / "in").mkdir(exist_ok=True)
        pq.write_table(numbers(100), tmp_path / "in" / f"part-{number}.parquet")
    engine = open_engine("duckdb", tmp_path / "tables", threads=2, memory="1GB")
    engine.read("t", tmp_path / "in")
    assert engine.fetch("select count(*) as n from t")["n"].to_pylist() == [300]
    engine.stop()
    assert not (tmp_path / "tables" / "spill").exists()


@pytest.mark.parametrize("url", ["oracle", "sc://", "spark", "http://x"])
def test_a_word_for_no_engine_is_refused_with_those_there_are(url):
    with pytest.raises(EngineError, match="duckdb, sc://"):
        check_url(url)


def test_classic_spark_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "pyspark" or None)
    with pytest.raises(EngineError, match="Java"):
        check_url("spark://somewhere:7077")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r"one-network\[spark\]"):
        check_url("sc://somewhere:15002")

"""A check that ran out of memory has found nothing: it ends the step, and the next run asks again.

It was kept as an outcome: a run short of memory left a release stopped by `no_personal_number` for good, and rows that broke a
check missing from the list although the check had failed.
"""

from __future__ import annotations

import duckdb
import pytest

from quality.suites.engine import Result, check
from quality.suites.expectation import Expectation
from quality.suites.failing import failing_rows
from quality.suites.interrupted import ChecksInterruptedError, if_lacking, lacking


@pytest.fixture
def crowded():
    """A table, and too little memory to find what repeats in it."""
    with duckdb.connect(config={"temp_directory": "", "threads": 1}) as con:
        con.execute(
            "create schema s; create table s.t as"
            " select i as row_number, i::varchar || repeat('x', 200) as a from range(300000) r(i)"
        )
        con.execute("set memory_limit = '130MB'")
        yield con


REPEATED = Expectation(name="names_one", zh="不得重复", en="must not repeat", unique=("a",))


def test_a_check_that_ran_out_of_memory_is_no_outcome(crowded):
    with pytest.raises(ChecksInterruptedError, match=r"s\.t names_one could not be checked: Out of Memory"):
        check(crowded, "s.t", [REPEATED])


def test_rows_that_could_not_be_listed_for_want_of_memory_are_no_empty_list(crowded):
    with pytest.raises(ChecksInterruptedError, match="suite names_one could not be checked: Out of Memory"):
        failing_rows(crowded, "suite", "s.t", [Result(REPEATED, "failed", 300_000, 2)])


def test_a_query_that_is_wrong_stays_an_outcome():
    wrong = Expectation(name="is_there", zh="必须存在", en="must be there", never="nosuch = 1")
    with duckdb.connect() as con:
        con.execute("create schema s; create table s.t as select 1 as row_number")
        assert [r.outcome for r in check(con, "s.t", [wrong])] == ["error"]


@pytest.mark.parametrize(
    ("told", "lack"),
    [
        ("(_duckdb.OutOfMemoryException) Out of Memory Error: failed", "Out of Memory"),
        ("Traceback …\nMemoryError\n", "Out of Memory"),
        ("RuntimeError: can't start new thread", "Out of Memory: can't start new thread"),
        ("_duckdb.IOException: IO Error: No space left on device", "No space left on device"),
        ("_duckdb.ConversionException: Conversion Error: 'MemoryError'", None),
        ("_duckdb.BinderException: Binder Error: no column OutOfMemoryException", None),
        ("_duckdb.ConversionException: Conversion Error: 'No space left on device'", None),
        ("_duckdb.ConversionException: Conversion Error: 'can't start new thread'", None),
        ("_duckdb.InternalException: INTERNAL Error: a fault of the library, the same in every run", None),
        ("OSError: [Errno 28] No space left on device", "No space left on device"),
    ],
)
def test_want_of_memory_is_told_from_errors_that_speak_of_it(told, lack):
    assert lacking(told) == lack


def test_the_message_hands_on_no_value():
    with pytest.raises(ChecksInterruptedError) as caught:
        if_lacking("s.t", duckdb.OutOfMemoryException("Out of Memory Error: 13812345678"))
    assert "138" not in str(caught.value)

"""Two releases hold the same rows, or it is said of which table how many rows and which columns differ, never what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.release import ReleaseFacts, build_release
from warehouse.release.rows import NAMES_ITSELF, RowDifference, compare_rows


@pytest.fixture(scope="module")
def library(shared_home: Home, shared_facts: ReleaseFacts) -> Path:
    return build_release(shared_home, "0001-aaaaaaaa", shared_facts, threads=1)


@pytest.fixture
def copied(library: Path, tmp_path: Path) -> Callable[..., dict[str, RowDifference]]:
    """Changes a copy of the library and compares; tables that differ by name."""

    def compare(*statements: str) -> dict[str, RowDifference]:
        other = tmp_path / "other.duckdb"
        other.write_bytes(library.read_bytes())
        with duckdb.connect(str(other)) as con:
            for statement in statements:
                con.execute(statement)
        return {d.table: d for d in compare_rows(library, other, shipped()) if not d.equal}

    return compare


def test_a_copy_is_equal_whatever_it_calls_itself(copied):
    assert copied("update catalogue.release set version = '0009-bbbbbbbb', fingerprint = 'f', code_version = 'c'") == {}
    assert NAMES_ITSELF.keys() == {"catalogue.release"}


def test_the_order_of_rows_tells_nothing(copied):
    turned = "create table turned as from link.mention order by all desc"
    assert copied(turned, "delete from link.mention", "insert into link.mention from turned") == {}


def test_rows_that_one_alone_has_are_counted_on_its_side(copied):
    found = copied("delete from base.person where person_id <> 'P1'", "insert into link.mention from link.mention")
    person, mention = found["base.person"], found["link.mention"]
    assert (person.rows, person.only_here, person.only_anew) == (4, 3, 0)
    assert (mention.only_here, mention.only_anew) == (0, mention.rows)


def test_of_a_row_that_says_something_else_the_columns_are_named(copied):
    found = copied("update base.person set name = 'x', mention_count = 77 where person_id = 'P1'")
    assert found == {"base.person": RowDifference("base.person", 4, 1, 1, ("name", "mention_count"))}


def test_a_table_or_a_column_that_one_alone_has_is_a_difference(copied):
    found = copied(
        "drop view 一张网.人口", "alter table base.person drop column sex", "drop table catalogue.code cascade"
    )
    assert found["base.person"].columns == ("sex",)
    assert found["catalogue.code"].only_here == found["catalogue.code"].rows

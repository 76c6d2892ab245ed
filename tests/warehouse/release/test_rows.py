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


def test_a_copy_is_equal_whatever_it_calls_itself_and_however_its_rows_lie(copied):
    turned = "create table turned as from link.mention order by all desc"
    itself = "update catalogue.release set version = '0009-bbbbbbbb', fingerprint = 'f', code_version = 'c'"
    assert copied(turned, "delete from link.mention", "insert into link.mention from turned", itself) == {}
    assert NAMES_ITSELF.keys() == {"catalogue.release"}


def test_rows_and_columns_that_differ_are_counted_and_named(copied):
    found = copied(
        "update base.person set name = 'x', mention_count = 77 where person_id = 'P1'",
        "delete from base.person where person_id in ('P2', 'P3')",
        "insert into link.mention from link.mention",
        "drop view 一张网.企业",
        "alter table base.enterprise drop column phone_masked",
        "drop table catalogue.code cascade",
    )
    person, mention = found["base.person"], found["link.mention"]
    assert (person.rows, person.only_here, person.only_anew) == (4, 3, 1)
    assert {"person_id", "name", "mention_count"} <= set(person.columns)
    assert (mention.only_here, mention.only_anew) == (0, mention.rows)
    assert found["base.enterprise"].columns == ("phone_masked",)
    assert found["catalogue.code"].only_here == found["catalogue.code"].rows
    assert found.keys() == {"base.person", "link.mention", "base.enterprise", "catalogue.code"}


def test_of_a_row_that_says_something_else_only_the_columns_that_do_are_named(copied):
    found = copied("update base.person set name = 'x', mention_count = 77 where person_id = 'P1'")
    assert found == {"base.person": RowDifference("base.person", 4, 1, 1, ("name", "mention_count"))}

"""The large release that look-ups are timed on is one: its keys, references and order are those of a release."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.large_release import COPIES_A_STREET, multiply
from benchmarks.lookups import questions, report
from pipelines.resolution import ids
from warehouse.model.data_model import shipped
from warehouse.model.release import ENTITY_REFERENCES, references, release_tables
from warehouse.model.sql import identifier

COPIES = 12


@pytest.fixture(scope="module")
def small(finished_home: Path) -> Path:
    return finished_home / "one_network.duckdb"


@pytest.fixture(scope="module")
def large(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("large") / "large.duckdb"
    with duckdb.connect(str(small), read_only=True) as con:
        (persons,) = con.execute("select count(*) from base.person").fetchone() or (0,)
    assert multiply(small, file, persons * COPIES) == COPIES
    return file


def one(file: Path, query: str) -> int:
    with duckdb.connect(str(file), read_only=True) as con:
        return int((con.execute(query).fetchone() or (0,))[0])


def test_entities_relations_and_claims_are_there_in_every_copy_and_platforms_once(small: Path, large: Path) -> None:
    for table in ("base.person", "link.mention", "link.person_housing", "evidence.attribute", "evidence.match"):
        assert one(large, f"select count(*) from {table}") == COPIES * one(small, f"select count(*) from {table}"), (
            table
        )
    assert one(large, "select count(*) from catalogue.platform") == one(
        small, "select count(*) from catalogue.platform"
    )


def test_ids_are_such_as_the_register_gives_out(large: Path) -> None:
    with duckdb.connect(str(large), read_only=True) as con:
        for kind in shipped().kinds:
            found = con.sql(f"select {kind}_id from base.{kind}").to_arrow_table().column(0)
            assert len(set(ids.decode(shipped().prefixes[kind], found).tolist())) == len(found)


def test_no_key_repeats_and_whatever_is_named_exists(large: Path) -> None:
    for table in (served.table for served in release_tables(shipped()) if served.table.key):
        key = ", ".join(map(identifier, table.key))
        again = f"select count(*) from (select 1 from {table.full_name} group by {key} having count(*) > 1)"
        assert one(large, again) == 0, table.full_name
    named = [(t, c, r, rc, "true") for t, c, r, rc in references(shipped())]
    named += [
        (t, c, f"base.{k}", f"{k}_id", f"entity_kind = '{k}'") for t, c in ENTITY_REFERENCES for k in shipped().kinds
    ]
    for table, column, referred, key, condition in named:
        lost = f"select count(*) from {table} t anti join {referred} r on r.{key} = t.{column} where {condition} and {column} is not null"
        assert one(large, lost) == 0, (table, column)


def test_rows_lie_as_the_build_of_a_release_leaves_them(large: Path) -> None:
    for served in release_tables(shipped()):
        if served.table.full_name not in (
            "base.person",
            "base.grid",
            "link.mention",
            "evidence.attribute",
            "evidence.conflict",
        ):
            continue
        keys = list(dict.fromkeys(served.order + served.table.key))[:5]
        # who lies in no grid comes first
        leading = ", ".join("coalesce(grid_code, '')" if key == "grid_code" else identifier(key) for key in keys)
        turned = f"select count(*) from (select ({leading}) as a, lag(a) over (order by rowid) as b from {served.table.full_name}) where a < b"
        assert one(large, turned) == 0, served.table.full_name


def test_the_grid_tree_grows_and_still_sums_up(small: Path, large: Path) -> None:
    for level, times in (
        ("city", 1),
        ("street", -(-COPIES // COPIES_A_STREET)),
        ("community", COPIES),
        ("grid", COPIES),
    ):
        count = f"select count(*) from base.grid where level = '{level}'"
        assert one(large, count) == times * one(small, count), level
    apart = "select count(*) from base.grid g join (select {0}_code as code, count(*) as n from base.person group by all) p on p.code = g.grid_code where g.person_count <> p.n"
    assert sum(one(large, apart.format(level)) for level in ("grid", "community", "street")) == 0


def test_every_question_of_the_cookbook_is_timed_with_its_twin(large: Path) -> None:
    with duckdb.connect(str(large), read_only=True) as con:
        text = report(con, large.stat().st_size)
    assert all(f"| {title} | " in text for title, _, _ in questions())
    assert sum(title[0].isdigit() for title, _, _ in questions()) >= 20

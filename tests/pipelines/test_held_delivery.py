"""Half a file does not withdraw half the people: it waits for a person, and what a person decides holds from the next run on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

Onenet = Callable[..., Result]

HUKOU = "platform = 'gongan_hukou'"


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        con.execute(f"attach '{(home / 'one_network.duckdb').resolve()}' as library (read_only)")
        con.execute("use library")
        return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def inbox(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next day of one platform: a third of its file."""
    folder = tmp_path_factory.mktemp("inbox")
    (former,) = (city / "deliveries" / "gongan_hukou").iterdir()
    lines = former.read_bytes().splitlines(keepends=True)
    path = folder / "gongan_hukou" / former.name.replace("20261101", "20261102")
    path.parent.mkdir()
    path.write_bytes(b"".join(lines[: len(lines) // 3]))
    return folder


@pytest.mark.trial
def test_half_a_snapshot_waits_until_a_person_confirms_it(
    onenet: Onenet, inbox: Path, finished_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(finished_home, home, symlinks=True)
    rows = ask(home, f"select sum(rows_current) from quality.reconciliation where {HUKOU}")

    ran = onenet("run", "--inbox", inbox, "--home", home)
    assert ran.exit_code == 3, ran.output
    assert "待确认交付 held gongan_hukou/" in ran.output
    assert "no_delivery_is_held" in ran.output
    balance = f"select delivery_id, reason_code, rows_landed, rows_current, balanced from quality.reconciliation where state = 'held' and {HUKOU}"
    ((delivery, code, landed, current, balanced),) = ask(home, balance)
    assert (code, current, balanced) == ("rows_fell", 0, True)
    assert landed
    assert ask(home, f"select sum(rows_current) from quality.reconciliation where {HUKOU}") == rows
    assert ask(home, "select count(*) from link.mention_history where not is_current") == [(0,)]

    listed = onenet("deliveries", "--home", home)
    assert str(delivery) in listed.output
    assert onenet("confirm", delivery, "--by", "li", "--home", home).exit_code == 0
    assert "no delivery waits" in onenet("deliveries", "--home", home).output

    ran = onenet("run", "--inbox", inbox, "--home", home)
    assert ran.exit_code == 0, ran.output
    assert ask(home, f"select sum(rows_current) from quality.reconciliation where {HUKOU}") == [(landed,)]
    withdrawn = "select distinct valid_from, valid_to, to_delivery_id from link.mention_history where not is_current"
    ((first, last, by),) = ask(home, withdrawn)
    assert (str(first), str(last), by) == ("2026-11-01", "2026-11-02", delivery)


def test_every_mention_that_holds_has_one_open_line_of_history(finished_home: Path) -> None:
    mentions = "select entity_kind, entity_id, platform, dataset, role, count(*) from link.{} where {} group by all order by all"
    assert ask(finished_home, mentions.format("mention_history", "is_current")) == ask(
        finished_home, mentions.format("mention", "true")
    )


def test_the_release_shows_no_hash_of_a_row_key_that_could_be_tried_out(finished_home: Path) -> None:
    import pyarrow.parquet as pq

    kept = set(pq.read_table(finished_home / "stage/mention_history/person.parquet")["row_key"].to_pylist())
    shown = {key for (key,) in ask(finished_home, "select distinct row_key from link.mention_history")}
    assert kept
    assert kept.isdisjoint(shown)
    assert all(len(str(key)) == 32 for key in shown)


def test_a_decision_about_nothing_is_refused(onenet: Onenet, finished_home: Path) -> None:
    result = onenet("confirm", "no-such-delivery", "--by", "li", "--home", finished_home)
    assert result.exit_code == 2
    assert "no such landed delivery" in result.output
    assert not (finished_home / "landing" / "decisions.jsonl").exists()

"""What run after run has published, over random days in any order, is what one run over all of them publishes, row by row."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from connectors.sample import write_city

pytestmark = pytest.mark.trial

Onenet = Callable[..., Result]
PERSONS, LATER = 300, 2


def first_and_last_person(home: Path) -> tuple[str, str]:
    """Two people of the city who are not one: of the first and of the last number."""
    with duckdb.connect(str(home / "one_network.duckdb"), read_only=True) as con:
        found = con.execute("select min(person_id), max(person_id) from base.person where mention_count > 1").fetchone()
    assert found
    return found[0], found[1]


@pytest.mark.parametrize("seed", [5, 8, 21])
def test_every_table_holds_the_rows_that_a_run_over_all_days_gives(onenet: Onenet, tmp_path: Path, seed: int) -> None:
    chance, home = random.Random(seed), tmp_path / "home"
    write_city(PERSONS, seed, tmp_path, days=sorted(chance.sample(range(1, 31), LATER)))
    later = sorted((tmp_path / "days").glob("*/deliveries"))
    chance.shuffle(later)
    for day, inbox in enumerate((tmp_path / "deliveries", *later)):
        assert onenet("run", "--inbox", inbox, "--home", home).exit_code in (0, 3)
        if not day:
            judged = ("--verdict", "same", "--by", "li", "--home", home)
            assert onenet("review", "judge", *first_and_last_person(home), *judged).exit_code == 0
    before = sorted((p, p.lstat().st_mtime_ns) for p in home.rglob("*") if p != home / ".lock" and p.is_file())

    found = onenet("rebuild", "--verify", "--home", home)
    assert found.exit_code == 0, found.output
    assert " 0 differ" in found.output
    assert "changed since" not in found.output
    assert before == sorted((p, p.lstat().st_mtime_ns) for p in home.rglob("*") if p != home / ".lock" and p.is_file())

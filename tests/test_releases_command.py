"""`onenet releases`, `diff` and `rollback` as a user calls them, and the restricted release of a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from pipelines.resolution.identity import committed
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.release import published

Onenet = Callable[..., Result]
KEY = "a key for tests alone"


@pytest.fixture(scope="module")
def two_releases(onenet: Onenet, city: Path, finished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a second release, from one more delivery, for which a restricted release was wanted."""
    home, inbox = tmp_path_factory.mktemp("two") / "home", tmp_path_factory.mktemp("inbox") / "deliveries"
    shutil.copytree(finished_home, home, symlinks=True)
    shutil.copytree(city / "deliveries", inbox)
    school = next((inbox / "jiaoyu_xueji").iterdir())
    school.rename(school.with_name(school.name.replace("202611", "202612")))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONENET_RESTRICTED_KEY", KEY)
        result = onenet("run", "--inbox", inbox, "--home", home)
    assert result.exit_code == 0, result.output
    return home


def versions(home: Path) -> list[str]:
    return sorted(p.name for p in (home / "releases").iterdir())


def test_releases_are_listed_and_the_library_is_marked(onenet: Onenet, two_releases: Path) -> None:
    result = onenet("releases", "--home", two_releases)
    assert result.exit_code == 0, result.output
    (marked,) = [line for line in result.output.splitlines() if "▶" in line]
    first, second = versions(two_releases)
    assert second in marked
    assert "restricted" in marked
    assert first in result.output


def test_every_kind_a_release_holds_is_counted(onenet: Onenet, two_releases: Path) -> None:
    shown = onenet("releases", "--home", two_releases).output
    with duckdb.connect(str(two_releases / "one_network.duckdb"), read_only=True) as con:
        counts = {kind: con.sql(f"select count(*) from base.{kind}").fetchall()[0][0] for kind in shipped().kinds}
    assert f"人口 {counts['person']:,}" in shown
    titles = shipped().kind_titles
    assert {kind for kind in counts if titles[kind] in shown} == {kind for kind, count in counts.items() if count}


def test_two_releases_are_compared_table_by_table_and_row_by_row(onenet: Onenet, two_releases: Path) -> None:
    result = onenet("diff", "--home", two_releases)
    assert result.exit_code == 0, result.output
    assert "base.person" in result.output
    assert " → ".join(versions(two_releases)) in result.output
    rows = onenet("diff", *versions(two_releases), "--home", two_releases, "--table", "catalogue.platform")
    assert rows.exit_code == 0, rows.output
    assert "last_delivered_on" in rows.output
    wrong = onenet("diff", "--home", two_releases, "--table", "base.nothing")
    assert wrong.exit_code == 2
    assert "base.person" in wrong.output


def test_the_restricted_twin_holds_full_numbers_and_the_plain_one_none(two_releases: Path) -> None:
    with duckdb.connect() as con:
        twin = two_releases / "one_network_restricted.duckdb"
        con.execute(f"attach '{twin}' as twin (read_only, encryption_key '{KEY}')")
        con.execute(f"attach '{two_releases / 'one_network.duckdb'}' as plain (read_only)")
        assert con.sql(
            "select bool_and(t.id_number_token = p.id_number_token and left(t.id_number, 6) = left(p.id_number_masked, 6)), "
            "bool_or(regexp_matches(p.id_number_masked, '[0-9]{7}|[*][0-9Xx]')), "
            "count(*) filter (length(t.id_number) = 18) > 100 "
            "from twin.base.person t join plain.base.person p using (person_id) where t.id_number is not null"
        ).fetchall() == [(True, False, True)]


def test_going_back_is_verified_and_an_unchanged_run_leaves_it_so(
    onenet: Onenet, two_releases: Path, city: Path
) -> None:
    first, second = versions(two_releases)
    assert onenet("rollback", "0099-00000000", "--home", two_releases).exit_code == 2
    result = onenet("rollback", first, "--home", two_releases)
    assert result.exit_code == 0, result.output
    assert (two_releases / "one_network.duckdb").samefile(two_releases / "releases" / first / "one_network.duckdb")
    assert (two_releases / "parquet").resolve() == two_releases / "releases" / first / "parquet"
    assert not (two_releases / "one_network_restricted.duckdb").exists()
    assert onenet("rollback", second, "--home", two_releases).exit_code == 0
    assert (two_releases / "one_network_restricted.duckdb").exists()


def test_going_back_after_a_run_that_was_killed_right_after_publishing_forgets_no_id(
    onenet: Onenet, two_releases: Path, tmp_path: Path
) -> None:
    home, register = tmp_path / "home", "stage/identity"
    shutil.copytree(two_releases, home, symlinks=True)
    first, second = versions(home)
    # The library is the second release, the register of ids still that of the first: see `pipelines.recovery`.
    shutil.copytree(home / register / second, home / register / first)
    (home / register / "published.json").write_text(f'{{"release": "{first}"}}', encoding="utf-8")
    result = onenet("rollback", first, "--home", home)
    assert result.exit_code == 0, result.output
    assert published(Home(home)) == first
    assert committed(Home(home)) == second  # what the second release gave is never given again

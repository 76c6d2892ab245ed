"""Releases are told apart, gone back to, and let go."""

from __future__ import annotations

import dataclasses
import datetime as dt

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.quality import RECONCILIATION, GridNorms
from warehouse.release import (
    Manifest,
    ReleaseFacts,
    Retention,
    build_release,
    changed_rows,
    compare_releases,
    next_version,
    publish,
    published,
    releases,
    retire,
    rollback,
)
from warehouse.release.manifest import FileLine, ReleaseError, release_file
from warehouse.release.retention import superseded
from warehouse.release.versions import fingerprint


def release(home: Home, facts: ReleaseFacts, published_at: dt.datetime | None = None) -> str:
    version = next_version(home, facts)
    build_release(home, version, facts, threads=1)
    publish(home, version, published_at=published_at)
    return version


def another(facts: ReleaseFacts, model: str) -> ReleaseFacts:
    return dataclasses.replace(facts, model=model)


def test_rows_added_removed_and_changed_are_counted_by_key(home: Home, facts: ReleaseFacts) -> None:
    old = release(home, facts)
    path = home.stage("golden", "housing")
    homes = shipped().golden("housing").read(path)
    shipped().golden("housing").write(
        homes.set_column(1, "address", pa.array(["花园1幢101室（新）", *homes["address"].to_pylist()[1:]])), path
    )
    balance = home.stage("quality", "reconciliation")
    lines = RECONCILIATION.read(balance)
    renamed = lines.set_column(lines.column_names.index("delivery_id"), "delivery_id", pa.array(["d2"]))
    RECONCILIATION.write(renamed, balance)
    new = release(home, another(facts, "m2"))
    changes = {c.table: (c.before, c.after, c.added, c.removed, c.changed) for c in compare_releases(home, old, new)}
    assert changes["base.housing"] == (3, 3, 0, 0, 1)
    assert changes["quality.reconciliation"] == (1, 1, 1, 1, 0)
    assert changes["base.person"] == (4, 4, 0, 0, 0)
    assert changes["evidence.attribute"][2:] == (0, 0, 0)
    assert changed_rows(home, old, new, "base.housing").to_pylist() == [
        {"change": "changed", "housing_id": "H1", "columns": ["address"]}
    ]
    kinds = changed_rows(home, old, new, "quality.reconciliation")
    assert pc.equal(kinds["change"], pa.array(["added", "removed"])).to_pylist() == [True, True]


def test_rows_without_a_key_are_compared_by_what_they_hold(home: Home, facts: ReleaseFacts) -> None:
    old = release(home, facts)
    home.stage("match", "person").unlink()
    for kind in ("housing", "enterprise"):
        home.stage("match", kind).touch()
    from warehouse.model.evidence import MATCH

    for kind in shipped().kinds:
        MATCH.write(MATCH.empty(), home.stage("match", kind))
    new = release(home, another(facts, "m2"))
    (match,) = [c for c in compare_releases(home, old, new) if c.table == "evidence.match"]
    assert (match.added, match.removed) == (0, 1)
    assert (match.before, match.after) == (1, 0)


def test_a_difference_that_can_not_be_told_says_why(home: Home, facts: ReleaseFacts) -> None:
    only = release(home, facts)
    with pytest.raises(ReleaseError, match="not kept"):
        compare_releases(home, "0000-00000000", only)
    with pytest.raises(ReleaseError, match="told apart"):
        changed_rows(home, only, only, "evidence.attribute")


def test_going_back_and_forward_again_is_one_swap_each(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    second = release(home, another(facts, "m2"))
    rollback(home, first)
    assert published(home) == first
    assert home.library.samefile(home.release(first) / "one_network.duckdb")
    rollback(home, second)
    assert published(home) == second


def test_a_damaged_or_unknown_release_is_not_gone_back_to(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    second = release(home, another(facts, "m2"))
    with pytest.raises(ReleaseError, match="the library already"):
        rollback(home, second)
    with pytest.raises(ReleaseError, match="not kept"):
        rollback(home, "0009-00000000")
    file = home.release(first) / "one_network.duckdb"
    file.chmod(0o644)
    with file.open("r+b") as opened:
        opened.seek(6000)
        opened.write(b"x")
    with pytest.raises(ReleaseError, match="SHA-256"):
        rollback(home, first)
    assert published(home) == second


def test_a_release_built_under_another_contract_can_be_gone_back_to(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    release(home, another(facts, "m2"))
    folder = home.release(first)
    import duckdb

    from warehouse.release.manifest import file_line

    file = folder / "one_network.duckdb"
    file.chmod(0o644)
    with duckdb.connect(str(file)) as con:
        con.execute("alter table quality.scorecard drop column score")
    manifest = Manifest.read(folder)
    manifest.model_copy(update={"file": file_line(file)}).write(folder)
    rollback(home, first)
    assert published(home) == first


def test_old_releases_go_with_their_extracts_and_the_library_stays(home: Home, facts: ReleaseFacts) -> None:
    day = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    versions = [release(home, another(facts, f"m{i}"), day + dt.timedelta(days=20 * i)) for i in range(4)]
    for version in versions:
        home.extract("gongan", version).mkdir(parents=True)
    rollback(home, versions[1])  # published on 25 January
    assert retire(home, Retention(last=1, months=0)) == [versions[0], versions[2]]
    assert [m.version for m in releases(home)] == [versions[1], versions[3]]
    assert sorted(p.name for p in (home.root / "extracts" / "gongan").iterdir()) == [versions[1], versions[3]]


def manifest(number: int, day: dt.datetime) -> Manifest:
    return Manifest(
        version=f"{number:04d}-00000000", fingerprint="0", created_at=day, published_at=day, code_version="1", model="1",
        duckdb="1", storage_version="1", deliveries=(), tables={}, file=FileLine(name="x", bytes=0, sha256=""),
    )  # fmt: skip


def test_one_a_month_is_kept_beyond_the_newest_few() -> None:
    days = [
        dt.datetime(2026, m, d, tzinfo=dt.UTC) for m, d in ((1, 1), (1, 31), (2, 10), (3, 1), (3, 20), (3, 21), (3, 22))
    ]
    kept = [manifest(i, day) for i, day in enumerate(days)]
    assert superseded(kept, Retention(last=2, months=2), None) == [kept[i].version for i in (0, 1, 3, 4)]
    assert superseded(kept, Retention(last=2, months=24), None) == [kept[i].version for i in (0, 3, 4)]
    assert superseded(kept, Retention(last=100, months=0), None) == []


@settings(derandomize=True, max_examples=50, deadline=None)
@given(
    gaps=st.lists(st.integers(0, 60), max_size=15),
    last=st.integers(1, 5),
    months=st.integers(0, 5),
    held=st.integers(0, 14),
)
def test_whatever_the_policy_the_newest_and_the_library_are_kept(
    gaps: list[int], last: int, months: int, held: int
) -> None:
    day, kept = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), []
    for i, gap in enumerate(gaps):
        day += dt.timedelta(days=gap)
        kept.append(manifest(i, day))
    library = kept[held].version if held < len(kept) else None
    gone = superseded(kept, Retention(last, months), library)
    assert not {m.version for m in kept[-last:]} & set(gone)
    assert library not in gone
    again = [m for m in kept if m.version not in gone]
    assert superseded(again, Retention(last, months), library) == []


def test_a_policy_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONENET_KEEP_RELEASES", "0")
    with pytest.raises(ReleaseError, match="ONENET_KEEP_RELEASES"):
        Retention.from_environment()
    monkeypatch.setenv("ONENET_KEEP_RELEASES", "3")
    assert Retention.from_environment() == Retention(3, 24)


def test_grids_are_held_against_the_norms_of_the_city_and_other_norms_make_another_release(
    home: Home, facts: ReleaseFacts
) -> None:
    ruled = dataclasses.replace(facts, norms=GridNorms(households=(1, 2), persons=(5, 9)))
    before, after = release(home, facts), release(home, ruled)
    found = []
    for version in (before, after):
        with duckdb.connect(str(release_file(home, version)), read_only=True) as con:
            columns = "household_balance::varchar, household_norm, person_norm"
            found += con.sql(f"select {columns} from quality.grid_balance").fetchall()
    assert found == [("under", "200–300", "600–900"), ("within", "1–2", "5–9")]
    assert fingerprint(facts) != fingerprint(ruled)

"""Mentions made day by day, of what changed, are those of a home that takes all deliveries in at once."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors.sample import write_city
from pipelines.kinds import inputs_of
from pipelines.matching.inputs.mention_index import pointer
from pipelines.settings import Settings
from pipelines.stages import mention_parts
from pipelines.stages import mentions as stage
from pipelines.stages.landing import land_platform
from pipelines.stages.mentions import write_mentions
from pipelines.standardise import columns, parts
from warehouse.model import Home
from warehouse.model.arrow_file import mapped
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import shipped

pytestmark = pytest.mark.trial

ORDER = shipped().order
MANY = {"person", "housing", "enterprise"}
"""Kinds of which a small sample city tells much; of some it tells nothing."""
ADDRESSES, REGISTER = "minzheng_dizhi/标准地址_{}.csv", "gongan_hukou/户籍人口_{}.csv"
ESTATE, ALIAS = 7, 8


def lines(inbox: Path, name: str, day: int) -> list[str]:
    return (inbox / name.format(day)).read_text(encoding="gb18030").splitlines()


def deliver(inbox: Path, name: str, day: int, rows: list[str]) -> None:
    path = inbox / name.format(day)
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(rows) + "\n", encoding="gb18030")


def take_in(inbox: Path, home: Home) -> Settings:
    settings = Settings(inbox, home)
    for platform in settings.platforms:
        land_platform(settings, platform)
    return settings


@pytest.fixture(scope="module")
def inboxes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A city; its next delivery; one in which a person is withdrawn and all else of the city says nothing; one in which
    the standard addresses call an estate otherwise."""
    folder = tmp_path_factory.mktemp("city")
    write_city(300, 7, folder, days=(1,))
    first, second = folder / "deliveries", folder / "days" / "20261102" / "deliveries"
    third, fourth = folder / "withdrawn", folder / "renamed"
    deliver(third, REGISTER, 20261103, lines(second, REGISTER, 20261102)[:-1])
    head, *rows = (row.split(",") for row in lines(second, ADDRESSES, 20261102))
    renamed = next(row[ESTATE] for row in rows if row[ALIAS])
    for row in rows:
        if row[ESTATE] == renamed:
            row[ESTATE] = "改名新苑"
    deliver(fourth, ADDRESSES, 20261104, [",".join(row) for row in (head, *rows)])
    return [first, second, third, fourth]


@pytest.fixture(scope="module")
def lived(inboxes: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[int]]:
    """A home that took in one delivery after the other, and how many addresses it read each time."""
    home, read = Home(tmp_path_factory.mktemp("lived")), []
    standardise = columns.standardise_addresses

    def counted(parts: pa.Table, gazetteer: columns.Gazetteer) -> pa.Table:
        read[-1] += parts.num_rows
        return standardise(parts, gazetteer)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columns, "standardise_addresses", counted)
        for inbox in inboxes:
            read.append(0)
            write_mentions(take_in(inbox, home))
    return home, read


@pytest.fixture(scope="module")
def anew(inboxes: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that took all of it in before it made its first mention."""
    home = Home(tmp_path_factory.mktemp("anew"))
    for inbox in inboxes:
        settings = take_in(inbox, home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mention_parts, "GROUP_ROWS", 100)  # how many are standardised together makes no difference
        write_mentions(settings)
    return home


def told(home: Home, kind: str) -> set[tuple[object, ...]]:
    """What matching is told of every mention, wherever it lies: places are those of its history."""
    reads, lines = inputs_of(shipped(), kind), mapped(home.mention_index(kind))
    names = {of: mapped(home.mention_index(of))["key"].to_pylist() for of in reads.points_to}
    ties = [[names[of][at] if at >= 0 else None for at in lines[pointer(of)].to_pylist()] for of in reads.points_to]
    own = (lines[c].to_pylist() for c in ("mention_id", "key", "source_hash", *reads.flags))
    every = zip(*own, *ties, strict=True)
    return {line for line in every if line[0] >= 0}


def test_every_table_is_the_same_row_for_row(lived: tuple[Home, list[int]], anew: Home) -> None:
    home, _ = lived
    for kind in ORDER:
        ours, theirs = (shipped().mention(kind).read(h.stage("mention", kind)) for h in (home, anew))
        assert ours.num_rows > 100 or kind not in MANY
        assert ours.equals(theirs)
        assert told(home, kind) == told(anew, kind)
        assert home.match_columns(kind).read_bytes() == anew.match_columns(kind).read_bytes()
    assert GRID_TREE.read(home.stage("grid", "tree")).equals(GRID_TREE.read(anew.stage("grid", "tree")))


def test_the_withdrawn_person_is_gone_and_the_estate_has_its_new_name(
    lived: tuple[Home, list[int]], inboxes: list[Path]
) -> None:
    home, _ = lived
    persons = shipped().mention("person").read(home.stage("mention", "person"))
    register = persons.filter(pc.equal(persons["platform"], "gongan_hukou"))
    places = register.group_by(["file_name", "row_number"]).aggregate([])
    assert (
        places.num_rows == len(lines(inboxes[2], REGISTER, 20261103)) - 1
    )  # rows that say what they said keep their place
    assert pc.sum(pc.equal(persons["estate"], "改名新苑")).as_py() > 0


def test_a_day_reads_the_addresses_it_changed_and_a_new_reference_all_of_them(lived: tuple[Home, list[int]]) -> None:
    _, (first, second, third, fourth) = lived
    assert 0 < second < first / 10
    assert third == 0
    assert fourth > first / 2


def test_a_run_that_dies_among_the_mentions_leaves_the_next_one_the_same_outcome(
    inboxes: list[Path], anew: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    write_mentions(take_in(inboxes[0], home))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    places = ((parts, "build_mentions"), (stage, "write_mention_index"), (stage, "write_mention_index"))
    for inbox, place in zip(inboxes[1:], places, strict=True):
        settings = take_in(inbox, home)
        with monkeypatch.context() as patched:
            patched.setattr(*place, killed)
            with pytest.raises(KeyboardInterrupt):
                write_mentions(settings)
    write_mentions(settings)
    for kind in ORDER:
        ours, theirs = (shipped().mention(kind).read(h.stage("mention", kind)) for h in (home, anew))
        assert ours.equals(theirs)

"""Several cities in one home: each keeps its own places and departments, and who moved from one to the other is one person."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accuracy import scores, true_ids
from benchmarks.several_cities import across, matched, same_names
from connectors.registry import ConfigurationError
from connectors.sample import write_cities
from connectors.sample.several import write_folder
from connectors.sample.where import PLACES
from pipelines.city import City
from pipelines.matching.inputs.within_city import columns_within, read_within_city
from pipelines.plan import plan
from pipelines.settings import Settings
from pipelines.stages.landing import land_platform
from pipelines.standardise.address import Gazetteer, standardise_addresses
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.link import ENTITY

YUNLING, XICHUAN = PLACES[:2]
PLATFORMS = ("gongan_hukou", "minzheng_dizhi", "wangge_huafen", "budongchan", "rexian_12345")
"""Enough for every kind of place: people, homes, a reference of addresses and one of grids, tickets."""


def _few_platforms(folder: Path) -> None:
    """Leave of a folder of cities the platforms that this test needs."""
    for file in (folder / "platforms").iterdir():
        if file.stem.partition("_")[2] not in PLATFORMS:
            file.unlink()
    (folder / "care_tags.yaml").unlink()  # it names platforms that are gone


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cities of 120 people with the same streets, communities and estates: the folder of `write_cities`."""
    folder = tmp_path_factory.mktemp("cities")
    with same_names():
        write_cities(2, 120, 4, folder)
    _few_platforms(folder / "city")
    return folder


@pytest.fixture(scope="module")
def together(sample: Path) -> Settings:
    """A home of both cities with extracts and all they are made of."""
    settings = Settings.of(sample / "deliveries", sample / "home", City(sample / "city"))
    settings.city.check()
    for platform in settings.platforms:
        land_platform(settings, platform)
    for step in plan(settings).steps:
        if step.group not in ("release", "quality") or step.name == "reconciliation":
            step.run(settings, "0001-aaaaaaaa")
    return settings


def _mentions(home: Home, kind: str) -> tuple[pa.Table, np.ndarray]:
    entities = ENTITY.read(home.stage("entity", kind)).sort_by("mention_id")["entity_id"]
    return home.data_model.mention(kind).read(home.stage("mention", kind)), np.asarray(
        entities.combine_chunks().dictionary_encode().indices
    )


def test_every_city_has_the_entities_it_has_in_a_home_of_its_own(sample: Path, together: Settings) -> None:
    folder = sample / XICHUAN.code
    write_folder((XICHUAN,), folder)
    _few_platforms(folder)
    alone = matched(folder, sample / "deliveries", sample / "home-alone", ("housing", "enterprise", "person"))
    for kind in ("housing", "person"):
        mentions, found = alone[kind]
        both, entities = _mentions(together.home, kind)
        ours = np.asarray(pc.equal(both["city"], XICHUAN.code))
        truth = true_ids(mentions, kind, sample / "truth" / XICHUAN.code)
        assert scores(found, truth).f1 > 0.9
        assert scores(entities[ours], truth).f1 >= scores(found, truth).f1 - 0.002


def test_no_home_and_no_event_lies_in_two_cities_though_all_places_are_called_alike(together: Settings) -> None:
    for kind in ("housing", "event"):
        mentions, entities = _mentions(together.home, kind)
        assert across(mentions, entities) == 0
    estates = (
        _mentions(together.home, "housing")[0].select(["city", "community", "estate"]).group_by(["community", "estate"])
    )
    assert max(estates.aggregate([("city", "count_distinct")])["city_count_distinct"].to_pylist()) == 2


def test_who_moved_and_shows_a_number_is_one_person_with_mentions_in_both_cities(
    sample: Path, together: Settings
) -> None:
    mentions, entities = _mentions(together.home, "person")
    where: dict[tuple[str, int], set[int]] = {}
    for city in (YUNLING.code, XICHUAN.code):
        ours = np.asarray(pc.and_(pc.equal(mentions["city"], city), pc.is_valid(mentions["id_number"])))
        truth = true_ids(mentions.filter(pa.array(ours)), "person", sample / "truth" / city)
        for person, entity in zip(truth.tolist(), entities[ours].tolist(), strict=True):
            where.setdefault((city, person), set()).add(entity)
    moved = pq.read_table(sample / "truth" / "moved.parquet").to_pylist()
    pairs = [
        (where[m["from_city"], m["from_person"]], where[m["to_city"], m["to_person"]])
        for m in moved
        if (m["from_city"], m["from_person"]) in where and (m["to_city"], m["to_person"]) in where
    ]
    assert len(pairs) >= 5
    assert all(one == other and len(one) == 1 for one, other in pairs)


def test_a_department_gets_the_rows_of_its_city_and_nothing_of_who_lives_in_the_other_alone(
    sample: Path, together: Settings
) -> None:
    extracts = together.home.root / "extracts"
    assert {f"{w.code}.{d}" for w in (YUNLING, XICHUAN) for d in ("gongan", "minzheng", "ziran")} <= {
        path.name for path in extracts.iterdir()
    }
    moved = pq.read_table(sample / "truth" / "moved.parquet")
    told = {YUNLING.code: "from_person", XICHUAN.code: "to_person"}
    for city, other in ((YUNLING, XICHUAN), (XICHUAN, YUNLING)):
        people = pq.read_table(sample / "truth" / other.code / "persons.parquet")
        stayed = people.filter(pc.invert(pc.is_in(people["person_id"], moved[told[other.code]])))
        numbers = set(stayed["id_no"].to_pylist())
        files = [f for folder in extracts.glob(f"{city.code}.*") for f in folder.rglob("*.csv")]
        cells = {cell for f in files for row in csv.reader(f.read_text("utf-8-sig").splitlines()) for cell in row}
        assert len(cells) > 1000
        assert not cells & numbers
        assert not {cell for cell in cells if cell.startswith(f"{other.code}_")}


# What is declared


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., City]:
    """The folder of two cities, with settings and a platform changed."""
    write_folder(PLACES[:2], tmp_path)

    def make(settings: Mapping[str, Any] | None = None, platform: str = "", city: str = "") -> City:
        path = tmp_path / "settings.yaml"
        said = yaml.safe_load(path.read_text("utf-8")) | (settings or {})
        path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
        if platform:
            file = tmp_path / "platforms" / f"{platform}.yaml"
            lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("city:")]
            file.write_text("\n".join([lines[0], *([f"city: {city}"] if city else []), *lines[1:]]), "utf-8")
        return City(tmp_path)

    return make


def test_departments_are_told_apart_by_city_and_code(declared: Callable[..., City]) -> None:
    owner = declared().platforms["xichuan_minzheng_dizhi"].department
    assert (owner.code, owner.zh) == ("xichuan.minzheng", "汐川市民政局")
    assert len({p.department.code for p in declared().platforms.values()}) == 34


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"platform": "yunling_budongchan", "city": "yunlin"}, r"yunling_budongchan\.yaml: city.*did you mean 'yunling'.*allowed: xichuan, yunling"),
        ({"platform": "yunling_budongchan"}, r"yunling_budongchan\.yaml: city.*is absent.*allowed: xichuan, yunling; add it"),
        ({"settings": {"cities": {}}}, r"yunling_budongchan\.yaml: city: 'yunling'.*the settings name no cities"),
        ({"settings": {"cities": {c: {"title": c} for c in ("yunling", "xichuan", "lanpu")}}}, r"settings\.yaml: cities\.lanpu.*no platform belongs to it"),
        ({"settings": {"division": {"province": "浙江省"}}}, r"settings\.yaml.*division: belongs to one city"),
        ({"settings": {"cities": {"yunling": {"titel": "x"}}}}, r"settings\.yaml.*cities\.yunling\.titel: unknown key; allowed: title, division"),
        ({"settings": {"cities": {"Yun-ling": {"title": "x"}}}}, r"settings\.yaml.*cities\.Yun-ling"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused_with_what_to_do(
    declared: Callable[..., City], change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        declared(**change).check()


# Addresses and what matching reads


def _reference(estate: str) -> pa.Table:
    row = {"street": "和平街道", "community": "和平社区", "estate": estate, "building": "3", "unit": "1", "room": "502"}
    return pa.table({name: pa.array([value], pa.string()) for name, value in row.items()})


def test_the_key_of_a_dwelling_begins_with_its_city() -> None:
    keys = {}
    for city in ("", "yunling", "xichuan"):
        gazetteer = Gazetteer.from_reference(_reference("和平小区"), city=city)
        (found,) = standardise_addresses(pa.table({"text": ["和平小区3幢1单元502室"]}), gazetteer).to_pylist()
        (open_,) = standardise_addresses(pa.table({"text": ["和平小区"]}), gazetteer).to_pylist()
        assert (found["community"], found["estate"], open_["dwelling"]) == ("和平社区", "和平小区", None)
        keys[city] = found["dwelling"], gazetteer.fingerprint
    assert keys[""][0] == "和平社区/和平小区/3/1/502"
    assert keys["xichuan"][0] == "xichuan/和平社区/和平小区/3/1/502"
    assert len(set(keys.values())) == 3


def _event(**cells: list[str | None]) -> pa.Table:
    contract, count = shipped().mention("event"), len(next(iter(cells.values())))
    return pa.table({c.name: pa.array(cells.get(c.name, [None] * count), c.type) for c in contract.columns})


def test_a_place_and_the_number_of_a_ticket_are_read_with_the_city_and_a_phone_is_not() -> None:
    written = _event(
        city=["a", "a", "b"], estate=["和平小区", None, "和平小区"], event_class_spot=[None, "东路+西路", "市场"],
        source_code=["1", "2", "1"], reporter_phone=["138", "139", "138"],
    )  # fmt: skip
    read = read_within_city(shipped(), "event", written)
    assert read["estate"].to_pylist() == ["a/和平小区", None, "b/和平小区"]
    assert read["event_class_spot"].to_pylist() == [None, "a/东路+a/西路", "b/市场"]
    assert read["source_code"].to_pylist() == ["a/1", "a/2", "b/1"]
    assert read["reporter_phone"].equals(written["reporter_phone"])
    assert not {"dwelling", "building", "room"} & set(columns_within(shipped(), "event"))


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text("和平+/ab", max_size=4)), min_size=1, max_size=8))
def test_two_names_are_one_exactly_where_city_and_name_are(named: list[tuple[str, str]]) -> None:
    named = sorted(named, key=lambda pair: pair[0])
    cities, names = (list(column) for column in zip(*named, strict=True))
    read = read_within_city(shipped(), "event", _event(city=cities, estate=names))["estate"].to_pylist()
    assert [[x == y for y in read] for x in read] == [[x == y for y in named] for x in named]


def test_a_home_with_one_city_reads_its_mentions_as_they_are() -> None:
    written = _event(city=[None, None], estate=["和平小区", "和平小区"])
    assert read_within_city(shipped(), "event", written) is written


def test_a_description_that_is_drafted_names_a_city_and_can_be_tried(
    onenet: Callable[..., Any], tmp_path: Path
) -> None:
    write_folder(PLACES, tmp_path / "city")
    City(tmp_path / "city").check()
    file, out = tmp_path / "户籍_20261101.csv", tmp_path / "city" / "platforms" / "xichuan_huji.yaml"
    file.write_text("编号,姓名\n1,甲一\n2,乙二\n", "utf-8")
    assert onenet("describe", file, "--city", tmp_path / "city", "--out", out).exit_code == 0
    assert "city: xichuan  #" in out.read_text("utf-8")
    assert onenet("try", out, file, "--city", tmp_path / "city").exit_code == 0
    out.write_text(out.read_text("utf-8").replace("city: xichuan", "city: xichuann"), "utf-8")
    refused = onenet("try", out, file, "--city", tmp_path / "city")
    assert refused.exit_code == 2
    assert "did you mean 'xichuan'?" in refused.output

"""A home that went on day by day holds the entities a rebuild finds; where it does not, `onenet rebuild --verify` says so."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from connectors.decisions import Decision, record
from connectors.manifest import manifest
from connectors.registry import ConfigurationError
from connectors.sample import write_city
from pipelines.anew import verify_home
from pipelines.kinds import specification
from pipelines.settings import Settings
from pipelines.stages import links, models
from pipelines.stages.landing import land_platform
from pipelines.stages.links import link_mentions
from pipelines.stages.mentions import write_mentions
from pipelines.stages.rebuild import compare_partitions, forget_stages
from pipelines.stages.resolve import name_entities
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.landing import DELIVERY
from warehouse.model.link import ENTITY

ORDER = shipped().order
MANY = {"person", "housing", "enterprise"}
"""Kinds of which a small sample city tells much; of some it tells nothing."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home after three days of a small city, matched day by day, and what each link stage told."""
    folder = tmp_path_factory.mktemp("lived")
    write_city(300, 5, folder, days=(1, 2))
    home, told = Home(folder / "home"), []
    inboxes = [folder / "deliveries", *sorted((folder / "days").glob("*/deliveries"))]
    for day, inbox in enumerate(inboxes):
        settings = Settings(inbox, home)
        for platform in settings.platforms:
            land_platform(settings, platform)
        write_mentions(settings)
        told.append({kind: link_mentions(settings, kind) for kind in ORDER})
        for kind in ORDER:
            name_entities(settings, kind, f"{day:04d}-aaaaaaaa")
    return settings, told


def test_the_first_day_trains_and_the_days_after_hold_the_model(lived):
    _, told = lived
    assert all("首次训练" in told[0][kind]["model"] for kind in ORDER)
    assert all("沿用" in day[kind]["model"] for day in told[1:] for kind in ORDER)


def test_a_day_compares_what_changed_and_not_the_city(lived):
    _, told = lived
    for day in told[1:]:
        person = day["person"]
        assert 0 < person["changed"] < person["rows"] / 4
        assert person["pairs_compared"] < told[0]["person"]["pairs_compared"] / 2
        assert person["clustered_again"] < person["distinct_records"] / 2


def test_a_rebuild_finds_the_same_entities_and_leaves_nothing_behind(lived):
    settings, _ = lived
    before = sorted(p for p in settings.home.root.rglob("*"))
    verified = verify_home(settings)
    found = verified.entities
    assert (verified.version, list(verified.tables)) == (None, [])
    assert [d.kind for d in found] == list(ORDER)
    assert all(d.equal for d in found), found
    assert {d.kind for d in found if d.mentions > 100} >= MANY
    assert sorted(p for p in settings.home.root.rglob("*")) == before


@pytest.fixture
def written(lived):
    """What link stages leave, and when each file was last written."""
    settings, _ = lived
    return lambda: {(kind, p.name): p.stat().st_ino for kind in ORDER for p in settings.home.matched(kind).iterdir()}


def test_where_nothing_changed_nothing_is_written_and_the_same_is_told(lived, written):
    settings, told = lived
    before = written()
    again = {kind: link_mentions(settings, kind) for kind in ORDER}
    assert written() == before
    for kind in ORDER:
        same = ("rows", "distinct_records", "accepted", "review", "cut", "clusters")
        assert [again[kind][figure] for figure in same] == [told[-1][kind][figure] for figure in same]
        assert (again[kind]["changed"], again[kind]["pairs_compared"]) == (0, 0)


def test_a_run_killed_while_it_wrote_is_made_good_by_the_next(lived, written, monkeypatch):
    settings, told = lived
    before = written()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(links, "_fingerprint", lambda *_: "of other rows")
        patched.setattr(links, "write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            link_mentions(settings, "person")
    assert ("person", "written") not in written()
    again = link_mentions(settings, "person")
    assert again["clusters"] == told[-1]["person"]["clusters"]
    after = written()
    assert {Path(name).stem for _, name in before} == {Path(name).stem for _, name in after}
    assert all(before[kind, name] == after[kind, name] for kind, name in before if kind != "person")


def test_the_command_says_where_a_home_differs(lived, onenet):
    settings, _ = lived
    path = settings.home.stage("entity", "person")
    kept = path.read_bytes()
    entities = ENTITY.read(path)
    ids = entities["entity_id"].to_pylist()
    ENTITY.write(entities.set_column(1, "entity_id", pa.array([ids[-1], *ids[1:]])), path)
    result = onenet("rebuild", "--verify", "--home", settings.home.root)
    path.write_bytes(kept)
    assert result.exit_code == 1, result.output
    assert "not equal" in result.output
    assert "no library yet" in result.output


def test_without_a_home_there_is_nothing_to_rebuild(onenet, tmp_path):
    assert onenet("rebuild", "--verify", "--home", tmp_path).exit_code == 2
    (tmp_path / "landing").mkdir()
    assert onenet("rebuild", "--verify", "--home", tmp_path).exit_code == 2


def test_asking_for_new_models_trains_them_and_is_told(lived, monkeypatch):
    settings, _ = lived
    home, spec = settings.home, specification(shipped(), "enterprise")
    assert models.held_model(home, spec, models.newest_delivery(settings))[0] is not None
    assert "days old" in models.held_model(home, spec, models.newest_delivery(settings), -1)[1]
    monkeypatch.setenv(models.DAYS_VARIABLE, "soon")
    with pytest.raises(ConfigurationError, match="ONENET_MODEL_DAYS"):
        models.days()
    monkeypatch.undo()
    models.ask_for_new_models(home)
    assert "asked for" in models.held_model(home, spec, models.newest_delivery(settings))[1]
    assert "asked for" in link_mentions(settings, "enterprise")["model"]
    assert models.held_model(home, spec, models.newest_delivery(settings))[0] is not None


def test_a_delivery_that_was_sent_back_or_refused_makes_no_model_old(lived):
    settings, _ = lived
    home, spec = settings.home, specification(shipped(), "enterprise")
    (line,) = manifest(home, "shuiwu_nashuiren").slice(0, 1).to_pylist()
    far = line | {"delivered_on": date(2099, 12, 31)}
    for name, changed in (("sent-back", {"state": "rejected"}), ("refused", {})):
        table = pa.Table.from_pylist([far | changed | {"delivery_id": name}], schema=DELIVERY.arrow)
        DELIVERY.write(table, home.landing / "delivery" / "shuiwu_nashuiren" / f"{name}.parquet")
    record(home, Decision("refused", "shuiwu_nashuiren", "refused", "li", "2026-11-03T08:00:00"))
    assert manifest(home)["delivered_on"].to_pylist().count(date(2099, 12, 31)) == 2
    assert models.held_model(home, spec, models.newest_delivery(settings))[0] is not None
    for name in ("sent-back", "refused"):
        (home.landing / "delivery" / "shuiwu_nashuiren" / f"{name}.parquet").unlink()
    home.decisions.unlink()


def test_a_population_of_another_model_is_no_model(lived):
    settings, _ = lived
    home, spec = settings.home, specification(shipped(), "enterprise")
    text = home.model("enterprise").read_text(encoding="utf-8")
    home.model("enterprise").write_text(
        text.replace('"matches_per_record": ', '"matches_per_record": 1'), encoding="utf-8"
    )
    assert models.held_model(home, spec, models.newest_delivery(settings))[0] is None
    home.model("enterprise").write_text("{", encoding="utf-8")
    assert "could not be read" in models.held_model(home, spec, models.newest_delivery(settings))[1]
    home.model("enterprise").write_text(text, encoding="utf-8")
    assert models.held_model(home, spec, models.newest_delivery(settings))[0] is not None


def test_forgetting_stages_keeps_ids_and_models(lived):
    settings, _ = lived
    forget_stages(settings.home)
    assert not settings.home.matched("person").exists()
    assert not settings.home.value_cache.exists()
    assert settings.home.model("person").exists()
    assert settings.home.stage("entity", "person").exists()


def grouping(groups):
    """Names with their group, as `compare_partitions` wants them."""
    return np.array(sorted((name, i) for i, group in enumerate(groups) for name in group)).T.reshape(2, -1)


@pytest.mark.parametrize(
    ("here", "anew", "differing", "only"),
    [
        ([[1, 2], [3]], [[3], [2, 1]], 0, (0, 0)),
        ([[1, 2], [3]], [[1, 2, 3]], 2, (0, 0)),
        ([[1, 2, 3]], [[1, 2], [3]], 1, (0, 0)),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], 2, (0, 0)),
        ([[1, 2], [5]], [[1, 2], [6]], 0, (1, 1)),
    ],
)
def test_partitions_differ_where_a_group_holds_other_mentions(here, anew, differing, only):
    found = compare_partitions("person", grouping(here), grouping(anew))
    assert found.differing == differing
    assert (found.only_here, found.only_anew) == only

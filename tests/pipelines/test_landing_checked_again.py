"""The landing suite of a platform is run again when it delivered or fell behind, and what is shown is the same as if all ran."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sample import write_city
from pipelines.settings import Settings
from pipelines.stages import quality
from pipelines.stages.landing import land_platform
from pipelines.stages.quality import LANDING, check_landing
from warehouse.model import Home
from warehouse.model.quality import EXPECTATION, FAILING_ROW

REGISTER = "gongan_hukou/户籍人口_{}.csv"


def take_in(inbox: Path, home: Home) -> Settings:
    settings = Settings(inbox, home)
    for platform in settings.platforms:
        land_platform(settings, platform)
    return settings


def shown(home: Home) -> list[list[dict[str, object]]]:
    return [table.read(home.stage(table.name, LANDING)).to_pylist() for table in (EXPECTATION, FAILING_ROW)]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Which platforms each call of `run_landing` looked at."""
    calls: list[list[str]] = []
    run = quality.run_landing

    def watched(home, platforms, codes):
        calls.append([platform.platform for platform in platforms])
        return run(home, platforms, codes)

    monkeypatch.setattr(quality, "run_landing", watched)
    return calls


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(200, 7, folder)
    return folder / "deliveries"


def deliver(city: Path, inbox: Path, day: int, *, sex: str = "1") -> Path:
    """The household register of that day, everybody of one sex."""
    head, *rows = ((city / REGISTER.format(20261101)).read_text(encoding="gb18030")).splitlines()
    cells = [row.split(",") for row in rows]
    path = inbox / REGISTER.format(day)
    path.parent.mkdir(parents=True)
    text = "\n".join([head, *(",".join([*row[:3], sex, *row[4:]]) for row in cells)])
    path.write_text(text + "\n", encoding="gb18030")
    return inbox


def test_only_who_delivered_or_fell_behind_is_checked_again(
    city: Path, tmp_path: Path, checked: list[list[str]]
) -> None:
    home = Home(tmp_path / "home")
    settings = take_in(city, home)
    check_landing(settings)
    assert checked.pop() == list(settings.platforms)
    assert check_landing(settings)["rows"] > 100
    assert checked == []
    settings = take_in(deliver(city, tmp_path / "next", 20261102, sex="不详"), home)
    found = check_landing(settings)
    assert checked.pop() == ["gongan_hukou"]
    assert found["not_passed"] > 0
    settings = take_in(deliver(city, tmp_path / "later", 20261104), home)
    check_landing(settings)
    daily = [name for name, p in settings.platforms.items() if p.cadence in ("daily", "realtime")]
    assert set(checked.pop()) == {"gongan_hukou", *daily}
    anew = take_in(city, Home(tmp_path / "anew"))
    for inbox in ("next", "later"):
        anew = take_in(tmp_path / inbox, anew.home)
    check_landing(anew)
    assert shown(home) == shown(anew.home)


def test_a_run_that_dies_while_checking_checks_the_same_platforms_again(
    city: Path, tmp_path: Path, checked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    check_landing(take_in(city, home))
    settings = take_in(deliver(city, tmp_path / "next", 20261102), home)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(EXPECTATION), "write", killed)
        with pytest.raises(KeyboardInterrupt):
            check_landing(settings)
    check_landing(settings)
    assert checked[1:] == [["gongan_hukou"], ["gongan_hukou"]]

"""Only entities about which something else is said are weighed again; what is written is what weighing all of them writes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.resolution import survivorship
from pipelines.resolution.survivorship import Resolved, golden, write_golden
from pipelines.resolution.touched import Said
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE, CONFLICT
from warehouse.model.link import ENTITY

Build = Callable[..., pa.Table]
DWELLINGS = ["甲社区/桃李园/3/2/502", "乙社区/柳家塘///8", None]
GRIDS = ["990101001001001", "990101001001002", "990101001002001"]


def row(number: int, draws: random.Random) -> dict[str, Any]:
    return {
        "platform": draws.choice(["jingcha", "yiyuan", "shebao"]),
        "row_number": number,
        "name": draws.choice(["易大山", "易小山", "易大川"]),
        "phone": draws.choice(["13800000001", "13800000002", None]),
        "dwelling": draws.choice(DWELLINGS),
        "housing_relations": ["resides"],
        "claimed_on": date(2020, 1, draws.randrange(1, 28)),
        "entity": f"P{draws.randrange(20):02}",
    }


def a_day(rows: list[dict[str, Any]], draws: random.Random) -> list[dict[str, Any]]:
    """Some rows are withdrawn, some say something else or name somebody else, some are new."""
    kept = [r for r in rows if draws.random() > 0.02]
    changed = [row(r["row_number"], draws) if draws.random() < 0.03 else r for r in kept]
    return sorted([*changed, row(100 + draws.randrange(1000), draws)], key=lambda r: (r["platform"], r["row_number"]))


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entities each run weighs."""
    counts: list[int] = []
    limit = Said.limit_claimants

    def counting(said: Said, session: Any, model: Any, kind: str) -> bool:
        left = limit(said, session, model, kind)
        counts.append(session.con.sql("select count(distinct entity_no) from claimant").fetchall()[0][0])
        return left

    monkeypatch.setattr(Said, "limit_claimants", counting)
    return counts


def test_what_is_kept_of_the_day_before_is_what_weighing_everything_gives(
    tmp_path: Path, mentions: Build, entities: Build, authority: Build, grid: pa.Table, weighed: list[int]
) -> None:
    home, draws, model = Home(tmp_path), random.Random(3), shipped()
    GRID_TREE.write(grid, home.stage("grid", "tree"))
    rows = [row(number, draws) for number in range(40)]
    rows.sort(key=lambda r: (r["platform"], r["row_number"]))
    for day in range(4):
        # the second home moves into another grid on the third day: who lives there lies elsewhere, with the same rows
        placed = [GRIDS[0], GRIDS[2 if day < 2 else 1]]
        houses = mentions(
            "housing",
            [
                {"dwelling": d, "street": "河东街道", "grid_code": g, "grid_raw": g}
                for d, g in zip(DWELLINGS[:2], placed, strict=True)
            ],
        )
        whole = entities({"H1": [0], "H2": [1]})
        known = Resolved(houses, whole, golden("housing", houses, whole, authority(), grid=grid, threads=1).golden)
        lines = mentions("person", [{k: v for k, v in r.items() if k != "entity"} for r in rows])
        groups: dict[str, list[int]] = {}
        for number, r in enumerate(rows):
            groups.setdefault(r["entity"], []).append(number)
        for stage, contract, table in (
            ("mention", model.mention("housing"), houses),
            ("entity", ENTITY, whole),
            ("golden", model.golden("housing"), known.golden),
        ):
            contract.write(table, home.stage(stage, "housing"))
        model.mention("person").write(lines, home.stage("mention", "person"))
        ENTITY.write(entities(groups), home.stage("entity", "person"))
        write_golden(home, "person", authority(), threads=1)
        anew = golden("person", lines, entities(groups), authority(), known={"housing": known}, grid=grid, threads=1)
        assert model.golden("person").read(home.stage("golden", "person")).equals(anew.golden)
        assert ATTRIBUTE.read(home.stage("attribute", "person")).equals(anew.attributes)
        assert CONFLICT.read(home.stage("conflict", "person")).equals(anew.conflicts)
        rows = a_day(rows, draws)
    assert weighed[0] > 15
    assert all(0 < count < weighed[0] for count in weighed[1:])


def test_nothing_is_kept_after_a_run_that_was_killed_or_under_another_authority(
    tmp_path: Path,
    mentions: Build,
    entities: Build,
    authority: Build,
    weighed: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Home(tmp_path)
    shipped().mention("component").write(mentions("component", [{}, {}]), home.stage("mention", "component"))
    ENTITY.write(entities({"C1": [0], "C2": [1]}), home.stage("entity", "component"))
    write_golden(home, "component", authority(), threads=1)
    write_golden(home, "component", authority(), threads=1)
    write_golden(home, "component", authority({("jingcha", "name"): 95}), threads=1)
    with monkeypatch.context() as broken:
        broken.setattr(survivorship.touched, "put_together", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_golden(home, "component", authority({("jingcha", "name"): 95}), threads=1)
    write_golden(home, "component", authority({("jingcha", "name"): 95}), threads=1)
    assert weighed == [2, 0, 2, 0, 2]

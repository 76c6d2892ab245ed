"""Extracts of which rows are renewed hold what extracts written whole hold, day after day."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.warehouse.conftest import DAY, SOURCE, rows
from tests.warehouse.extracts.conftest import own_rows
from warehouse.extracts import ExtractManifest, OwnRows, concerned, prepare_extracts, remember_extracts, write_extract
from warehouse.extracts.renewal import Prepared
from warehouse.extracts.work_list import NEW
from warehouse.model import Home
from warehouse.model.care import CARE_TAG, PREFIX
from warehouse.model.catalogue import ENTITLEMENT, WITHHELD
from warehouse.model.evidence import ATTRIBUTE, CERTAINTY, MATCH
from warehouse.model.link import MENTION
from warehouse.release.renewal import How
from warehouse.verification.findings import finding_path

DEPARTMENTS = {"hukou": "gongan", "zulin": "zhujian"}
ATTRIBUTES = {
    "name": ("甲一", "乙二", "=丙三"),
    "phone": ("13800112233", "13900445566", None),
    "id_number": ("990101198503121230", None),
}
ROWS = 24
TAG = "甲等关爱"
Line = dict[str, Any]


def where(platform: str, nth: int) -> tuple[str, int]:
    """Delivery and number of a row: of one platform the rows stand in two deliveries of one file name."""
    half = ROWS // 2
    return ("d2", nth - half) if platform == "zulin" and nth > half else ("d1", nth)


class Town:
    """Persons whom two platforms name row by row, and what is known of them, which changes day by day."""

    def __init__(self, seed: int) -> None:
        self.draws = random.Random(seed)
        self.entity = {(p, n): f"P{self.draws.randrange(ROWS)}" for p in DEPARTMENTS for n in range(1, ROWS + 1)}
        self.values = {(*place, a): self._claim(a) for place in self.entity for a in ATTRIBUTES}
        self.golden = {f"P{i}": self._person() for i in range(ROWS)}
        self.certain = {(f"P{i}", a): self.draws.random() for i in range(ROWS) for a in ATTRIBUTES}
        self.doubts = {self._pair(): self.draws.random() for _ in range(4)}
        self.tagged = {f"P{i}" for i in range(0, ROWS, 5)}
        self.own = {platform: [f"第{n}行" for n in range(1, ROWS + 1)] for platform in DEPARTMENTS}

    def live_a_day(self) -> None:
        """A few things change, of each sort."""
        d = self.draws
        self.entity[d.choice(list(self.entity))] = f"P{d.randrange(ROWS)}"
        place = d.choice(list(self.values))
        self.values[place] = self._claim(place[2])
        self.golden[f"P{d.randrange(ROWS)}"] = self._person()
        self.certain[d.choice(list(self.certain))] = d.random()
        self.doubts.pop(d.choice(list(self.doubts)))
        self.doubts[self._pair()] = d.random()
        self.tagged ^= {f"P{d.randrange(ROWS)}"}
        if d.random() < 0.3:
            self.own["zulin"][d.randrange(ROWS)] += "又"

    def _claim(self, attribute: str) -> tuple[str | None, bool, str]:
        value = self.draws.choice(ATTRIBUTES[attribute])
        return value, value is not None and self.draws.random() < 0.7, self.draws.choice(["authority", "only"])

    def _person(self) -> Line:
        return {a: self.draws.choice(v) for a, v in ATTRIBUTES.items()} | {"platform_count": self.draws.choice([1, 2])}

    def _pair(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return self.draws.choice(list(self.entity)), self.draws.choice(list(self.entity))

    def mention(self, place: tuple[str, int]) -> Line:
        platform, nth = place
        delivery, number = where(platform, nth)
        return {
            "entity_kind": "person", "entity_id": self.entity[place], "platform": platform, "department": DEPARTMENTS[platform], "dataset": platform,
            "file_name": f"{platform}_20261101.csv", "row_number": number, "role": "subject" if platform == "hukou" else "tenant",
            "match_probability": 0.9, **SOURCE, "delivery_id": delivery,
        }  # fmt: skip

    def claims(self) -> list[Line]:
        found = []
        for (platform, number, attribute), (value, is_golden, reason) in self.values.items():
            comparison = "missing" if value is None else "equal" if is_golden else "differs"
            said = {
                "attribute": attribute,
                "value": value,
                "value_raw": value,
                "is_valid": True,
                "is_golden": is_golden,
                "is_source": False,
            }
            line = {
                k: v for k, v in self.mention((platform, number)).items() if k not in ("dataset", "match_probability")
            }
            found.append({**line, **said, "reason": reason, "authority": 50, "comparison": comparison})
        return found

    def write(self, home: Home) -> None:
        """Write what the stages would."""
        golden = home.data_model.golden("person")
        people = [
            {
                "person_id": p,
                "mention_count": 1,
                "platforms": "hukou",
                "conflict_count": 0,
                "last_claimed_on": DAY,
                **line,
            }
            for p, line in self.golden.items()
        ]
        golden.write(rows(golden, *people), home.stage("golden", "person"))
        ATTRIBUTE.write(rows(ATTRIBUTE, *self.claims()), home.stage("attribute", "person"))
        MENTION.write(rows(MENTION, *map(self.mention, self.entity)), home.stage("link", "mention"))
        certain = [
            {"entity_kind": "person", "entity_id": p, "attribute": a, "certainty": c, "platforms": 1, "rivals": 1}
            for (p, a), c in self.certain.items()
        ]
        CERTAINTY.write(rows(CERTAINTY, *certain), home.stage("certainty", "person"))
        MATCH.write(rows(MATCH, *self.matches()), home.stage("match", "person"))
        source = {
            "platform": "zulin",
            "department": "zhujian",
            "delivery_id": "d1",
            "file_name": "f",
            "sheet_name": "",
            "row_number": 1,
            "basis": "delivered",
            "sharing": "conditional",
            "is_current": True,
            "claimed_on": DAY,
        }
        CARE_TAG.write(
            rows(CARE_TAG, *({"person_id": p, "tag": TAG, **source} for p in sorted(self.tagged))),
            home.stage("care", CARE_TAG.name),
        )

    def matches(self) -> list[Line]:
        found = []
        for (left, right), probability in self.doubts.items():
            sides = {
                f"{side}_{column}": self.mention(place)[column]
                for side, place in (("left", left), ("right", right))
                for column in ("entity_id", "platform", "file_name", "sheet_name", "row_number", "role")
            }
            found.append(
                {
                    "entity_kind": "person",
                    **sides,
                    "outcome": "review",
                    "probability": probability,
                    "weight": 1.0,
                    "levels": {},
                    "weights": {},
                }
            )
        return found

    def rows_of(self, platform: str) -> tuple[OwnRows, str]:
        """The own rows of a platform, and a fingerprint of them."""
        said = list(self.own[platform])
        stands = [where(platform, nth) for nth in range(1, ROWS + 1)]

        def read() -> pa.Table:
            table = own_rows(platform, {"说明": said, "=列": ["=1"] * ROWS}).read()
            for column, values in (("delivery_id", [d for d, _ in stands]), ("row_number", [n for _, n in stands])):
                table = table.set_column(table.column_names.index(column), column, pa.array(values))
            return table

        return OwnRows(platform, platform, read), str(hash(tuple(said)))


def write_day(home: Home, town: Town, version: str) -> dict[str, ExtractManifest]:
    """Write the extracts of a day; the manifest of each platform's department."""
    own = {platform: town.rows_of(platform) for platform in DEPARTMENTS}
    prepare_extracts(home, version, {platform: state for platform, (_, state) in own.items()}, threads=1)
    for platform, department in DEPARTMENTS.items():
        write_extract(home, version, department, [own[platform][0]], threads=1)
    remember_extracts(home, version)
    return {p: ExtractManifest.read(home.extract(d, version)) for p, d in DEPARTMENTS.items()}


def cells(workbook: Path) -> dict[str, list[list[tuple[Any, str, bool]]]]:
    """Sheet → its cells: what they hold and how they look."""
    return {
        sheet.title: [
            [(cell.value, cell.number_format, cell.quotePrefix) for cell in line] for line in sheet.iter_rows()
        ]
        for sheet in load_workbook(workbook).worksheets
    }


def assert_same(one: Path, other: Path) -> None:
    """Two extracts of a department hold the same files with the same content."""
    assert {f.name for f in one.iterdir()} == {f.name for f in other.iterdir()}
    for file in one.iterdir():
        if file.suffix == ".parquet":
            assert pq.read_table(file).equals(pq.read_table(other / file.name)), file.name
        elif file.suffix == ".xlsx":
            assert cells(file) == cells(other / file.name), file.name
        elif file.suffix == ".csv":
            assert file.read_bytes() == (other / file.name).read_bytes(), file.name


@pytest.mark.parametrize("seed", range(2))
def test_renewed_extracts_hold_what_extracts_written_whole_hold(
    new_town: Callable[[str], Home], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerned, "MOST", 1)
    home, town = new_town("home"), Town(seed)
    path = home.stage("catalogue", "entitlement")
    tags = {
        "department": "gongan",
        "platform": "hukou",
        "entity_kind": "person",
        "attribute": PREFIX + TAG,
        "purpose": "",
    }
    ENTITLEMENT.write(rows(ENTITLEMENT, *ENTITLEMENT.read(path).to_pylist(), tags), path)
    if seed:
        secret = dict(zip(WITHHELD.names, ("zulin", "tenant", "person", "phone"), strict=True))
        WITHHELD.write(rows(WITHHELD, secret), home.stage("catalogue", "withheld"))
    town.write(home)
    write_day(home, town, "0001-00000000")
    became: set[How] = set()
    for day in range(2, 5):
        version = f"{day:04}-00000000"
        town.live_a_day()
        town.write(home)
        whole = Home(home.root.with_name(f"whole{day}"))
        shutil.copytree(home.root, whole.root, ignore=shutil.ignore_patterns("extract_made_of"))
        renewed, anew = write_day(home, town, version), write_day(whole, town, version)
        became |= set(Prepared.read(home).how.values())
        for platform, department in DEPARTMENTS.items():
            assert renewed[platform].datasets == anew[platform].datasets
            if renewed[platform].since[platform] == version:
                assert_same(home.extract(department, version), whole.extract(department, version))
                assert pq.read_table(finding_path(home, platform)).equals(pq.read_table(finding_path(whole, platform)))
    assert How.ROWS in became


def test_where_nothing_that_shows_changed_the_list_says_of_what_is_new_what_it_said(
    new_town: Callable[[str], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerned, "MOST", 1)
    home, town = new_town("home"), Town(7)
    for day in range(1, 3):
        town.live_a_day()
        town.write(home)
        write_day(home, town, f"{day:04}-00000000")
    listed = home.extract("gongan", "0002-00000000") / "hukou_工作清单.parquet"
    assert "是" in pq.read_table(listed)[NEW].to_pylist()
    town.doubts = {(pair[1], pair[0]): probability for pair, probability in town.doubts.items()}  # the same pairs
    town.write(home)
    manifest = write_day(home, town, "0003-00000000")["hukou"]
    assert Prepared.read(home).how["hukou"] is How.ROWS, "its rows are worked out again"
    assert manifest.since["hukou"] == "0002-00000000", "and say what they said"
    assert (home.extract("gongan", "0003-00000000") / listed.name).samefile(listed)

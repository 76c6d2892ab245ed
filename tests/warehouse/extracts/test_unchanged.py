"""A platform about which nothing changed gets the files of its former extract; every change of what they show makes them anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pyarrow.compute as pc
import pytest

from tests.warehouse.extracts.conftest import OWN
from warehouse.extracts import ExtractManifest, concerned, prepare_extracts, remember_extracts, write_extract
from warehouse.extracts.renewal import PREPARED_FOR
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE

Written = Callable[..., tuple[ExtractManifest, set[int]]]


@pytest.fixture
def written(home: Home, monkeypatch: pytest.MonkeyPatch) -> Written:
    """`written(version, state)`: the manifest of the police's extract and the file numbers of its files."""
    monkeypatch.setattr(concerned, "MOST", 1)  # the town is so small that every change is a large one

    def write(version: str, state: str = "s") -> tuple[ExtractManifest, set[int]]:
        own = {rows.platform: state for rows in OWN.values()}
        prepare_extracts(home, version, own, threads=1)
        for department, rows in OWN.items():
            write_extract(home, version, department, [rows], threads=1)
        remember_extracts(home, version)
        folder = home.extract("gongan", version)
        files = [path for path in folder.iterdir() if path.name.startswith("hukou")]
        return ExtractManifest.read(folder), {path.stat().st_ino for path in files}

    return write


def how(home: Home) -> dict[str, str]:
    """Platform → what became of its files in the newest extract."""
    return dict(json.loads((home.prepared_extracts / PREPARED_FOR).read_text(encoding="utf-8"))["how"])


def test_files_are_taken_over_where_nothing_changed_and_the_notes_say_since_when(written: Written) -> None:
    first, files = written("0001-00000000")
    second, same = written("0002-00000000")
    third, still = written("0003-00000000")
    assert files == same == still
    assert (third.release, third.since) == ("0003-00000000", {"hukou": "0001-00000000"})
    assert third.notes == ("户籍人口：自发布版 0001-00000000 以来没有变化，文件沿用该版",)
    assert [f for f in second.files if f.platform] == [f for f in first.files if f.platform]
    assert second.datasets == first.datasets


def test_another_row_makes_all_files_of_a_platform_anew(home: Home, written: Written) -> None:
    _, first = written("0001-00000000")
    _, delivered = written("0002-00000000", "another row")
    assert not first & delivered


def test_a_value_others_know_makes_the_files_anew_that_show_it(home: Home, written: Written) -> None:
    manifest, first = written("0001-00000000")
    golden, path = shipped().golden("person"), home.stage("golden", "person")
    people = golden.read(path)
    place = people.column_names.index("phone")
    golden.write(
        people.set_column(place, people.schema.field("phone"), pc.replace_substring(people["phone"], "138", "139")),
        path,
    )
    second, known = written("0002-00000000")
    assert first & known, "what does not show it is taken over"
    assert {f.name for f in second.files} == {f.name for f in manifest.files}
    assert {f.name for f in second.files if f.sha256 not in {g.sha256 for g in manifest.files}} == {
        "hukou_hukou.csv", "hukou_hukou.parquet", "hukou_工作清单.csv", "hukou_工作清单.parquet", "hukou_户籍人口.xlsx", "说明.txt",
    }  # fmt: skip


def test_where_a_claim_is_gone_with_which_there_is_no_more_to_compare_the_files_are_made_anew(
    home: Home, written: Written
) -> None:
    _, known = written("0001-00000000")
    claims = home.stage("attribute", "person")
    ATTRIBUTE.write(ATTRIBUTE.read(claims).filter(pc.field("attribute") != "phone"), claims)
    _, claimed = written("0002-00000000")
    assert not known & claimed
    assert how(home)["hukou"] == "WHOLE"


def test_a_damaged_file_is_taken_over_by_nobody(home: Home, written: Written) -> None:
    _, first = written("0001-00000000")
    damaged = home.extract("gongan", "0001-00000000") / "hukou_hukou.csv"
    shutil.copyfile(damaged, damaged.with_suffix(".aside"))
    damaged.with_suffix(".aside").write_bytes(damaged.read_bytes()[:-3])
    damaged.with_suffix(".aside").replace(damaged)
    _, whole = written("0002-00000000")
    assert not first & whole


def test_of_what_follows_nobody_knows_nothing_is_taken_over(written: Written) -> None:
    _, first = written("0001-00000000", "")
    _, second = written("0002-00000000", "")
    assert not first & second


def test_extracts_that_were_not_written_to_their_end_are_not_built_on(home: Home, written: Written) -> None:
    written("0001-00000000")
    prepare_extracts(home, "0002-00000000", {"hukou": "s"}, threads=1)
    write_extract(home, "0002-00000000", "gongan", [OWN["gongan"]], threads=1)  # and then the machine stops
    written("0003-00000000")
    assert how(home)["hukou"] == "WHOLE"

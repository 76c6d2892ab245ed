"""A platform about which nothing changed gets the files of its former extract; every change of what they show makes them anew."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable

import pyarrow.compute as pc
import pytest

from tests.warehouse.extracts.conftest import OWN
from warehouse.extracts import ExtractManifest, prepare_extracts, write_extract
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE


@pytest.fixture
def written(home: Home) -> Callable[..., tuple[ExtractManifest, set[int]]]:
    """`written(version, state)`: the manifest of the police's extract and the file numbers of its files."""
    prepare_extracts(home, threads=1)

    def write(version: str, state: str = "s") -> tuple[ExtractManifest, set[int]]:
        own = dataclasses.replace(OWN["gongan"], state=state)
        folder = write_extract(home, version, "gongan", [own], threads=1).folder
        files = [path for path in folder.iterdir() if path.name.startswith("hukou")]
        return ExtractManifest.read(folder), {path.stat().st_ino for path in files}

    return write


def test_files_are_taken_over_where_nothing_changed_and_the_notes_say_since_when(
    written: Callable[..., tuple[ExtractManifest, set[int]]],
) -> None:
    first, files = written("0001-00000000")
    second, same = written("0002-00000000")
    third, still = written("0003-00000000")
    assert files == same == still
    assert (third.release, third.since) == ("0003-00000000", {"hukou": "0001-00000000"})
    assert third.notes == ("户籍人口：自发布版 0001-00000000 以来没有变化，文件沿用该版",)
    assert [f for f in second.files if f.platform] == [f for f in first.files if f.platform]
    assert second.datasets == first.datasets


def test_a_value_others_know_another_row_or_a_damaged_file_make_the_files_anew(
    home: Home, written: Callable[..., tuple[ExtractManifest, set[int]]]
) -> None:
    _, first = written("0001-00000000")
    _, delivered = written("0002-00000000", "another row")
    assert not first & delivered
    golden, path = shipped().golden("person"), home.stage("golden", "person")
    people = golden.read(path)
    place = people.column_names.index("phone")
    golden.write(
        people.set_column(place, people.schema.field("phone"), pc.replace_substring(people["phone"], "138", "139")),
        path,
    )
    prepare_extracts(home, threads=1)
    _, known = written("0003-00000000", "another row")
    assert not delivered & known
    claims = home.stage("attribute", "person")
    ATTRIBUTE.write(ATTRIBUTE.read(claims).slice(1), claims)
    prepare_extracts(home, threads=1)
    _, claimed = written("0004-00000000", "another row")
    assert not known & claimed
    damaged = home.extract("gongan", "0004-00000000") / "hukou_hukou.csv"
    shutil.copyfile(damaged, damaged.with_suffix(".aside"))
    damaged.with_suffix(".aside").write_bytes(damaged.read_bytes()[:-3])
    damaged.with_suffix(".aside").replace(damaged)
    _, whole = written("0005-00000000", "another row")
    assert not claimed & whole


def test_of_what_follows_nobody_knows_nothing_is_taken_over(
    written: Callable[..., tuple[ExtractManifest, set[int]]],
) -> None:
    _, first = written("0001-00000000", "")
    _, second = written("0002-00000000", "")
    assert not first & second

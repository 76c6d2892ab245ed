"""A department answers its work list; the next run honours it. Stages alone are run again, not the whole city."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from connectors.current import current_rows
from pipelines.city import City
from pipelines.settings import Settings
from pipelines.stages import resolve, verification
from warehouse import ledger
from warehouse.extracts import OwnRows, prepare_extracts, write_extract
from warehouse.model import Home
from warehouse.model.session import connect
from warehouse.verification import Answer, Outcome, answer, findings_of, reply, requests_of, withdraw
from warehouse.verification.sheet import NUMBERLESS, TWICE, UNKNOWN, UNSAID, SheetError, read_sheet

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
HEALTH = "weijian"


@pytest.fixture
def home(finished_home: Path, tmp_path: Path) -> Home:
    """A home of its own, without what answering does not read."""
    left_out = shutil.ignore_patterns("data_docs", "parquet", "original", "matched", "models", "value_cache")
    shutil.copytree(finished_home, tmp_path / "home", symlinks=True, ignore=left_out)
    return Home.of(tmp_path / "home")


def findings(home: Home, department: str = HEALTH) -> list[dict[str, Any]]:
    with connect() as con:
        return findings_of(con, home, department).to_pylist()


def disputed(home: Home, attribute: str) -> list[dict[str, Any]]:
    """Corrections of an attribute that some department stands behind."""
    return [
        f
        for f in findings(home)
        if f["attribute"] == attribute and f["action"] in ("更正", "待核实") and f["departments"] and f["written"]
    ]


def say(home: Home, *answers: Answer, department: str = HEALTH) -> Outcome:
    return answer(home, department, answers, by="li", at=AT, work_days=10)


def next_run(home: Home, inbox: Path) -> Settings:
    """The stages an answer reaches: claims, golden records of persons, certainty, requests, the extract of the department."""
    settings = Settings.of(inbox, home.root, City())
    verification.write_answers(settings)
    resolve.choose_golden(settings, "person")
    resolve.estimate_certainty(settings, "person")
    verification.write_requests(settings)
    prepare_extracts(home, threads=1)
    own = [
        OwnRows(name, dataset.name, partial(current_rows, platform, dataset.name, home))
        for name, platform in settings.platforms.items()
        if platform.department.code == HEALTH
        for dataset in platform.datasets
    ]
    write_extract(home, "0002-00000000", HEALTH, own, threads=1)
    return settings


def test_the_next_run_honours_what_a_department_says(home: Home, city: Path) -> None:
    phones, homes = disputed(home, "phone"), disputed(home, "residence")
    accepted, refused = phones[:2]
    moved = next(f for f in homes if f["entity_id"] not in (accepted["entity_id"], refused["entity_id"]))
    outcome = say(
        home,
        Answer(accepted["finding"], True),
        Answer(refused["finding"], False, "139 0051 2877", "已电话核实"),
        Answer(moved["finding"], False, "", "上门核实，本方无误"),
    )
    assert len(outcome.requests) == 3
    assert outcome.refused == {}
    next_run(home, city / "deliveries")
    claims = pq.read_table(home.stage("attribute", "person")).to_pylist()

    def said(finding: dict[str, Any]) -> dict[str, tuple[str, bool]]:
        return {
            c["value_raw"]: (c["comparison"], c["is_golden"])
            for c in claims
            if (c["entity_id"], c["attribute"], c["department"]) == (finding["entity_id"], finding["attribute"], HEALTH)
        }

    assert said(accepted)[accepted["written"]] == ("superseded", False)
    assert said(refused)[refused["written"]] == ("superseded", False)
    assert "139 0051 2877" in said(refused)
    left = {f["finding"] for f in findings(home)}
    assert not left & {accepted["finding"], refused["finding"], moved["finding"]}
    assert {f["finding"] for f in phones[2:]} & left
    states = pq.read_table(home.stage("quality", "verification_request")).to_pylist()
    assert [(s["verification_state"], s["entity_id"]) for s in sorted(states, key=lambda s: s["attribute"] + s["verification_state"])] == [
        ("accepted", accepted["entity_id"]), ("open", refused["entity_id"]), ("open", moved["entity_id"]),
    ]  # fmt: skip
    (book,) = (openpyxl.load_workbook(p) for p in home.extract(HEALTH, "0002-00000000").glob("*.xlsx"))
    told = {row[0]: row[1] for row in book["概览"].iter_rows(values_only=True)}
    assert (told["校核"], told["　已采纳"], told["　校核中"]) == (3, 1, 2)


def test_a_source_that_stands_by_its_value_has_it_sent_again(home: Home, city: Path) -> None:
    finding = disputed(home, "phone")[0]
    (request,) = say(home, Answer(finding["finding"], False, why="不对")).requests
    asked = requests_of(home)[request]
    assert asked.due_on is not None
    assert asked.due_on.isoformat() == "2026-11-16"
    assert HEALTH not in asked.sources
    for department in asked.sources:
        assert reply(home, department, request, confirms=True, why="已核对", by="wang", at=AT) is None
    assert requests_of(home)[request].state == "confirmed"
    assert reply(home, asked.sources[0], request, confirms=True, by="wang", at=AT)  # settled
    next_run(home, city / "deliveries")
    assert finding["finding"] in {f["finding"] for f in findings(home)}


def test_nobody_answers_for_another_department(home: Home) -> None:
    finding = disputed(home, "phone")[0]
    assert list(say(home, Answer(finding["finding"], True), department="jiaoyu").refused) == [finding["finding"]]
    (request,) = say(home, Answer(finding["finding"], False, why="不对")).requests
    assert reply(home, HEALTH, request, confirms=True, by="li", at=AT)
    assert withdraw(home, "jiaoyu", request, by="li", at=AT)
    assert withdraw(home, HEALTH, request, by="li", at=AT) is None
    assert requests_of(home)[request].state == "withdrawn"


def test_who_refuses_says_why_or_what_is_right(home: Home) -> None:
    finding = disputed(home, "phone")[0]["finding"]
    assert "理由" in say(home, Answer(finding, False)).refused[finding]
    assert say(home, Answer("0" * 16, True)).refused.keys() == {"0" * 16}
    assert requests_of(home) == {}


def test_the_ledger_tells_of_every_recording(home: Home) -> None:
    say(home, Answer(disputed(home, "phone")[0]["finding"], True))
    assert ledger.verify(home).whole
    (file,) = home.verifications.glob("*.jsonl")
    file.chmod(0o600)
    file.write_text(file.read_text().replace("accepted", "declined"))
    assert [f.what for f in ledger.verify(home).findings] == ["altered"]


def filled_in(home: Home, path: Path) -> dict[str, dict[str, Any]]:
    """The workbook of the extract with some answers, as a clerk types them; finding → what was typed."""
    (extract,) = home.extract(HEALTH, "").iterdir()
    book = openpyxl.load_workbook(next(extract.glob("*.xlsx")))
    sheet = book["更正"]
    at = {cell.value: cell.column for cell in sheet[1]}
    typed = {
        2: {"答复": "采纳"}, 3: {"答复": "不采纳", "正确值": 13912340001}, 4: {"答复": "不采纳"}, 5: {"答复": "也许"},
        6: {"正确值": "x"}, 7: {"答复": "接受", "事项编号": None},
    }  # fmt: skip
    numbers = {row: sheet.cell(row, at["事项编号"]).value for row in typed}
    for row, cells in typed.items():
        for name, value in cells.items():
            sheet.cell(row, at[name]).value = value
    book.save(path)
    return {numbers[row]: cells for row, cells in typed.items()}


def test_a_filled_in_workbook_comes_back(home: Home, tmp_path: Path, onenet: Callable[..., Result]) -> None:
    path = tmp_path / "filled.xlsx"
    typed = filled_in(home, path)
    filled = read_sheet(path)
    assert [(a.finding, a.accepts, a.right_value) for a in filled.answers] == [
        (number, cells["答复"] == "采纳", str(cells.get("正确值", ""))) for number, cells in list(typed.items())[:3]
    ]
    assert [(p.row, p.reason) for p in filled.problems] == [(5, UNKNOWN), (6, UNSAID), (7, NUMBERLESS)]
    result = onenet("verification", "import", path, "--department", HEALTH, "--by", "li", "--home", home.root)
    assert result.exit_code == 1
    assert "收下 recorded 2" in result.output
    assert "更正 第 4 行" in result.output
    assert "13912340001" not in result.output
    listed = onenet("verification", "list", "--home", home.root).output
    assert "已采纳" in listed
    assert "V000002" in listed


def test_two_answers_to_one_finding_are_none(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["事项编号", "答复", "正确值", "答复理由"], ["f1", "采纳"], ["f1", "不采纳", "", "x"], ["f2", "是"]):
        book.active.append(row)
    book.save(tmp_path / "twice.xlsx")
    filled = read_sheet(tmp_path / "twice.xlsx")
    assert [a.finding for a in filled.answers] == ["f2"]
    assert [p.reason for p in filled.problems] == [TWICE, TWICE]


def test_what_is_no_work_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="打不开"):
        read_sheet(b"no workbook")
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(SheetError, match="事项编号"):
        read_sheet(tmp_path / "other.xlsx")

"""The review workbook: what a steward sees, and what comes back of what a steward types. All people are invented."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.kinds import specification
from warehouse.model.data_model import shipped
from warehouse.review import (
    Question,
    ReviewFileError,
    comparison_words,
    layout,
    lines_of,
    make_side,
    read_answers,
    steps_of,
    words_of_comparison,
    words_of_level,
    write_review,
)

YELLOW, RED, PALE = "FFFFFF99", "FFFFC7CE", "FFFFF2CC"
LEVELS = {"id_number": "missing", "name": "same", "home": "different"}
PERSON = lines_of(shipped(), "person")
WEIGHTS = {"name": 17.0, "home": -1.25}


def mention(number: int, **values: Any) -> dict[str, Any]:
    row = dict.fromkeys(shipped().mention("person").names)
    head = {"platform": f"p{number}", "dataset": "roll", "role": "tenant", "row_key": f"key{number}", "repeat": 0}
    return row | head | {"file_name": "roll.csv", "sheet_name": "", "row_number": number} | values


def question(number: int, right: dict[str, Any] | None = None) -> Question:
    left = {
        "name": "欧阳青禾",
        "name_raw": "欧阳青禾",
        "phone_raw": "=1+1",
        "birth_date": date(1990, 2, 15),
        "sex": "女",
    }
    right = right or {
        "name": "欧阳青禾",
        "name_raw": "欧阳 青禾",
        "birth_date": date(1991, 2, 15),
        "id_number_raw": "012345",
    }
    sides = [
        make_side(PERSON, mention(number + place, **values), {"person_id": f"P{place}", "name": "欧阳青禾"}, platform="台账", related="", size=place + 2)
        for place, values in ((0, left), (100, right))
    ]  # fmt: skip
    return Question(PERSON, *sides, "review", 0.75, 6, steps_of(LEVELS, WEIGHTS, 1.6))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "review.xlsx"
    write_review(path, shipped(), [question(1), question(2)], "0001-aa")
    return path


def blocks(sheet: Any) -> list[int]:
    """Rows with a token: the answer lines."""
    return [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, layout.TOKEN + 1).value]


def fill(path: Path, change: Callable[[Any], None]) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def cell(sheet: Any, title: str, column: int) -> Any:
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == title)
    return sheet.cell(row, column)


def test_only_its_owner_may_read_the_file(book: Path) -> None:
    assert stat.S_IMODE(book.stat().st_mode) == 0o600


def test_values_stand_side_by_side_with_what_differs_in_colour(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["人口"]
    assert (cell(sheet, "姓名", 2).value, cell(sheet, "姓名", 3).value) == ("欧阳青禾", "欧阳 青禾")
    assert cell(sheet, "姓名", 3).fill.fgColor.rgb not in (RED, PALE)
    assert cell(sheet, "出生日期", 2).fill.fgColor.rgb == cell(sheet, "出生日期", 3).fill.fgColor.rgb == RED
    assert cell(sheet, "性别", 2).fill.fgColor.rgb == PALE
    titles = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
    assert "曾用名" not in titles  # empty on both sides


def test_text_stays_text_and_is_no_formula(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["人口"]
    assert (cell(sheet, "电话", 2).value, cell(sheet, "电话", 2).data_type) == ("=1+1", "s")
    number = shipped().title("person", "id_number")
    assert (cell(sheet, number, 3).value, cell(sheet, number, 3).number_format) == ("012345", "@")


def test_the_weights_stand_beside_the_values_and_add_up(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["人口"]
    row = blocks(sheet)[0] + 2
    lines = [
        [sheet.cell(r, c + 1).value for c in (layout.BASIS, layout.WHO, layout.WEIGHT)] for r in range(row, row + 4)
    ]
    assert [line[0] for line in lines] == ["先验", "姓名", "住所", "合计"]
    assert sum(line[2] for line in lines[:3]) == pytest.approx(lines[3][2]) == pytest.approx(1.6)


def test_only_verdict_reason_and_who_can_be_typed_into(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["人口"]
    assert sheet.protection.sheet
    open_cells = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    answer_rows = blocks(sheet)
    assert open_cells == {
        sheet.cell(r, c + 1).coordinate for r in answer_rows for c in (layout.VERDICT, layout.WHY, layout.WHO)
    }
    assert all(sheet[place].fill.fgColor.rgb == YELLOW for place in open_cells)
    (validation,) = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert validation == '"相同,不同,不确定"'


def test_an_empty_queue_is_a_workbook_too(tmp_path: Path) -> None:
    write_review(tmp_path / "none.xlsx", shipped(), [], "")
    assert read_answers(tmp_path / "none.xlsx", shipped()).unanswered == 0


def test_an_answer_is_about_the_rows_that_read_the_same_too(tmp_path: Path) -> None:
    first, second = question(1), question(2)
    path = tmp_path / "alike.xlsx"
    write_review(path, shipped(), [replace(first, outcome="belongs", also=(second.pairs[0],)), question(3)], "")
    sheet = openpyxl.load_workbook(path)["人口"]
    assert "另有 1 组所写相同的行一并裁定" in sheet.cell(blocks(sheet)[0], layout.BASIS + 1).value
    fill(path, lambda book: book["人口"].cell(blocks(book["人口"])[0], layout.VERDICT + 1, "相同"))
    (answer,) = read_answers(path, shipped()).answers
    assert ((answer.left, answer.right), *answer.also) == (first.pairs[0], second.pairs[0])


def test_answers_come_back_with_the_mentions_they_are_about(book: Path) -> None:
    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        sheet.cell(blocks(sheet)[1], layout.VERDICT + 1).value = "不同"
        sheet.cell(blocks(sheet)[1], layout.WHY + 1).value = " 出生日期不同 "
        sheet.cell(blocks(sheet)[1], layout.WHO + 1).value = "steward"

    fill(book, answer)
    found = read_answers(book, shipped())
    assert (found.release, found.unanswered, found.problems) == ("0001-aa", 1, ())
    (got,) = found.answers
    asked = question(2)
    assert (got.verdict, got.why, got.who) == ("different", "出生日期不同", "steward")
    assert {got.left, got.right} == {asked.left.identity, asked.right.identity}
    assert got.content == asked.content


def test_each_row_that_can_not_be_taken_is_named_and_the_others_are_taken(book: Path) -> None:
    rows: list[int] = []

    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        first, second = blocks(sheet)
        rows.append(first)
        sheet.cell(first, layout.VERDICT + 1).value = "大概"
        sheet.cell(second, layout.VERDICT + 1).value = "same"

    fill(book, answer)
    found = read_answers(book, shipped())
    assert [(p.sheet, p.row) for p in found.problems] == [("人口", rows[0])]
    assert "相同、不同、不确定" in found.problems[0].reason
    assert "大概" not in found.problems[0].reason
    assert [a.verdict for a in found.answers] == ["same"]


def test_a_changed_id_is_named(book: Path) -> None:
    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        first, second = blocks(sheet)
        sheet.cell(first, layout.VERDICT + 1).value = "相同"
        sheet.cell(first, layout.TOKEN + 1).value = "0" * 16
        sheet.cell(second, layout.VERDICT + 1).value = "相同"
        workbook[layout.LEDGER_SHEET].cell(3, 7).value = "another row"

    fill(book, answer)
    found = read_answers(book, shipped())
    assert len(found.problems) == 2
    assert found.answers == ()


def test_two_verdicts_on_one_question_are_both_refused(book: Path) -> None:
    def answer(workbook: Any) -> None:
        for sheet, word in ((workbook["人口"], "相同"), (workbook.copy_worksheet(workbook["人口"]), "不同")):
            sheet.cell(blocks(sheet)[0], layout.VERDICT + 1).value = word

    fill(book, answer)
    found = read_answers(book, shipped())
    assert len(found.problems) == 2
    assert found.answers == ()


def test_a_verdict_that_can_not_be_read_where_it_stands_is_named(book: Path) -> None:
    rows: list[int] = []

    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        first, second = blocks(sheet)
        rows.extend((first + 2, second))
        sheet.cell(first + 2, layout.VERDICT + 1).value = "相同"  # two lines too low
        sheet.cell(second, layout.WHY + 1).value = "不同"  # in the column of the reason

    fill(book, answer)
    found = read_answers(book, shipped())
    assert [p.row for p in found.problems] == rows
    assert "黄色格" in found.problems[0].reason
    assert "理由栏" in found.problems[1].reason
    assert found.answers == ()


def test_questions_that_are_on_no_sheet_any_more_are_counted(book: Path) -> None:
    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        first, second = blocks(sheet)
        sheet.cell(first, layout.VERDICT + 1).value = "相同"
        sheet.cell(first, layout.TOKEN + 1).value = None
        sheet.cell(second, layout.VERDICT + 1).value = "相同"

    fill(book, answer)
    found = read_answers(book, shipped())
    assert len(found.answers) == 1
    assert any("1 题找不到" in problem.reason for problem in found.problems)


def test_ids_that_changed_places_are_named_and_no_verdict_goes_to_another_pair(book: Path) -> None:
    def answer(workbook: Any) -> None:
        sheet = workbook["人口"]
        one, other = (sheet.cell(row, layout.TOKEN + 1) for row in blocks(sheet))
        one.value, other.value = other.value, one.value
        sheet.cell(one.row, layout.VERDICT + 1).value = "相同"

    fill(book, answer)
    found = read_answers(book, shipped())
    assert found.answers == ()
    assert "不符" in found.problems[0].reason


def test_numbers_that_another_program_made_of_texts_are_read_as_what_they_were(book: Path) -> None:
    def answer(workbook: Any) -> None:
        for row in workbook[layout.LEDGER_SHEET].iter_rows(min_row=2):
            for cell in row:
                cell.value = float(cell.value) if str(cell.value).isdigit() and len(cell.value) < 10 else cell.value
        sheet = workbook["人口"]
        sheet.cell(blocks(sheet)[0], layout.VERDICT + 1).value = "相同"
        sheet.cell(blocks(sheet)[0], layout.WHY + 1).value = 12

    fill(book, answer)
    (got,) = read_answers(book, shipped()).answers
    assert got.why == "12"


@pytest.mark.parametrize("make", ["text", "another"])
def test_a_file_that_is_no_review_workbook_says_so(tmp_path: Path, make: str) -> None:
    path = tmp_path / "other.xlsx"
    if make == "text":
        path.write_text("欧阳青禾")
    else:
        openpyxl.Workbook().save(path)
    with pytest.raises(ReviewFileError, match=r"other\.xlsx"):
        read_answers(path, shipped())


def test_what_was_shown_has_a_fingerprint_that_any_change_changes() -> None:
    same, other = question(1), question(1, {"name": "欧阳青禾", "birth_date": date(1990, 2, 15)})
    assert same.content == question(1).content != other.content
    assert same.token == other.token


def test_the_same_row_in_a_later_delivery_is_answered_for_all_the_same() -> None:
    assert (
        question(1, {"claimed_on": date(2026, 11, 1)}).content == question(1, {"claimed_on": date(2026, 11, 9)}).content
    )


def test_every_level_and_comparison_of_the_specifications_has_a_chinese_word() -> None:
    model = shipped()
    specs = {kind: specification(model, kind) for kind, declared in model.kinds.items() if declared.matched}
    names = {level for spec in specs.values() for c in spec.comparisons for level in c.level_names}
    assert [name for name in sorted(names) if words_of_level(name) == name] == []
    for kind, spec in specs.items():
        words = comparison_words(model, kind)
        named = sorted(c.name for c in spec.comparisons)
        assert [name for name in named if words_of_comparison(name, words) == name] == [], kind


def test_of_a_workbook_that_could_not_be_written_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "review.xlsx").mkdir()
    with pytest.raises(OSError, match="review"):
        write_review(tmp_path / "review.xlsx", shipped(), [], "")
    assert [path.name for path in tmp_path.iterdir()] == ["review.xlsx"]


def test_a_value_that_is_not_shared_is_neither_shown_nor_compared() -> None:
    values = {"name": "欧阳青禾", "name_raw": "欧阳青禾", "phone": "13800112233", "phone_raw": "13800112233"}
    known = {"person_id": "P1", "name": "欧阳青禾", "phone": "13800112233"}
    kept, open_ = (
        make_side(PERSON, mention(number, **values), known, platform="台账", related="", size=1, withheld=withheld, secret=withheld)
        for number, withheld in ((1, frozenset(["phone"])), (2, frozenset[str]()))
    )  # fmt: skip
    assert "13800112233" not in repr((kept.shown, kept.compared, kept.golden))
    lines = {line[0]: line[1:] for line in Question(PERSON, kept, open_, "review", 0.75, 6, ()).lines()}
    assert lines["电话"] == ("不予共享", "13800112233", "plain")
    assert lines["主记录·电话"] == ("不予共享", "13800112233", "plain")
    assert lines["姓名"][2] == "same"

"""The questions as a workbook a steward can fill in: one block per question, both mentions side by side.

Only the yellow cells of a block can be typed into: verdict (a drop-down), reason, who. Every text is a text cell in text
format, so numbers keep their digits and nothing is a formula. The file holds unmasked data: only its owner may read it.

Belongs here: how it looks. Does not: what is asked (`question`), reading it back (`answers`).
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from warehouse.model.data_model import DataModel
from warehouse.review import layout
from warehouse.review.question import DIFFERS, ONE_SIDED, Question
from warehouse.review.waterfall import words_of_comparison, words_of_level

WIDTHS = (15, 40, 40, 26, 17, 9, 2)
COLOURS = {DIFFERS: "#FFC7CE", ONE_SIDED: "#FFF2CC"}
OUTCOMES = {
    "review": "待核",
    "cut": "机器拟合并，因约束拆开",
    "belongs": "机器依据不足：左边这一行属于右边的实体吗",
    "odd": "机器已合并，此条与所属实体最不相合",
}
INSTRUCTION = (
    "在每题的黄色格中选择裁定（相同、不同、不确定）并可写理由；裁定人不填则记为导入者。未填的题下次再问。"
    "红色：两边不同；浅黄：仅一边有。本文件含未脱敏的个人信息，仅供裁定，用后删除。"
)


class Sheet(Protocol):
    """What is used of an xlsxwriter worksheet."""

    def write_string(self, row: int, column: int, text: str, look: Any = None) -> int:
        """Write a text cell."""

    def write_number(self, row: int, column: int, number: float, look: Any = None) -> int:
        """Write a number cell."""


def write_review(path: Path, model: DataModel, questions: Sequence[Question], release: str, judged: int = 0) -> None:
    """Write the workbook, aside first, readable by its owner alone (0600).

    Args:
        path: where; a file there is replaced.
        model: the kinds there are.
        questions: in the order they are to be asked; each kind gets its sheet.
        release: version of the release they are asked about, '' if none.
        judged: judgements there are already.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        looks = {name: book.add_format(look) for name, look in _looks().items()}
        by_kind = {kind: [q for q in questions if q.kind == kind] for kind in model.kinds}
        asked = {kind: listed for kind, listed in by_kind.items() if listed} or {next(iter(by_kind)): []}
        for kind, listed in asked.items():
            name = model.kind_titles[kind]
            _write_sheet(book.add_worksheet(name), looks, name, listed, release)
        _write_ledger(book.add_worksheet(layout.LEDGER_SHEET), questions, release, judged)
    aside = path.with_name(f".{path.name}.writing")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(buffer.getvalue())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)  # unmasked data, and nobody would look for it
        raise


def _looks() -> dict[str, dict[str, Any]]:
    text = {"num_format": "@", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF"}
    head = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
    number = {"num_format": "+0.00;-0.00;0.00", "border": 1, "border_color": "#BFBFBF", "valign": "top"}
    band = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E78", "valign": "vcenter"}
    return {
        "title": {"bold": True, "font_size": 14},
        "instruction": {"text_wrap": True, "valign": "top", "font_color": "#7F6000"},
        "band": band,
        "input": {**text, "bg_color": "#FFFF99", "locked": False, "bold": True, "border_color": "#7F7F7F"},
        "label": {**head, "text_wrap": True},
        "head": head,
        "text": text,
        "grey": {**text, "font_color": "#595959"},
        DIFFERS: {**text, "bg_color": COLOURS[DIFFERS]},
        ONE_SIDED: {**text, "bg_color": COLOURS[ONE_SIDED]},
        "number": number,
        "total": {**number, "bold": True, "top": 2},
        "total_text": {**text, "bold": True, "top": 2},
        "hidden": {"font_color": "#FFFFFF", "num_format": "@"},
    }


def _write_sheet(sheet: Any, looks: dict[str, Any], name: str, asked: Sequence[Question], release: str) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width, None, {"hidden": column == layout.TOKEN})
    sheet.write_string(0, 0, f"一张网 · {name}待核 {len(asked)} 题 · 发布版 {release or '无'}", looks["title"])
    sheet.merge_range(1, 0, 1, layout.WEIGHT, INSTRUCTION, looks["instruction"])
    sheet.set_row(1, 34)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    sheet.hide_gridlines(2)
    row, breaks = 3, []
    for number, question in enumerate(asked, start=1):
        row = _write_question(sheet, looks, row, number, question) + 1
        breaks.append(row)
    sheet.set_h_pagebreaks(breaks[1::2])
    # Against slips, not against people: no password.
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_question(sheet: Any, looks: dict[str, Any], row: int, number: int, question: Question) -> int:
    """Write one block from `row` on; return the row after it."""
    band = (f"第 {number} 题", "裁定（在下格选择）", "理由", "", "裁定人", "")
    for column, text in enumerate(band):
        sheet.write_string(row, column, text, looks["band"])
    row += 1
    outcome = OUTCOMES.get(question.outcome, question.outcome)
    sheet.write_string(row, layout.LABEL, f"概率 {question.probability:.1%}", looks["label"])
    for column in (layout.VERDICT, layout.WHY, layout.WHO):
        sheet.write_blank(row, column, None, looks["input"])
    sheet.write_string(row, layout.BASIS, f"{outcome}；可定 {question.settles} 对提及{_also(question)}", looks["grey"])
    sheet.write_string(row, layout.TOKEN, question.token, looks["hidden"])
    sheet.data_validation(
        row, layout.VERDICT, row, layout.VERDICT,
        {
            "validate": "list", "source": list(layout.WORDS), "error_title": "裁定", "error_message": "请从列表中选择",
            "input_title": "裁定", "input_message": "是同一个吗？",
        },
    )  # fmt: skip
    sheet.set_row(row, 32)
    row += 1
    for column, text in enumerate(("属性", question.left.platform, question.right.platform, "依据", "等级", "权重")):
        sheet.write_string(row, column, text, looks["head"])
    row += 1
    return max(_write_values(sheet, looks, row, question), _write_waterfall(sheet, looks, row, question))


def _also(question: Question) -> str:
    return f"；另有 {len(question.also)} 组所写相同的行一并裁定" if question.also else ""


def _write_values(sheet: Sheet, looks: dict[str, Any], row: int, question: Question) -> int:
    sides = (question.left, question.right)
    said = [
        ("来源", *(side.place for side in sides), "grey"),
        ("所属实体", *(f"{side.entity_id}（{side.entity_size} 条提及）" for side in sides), "grey"),
        *question.lines(),
    ]
    for title, left, right, mark in said:
        look = looks.get(mark, looks["text"])
        sheet.write_string(row, 0, title, looks["grey"])
        sheet.write_string(row, 1, left, look if left else looks["text"])
        sheet.write_string(row, 2, right, look if right else looks["text"])
        row += 1
    return row


def _write_waterfall(sheet: Sheet, looks: dict[str, Any], row: int, question: Question) -> int:
    for step in question.steps:
        sheet.write_string(
            row, layout.BASIS, words_of_comparison(step.comparison, question.lines_of_kind.comparisons), looks["text"]
        )
        sheet.write_string(row, layout.WHO, words_of_level(step.level), looks["text"])
        sheet.write_number(row, layout.WEIGHT, round(step.weight, 4), looks["number"])
        row += 1
    sheet.write_string(row, layout.BASIS, "合计", looks["total_text"])
    sheet.write_string(row, layout.WHO, f"概率 {question.probability:.1%}", looks["total_text"])
    sheet.write_number(row, layout.WEIGHT, round(question.steps[-1].running, 4), looks["total"])
    return row + 1


def _write_ledger(sheet: Any, questions: Sequence[Question], release: str, judged: int) -> None:
    """What a verdict will be about; a person can neither see nor change it by accident."""
    for column, text in enumerate((layout.FORMAT, release, str(judged))):
        sheet.write_string(0, column, text)
    for row, question in enumerate(questions, start=1):
        ends = (*question.left.identity, *question.right.identity)
        for column, value in enumerate((question.token, question.kind, question.content, *ends)):
            sheet.write_string(row, column, str(value))
    further = [(question, pair) for question in questions for pair in question.also]
    for row, (question, (left, right)) in enumerate(further, start=len(questions) + 1):
        for column, value in enumerate((layout.ALSO + question.token, "", question.content, *left, *right)):
            sheet.write_string(row, column, str(value))
    sheet.very_hidden()
    sheet.protect()

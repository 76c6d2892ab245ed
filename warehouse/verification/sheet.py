"""The places of a work list in which a department answers, and the answers out of a filled-in workbook.

A clerk fills in `答复` (采纳, 不采纳), `正确值` and `答复理由` of as many findings as are known; rows may be sorted, filtered and
deleted, sheets copied: a finding is known by its number. Belongs here: reading the file on its own. Does not: whether the
findings still stand (`answers`). No value of a cell is quoted anywhere.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import python_calamine

from warehouse.verification.answers import Answer

NUMBER, VERDICT, RIGHT, WHY = "事项编号", "答复", "正确值", "答复理由"
AFTER = "主记录值"
"""The column behind which the places stand."""
ACCEPT, REFUSE = "采纳", "不采纳"
CHOICES: Mapping[str, Sequence[str]] = {VERDICT: (ACCEPT, REFUSE), RIGHT: (), WHY: ()}
YES = frozenset([ACCEPT, "接受", "同意", "是", "accept", "yes"])
NO = frozenset([REFUSE, "不接受", "不同意", "否", "拒绝", "refuse", "no"])
UNKNOWN = f"答复无法识别，可填：{ACCEPT}、{REFUSE} · unknown answer"
TWICE = "同一事项有两个不同的答复 · two answers to one finding"
UNSAID = "填了正确值或理由，未填答复 · a value or a reason without an answer"
NUMBERLESS = "事项编号被改动或删除 · the number of the finding is gone"


class SheetError(ValueError):
    """The file is no work list. Says what to do."""


@dataclass(frozen=True)
class Problem:
    """An answer that can't be taken: where it stands (row from 1, as Excel shows it), and why."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True)
class Filled:
    """What a workbook says: answers with the place each stands at, and those that can't be read."""

    answers: tuple[Answer, ...]
    places: Mapping[str, tuple[str, int]]
    problems: tuple[Problem, ...]


def with_places_for_answers(table: pa.Table) -> pa.Table:
    """A list of findings with empty columns to answer in, behind the golden value."""
    place = table.column_names.index(AFTER) + 1
    for offset, name in enumerate(CHOICES):
        table = table.add_column(place + offset, name, pa.nulls(table.num_rows, pa.string()))
    return table


def read_sheet(source: Path | bytes) -> Filled:
    """Read a filled-in workbook, or a CSV of it is refused.

    Raises:
        SheetError: it can't be opened, or no sheet of it has places for answers.
    """
    try:
        data = io.BytesIO(source if isinstance(source, bytes) else source.read_bytes())
        book = python_calamine.CalamineWorkbook.from_filelike(data)
        sheets = {n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError):
        raise SheetError("文件打不开，应为回流工作簿 .xlsx · can't be opened; a workbook is wanted") from None
    found: list[tuple[str, int, Answer | str]] = []
    lists = 0
    for name, rows in sheets.items():
        heading = next((n for n, row in enumerate(rows[:3]) if {NUMBER, VERDICT} <= set(map(str, row))), None)
        if heading is not None:
            lists += 1
            found += ((name, row, said) for row, said in _answers(rows, heading))
    if not lists:
        raise SheetError(
            f"没有含“{NUMBER}”和“{VERDICT}”两列的工作表，应为回流工作簿 · no sheet with places for answers"
        )
    return _sorted_out(found)


def _answers(rows: Sequence[Sequence[object]], heading: int) -> Iterator[tuple[int, Answer | str]]:
    """Row of the sheet and the answer in it, or why it can't be read."""
    at = {str(title): column for column, title in enumerate(rows[heading])}
    for number, row in enumerate(rows[heading + 1 :], start=heading + 2):
        finding, verdict, right, why = (_text(row, at.get(name)) for name in (NUMBER, VERDICT, RIGHT, WHY))
        if not verdict:
            if right or why:
                yield number, UNSAID
        elif not finding:
            yield number, NUMBERLESS
        elif verdict.lower() not in YES | NO:
            yield number, UNKNOWN
        else:
            yield number, Answer(finding, verdict.lower() in YES, right, why)


def _sorted_out(found: Sequence[tuple[str, int, Answer | str]]) -> Filled:
    said: dict[str, set[Answer]] = {}
    for _, _, answer in found:
        if isinstance(answer, Answer):
            said.setdefault(answer.finding, set()).add(answer)
    answers: dict[str, Answer] = {}
    places: dict[str, tuple[str, int]] = {}
    problems: list[Problem] = []
    for sheet, row, answer in found:
        if isinstance(answer, str):
            problems.append(Problem(sheet, row, answer))
        elif len(said[answer.finding]) > 1:
            problems.append(Problem(sheet, row, TWICE))
        else:
            answers[answer.finding] = answer
            places.setdefault(answer.finding, (sheet, row))
    return Filled(tuple(answers.values()), places, tuple(problems))


def _text(row: Sequence[object], column: int | None) -> str:
    """A cell as text; other programs make numbers of texts that look like one."""
    value = row[column] if column is not None and column < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()

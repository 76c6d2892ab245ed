"""The answers out of a filled-in review workbook, each row that can't be taken named with its reason.

Belongs here: reading and validating the file on its own. Does not: whether the rows asked about have changed since
(the stage that imports), or keeping the answers (`warehouse.judgements`). No value of a cell is quoted anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from warehouse.judgements.ledger import MentionIdentity
from warehouse.model.data_model import DataModel
from warehouse.review import layout
from warehouse.review.question import token_of

MAX_WHY = 2000
TWICE = "同一题有两个不同的裁定 · two different verdicts on one question"
ALTERED = "题目编号被改动，请重新导出 · the question's id was changed; export again"
ASTRAY = "裁定不在答题行，请填在黄色格内 · a verdict outside its yellow cell"
MISPLACED = "裁定填在了理由栏 · the verdict stands where the reason belongs"
OTHER_BLOCK = "题号与题目编号不符，请重新导出 · number and id of the question do not belong together; export again"
NUMBERED = re.compile(r"第 (\d+) 题")
Row = Sequence[object]
Cells = Sequence[Row]
Ends = tuple[MentionIdentity, MentionIdentity]


class ReviewFileError(ValueError):
    """The file is no review workbook. Says what to do."""


@dataclass(frozen=True)
class Answer:
    """One verdict.

    Attributes:
        sheet: sheet it stands in.
        row: row of the sheet, from 1, as Excel shows it.
        kind: kind of both mentions.
        left: one of the mentions.
        right: the other.
        content: what the steward was shown, see `content_of`.
        verdict: same, different, unsure.
        why: reason, '' if none.
        who: who judged, '' where the cell is empty.
        also: further pairs that read the same, which the verdict is about too.
    """

    sheet: str
    row: int
    kind: str
    left: MentionIdentity
    right: MentionIdentity
    content: str
    verdict: str
    why: str
    who: str
    also: tuple[Ends, ...] = ()

    @property
    def token(self) -> str:
        """See `token_of`."""
        return token_of(self.kind, self.left, self.right)


@dataclass(frozen=True)
class Problem:
    """An answer that can't be taken: where it stands (row from 1, as Excel shows it), and why."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True)
class Answers:
    """What a workbook says.

    Attributes:
        release: release the questions were asked about, '' if none.
        judged: judgements there were when they were asked; None where the workbook does not say.
        answers: those that can be taken.
        problems: those that can't.
        unanswered: questions left open.
    """

    release: str
    judged: int | None
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]
    unanswered: int


@dataclass(frozen=True)
class _Asked:
    number: int
    kind: str
    content: str
    left: MentionIdentity
    right: MentionIdentity
    also: tuple[Ends, ...] = ()


def read_answers(path: Path, model: DataModel) -> Answers:
    """Read a filled-in workbook; `model` are the kinds there are.

    Raises:
        ReviewFileError: it can't be opened, or was not written by `write_review`.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        cells = {n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in names}
    except (python_calamine.CalamineError, OSError, ValueError):
        raise ReviewFileError(
            f"{path.name}: 打不开，应为 onenet review export 写出的 .xlsx · can't be opened"
        ) from None
    ledger = cells.get(layout.LEDGER_SHEET, [])
    if not ledger or _text(ledger[0], 0) != layout.FORMAT:
        raise ReviewFileError(f"{path.name}: 不是待核工作簿，请重新导出 · not a review workbook; export a new one")
    asked = dict(_asked(ledger[1:]))
    found = [f for n in names if n != layout.LEDGER_SHEET for f in _read_sheet(n, cells[n], asked)]
    answers = [f for f in found if isinstance(f, Answer)]
    said: dict[str, set[str]] = {}
    for answer in answers:
        said.setdefault(answer.token, set()).add(answer.verdict)
    problems = [f for f in found if isinstance(f, Problem)]
    problems += [Problem(a.sheet, a.row, TWICE) for a in answers if len(said[a.token]) > 1]
    problems += _lost(names, cells, asked, model)
    judged = _text(ledger[0], 2)
    return Answers(
        release=_text(ledger[0], 1),
        judged=int(judged) if judged.isdigit() else None,
        answers=tuple({a.token: a for a in answers if len(said[a.token]) == 1}.values()),
        problems=tuple(problems),
        unanswered=found.count(None),
    )


def _asked(rows: Cells) -> Iterator[tuple[str, _Asked]]:
    """The questions behind the tokens; a line whose token does not fit what it names is passed over."""
    numbers: Counter[str] = Counter()
    also: dict[str, list[Ends]] = {}
    for row in rows:
        if (token := _text(row, 0)).startswith(layout.ALSO) and (ends := _ends(row)):
            also.setdefault(token.removeprefix(layout.ALSO), []).append(ends)
    for row in rows:
        token, kind, content = (_text(row, column) for column in range(3))
        numbers[kind] += 1
        if (ends := _ends(row)) and token_of(kind, *ends) == token:
            yield token, _Asked(numbers[kind], kind, content, *ends, tuple(also.get(token, ())))


def _ends(row: Row) -> Ends | None:
    """Both mentions of a line of the ledger; None where it names none."""
    text = [_text(row, column) for column in range(13)]
    if not (text[7].isdigit() and text[12].isdigit()):
        return None
    left = MentionIdentity(text[3], text[4], text[5], text[6], int(text[7]))
    return left, MentionIdentity(text[8], text[9], text[10], text[11], int(text[12]))


def _lost(
    names: Sequence[str], cells: Mapping[str, Cells], asked: Mapping[str, _Asked], model: DataModel
) -> Iterator[Problem]:
    """Questions that are asked on no sheet any more, and whose answers therefore can't be read; altered ids are named already."""
    tokens = {t for n in names if n != layout.LEDGER_SHEET for row in cells[n] if (t := _text(row, layout.TOKEN))}
    lost = len(asked.keys() - tokens) - len(tokens - asked.keys())
    if lost > 0:
        kind = next(about.kind for token, about in asked.items() if token not in tokens)
        sheet = model.kind_titles.get(kind, kind)
        yield Problem(
            sheet, 1, f"有 {lost} 题找不到答题行，未读取，请重新导出 · {lost} questions were not found; export again"
        )


def _read_sheet(sheet: str, rows: Cells, asked: dict[str, _Asked]) -> Iterator[Answer | Problem | None]:
    """An answer, a problem, or None for a question left open."""
    for number, row in enumerate(rows, start=1):
        token, verdict = _text(row, layout.TOKEN), _text(row, layout.VERDICT)
        if not token:
            if verdict in layout.WORDS:
                yield Problem(sheet, number, ASTRAY)
            continue
        if not verdict:
            yield Problem(sheet, number, MISPLACED) if _text(row, layout.WHY) in layout.WORDS else None
        elif token not in asked:
            yield Problem(sheet, number, ALTERED)
        elif _number_above(rows, number) != asked[token].number:
            yield Problem(sheet, number, OTHER_BLOCK)
        elif verdict not in (*layout.WORDS, *layout.WORDS.values()):
            allowed = "、".join(layout.WORDS)
            yield Problem(sheet, number, f"裁定无法识别，可填：{allowed} · unknown verdict")
        elif len(_text(row, layout.WHY)) > MAX_WHY:
            yield Problem(sheet, number, f"理由超过 {MAX_WHY} 字 · the reason is too long")
        else:
            about = asked[token]
            yield Answer(
                sheet, number, about.kind, about.left, about.right, about.content,
                layout.WORDS.get(verdict, verdict), _text(row, layout.WHY), _text(row, layout.WHO), about.also,
            )  # fmt: skip


def _number_above(rows: Cells, row: int) -> int | None:
    """The number of the question whose answer line is at a row (from 1): it stands in the line above."""
    said = NUMBERED.fullmatch(_text(rows[row - 2], layout.LABEL)) if row > 1 else None
    return int(said[1]) if said else None


def _text(row: Row, column: int) -> str:
    """A cell as text; other programs make numbers of texts that look like one."""
    value = row[column] if column < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()

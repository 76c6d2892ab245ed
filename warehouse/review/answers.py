"""The answers out of a filled-in review workbook, each row that can't be taken named with its reason.

Belongs here: reading and validating the file on its own. Does not: whether the rows asked about have changed since
(the stage that imports), or keeping the answers (`warehouse.judgements`). No value of a cell is quoted anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from warehouse.judgements.ledger import MentionIdentity
from warehouse.review import layout
from warehouse.review.question import token_of

MAX_WHY = 2000
TWICE = "同一题有两个不同的裁定 · two different verdicts on one question"
Row = Sequence[object]
Cells = Sequence[Row]


class ReviewFileError(ValueError):
    """The file is no review workbook. Says what to do."""


@dataclass(frozen=True)
class Answer:
    """One verdict.

    Attributes:
        sheet: sheet it stands in.
        row: row of the sheet, from 1, as Excel shows it.
        kind: person, housing, enterprise.
        left: one of the mentions.
        right: the other.
        content: what the steward was shown, see `content_of`.
        verdict: same, different, unsure.
        why: reason, '' if none.
        who: who judged, '' where the cell is empty.
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
        answers: those that can be taken.
        problems: those that can't.
        unanswered: questions left open.
    """

    release: str
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]
    unanswered: int


@dataclass(frozen=True)
class _Asked:
    kind: str
    content: str
    left: MentionIdentity
    right: MentionIdentity


def read_answers(path: Path) -> Answers:
    """Read a filled-in workbook.

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
    return Answers(
        release=_text(ledger[0], 1),
        answers=tuple({a.token: a for a in answers if len(said[a.token]) == 1}.values()),
        problems=tuple(problems),
        unanswered=found.count(None),
    )


def _asked(rows: Cells) -> Iterator[tuple[str, _Asked]]:
    """The questions behind the tokens; a line whose token does not fit what it names is passed over."""
    for row in rows:
        text = [_text(row, column) for column in range(13)]
        if not (text[7].isdigit() and text[12].isdigit()):
            continue
        left = MentionIdentity(text[3], text[4], text[5], text[6], int(text[7]))
        right = MentionIdentity(text[8], text[9], text[10], text[11], int(text[12]))
        if token_of(text[1], left, right) == text[0]:
            yield text[0], _Asked(text[1], text[2], left, right)


def _read_sheet(sheet: str, rows: Cells, asked: dict[str, _Asked]) -> Iterator[Answer | Problem | None]:
    """An answer, a problem, or None for a question left open."""
    for number, row in enumerate(rows, start=1):
        token, verdict = _text(row, layout.TOKEN), _text(row, layout.VERDICT)
        if not token:
            continue
        if not verdict:
            yield None
        elif token not in asked:
            yield Problem(sheet, number, "题目编号被改动，请重新导出 · the question's id was changed; export again")
        elif verdict not in (*layout.WORDS, *layout.WORDS.values()):
            allowed = "、".join(layout.WORDS)
            yield Problem(sheet, number, f"裁定无法识别，可填：{allowed} · unknown verdict")
        elif len(_text(row, layout.WHY)) > MAX_WHY:
            yield Problem(sheet, number, f"理由超过 {MAX_WHY} 字 · the reason is too long")
        else:
            about = asked[token]
            yield Answer(
                sheet, number, about.kind, about.left, about.right, about.content,
                layout.WORDS.get(verdict, verdict), _text(row, layout.WHY), _text(row, layout.WHO),
            )  # fmt: skip


def _text(row: Row, column: int) -> str:
    return str(row[column]).strip() if column < len(row) and row[column] is not None else ""

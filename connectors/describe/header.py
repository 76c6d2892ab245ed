"""Which row of a table holds its headings.

Belongs here: telling a heading from a title above it and from the data below. Does not: what a heading means
(`vocabulary`).

A row of data must never pass for headings: what stands in headings is written into the description, and a cell may name a
person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.describe.recogniser import Recogniser
from connectors.describe.vocabulary import Vocabulary
from connectors.headings import LOOK_AHEAD, folded
from connectors.rows import DeliveryRejected

CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,29}")
"""What a database calls its columns."""
DATA = re.compile(r"[0-9]{5,}|[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}|^[0-9.,%-]+$")
"""What no heading holds: long numbers, dates, numbers alone."""
LONGEST = 40

Row = Sequence[str | None]


def header_row(rows: Sequence[Row], vocabulary: Vocabulary, recogniser: Recogniser) -> int | None:
    """The 1-based row of the headings; None where no row looks like one.

    Args:
        rows: the first rows of the table.
        vocabulary: words of headings.
        recogniser: knows cells that name somebody.
    """
    first = rows[:LOOK_AHEAD]
    width = max((sum(bool(c and c.strip()) for c in row) for row in first), default=0)
    scores = [_score(row, width, vocabulary, recogniser) for row in first]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i), default=-1)
    return best + 1 if best >= 0 and scores[best] > 0 else None


def _score(row: Row, width: int, vocabulary: Vocabulary, recogniser: Recogniser) -> float:
    cells = [cell for cell in (folded(c) for c in row if c) if cell]
    if not cells or len(cells) < width / 2 or len(set(cells)) < len(cells) / 2:
        return 0
    if any(DATA.search(cell) or len(cell) > LONGEST for cell in cells):
        return 0
    hits = sum(vocabulary.knows(cell) for cell in cells)
    if hits * 3 < len(cells) and not all(CODE.fullmatch(cell) for cell in cells):
        return 0
    unknown = [cell for cell in cells if not vocabulary.knows(cell) and not CODE.fullmatch(cell)]
    named = sum(recogniser.personal(unknown)) if unknown else 0
    codes = all(CODE.fullmatch(cell) for cell in cells)
    return hits + 0.1 * len(cells) + 0.5 * codes if named * 3 <= len(cells) else 0


def speaks(name: str, vocabulary: Vocabulary, recogniser: Recogniser) -> bool:
    """Whether a key of a document is a name of a column, not data."""
    if DATA.search(name) or len(name) > LONGEST:
        return False
    return bool(CODE.fullmatch(name.lstrip("@"))) or vocabulary.knows(name) or not recogniser.personal([name])[0]


def no_headings(where: str = "") -> DeliveryRejected:
    """The verdict on a table without a row of headings."""
    return DeliveryRejected("header_missing", f"{where}前{LOOK_AHEAD}行内未找到表头；请连同表头一并导出")

"""Which values of a column may stand in a comment.

Belongs here: the rule. Only values that repeat are codes, and only those that hold nothing personal are shown: a register of
ten names repeats too. A value that a code table knows is a code, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.describe.recogniser import Recogniser
from connectors.describe.sample import Column
from connectors.registry import CodeTables

MOST, LONGEST = 24, 16
PLAIN = re.compile(r"[0-9]{1,6}|[A-Z]{1,3}|[A-Z]?[0-9]{1,4}|[\u3400-\u9fff（）()、/·]{1,16}")
"""What a code looks like: a short number, a letter or two, Chinese words."""


def shown(
    column: Column, tables: CodeTables, recogniser: Recogniser, *, is_code: bool
) -> tuple[Mapping[str, int], int]:
    """The values of a code column that may be shown with how often they stand, and how many others it has.

    Args:
        column: the column.
        tables: the code tables of the city.
        recogniser: knows what is personal.
        is_code: whether its heading says that it holds a code.

    Returns:
        Nothing, and 0, where the column holds no code.
    """
    distinct = len(column.counts)
    if not distinct or distinct > MOST or column.filled < 2 * distinct:
        return {}, 0
    values = column.values()
    known = {key for table in tables.values() for key in table}
    personal = recogniser.personal(values)
    named = sum(p and v not in known for p, v in zip(personal, values, strict=True))
    if named * 3 > distinct and not is_code:
        return {}, 0
    chosen = {
        value: column.counts[value]
        for value, is_personal in zip(values, personal, strict=True)
        if value in known or (column.counts[value] > 1 and not is_personal and PLAIN.fullmatch(value))
    }
    return dict(sorted(chosen.items(), key=lambda item: -item[1])), distinct - len(chosen)


def table_of(column: Column, own: str | None, tables: CodeTables) -> str | None:
    """The code table that understands most values of a column: the one the attribute names, else one that knows four in five."""
    if not column.filled:
        return None

    def share(table: str) -> float:
        return sum(n for value, n in column.counts.items() if value.strip() in tables[table]) / column.filled

    if own in tables and share(str(own)) >= 0.5:
        return own
    best = max(tables, key=share, default=None)
    return best if best and share(best) >= 0.8 else None

"""File names: what the patterns of a platform say a name means.

Belongs here: `{date}`, `{part}`, `{scope}`, the pattern a strange name comes nearest to. Does not: what is inside a file.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

DATE = (
    r"(?P<date>\d{8}|\d{4}[-._]\d{1,2}[-._]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月|\d{4}[-._]\d{1,2}|\d{6})"
)
PLACEHOLDERS = {"date": DATE, "part": r"(?P<part>\d+)", "scope": r"(?P<scope>.+?)"}
WORKBOOKS = ("xlsx", "xlsm", "xlsb", "xls", "et", "ods")
"""What office programs call a workbook: one is as good as another, since the reader looks inside."""


@dataclass(frozen=True)
class FileName:
    """What one name says: delivery date (None where the pattern has none) and scope ('' for the whole platform)."""

    delivered_on: datetime.date | None
    scope: str


def placeholders(pattern: str) -> list[str]:
    """Names between braces in a pattern, in order."""
    return re.findall(r"\{([^{}]*)\}", pattern)


def parse(patterns: str | Sequence[str], name: str) -> FileName | None:
    """What `name` says under the first pattern it fits; None where it fits none or its date does not exist.

    A date may be written `20261108`, `2026-11-08`, `2026年11月8日`, or as a month, `202611` or `2026年11月`, which is
    its first day. Letters may be large or small, and a workbook may have the extension of any office program.
    """
    for pattern in (patterns,) if isinstance(patterns, str) else patterns:
        match = _expression(pattern).fullmatch(name)
        if not match:
            continue
        groups = match.groupdict()
        day = None
        if text := groups.get("date"):
            day = _day(text)
            if day is None:
                continue
        return FileName(day, groups.get("scope") or "")
    return None


def nearest(patterns: Sequence[str], name: str) -> str:
    """The pattern that a name which fits none comes nearest to: digits count as a date or a part."""

    def likeness(pattern: str) -> float:
        plain = re.sub(r"\{date\}", "99999999", re.sub(r"\{part\}", "9", re.sub(r"\{scope\}", "", pattern)))
        like_a_date = re.sub(r"\d{4}[-._年]?\d{1,2}(?:[-._月]?\d{1,2}日?)?", "99999999", name)
        return difflib.SequenceMatcher(None, plain, re.sub(r"\d", "9", like_a_date), autojunk=False).ratio()

    return max(patterns, key=likeness)


@lru_cache(maxsize=512)
def _expression(pattern: str) -> re.Pattern[str]:
    stem, dot, extension = pattern.rpartition(".")
    any_workbook = bool(dot) and extension.lower() in WORKBOOKS
    parts = re.split(r"\{([^{}]*)\}", stem + dot if any_workbook else pattern)
    text = "".join(PLACEHOLDERS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(text + (f"(?:{'|'.join(WORKBOOKS)})" if any_workbook else ""), re.IGNORECASE)


def _day(text: str) -> datetime.date | None:
    digits = [int(n) for n in re.findall(r"\d+", text)]
    if len(digits) == 1:
        digits = [int(text[:4]), int(text[4:6]), int(text[6:8] or 1)]
    year, month, day = (*digits, 1)[:3]
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None

"""File names: what the pattern of a platform says a name means.

Belongs here: `{date}`, `{part}`, `{scope}`. Does not: what is inside a file.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

PLACEHOLDERS = {"date": r"(?P<date>\d{8})", "part": r"(?P<part>\d+)", "scope": r"(?P<scope>.+?)"}


@dataclass(frozen=True)
class FileName:
    """What one name says: delivery date (None where the pattern has none) and scope ('' for the whole platform)."""

    delivered_on: datetime.date | None
    scope: str


def placeholders(pattern: str) -> list[str]:
    """Names between braces in a pattern, in order."""
    return re.findall(r"\{([^{}]*)\}", pattern)


def parse(pattern: str, name: str) -> FileName | None:
    """What `name` says under `pattern`; None where it does not fit or its date does not exist."""
    parts = re.split(r"\{([^{}]*)\}", pattern)
    expression = "".join(PLACEHOLDERS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts))
    found = re.fullmatch(expression, name)
    if not found:
        return None
    groups = found.groupdict()
    day = None
    if date := groups.get("date"):
        try:
            day = datetime.datetime.strptime(date, "%Y%m%d").date()
        except ValueError:
            return None
    return FileName(day, groups.get("scope") or "")

"""What identifies a row, when it was last said, and what the name of the file says.

Belongs here: candidates, with why. Does not: meanings of columns (`guess`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from connectors.describe.guess import Guess
from connectors.describe.sample import Column, Sample
from connectors.describe.vocabulary import initials, plain, spelled, words
from connectors.files import PLACEHOLDERS

NUMBERED = re.compile("号$|号码$|编号|代码|编码|标识|码$|ID$|NO$|CODE$|KEY$|BH$|DM$|BS$|001$|UUID|GUID", re.I)
"""Headings of what identifies."""
NOT_THE_ROW = re.compile("电话|手机|号牌种类|邮编|门牌|房号|室号|账号|帐号|网格|PHONE|TEL|GRID", re.I)


def key_candidates(sample: Sample, guess: Guess) -> list[str]:
    """Columns that are filled and unique and whose heading speaks of a number; those that hold nobody's number first."""
    unique = [c for c in sample.columns if c.is_unique and not is_running_number(c) and sample.rows > 1]
    counted = {plain(str(word)) for word in words()["running_number"]} - {"编号"}
    unique = [c for c in unique if plain(c.title) not in counted]
    named = [c for c in unique if NUMBERED.search(c.title) and not NOT_THE_ROW.search(c.title)]
    return [
        c.name for c in sorted(named, key=lambda c: any(a.cell == "id_number" for a in guess.columns[c.name].assigned))
    ]


def changed_at(sample: Sample, dated: Mapping[str, float]) -> str | None:
    """The column that says when a row was last changed: dates under the first fitting heading.

    Args:
        sample: the table.
        dated: column → share of its values that are dates.
    """
    wanted = [plain(str(word)) for word in words()["changed_at"]]
    for word in wanted:
        forms = {word} if word.isascii() else {word, initials(word), spelled(word)}
        for column in sample.columns:
            if plain(column.title) in forms and column.filled and dated.get(column.name, 0.0) >= 0.5:
                return column.name
    return None


def is_running_number(column: Column) -> bool:
    """Whether a column only counts the rows of the file."""
    return column.running and plain(column.title) in {plain(str(w)) for w in words()["running_number"]}


def file_pattern(name: str) -> tuple[str, bool]:
    """The pattern of file names that a name fits, and whether it has a date.

    >>> file_pattern("医保参保_20261101.csv"), file_pattern("roll_20261101_02.xlsx"), file_pattern("roll.csv")
    (('医保参保_{date}.csv', True), ('roll_{date}_{part}.xlsx', True), ('roll.csv', False))
    """
    day = next(_days(name), None)
    if day is None:
        return re.sub(r"[{}].*[{}]|[{}]", "{scope}", name, count=1).replace("{scope}{scope}", "{scope}"), False
    before, after = name[: day.start()], name[day.end() :]
    scope = "{scope}" if set("{}") & set(before + after) else ""
    if scope:
        before, after = ("{scope}", after) if set("{}") & set(before) else (before, "{scope}" + PurePath(name).suffix)
        after = after if not set("{}") & set(after.replace("{scope}", "")) else PurePath(name).suffix
    part = re.fullmatch(r"([_-])\d{1,3}(\.\w+)", after)
    return f"{before}{{date}}" + (f"{part[1]}{{part}}{part[2]}" if part else after), True


def _days(name: str) -> Iterator[re.Match[str]]:
    for found in re.finditer(r"(?<!\d)" + PLACEHOLDERS["date"] + r"(?!\d)", name):
        try:
            datetime.datetime.strptime(found[0], "%Y%m%d")
        except ValueError:
            continue
        yield found


def platform_name(file_name: str) -> str:
    """A name for the platform out of that of its file: pinyin, small letters, no date.

    >>> platform_name("医保参保_20261101.csv"), platform_name("12345.csv")
    ('yibaocanbao', 'platform_12345')
    """
    stem = re.sub(r"\d{6,}", "", file_name.partition(".")[0])
    text = re.sub(r"[^a-z0-9]+", "_", spelled(stem).lower()).strip("_")
    return text if re.match("[a-z]", text) else f"platform_{text}".rstrip("_")

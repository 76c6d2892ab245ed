"""Which acts the ledger tells of, and what one line of it holds.

Belongs here: names and words. Does not: writing (`chain`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from warehouse.model.home import Home

ACTS: Mapping[str, tuple[str, str]] = {
    "sign_in": ("登录", "signs in"),
    "sign_in_refused": ("登录被拒", "sign-in is refused"),
    "sign_out": ("退出", "signs out"),
    "password": ("更改口令", "changes a password"),
    "grant": ("授权变更", "changes an account"),
    "search": ("检索", "searches"),
    "view": ("查看实体", "looks at an entity"),
    "work": ("查看工作清单", "looks at a work list"),
    "purpose": ("申明用途", "states a purpose"),
    "download": ("下载", "downloads"),
    "question": ("查看待核题", "looks at a question"),
    "judgement": ("裁定", "judges"),
    "verification": ("校核", "answers a correction, or a request to verify"),
    "access": ("共享申请", "asks for access, or decides on it"),
    "release": ("发布", "publishes a release"),
    "verify": ("核验台账", "verifies the ledger"),
}
"""Act → its words in Chinese and English."""

LINE = ("number", "at", "act", "by", "about", "before", "hash")


def ledger_lines(home: Home, count: int, *, skip: int = 0) -> Iterator[dict[str, Any]]:
    """The newest lines of the ledger, newest first: `count` of them after `skip`; what can't be read is passed over."""
    try:
        written = home.acts.read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in written[::-1][skip : skip + count]:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and set(LINE) <= set(found):
            yield found


def downloads(home: Home, version: str, department: str = "") -> list[dict[str, Any]]:
    """The lines that tell of downloads of a release, oldest first; of one department where it is given."""
    try:
        written = home.acts.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    lines = [json.loads(line) for line in written if b'"act": "download"' in line]
    return [
        line
        for line in lines
        if line["about"].get("version") == version and department in ("", line["about"].get("department"))
    ]


def recorded_files(home: Home, act: str) -> set[str]:
    """Names of the files of recordings (`recordings`) that a line with this act tells of."""
    try:
        written = home.acts.read_bytes().splitlines()
    except FileNotFoundError:
        return set()
    marked = f'"act": "{act}"'.encode()
    return {str(json.loads(line)["about"].get("file")) for line in written if marked in line}

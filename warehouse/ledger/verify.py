"""Is the ledger of acts whole? Altered, missing, cut off and computed anew are told apart.

| finding | what is seen |
|---|---|
| `altered` | a line does not give its own hash, or the line after it was made on another one; a file of judgements is not what was recorded |
| `missing` | a number is left out; a file of judgements that was recorded is gone |
| `cut` | a witness counted more lines than there are |
| `rewritten` | the chain is sound and yet a witness saw another line at its place: it was computed anew |
| `unrecorded` | a file of judgements stands in no line |

A witness is whatever prints `"ledger": {"count": n, "head": "…"}`: the manifest of a release or an extract, a receipt of a
download. The home's own releases and the head noted beside the ledger are witnesses that are always asked; who owns the disk
can change those too, which is why departments hold theirs.

Belongs here: looking. Does not: writing (`chain`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.ledger.act import LINE
from warehouse.ledger.chain import ORIGIN, Head, hash_of
from warehouse.model.home import Home

ALTERED, MISSING, CUT, REWRITTEN, UNRECORDED = "altered", "missing", "cut", "rewritten", "unrecorded"
WORDS = {
    ALTERED: ("被改动", "altered"),
    MISSING: ("缺失", "missing"),
    CUT: ("末尾被截去", "the end was cut off"),
    REWRITTEN: ("整链被重算", "the chain was computed anew"),
    UNRECORDED: ("未登记", "recorded nowhere"),
}


@dataclass(frozen=True)
class Witness:
    """What somebody saw of the ledger once: where it is printed, how many lines there were, the hash of the last."""

    name: str
    seen: Head


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: what (see `WORDS`), where, and in a sentence why, Chinese first."""

    what: str
    where: str
    why: str


@dataclass(frozen=True)
class Report:
    """What was found: how many lines there are, the head, how many witnesses were asked, what is wrong."""

    head: Head
    witnesses: int
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def witness_of(path: Path) -> Witness | None:
    """What a manifest or receipt says of the ledger; None where it says nothing.

    Raises:
        OSError: it can't be read.
        ValueError: it is no JSON.
    """
    said = json.loads(path.read_bytes())
    ledger = said.get("ledger") if isinstance(said, dict) else None
    if not isinstance(ledger, dict) or not isinstance(ledger.get("count"), int) or not ledger["count"]:
        return None
    return Witness(path.name, Head(ledger["count"], str(ledger.get("head"))))


def verify(home: Home, against: Sequence[Witness] = ()) -> Report:
    """Look through the whole ledger and ask all witnesses; `against` are those held elsewhere."""
    witnesses = (*against, *_own(home))
    hashes: list[str] = []
    findings: list[Finding] = []
    recorded: dict[str, str] = {}
    for finding, line in _walk(home, hashes):
        if finding:
            findings.append(finding)
        if line and line["act"] == "judgement" and "file" in line["about"]:
            recorded[str(line["about"]["file"])] = str(line["about"]["sha256"])
    sound = not findings
    findings += [f for witness in witnesses if (f := _asked(witness, hashes, sound))]
    findings += _judgements(home, recorded)
    return Report(Head(len(hashes), hashes[-1] if hashes else ORIGIN), len(witnesses), tuple(findings))


def _walk(home: Home, hashes: list[str]) -> Iterator[tuple[Finding | None, dict[str, Any] | None]]:
    """Every line with what is wrong with it; `hashes` fills with what the lines say their hashes are."""
    before, number = ORIGIN, 0
    for place, raw in enumerate(_raw(home), start=1):
        line = _read(raw)
        if line is None or line["hash"] != hash_of(line):
            hashes.append(str(line["hash"]) if line else "")
            yield Finding(ALTERED, f"第 {place} 行 line {place}", "内容与其摘要不符 · what it says does not give its hash"), None  # fmt: skip
            number, before = number + 1, hashes[-1]
            continue
        gap = line["number"] - number - 1
        if gap:
            told = f"缺 {gap} 行 · {gap} lines are gone" if gap > 0 else "编号重复或颠倒 · a number comes again"
            yield Finding(MISSING, f"第 {number + 1} 号 number {number + 1}", told), None
        elif line["before"] != before and before:
            yield Finding(ALTERED, f"第 {place - 1} 行 line {place - 1}", f"第 {place} 行接的是另一行 · line {place} was made on another one"), None  # fmt: skip
        hashes.append(line["hash"])
        number, before = line["number"], line["hash"]
        yield None, line


def _raw(home: Home) -> list[bytes]:
    """Whole lines; what a crash broke off at the end was never answered for."""
    try:
        return home.acts.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    sound = isinstance(line, dict) and set(line) == set(LINE) and isinstance(line["about"], dict)
    return line if sound and isinstance(line["number"], int) else None


def _own(home: Home) -> list[Witness]:
    """The witnesses of the home itself; one that can't be read is none."""
    found = []
    for path in (home.acts_head, *sorted(home.release("").glob("*/manifest.json"))):
        try:
            witness = witness_of(path)
        except (OSError, ValueError):
            continue
        if witness:
            found.append(Witness(str(path.relative_to(home.root)), witness.seen))
    return found


def _asked(witness: Witness, hashes: Sequence[str], sound: bool) -> Finding | None:
    count, seen = witness.seen
    if count > len(hashes):
        gone = f"见证 {count} 行，现有 {len(hashes)} 行 · it saw {count} lines, there are {len(hashes)}"
        return Finding(CUT, witness.name, gone) if sound else None
    if sound and hashes[count - 1] != seen:
        return Finding(REWRITTEN, witness.name, f"第 {count} 行不是它见过的那行 · line {count} is not the one it saw")
    return None


def _judgements(home: Home, recorded: dict[str, str]) -> Iterator[Finding]:
    """Files of judgements against what the ledger says of them."""
    there = {path.name: path for path in sorted(home.judgements.glob("[0-9]*.jsonl"))}
    for name, digest in recorded.items():
        if name not in there:
            yield Finding(MISSING, f"judgements/{name}", "登记过的裁定文件不在了 · a file that was recorded is gone")
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != digest:
            yield Finding(ALTERED, f"judgements/{name}", "裁定文件与登记的摘要不符 · it is not what was recorded")
    for name in there.keys() - recorded.keys():
        yield Finding(UNRECORDED, f"judgements/{name}", "台账中没有这个裁定文件 · no line of the ledger tells of it")

"""Is the ledger of acts whole? Altered, missing, cut off and computed anew are told apart.

| finding | what is seen |
|---|---|
| `altered` | a line does not give its own hash, or the line after it was made on another one; a file of judgements or of 校核 is not what was recorded |
| `missing` | a number is left out; a file of them that was recorded is gone |
| `cut` | a witness counted more lines than there are |
| `rewritten` | the chain is sound and yet a witness saw another line at its place: it was computed anew |
| `forged` | a witness is signed, and the signature does not fit, or the key is not this home's |
| `unrecorded` | such a file stands in no line |

A witness is whatever prints `"ledger": {"count": n, "head": "…"}`: the manifest of a release or an extract, a receipt of a
download. The home's own releases and the head noted beside the ledger are witnesses that are always asked; who owns the disk
can change those too, which is why departments hold theirs.

Belongs here: looking. Does not: writing (`chain`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warehouse.ledger.act import LINE
from warehouse.ledger.chain import ORIGIN, Head, hash_of
from warehouse.ledger.seal import holds, public_key
from warehouse.model.home import Home

ALTERED, MISSING, CUT, REWRITTEN, UNRECORDED, FORGED = (
    "altered",
    "missing",
    "cut",
    "rewritten",
    "unrecorded",
    "forged",
)
WORDS = {
    ALTERED: ("被改动", "altered"),
    MISSING: ("缺失", "missing"),
    CUT: ("末尾被截去", "the end was cut off"),
    REWRITTEN: ("整链被重算", "the chain was computed anew"),
    FORGED: ("见证不实", "a false witness"),
    UNRECORDED: ("未登记", "recorded nowhere"),
}


@dataclass(frozen=True)
class Witness:
    """What somebody saw of the ledger once: where it is printed, how many lines there were, the hash of the last; signed with a key
    where it is."""

    name: str
    seen: Head
    key: str = ""
    signature: str = ""


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
    seen = Head(ledger["count"], str(ledger.get("head")))
    return Witness(path.name, seen, str(ledger.get("key", "")), str(ledger.get("signature", "")))


def verify(home: Home, against: Sequence[Witness] = ()) -> Report:
    """Look through the whole ledger and ask all witnesses; `against` are those held elsewhere."""
    witnesses = (*against, *_own(home))
    hashes: list[str] = []
    findings: list[Finding] = []
    recorded: dict[str, str] = {}
    folders = {"judgement": home.judgements, "verification": home.verifications, "access": home.access}
    for finding, line in _walk(home, hashes):
        if finding:
            findings.append(finding)
        if line and line["act"] in folders and "file" in line["about"]:
            name = f"{folders[line['act']].name}/{line['about']['file']}"
            recorded[name] = str(line["about"]["sha256"])
    sound = not findings
    false = {witness: f for witness in witnesses if (f := _false(witness, public_key(home)))}
    findings += false.values()
    findings += [f for witness in witnesses if witness not in false and (f := _asked(witness, hashes, sound))]
    findings += _recordings(folders.values(), recorded)
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
            found.append(replace(witness, name=str(path.relative_to(home.root))))
    return found


def _false(witness: Witness, key: str) -> Finding | None:
    """What is wrong with a signed witness itself; one that is not signed is taken as it is."""
    if not witness.signature:
        return None
    if not holds(witness.seen, witness.key, witness.signature):
        return Finding(FORGED, witness.name, "签名与所印的行数和摘要不符 · the signature does not fit count and head")
    if key and witness.key != key:
        return Finding(FORGED, witness.name, "由另一把密钥签名 · it is signed with another key than this home's")
    return None


def _asked(witness: Witness, hashes: Sequence[str], sound: bool) -> Finding | None:
    count, seen = witness.seen
    if count > len(hashes):
        gone = f"见证 {count} 行，现有 {len(hashes)} 行 · it saw {count} lines, there are {len(hashes)}"
        return Finding(CUT, witness.name, gone) if sound else None
    if sound and hashes[count - 1] != seen:
        return Finding(REWRITTEN, witness.name, f"第 {count} 行不是它见过的那行 · line {count} is not the one it saw")
    return None


def _recordings(folders: Iterable[Path], recorded: dict[str, str]) -> Iterator[Finding]:
    """Files of recordings against what the ledger says of them."""
    there = {f"{folder.name}/{path.name}": path for folder in folders for path in sorted(folder.glob("[0-9]*.jsonl"))}
    for name, digest in recorded.items():
        if name not in there:
            yield Finding(MISSING, name, "登记过的文件不在了 · a file that was recorded is gone")
        elif hashlib.sha256(there[name].read_bytes()).hexdigest() != digest:
            yield Finding(ALTERED, name, "文件与登记的摘要不符 · it is not what was recorded")
    for name in there.keys() - recorded.keys():
        yield Finding(UNRECORDED, name, "台账中没有这个文件 · no line of the ledger tells of it")

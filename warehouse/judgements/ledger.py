"""The ledger of judgements: one JSON-lines file per recording, added, never changed.

A recording is written aside, forced to disk and then given its number, all lines or none: a crash leaves no half of it, and
nothing that was ever recorded is opened for writing again. Later lines win over earlier ones (`ledger_states`), by the order of
recording and not by anybody's clock. The ledger of acts (`warehouse.ledger`) tells of every file with its SHA-256, so that one
that was altered or taken away is found.

Belongs here: adding, reading, numbering. Does not: what the judgements amount to (`ledger_states`, `constraints`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.json as pj

from warehouse import ledger
from warehouse.model.home import Home
from warehouse.model.judgement import IDENTITY, LEDGER, VERDICTS

_AS_LEDGER = pj.ParseOptions(explicit_schema=LEDGER.arrow)


class LedgerError(RuntimeError):
    """The ledger can't be read or added to. Says which file and what to do; never quotes a judgement."""


class MentionIdentity(NamedTuple):
    """What names a mention across runs, see `IDENTITY`."""

    platform: str
    dataset: str
    role: str
    row_key: str
    repeat: int


@dataclass(frozen=True)
class Statement:
    """One thing a steward said, about one pair of mentions or, of two entities, about several.

    Attributes:
        kind: person, housing, enterprise.
        pairs: the mentions it speaks of; which end is left does not matter.
        verdict: one of `VERDICTS`.
        judged_by: user name of the steward.
        judged_at: when; with a time zone, or UTC.
        why: the steward's reason, '' if none.
        release: the release the steward looked at, '' if none.
    """

    kind: str
    pairs: tuple[tuple[MentionIdentity, MentionIdentity], ...]
    verdict: str
    judged_by: str
    judged_at: datetime
    why: str = ""
    release: str = ""


def record(home: Home, statements: Sequence[Statement]) -> list[str]:
    """Add statements to the ledger, all or none; the caller holds the home's lock.

    Returns:
        The ids of the judgements made, one per pair, in the order given.

    Raises:
        ValueError: a verdict is unknown, nobody judged, or a pair is one mention twice.
        LedgerError: another process has added to the ledger meanwhile.
        OSError: the disk is full; then nothing was added.
    """
    before = read(home).num_rows
    lines = [line for statement in statements for line in _lines(statement)]
    if not lines:
        return []
    for place, line in enumerate(lines):
        line["judgement_id"] = _name(before + place)
        line["statement_id"] = _name(before + place - int(str(line.pop("place"))))
    table = LEDGER.conform(pa.Table.from_pylist(lines))
    _add(home, "".join(json.dumps(_plain(line), ensure_ascii=False) + "\n" for line in table.to_pylist()))
    _tell(home, str(lines[-1]["judged_by"]))
    return [str(name) for name in table["judgement_id"].to_pylist()]


def read(home: Home) -> pa.Table:
    """All judgements under `LEDGER`, in the order of recording.

    Raises:
        LedgerError: a file is damaged or missing, or can't be read.
    """
    parts = [LEDGER.empty()]
    for path in _files(home):
        try:
            found = pj.read_json(pa.BufferReader(_content(path)), parse_options=_AS_LEDGER)
        except pa.ArrowInvalid:
            raise LedgerError(
                f"{path}: 裁定台账文件已损坏，请从备份恢复 · damaged; restore this file from a backup"
            ) from None
        parts.append(LEDGER.conform(found))
    return pa.concat_tables(parts)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"{path}: 裁定台账读不到（{error.strerror}），请检查权限 · can't be read; see to its permissions"
    )


def fingerprint(home: Home) -> str:
    """Sixteen hexadecimal digits that change with every recording; '' while there are no judgements."""
    files = _files(home)
    if not files:
        return ""
    sha = hashlib.sha256()
    for path in files:
        sha.update(_content(path))
    return sha.hexdigest()[:16]


def _tell(home: Home, by: str) -> None:
    """Tell the ledger of acts of every file it does not know yet: the new one, and those of before there was such a ledger."""
    known = ledger.judgement_files(home)
    for path in _files(home):
        if path.name not in known:
            content = _content(path)
            ledger.append(
                home, "judgement", by,
                file=path.name, sha256=hashlib.sha256(content).hexdigest(), judgements=content.count(b"\n"),
            )  # fmt: skip


def _lines(statement: Statement) -> list[dict[str, object]]:
    if statement.verdict not in VERDICTS:
        raise ValueError(f"verdict {statement.verdict!r}; allowed: {', '.join(VERDICTS)}")
    if not statement.judged_by.strip():
        raise ValueError("a judgement needs the name of who judged")
    at = statement.judged_at
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    lines: list[dict[str, object]] = []
    for place, pair in enumerate(statement.pairs):
        left, right = sorted(pair)
        if left == right:
            raise ValueError("a judgement speaks of two mentions; both ends are the same one")
        lines.append(
            {
                "place": place,
                "entity_kind": statement.kind,
                **{f"left_{name}": value for name, value in zip(IDENTITY, left, strict=True)},
                **{f"right_{name}": value for name, value in zip(IDENTITY, right, strict=True)},
                "verdict": statement.verdict,
                "judged_by": statement.judged_by.strip(),
                "judged_at": at,
                "why": statement.why.strip(),
                "release": statement.release,
            }
        )
    return lines


def _plain(line: dict[str, object]) -> dict[str, object]:
    at = line["judged_at"]
    return {**line, "judged_at": at.isoformat(timespec="microseconds") if isinstance(at, datetime) else at}


def _name(number: int) -> str:
    return f"J{number + 1:06d}"


def _files(home: Home) -> list[Path]:
    """The files of the ledger in their order; none where nobody has judged. What can't be looked at is not nothing."""
    try:
        found = sorted(p.name for p in home.judgements.iterdir() if p.name[:1].isdigit() and p.suffix == ".jsonl")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(home.judgements, error) from None
    for number, name in enumerate(found, start=1):
        if name != f"{number:06d}.jsonl":
            raise LedgerError(
                f"{home.judgements / f'{number:06d}.jsonl'}: 裁定台账缺少此文件，请从备份恢复"
                " · missing; restore this file from a backup"
            )
    return [home.judgements / name for name in found]


def _add(home: Home, text: str) -> None:
    """Give the lines the next number, if nobody else did meanwhile. Only the owner may read them: reasons name people."""
    folder = home.judgements
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{len(_files(home)) + 1:06d}.jsonl"
    aside = folder / f".{final.name}.writing"
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, final)  # unlike a rename it never takes the place of a file that is there
    except FileExistsError:
        raise LedgerError(f"{final} 已存在，请重试 · was added by another process; try again") from None
    finally:
        aside.unlink(missing_ok=True)
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

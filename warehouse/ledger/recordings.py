"""A folder of recordings that only grows: one JSON-lines file per recording, added, never changed.

A recording is written aside, forced to disk and then given its number, all lines or none: a crash leaves no half of it, and
nothing that was ever recorded is opened for writing again. Later lines win over earlier ones, by the order of recording and not
by anybody's clock. The ledger of acts tells of every file with its SHA-256, so that one that was altered or taken away is found.

Belongs here: adding, reading, numbering. Does not: what the lines say (`warehouse.judgements`, `warehouse.verification`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as pj

from warehouse.ledger.act import recorded_files
from warehouse.ledger.chain import append
from warehouse.model.home import Home
from warehouse.model.table import Table


class LedgerError(RuntimeError):
    """A folder of recordings can't be read or added to. Says which file and what to do; never quotes a line."""


@dataclass(frozen=True)
class Recordings:
    """One such folder.

    Attributes:
        home: whose.
        folder: where the files lie.
        contract: what a line holds.
        act: the act by which the ledger tells of a file.
        title: what it is, in Chinese, for messages.
    """

    home: Home
    folder: Path
    contract: Table
    act: str
    title: str

    def add(self, lines: pa.Table, by: str) -> None:
        """Add lines, all or none; the caller holds the home's lock.

        Raises:
            LedgerError: another process has added meanwhile.
            OSError: the disk is full; then nothing was added.
        """
        table = self.contract.conform(lines)
        self._put("".join(json.dumps(_plain(line), ensure_ascii=False) + "\n" for line in table.to_pylist()))
        self._tell(by)

    def read(self) -> pa.Table:
        """All lines in the order of recording.

        Raises:
            LedgerError: a file is damaged or missing, or can't be read.
        """
        # Arrow reads moments from JSON, but no days.
        written = [f.with_type(pa.string()) if pa.types.is_date(f.type) else f for f in self.contract.arrow]
        options = pj.ParseOptions(explicit_schema=pa.schema(written))
        parts = [self.contract.empty()]
        for path in self._files():
            try:
                lines = pj.read_json(pa.BufferReader(self._content(path)), parse_options=options)
            except pa.ArrowInvalid:
                raise LedgerError(
                    f"{path}: {self.title}文件已损坏，请从备份恢复 · damaged; restore this file from a backup"
                ) from None
            parts.append(self.contract.conform(lines.cast(self.contract.arrow)))
        return pa.concat_tables(parts)

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with every recording; '' while there are none."""
        files = self._files()
        if not files:
            return ""
        sha = hashlib.sha256()
        for path in files:
            sha.update(self._content(path))
        return sha.hexdigest()[:16]

    def _tell(self, by: str) -> None:
        """Tell the ledger of acts of every file it does not know yet: the new one, and those of before there was a ledger."""
        known = recorded_files(self.home, self.act)
        for path in self._files():
            if path.name not in known:
                content = self._content(path)
                append(
                    self.home, self.act, by,
                    file=path.name, sha256=hashlib.sha256(content).hexdigest(), lines=content.count(b"\n"),
                )  # fmt: skip

    def _content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise self._unreadable(path, error) from None

    def _unreadable(self, path: Path, error: OSError) -> LedgerError:
        return LedgerError(
            f"{path}: {self.title}读不到（{error.strerror}），请检查权限 · can't be read; see to its permissions"
        )

    def _files(self) -> list[Path]:
        """The files in their order; none where nobody has recorded. What can't be looked at is not nothing."""
        try:
            names = sorted(p.name for p in self.folder.iterdir() if p.name[:1].isdigit() and p.suffix == ".jsonl")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(self.folder, error) from None
        for number, name in enumerate(names, start=1):
            if name != f"{number:06d}.jsonl":
                raise LedgerError(
                    f"{self.folder / f'{number:06d}.jsonl'}: {self.title}缺少此文件，请从备份恢复"
                    " · missing; restore this file from a backup"
                )
        return [self.folder / name for name in names]

    def _put(self, text: str) -> None:
        """Give the lines the next number, if nobody else did meanwhile. Only the owner may read them: reasons name people."""
        self.folder.mkdir(parents=True, exist_ok=True)
        final = self.folder / f"{len(self._files()) + 1:06d}.jsonl"
        aside = self.folder / f".{final.name}.writing"
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
        opened = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def numbered(letter: str, numbers: Iterable[int]) -> list[str]:
    """Names of lines by their place from 0: a letter and six digits from 1 on."""
    return [f"{letter}{number + 1:06d}" for number in numbers]


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _written(value) for name, value in line.items()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value

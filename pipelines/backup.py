"""What of a home can't be made again, as one file; and a home made from it.

Belongs here: which folders those are, the archive and its list of SHA-256. Does not: making the rest, which the next run does.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from warehouse.model import Home
from warehouse.model.durable import aside, put_in_place
from warehouse.model.layout import LAYOUT, mark_layout

KEPT = (
    "landing",
    "judgements",
    "verifications",
    "access",
    "models",
    "stage/identity",
    "city",
    "token.key",
    "ledger/seal.key",
    "home.json",
)
"""Deliveries with what people decided about them, judgements, 校核, models, the register of ids, the key of the tokens."""

LIST = "backup.json"
"""The first file of an archive: its layout, and every file with its SHA-256."""


class BackupError(RuntimeError):
    """A backup can't be made or used. The message says what to do and quotes nobody."""


def back_up(home: Home, target: Path) -> int:
    """Write the archive `target`, readable by its owner alone; the caller holds the home's lock. Returns how many files.

    It gets its name once it is whole and on disk. A home whose run was killed can be backed up as any other: what was half
    written has a hidden name and is left out.

    Raises:
        BackupError: there is a file of that name.
    """
    if target.exists():
        raise BackupError(f"{target}: 已有同名文件，请换一个 · there is a file of this name already; choose another")
    with tempfile.TemporaryDirectory(dir=home.root, prefix=".backup") as folder:
        return _write(sorted([*_files(home), *_acts(home, Path(folder))]), target)


def _write(files: list[tuple[PurePosixPath, Path]], target: Path) -> int:
    listed = {str(name): _sha256(path) for name, path in files}
    beside = aside(target)
    beside.unlink(missing_ok=True)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
            head = json.dumps({"layout": LAYOUT, "files": listed}).encode()
            line = tarfile.TarInfo(LIST)
            line.size = len(head)
            archive.addfile(line, io.BytesIO(head))
            for name, path in files:
                archive.add(path, str(name), recursive=False)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    put_in_place(beside, target)
    return len(files)


def restore(archive: Path, home: Home) -> int:
    """Make a home of an archive; return how many files. The next run makes all that was left out.

    Raises:
        BackupError: the home holds something already, or the archive is not what was written.
    """
    if home.root.is_dir() and any(home.root.iterdir()):
        raise BackupError(f"{home.root}: 该目录不为空，请换一个 · the folder is not empty; choose another")
    home.root.mkdir(parents=True, exist_ok=True)
    home.root.chmod(0o750)
    try:
        with tarfile.open(archive, "r:") as packed:
            first = packed.next()
            listed = _listed(packed, first)
            for member in packed:
                if member.name in listed and member.isfile():
                    packed.extract(member, home.root, filter="data")
    except (tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise BackupError(f"{archive}: 不是完整的备份 · this is no whole backup ({type(error).__name__})") from None
    wrong = [name for name, sha256 in listed.items() if not _is(home.root / name, sha256)]
    if wrong:
        raise BackupError(
            f"{archive}: 备份已损坏，{len(wrong)}个文件与清单不符 · the backup is damaged, {len(wrong)} files differ from its list"
        )
    mark_layout(home)
    return len(listed)


def _files(home: Home) -> Iterator[tuple[PurePosixPath, Path]]:
    for name in KEPT:
        top = home.root / name
        inside = top.rglob("*") if top.is_dir() else [top]
        for path in inside:
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield PurePosixPath(path.relative_to(home.root).as_posix()), path


def _acts(home: Home, folder: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """Copies of the ledger of acts, which grows without the home's lock; its head first, so that it is behind and never ahead."""
    for path in (home.acts_head, home.acts):
        if path.exists():
            copy = Path(shutil.copyfile(path, folder / path.name))
            copy.chmod(0o600)
            yield PurePosixPath(path.relative_to(home.root).as_posix()), copy


def _listed(packed: tarfile.TarFile, first: tarfile.TarInfo | None) -> dict[str, str]:
    stream = packed.extractfile(first) if first is not None and first.name == LIST else None
    told = json.loads(stream.read()) if stream else {}
    files = told["files"]
    if not isinstance(files, dict) or told["layout"] > LAYOUT:
        raise ValueError("layout")
    return {str(name): str(sha256) for name, sha256 in files.items()}


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

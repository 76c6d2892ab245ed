"""What the machine, or a damaged file, is at fault for: told in one line and with exit code 2, not as a traceback.

Belongs here: which errors those are, and what a person can do about each. Does not: mistakes of the project's own code, which
keep their traceback; what commands check before they begin; what stops a step of a run (`pipelines.run`).

DuckDB and Arrow quote cells in their messages, so of these nothing is told but the class and which file of the home is meant.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import typer
from typer.core import TyperGroup

from pipelines.commands.options import HOME, leave

Names = tuple[tuple[str, str], ...]

SAY_IT_THEMSELVES: Names = (
    ("connectors.manifest", "ManifestError"),
    ("pipelines.backup", "BackupError"),
    ("warehouse.model.layout", "LayoutError"),
    ("connectors.registry", "ConfigurationError"),
    ("warehouse.ledger.recordings", "LedgerError"),
    ("warehouse.model.kind_files", "DataModelError"),
    ("warehouse.release.manifest", "ReleaseError"),
)
"""Module and class of errors whose message is meant for who calls: it says what to do and quotes nobody."""

DAMAGED: Names = (
    ("duckdb", "IOException"),
    ("duckdb", "InvalidInputException"),
    ("duckdb", "SerializationException"),
    ("pyarrow", "ArrowInvalid"),
    ("pipelines.matching.engine.model", "ModelError"),
)
"""How DuckDB, Arrow and the reader of models say that a file is not what it should be."""

NO_MEMORY: Names = (("builtins", "MemoryError"), ("duckdb", "OutOfMemoryException"))

AGAIN = (
    "请 onenet run，仍不行则 onenet rebuild",
    "run `onenet run`, and `onenet rebuild` if that does not help",
)
"""What mends all of a home but what people must back up: it is made again from the landing area."""

WRITERS = ("run", "rebuild")
"""Commands that make a home anew after an upgrade: their errors are never those of an old home."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Guarded(TyperGroup):
    """The `onenet` command, with faults of the machine and of files told in a line, whoever calls it and how."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run a command; exit with code 2 where a fault is told."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            home = ctx.meta.get(HOME)
            told = told_of(error, home)
            if (told is None or _is(error, DAMAGED)) and ctx.invoked_subcommand not in WRITERS:
                told = _of_another_version(error, home) or told
            if told is None:
                raise
            leave(told)


def told_of(error: Exception, home: Path | None = None) -> str | None:
    """The line that tells a fault, Chinese first; None where the error is none of the machine or of a file.

    Args:
        error: what a command raised.
        home: the home the command was given; files in it are named.
    """
    if isinstance(error, BrokenPipeError):
        return None  # `onenet … | head`: typer ends it quietly
    if isinstance(error, OSError):
        return _of_system(error, home)
    if _is(error, SAY_IT_THEMSELVES):
        return str(error)
    if _is(error, NO_MEMORY):
        return "内存不足，请关闭其他程序或增加内存后再试 · not enough memory; make room and try again"
    return _of_damage(error, home) if _is(error, DAMAGED) else None


def _of_another_version(error: Exception, home: Path | None) -> str | None:
    """The line for a home whose newest release another version of the code built; None where this one built it, or where the
    error is the way a command ends."""
    if home is None or isinstance(error, ENDINGS) or not _built_by_another(home):
        return None
    return (
        f"--home {home}: 由另一版本的程序写成，本版本读不了（{type(error).__name__}），请先 onenet run"
        " · written by another version, which this one can't read; run `onenet run` first"
    )


ENDINGS = (click.ClickException, click.exceptions.Exit, click.Abort, typer.Exit, typer.Abort, BrokenPipeError)


def _built_by_another(home: Path) -> bool:
    from pipelines.markers import code_fingerprint
    from warehouse.model import Home
    from warehouse.release import published, releases

    try:
        place = Home.of(home.resolve())
        current = published(place)
        return any(m.version == current and m.code_version != code_fingerprint() for m in releases(place))
    except Exception:  # a home that can't be read at all tells nothing of its version; the first error is what counts
        return False


def _is(error: Exception, names: Names) -> bool:
    """Whether it is one of these. Looked up among what is loaded: an error of a library not yet imported can't be one."""
    return any(isinstance(error, getattr(sys.modules.get(module), name, ())) for module, name in names)


def _of_system(error: OSError, home: Path | None) -> str:
    """An error of the system, by its class and number alone: Arrow raises the same classes with a message of its own."""
    named = error.filename2 or error.filename
    path = os.fsdecode(named) if isinstance(named, str | bytes) else _named_in(error, home)
    if error.errno is None:
        return _of_damage(error, home)
    if error.errno in FULL:
        said = "磁盘已满，请腾出空间后再试 · the disk is full; make room and try again"
    elif isinstance(error, FileNotFoundError) and home and Path(path).is_relative_to(home.resolve()):
        said = f"缺少这个文件，{AGAIN[0]} · this file is gone; {AGAIN[1]}"
    elif error.errno == errno.EROFS:
        said = "文件系统只读，不能写入 · the file system is read-only"
    else:
        said = next((say(path) for kind, say in SAID if isinstance(error, kind)), "")
        said = said or f"系统错误 error of the system: {os.strerror(error.errno)}"
    return f"{path}: {said}" if path else said


def _denied(path: str) -> str:
    if os.access(path, os.F_OK) and not os.access(path, os.R_OK):
        return "没有读取权限，请更改其权限 · no permission to read it; change who may"
    if os.access(path, os.F_OK) or os.access(Path(path).parent, os.X_OK):
        return (
            "没有写入权限，请更改其权限或所在文件夹的权限 · no permission to write it; change who may, or in its folder"
        )
    return "没有进入其所在文件夹的权限 · no permission to enter the folder it lies in"


def _missing(path: str) -> str:
    if not path or Path(path).parent.is_dir():
        return "没有这个文件或文件夹，请核对路径 · no such file or folder; check the path"
    return "所在文件夹不存在，请先建立 · the folder it lies in does not exist; make it first"


def _words(said: str) -> Callable[[str], str]:
    return lambda _: said


SAID: tuple[tuple[type[OSError], Callable[[str], str]], ...] = (
    (PermissionError, _denied),
    (FileNotFoundError, _missing),
    (IsADirectoryError, _words("这是文件夹，应为文件 · this is a folder; a file is wanted")),
    (NotADirectoryError, _words("路径中有一段是文件，应为文件夹 · a part of this path is a file; a folder is wanted")),
    (FileExistsError, _words("已有同名文件 · there is a file of this name already")),
)


def _of_damage(error: Exception, home: Path | None) -> str:
    """A file DuckDB or Arrow can't make sense of, by name where the home has it."""
    kind, path = type(error).__name__, _named_in(error, home)
    if path and (fault := _cannot_be_read(path)):
        return told_of(fault, home) or kind
    what = ("此文件", "this file") if path else ("有文件", "a file")
    where = path or (f"--home {home}" if home else "")
    told = f"{what[0]}打不开或已损坏（{kind}），{AGAIN[0]} · {what[1]} can't be opened or is damaged; {AGAIN[1]}"
    return f"{where}: {told}" if where else told


def _named_in(error: Exception, home: Path | None) -> str:
    """The file of the home that a message names; '' where it names none. Nothing else of the message is looked at."""
    found = home and re.search(re.escape(str(home.resolve())) + r"/[^'\"\n]+", str(error))
    return found[0] if found else ""


def _cannot_be_read(path: str) -> OSError | None:
    """What the system says about a file: it may be away or closed to us rather than damaged."""
    try:
        with Path(path).open("rb"):
            return None
    except OSError as fault:
        return fault

"""An inbox that lies elsewhere, at sftp:// or s3://: its files are fetched into a folder of the home, which landing reads.

Belongs here: what is listed, what is fetched anew, and what can't be. Does not: the connection (`connectors.remote_systems`),
what a file means (`connectors.landing`), or waiting until files keep still (`pipelines.settling`).

The folder is a mirror: a file there has the size and time it has where it lies, so that an unchanged one is fetched once, and
what is taken away there is taken away here. What can't be fetched is written down beside it and offered with its reason.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.remote_systems import Address, close_system, is_of_the_connection, missing_library, open_system, trouble
from connectors.rows import DeliveryRejected, legible
from warehouse.model.durable import write_whole

MAX_FOLDERS = 8
"""How deep sub-folders are read, as in an inbox of this machine."""

BLOCK = 1 << 20

FAULTS = ".unfetched.json"
"""What could not be fetched, beside the folders of the platforms: name → code and reason."""

WHOLE = ""
"""The name under which the inbox itself stands there."""

HALF = ".half"

Fault = tuple[str, str]
"""Code and reason, as a verdict has them."""


@dataclass(frozen=True)
class Entry:
    """A file where it lies: its path below the platform's folder with `/`, its size, its time of change (ns), its fault."""

    platform: str
    name: str
    size: int = 0
    changed: int = 0
    fault: Fault | None = None


@dataclass(frozen=True)
class Remote:
    """An inbox at an address."""

    url: str

    def __post_init__(self) -> None:
        """Raises ValueError where the address is none, or what it needs is not installed."""
        library = missing_library(self.address)
        if library:
            raise ValueError(
                f"缺少软件包 {library}，请安装 · {library} is not installed: pip install 'one-network[remote]'"
            )

    @property
    def address(self) -> Address:
        """The address, taken apart."""
        return Address.of(self.url)

    def listing(self, platforms: Collection[str]) -> list[Entry]:
        """Everything that lies in the folders of the platforms, sorted; other folders stand there by their name alone.

        Raises:
            DeliveryRejected: `inbox_unreachable`.
        """
        with self._connected() as system:
            return self._entries(system, platforms)

    def fetch(self, folder: Path, platforms: Collection[str]) -> list[str]:
        """Make `folder` what lies at the address.

        Returns:
            What is odd but stops nothing, a line each. That it can't be reached is offered by every platform instead.

        Raises:
            OSError: the disk is full.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        faults: dict[str, Fault] = {}
        growing: list[Entry] = []
        try:
            with self._connected() as system:
                entries = self._entries(system, platforms)
                new = [e for e in entries if not e.fault and e.platform in platforms and not _is_there(folder, e)]
                for entry in new:
                    if fault := _fetch(system, f"{self.address.root}/{entry.platform}/{entry.name}", entry, folder):
                        faults[f"{entry.platform}/{entry.name}"] = fault
                if new:  # what changed meanwhile is half of one and half of the other
                    after = set(self._entries(system, platforms))
                    growing = [e for e in new if e not in after]
        except DeliveryRejected as verdict:
            faults = {WHOLE: (verdict.code, verdict.reason)}
        else:
            faults |= {f"{e.platform}/{e.name}".rstrip("/"): e.fault for e in entries if e.fault}
            _take_away(folder, {f"{e.platform}/{e.name}" for e in entries if not e.fault and e not in growing}, faults)
            for entry in entries:
                _stand_in(folder, entry, platforms)
        write_whole(folder / FAULTS, json.dumps({"inbox": self.address.shown, "faults": faults}).encode())
        count = len(growing)
        return (
            [f"{count}个文件在读取时仍在写入，下次运行再读 · {count} files were still being written"] if count else []
        )

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection; what breaks it in between is told as a verdict."""
        system = None
        try:
            system = open_system(self.address)
            yield system
        except DeliveryRejected:
            raise
        except Exception as error:
            if _is_of_this_disk(error):
                raise
            reason = f"收件箱“{self.address.shown}”读不到：{trouble(error)}"
            raise DeliveryRejected("inbox_unreachable", reason) from None  # a message may hold a name or an account
        finally:
            if system is not None:
                close_system(system)

    def _entries(self, system: Any, platforms: Collection[str]) -> list[Entry]:
        found: list[Entry] = []
        for line in system.ls(self.address.root, detail=True):
            name = _base(line, self.address.root)
            if name is None or name.startswith((".", "~$")):
                continue
            if line["type"] == "link" and name in platforms:
                found.append(Entry(name, "", fault=_LINK))
            elif line["type"] == "directory" and name in platforms:
                found += _walk(system, f"{self.address.root}/{name}", name, "", 0)
            else:
                found.append(Entry(legible(name), ""))
        return sorted(found, key=lambda e: (e.platform, e.name))


def faults(inbox: Path, platform: str) -> list[tuple[str, DeliveryRejected]]:
    """What of a platform could not be fetched into this inbox: name below its folder, and verdict. None of a local inbox."""
    try:
        said = json.loads((inbox / FAULTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    own = []
    for name, (code, reason) in said["faults"].items():
        if name == WHOLE:
            own.append((said["inbox"], DeliveryRejected(code, reason)))
        elif name == platform or name.startswith(f"{platform}/"):
            own.append((name.removeprefix(platform).lstrip("/") or platform, DeliveryRejected(code, reason)))
    return own


_LINK = ("is_link", "是链接而不是文件；链接可能指向别的部门的文件，不予读取，请放入文件本身")
_NO_FILE = ("not_a_file", "不是普通文件（管道、套接字或设备），未读取，请移除")
_TOO_DEEP = ("folder_too_deep", f"文件夹层数超过{MAX_FOLDERS}层的上限，未读取，请减少层数")
_NO_NAME = ("not_readable", "文件名中有..、空白段或不可用的字符，未读取，请改名")


def _base(line: dict[str, Any], above: str) -> str | None:
    """The last part of a listed path; None for the folder itself, which S3 lists as an empty file."""
    name = str(line["name"]).rstrip("/")
    return None if name.strip("/") == above.strip("/") else name.removeprefix(above.rstrip("/")).lstrip("/")


def _walk(system: Any, folder: str, platform: str, above: str, depth: int) -> Iterator[Entry]:
    try:
        lines = system.ls(folder, detail=True)
    except Exception as error:
        if is_of_the_connection(error):
            raise
        yield Entry(platform, above, fault=("not_readable", f"文件夹读不到：{trouble(error)}"))
        return
    for line in lines:
        base = _base(line, folder)
        if base is None or (base.startswith((".", "~$")) and base not in (".", "..")):
            continue
        name = legible(f"{above}/{base}" if above else base)
        if "/" in base or base in ("", ".", "..") or "\0" in base:
            yield Entry(platform, name.replace("/..", "").lstrip("./") or "?", fault=_NO_NAME)
        elif line["type"] == "link":
            yield Entry(platform, name, fault=_LINK)
        elif line["type"] == "directory":
            if depth + 1 < MAX_FOLDERS:
                yield from _walk(system, f"{folder}/{base}", platform, name, depth + 1)
            else:
                yield Entry(platform, name, fault=_TOO_DEEP)
        elif line["type"] == "file":
            moment = line["mtime"]
            yield Entry(platform, name, int(line["size"]), int(moment.timestamp()) * 10**9 if moment else 0)
        else:
            yield Entry(platform, name, fault=_NO_FILE)


def _place(folder: Path, entry: Entry) -> Path:
    return folder / entry.platform / entry.name


def _is_there(folder: Path, entry: Entry) -> bool:
    try:
        status = _place(folder, entry).lstat()
    except OSError:
        return False
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_size == entry.size
        and status.st_mtime_ns // 10**9 * 10**9 == entry.changed
    )


def _fetch(system: Any, path: str, entry: Entry, folder: Path) -> Fault | None:
    """Fetch one file; it gets its name and its time once it is whole."""
    place, half = _place(folder, entry), folder / HALF
    try:
        with system.open(path, "rb") as source, half.open("wb") as out:
            while block := source.read(BLOCK):
                out.write(block)
    except Exception as error:
        half.unlink(missing_ok=True)
        if is_of_the_connection(error) or _is_of_this_disk(error):
            raise
        return "not_readable", f"文件取不到：{trouble(error)}"
    os.utime(half, ns=(entry.changed, entry.changed))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        half.replace(place)
    except (NotADirectoryError, IsADirectoryError, FileExistsError):
        return "not_readable", "文件与文件夹同名，未读取，请改名"
    except OSError as error:
        return "not_readable", f"文件名存不下（{error.strerror}），请改短"
    return None


def _is_of_this_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def _take_away(folder: Path, names: set[str], faults: dict[str, Fault]) -> None:
    """Remove what no longer lies at the address, or could not be fetched this time."""
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name != FAULTS and (name not in names or name in faults):
            path.unlink()


def _stand_in(folder: Path, entry: Entry, platforms: Collection[str]) -> None:
    """An empty folder for what belongs to no platform: it is named, not fetched."""
    if entry.platform not in platforms:
        (folder / entry.platform).mkdir(exist_ok=True)

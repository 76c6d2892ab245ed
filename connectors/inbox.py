"""What lies in a platform's folder of the inbox: the files it offers, and what is there but can't be taken.

Belongs here: sub-folders, links, pipes, what is no delivery, names that must not be shown. Does not: what a name means
(`connectors.files`), or taking a file in (`connectors.landing`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.rows import DeliveryRejected, legible

MAX_FOLDERS = 8
"""How deep sub-folders are read."""

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; it belongs to that file."""

_PERSONAL = re.compile(
    r"(?<!\d)(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
    r"|[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}|1[3-9]\d{9})(?!\d)"
)
"""An identity number of 18 or 15 places, or a mobile number."""


@dataclass(frozen=True)
class Offered:
    """Something in a platform's folder.

    Attributes:
        path: where it lies.
        name: its path below the platform's folder, with `/`; legible, but as it is: see `shown`.
        fault: why it can't be taken; None for a file.
    """

    path: Path
    name: str
    fault: DeliveryRejected | None = None

    @property
    def base(self) -> str:
        """The name without its folders."""
        return self.name.rpartition("/")[2]


def offered(folder: Path) -> list[Offered]:
    """Everything a platform offers, sorted by name. Hidden files and lock files of office programs (`~$…`) are nothing."""
    if folder.is_symlink() and not folder.exists():
        return [Offered(folder, folder.name, _link())]
    return sorted(_walk(folder, "", 0), key=lambda found: found.name) if folder.is_dir() else []


def listing(folder: Path) -> list[tuple[str, int, int, int]]:
    """Name, size, time of change (ns) and mode of all that is offered, sorted: the same as long as nothing changed."""
    found = []
    for item in offered(folder):
        for path in (item.path, *companions(item.path)):
            try:
                status = path.lstat()
            except OSError:
                continue
            found.append(
                (f"{item.name}{path.name[len(item.path.name) :]}", status.st_size, status.st_mtime_ns, status.st_mode)
            )
    return found


def companions(path: Path) -> list[Path]:
    """What SQLite left beside a database and has not written into it yet."""
    beside = (path.with_name(path.name + suffix) for suffix in COMPANIONS)
    return [p for p in beside if p.is_file() and not p.is_symlink()]


def shown(name: str) -> str:
    """A file name as it may be stored and shown: numbers of persons in it are starred.

    >>> shown("名册_110101199003070011.csv"), shown("名册_20260101.csv")
    ('名册_******************.csv', '名册_20260101.csv')
    """
    return _PERSONAL.sub(lambda m: "*" * len(m[0]), legible(name))


def unreadable(error: OSError) -> DeliveryRejected:
    """The verdict on a file that the system does not let us read."""
    if isinstance(error, PermissionError):
        return DeliveryRejected("not_readable", "文件没有读取权限，请为运行账号授予读取权限")
    return DeliveryRejected("not_readable", f"文件读不出来（{error.strerror or type(error).__name__}），请重新放入")


def _walk(folder: Path, above: str, depth: int) -> Iterator[Offered]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        yield Offered(folder, above or folder.name, unreadable(error))
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        if entry.name.startswith((".", "~$")) or _is_companion(entry.name, names):
            continue
        path, name = Path(entry.path), legible(f"{above}/{entry.name}" if above else entry.name)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            yield Offered(path, name, _link())
        elif stat.S_ISDIR(mode):
            if depth + 1 < MAX_FOLDERS:
                yield from _walk(path, name, depth + 1)
            else:
                reason = f"文件夹层数超过{MAX_FOLDERS}层的上限，未读取，请减少层数"
                yield Offered(path, name, DeliveryRejected("folder_too_deep", reason))
        elif stat.S_ISREG(mode):
            yield Offered(path, name)
        else:
            yield Offered(
                path, name, DeliveryRejected("not_a_file", "不是普通文件（管道、套接字或设备），未读取，请移除")
            )


def _is_companion(name: str, names: set[str]) -> bool:
    return any(name.endswith(suffix) and name.removesuffix(suffix) in names for suffix in COMPANIONS)


def _link() -> DeliveryRejected:
    return DeliveryRejected("is_link", "是链接而不是文件；链接可能指向别的部门的文件，不予读取，请放入文件本身")

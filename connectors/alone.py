"""Reading a large or dense file in a process of its own, with a bound on its memory, that may die without the others.

Belongs here: which files need that, and what a process that died says of its file. A parser that asks for more memory than
there is ends the whole process, and no exception tells of it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import zipfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from connectors.machine import is_of_the_machine
from connectors.rows import DeliveryRejected
from connectors.spec import Format, GeoJson, Json, Workbook

LARGE = 64 << 20
"""Bytes from which on any file is read alone."""
LARGE_DOCUMENT = 16 << 20
"""Bytes from which on a JSON document is: its parser holds what lies nested whole."""
LARGE_SHEETS = 256 << 20
"""Bytes of the parts of a workbook, unpacked."""
LEAST = 2 << 30
CGROUP = Path("/sys/fs/cgroup/memory.max")


def needs_to_be(path: Path, layout: Format) -> bool:
    """Whether a file is to be read alone: it is large, or nothing else bounds what its parser may ask for."""
    size = path.stat().st_size
    if size > LARGE or (isinstance(layout, Json | GeoJson) and size > LARGE_DOCUMENT):
        return True
    if not isinstance(layout, Workbook):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False
    is_xlsx = any(p.filename.startswith("xl/worksheets/") and p.filename.endswith(".xml") for p in parts)
    return not is_xlsx or sum(p.file_size for p in parts) > LARGE_SHEETS


def bound() -> int:
    """Bytes a reading process may take: half of the machine's memory, or of what the container allows."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        whole = min(whole, int(CGROUP.read_text()))
    return max(LEAST, whole // 2)


def run(work: Callable[..., Any], *arguments: object, limit: int | None = None) -> Any:
    """What `work(*arguments)` returns in a process of its own; all of it has to be picklable.

    Raises:
        DeliveryRejected: `too_much_memory` where it needed more than the bound, `reader_killed` where it was killed from
            outside: the file is to be tried again.
        Exception: what the work raised.
    """
    limit = limit or bound()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "connectors.landing"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(there, limit, work, arguments))
    process.start()
    there.close()
    try:
        good, answer = here.recv()
    except EOFError:
        good, answer = False, None
    finally:
        here.close()
        process.join()
    if good:
        return answer
    if isinstance(answer, BaseException):
        raise answer
    if process.exitcode == -signal.SIGKILL:
        raise DeliveryRejected("reader_killed", "读取该文件的进程被系统终止，多因机器内存不足，下次运行再读")
    raise DeliveryRejected(
        "too_much_memory",
        f"读取该文件所需的内存超过每批{limit >> 20}MB的上限，读取进程已中止；请检查是否有误填的远端单元格或超长内容，或拆分后重新提交",
    )


def _work(there: Connection, limit: int, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    try:
        there.send((True, work(*arguments)))
    except BaseException as error:
        cause = error.__cause__ if isinstance(error, DeliveryRejected) else error
        of_memory = is_of_the_machine(cause) and not isinstance(cause, OSError)
        there.send((False, None if of_memory else error))


def _address_space() -> int:
    """Bytes of address space the process has already."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")

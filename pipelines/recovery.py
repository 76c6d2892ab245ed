"""What a run does first: put a home right that a killed run left behind.

Nothing here is needed for the good of the data a stage writes: what was not finished is done again. But a run may die
between two steps that belong together, and it leaves files that nobody will ever finish.

Belongs here: those repairs, made while the home's lock is held. Does not: the lock (`locking`), or the steps (`markers`).
"""

from __future__ import annotations

import multiprocessing.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.markers import forget
from pipelines.resolution.identity import commit_identity, committed, has_memory
from warehouse.model import Home
from warehouse.release import published, put_back, settle

ENDINGS = (".writing", ".building", ".publishing")
"""How the hidden name of what is being written ends; while the lock is held and no step runs, nobody is writing it."""


def recover(home: Home) -> int:
    """Remove what killed runs left half done, and finish what they published; return how many files and folders went.

    A release is published by swapping the library and then telling the register of ids. Between the two, the library
    shows ids the next run would not know of and would give away again: so the register follows the library.
    """
    version = published(home)
    if version:
        settle(home, version)
        # After a roll-back the library is older than the register, which has forgotten it: ids are never given twice.
        if version != committed(home) and has_memory(home, version):
            commit_identity(home, version)
    gone = 0
    for leftover in _leftovers(home.root):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
        gone += 1
    return gone


def restore_library(home: Home) -> str | None:
    """Put the newest good release back where the library is gone or damaged; where none is good let this run make one.

    Returns:
        What was done, in a sentence; None where the library is as it was published.
    """
    repair = put_back(home)
    if repair is None:
        return None
    if not repair.is_newest:
        forget(home, "version")  # a new version: everything from the naming of entities on is done again
    lost = f"，损坏的发布版已移除：{'、'.join(repair.damaged)}" if repair.damaged else ""
    if repair.version is None:
        return f"发布库缺失或已损坏且无可用的发布版，本次重新生成{lost} · the library is gone or damaged and no release is good; this run makes one"
    return f"发布库缺失或已损坏，已恢复为发布版 {repair.version}{lost} · the library was gone or damaged; release {repair.version} is the library again"


@contextmanager
def scratch(home: Home) -> Iterator[Path]:
    """An empty folder in the home for what a run spills, and the place of all temporary files of this process meanwhile.

    A killed process leaves its temporary files behind, and they hold people's data: here the next run removes them. The sockets by
    which processes speak hold none, and stay where their paths are short and nobody removes them before the process ends.
    """
    multiprocessing.util.get_temp_dir()
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(parents=True, mode=0o700)
    former, tempfile.tempdir = tempfile.tempdir, str(home.scratch)
    try:
        yield home.scratch
    finally:
        tempfile.tempdir = former
        shutil.rmtree(home.scratch, ignore_errors=True)


def _leftovers(root: Path) -> list[Path]:
    found = []
    for folder, folders, files in os.walk(root):
        half_done = [n for n in (*folders, *files) if n.startswith(".") and n.endswith(ENDINGS)]
        found += [Path(folder, name) for name in half_done]
        folders[:] = [name for name in folders if name not in half_done]
    return sorted(found)

"""Who may read a home: its owner everything, a group what is masked, others nothing.

Belongs here: the modes of its folders, and the umask of a run. Does not: the encryption of the restricted release.
"""

from __future__ import annotations

import grp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.registry import ConfigurationError
from warehouse.model import Home

SHARED = 0o750
"""The home, and folders of what is masked: releases with their Parquet files, data docs, charts, status."""
PRIVATE = 0o700
"""Folders that hold what departments delivered as they wrote it, what is made of it before masking, and judgements on it."""
UMASK = 0o027


def private_folders(home: Home) -> tuple[Path, ...]:
    """The folders only their owner may enter."""
    names = ("stage", "models", "extracts")
    return (
        home.landing,
        home.judgements,
        home.verifications,
        home.access,
        home.scratch,
        *(home.root / name for name in names),
    )


def shared_folders(home: Home) -> tuple[Path, ...]:
    """The folders a group may enter, the home itself first."""
    return (home.root, home.release(""), home.data_docs, home.root / "charts", home.status)


@contextmanager
def private_to_owner(home: Home, group: str | None = None) -> Iterator[None]:
    """Give the folders of a home their modes, make them where they are missing, and create files for owner and group alone.

    Args:
        home: may be one that was made before, readable by everybody.
        group: name of the group that may read what is masked; the owner's own if not given.

    Raises:
        ConfigurationError: there is no such group, or the account is not in it.
    """
    former = os.umask(UMASK)
    try:
        for folders, mode in ((shared_folders(home), SHARED), (private_folders(home), PRIVATE)):
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(mode)
        if group:
            _hand_to(home, group)
        yield
        if group:
            _hand_to(home, group)
    finally:
        os.umask(former)


def _hand_to(home: Home, group: str) -> None:
    """Let the group own what it may read; of the rest it can enter nothing."""
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise ConfigurationError(
            [f"settings.yaml: readers: {group!r} is no group of this machine; create it, or leave it out"]
        ) from None
    for folder in shared_folders(home):
        inside = [] if folder == home.root else [path for path in folder.rglob("*") if path.name != "restricted.duckdb"]
        for path in (folder, *inside):
            try:
                os.chown(path, -1, number, follow_symlinks=False)
            except PermissionError:
                raise ConfigurationError(
                    [f"settings.yaml: readers: the account of the run is not in group {group!r}; add it"]
                ) from None
    if home.library.exists():
        os.chown(home.library, -1, number, follow_symlinks=False)

"""Cost follows change: a step whose inputs are the same as last time is not done again.

A step leaves `<home>/stage/done/<step>.json` with the fingerprint of what it read and the digests of what it wrote. A step that
is done again and writes the same as before makes nothing after it be done again. A killed run leaves none for the step
it was in, so that the next run does just that step again and those after it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources, util
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from warehouse.model import Home
from warehouse.model.durable import sync, write_whole

Counts = dict[str, Any]
"""What a step reports: names and figures, never a person's data."""

_BUSY: defaultdict[tuple[Home, str], threading.RLock] = defaultdict(threading.RLock)
"""One lock for every step of a home: steps go side by side, and two of them may need the same third one."""


def run_if_changed(
    home: Home,
    step: str,
    fingerprint: str,
    body: Callable[[], Counts],
    written: Callable[[], Mapping[str, str]] = dict,
) -> Counts:
    """Run `body` unless it was last run to its end on the same `fingerprint`; return its counts.

    The counts of a step that was not run again carry `"unchanged": True`. Of several threads that ask for a step at the same
    time one runs it and the others wait.

    Args:
        home: where the marks are.
        step: its name.
        fingerprint: of all it reads.
        body: does it.
        written: handle → digest of each table it has written, called after `body`: see `digests_of`.
    """
    with _BUSY[home, step]:
        former = marker_of(home, step)
        if former and former["fingerprint"] == fingerprint:
            return {**former["counts"], "unchanged": True}
        _remove_marker(home, step)
        counts = body()
        _write_marker(home, step, fingerprint, counts, written())
        return counts


def digests_of(home: Home, step: str) -> Mapping[str, str]:
    """Handle → digest of each table a step wrote when it was last run to its end; empty where it was not."""
    told = (marker_of(home, step) or {}).get("written")
    return told if isinstance(told, dict) else {}


def run_changed(home: Home, steps: Mapping[str, str], body: Callable[[list[str]], None]) -> None:
    """As `run_if_changed`, for steps that are cheaper done together: run `body` on those that are not done on their fingerprint.

    Args:
        home: where the marks are.
        steps: step → fingerprint of what it reads.
        body: does the steps it is given, in the order of `steps`; not called where there are none.
    """
    changed = [step for step in steps if (marker_of(home, step) or {}).get("fingerprint") != steps[step]]
    for step in changed:
        _remove_marker(home, step)
    if changed:
        body(changed)
    for step in changed:
        _write_marker(home, step, steps[step], {}, {})


def marker_of(home: Home, step: str) -> dict[str, Any] | None:
    """The marker of a step; None where it was not run to its end. A damaged marker is none: the step is then done again."""
    try:
        told = json.loads(home.done(step).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told if isinstance(told, dict) and "fingerprint" in told else None


def _remove_marker(home: Home, step: str) -> None:
    mark = home.done(step)
    if mark.exists():
        mark.unlink()
        sync(mark.parent)  # or a loss of power could bring the mark back beside half-written results


def _write_marker(home: Home, step: str, fingerprint: str, counts: Counts, written: Mapping[str, str]) -> None:
    content = json.dumps({"fingerprint": fingerprint, "counts": counts, "written": written}, ensure_ascii=False)
    write_whole(home.done(step), content.encode())


def forget(home: Home, step: str) -> None:
    """Make the next `run_if_changed` of this step run it, whatever its fingerprint."""
    home.done(step).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """A fingerprint of 16 hexadecimal digits of the bytes of a file; '' where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except (FileNotFoundError, IsADirectoryError):
        return ""


def digest(parts: Iterable[object]) -> str:
    """A fingerprint of 16 hexadecimal digits of the parts, in their order."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(str(part).encode())
        sha.update(b"\0")
    return sha.hexdigest()[:16]


@cache
def code_fingerprint() -> str:
    """A fingerprint of the project's own code and data files: a new version does every step again."""
    sha = hashlib.sha256()
    for package in ("connectors", "pipelines", "quality", "warehouse"):
        if util.find_spec(package):
            _hash_tree(resources.files(package), sha)
    return sha.hexdigest()[:16]


def _hash_tree(folder: Traversable, sha: Any) -> None:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            if entry.name not in ("__pycache__", "sample"):
                _hash_tree(entry, sha)
        elif entry.name.endswith((".py", ".sql", ".yaml", ".csv", ".txt", ".json")):
            sha.update(entry.name.encode())
            sha.update(entry.read_bytes())

"""That a release was found good, said once: who publishes it need not look through the same file again.

Belongs here: saying so, of one manifest and the file it describes, and knowing it again. Does not: looking (`verify`). Whatever changes in
either of them, nothing is said of it.
"""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa
from pydantic import ValidationError

from warehouse.model.durable import write_whole
from warehouse.model.home import Home
from warehouse.release.manifest import LIBRARY, MANIFEST, Manifest, file_line
from warehouse.release.renewal import news
from warehouse.release.verify import verify_release

PROOF = "proof.json"


def prove(home: Home, version: str, suspects: pa.Table | None = None) -> list[str]:
    """List what is wrong with release `version`, as `verify_release` does; that nothing is, is remembered."""
    problems = verify_release(home.release(version), home.data_model, new=news(home, version), suspects=suspects)
    if not problems and (folder := home.made_of(version)).exists():
        write_whole(folder / PROOF, json.dumps({"manifest": _digest(home, version)}).encode())
    return problems


def is_proven(home: Home, version: str) -> bool:
    """Whether just this release was found good: its manifest is the same, and its file is what that describes."""
    try:
        said = json.loads((home.made_of(version) / PROOF).read_text(encoding="utf-8"))
        if said != {"manifest": _digest(home, version)}:
            return False
        folder = home.release(version)
        return file_line(folder / LIBRARY) == Manifest.read(folder).file
    except (FileNotFoundError, ValidationError, ValueError):
        return False


def _digest(home: Home, version: str) -> str:
    return hashlib.sha256((home.release(version) / MANIFEST).read_bytes()).hexdigest()

"""Versions of releases: how they are named, which there are, which one is the library.

A version is `<sequence>-<fingerprint>`, e.g. `0007-5f2c91ab`: the sequence orders the releases of a home, the fingerprint
is equal for equal deliveries, code, model, judgements, 校核 and norms, in any home.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
from pydantic import ValidationError

from warehouse.model.home import Home
from warehouse.model.quality import NORMS
from warehouse.model.session import connect
from warehouse.model.sql import literal
from warehouse.release.manifest import LIBRARY, Manifest, ReleaseFacts


def fingerprint(facts: ReleaseFacts) -> str:
    """Eight hexadecimal digits that differ where the deliveries, the code, the model, the judgements or the 校核 differ."""
    columns = facts.deliveries.select(["delivery_id", "platform", "file_name", "sha256", "state"]).to_pylist()
    deliveries = sorted({tuple(row.values()) for row in columns})
    said = [facts.verifications] if facts.verifications else []
    said += [repr(facts.norms)] if facts.norms != NORMS else []
    content = json.dumps([deliveries, facts.code_version, facts.model, facts.judgements, *said], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def next_version(home: Home, facts: ReleaseFacts, last: str | None = None) -> str:
    """The version a release built now from `facts` gets; `last`: one that is known to have been, if its folder has gone."""
    taken = [_sequence(name) for name in (*(folder.name for folder in _folders(home)), last or "")]
    return f"{max(taken, default=0) + 1:04d}-{fingerprint(facts)}"


def releases(home: Home) -> list[Manifest]:
    """Manifests of the releases that were published, oldest first; folders without a good manifest are passed over."""
    found = [m for m in map(_manifest, _folders(home)) if m and m.published_at]
    return sorted(found, key=lambda m: _sequence(m.version))


def unpublished(home: Home) -> list[str]:
    """Versions that were built and never published, or whose folder holds no good release."""
    return sorted({folder.name for folder in _folders(home)} - {m.version for m in releases(home)})


def published(home: Home) -> str | None:
    """The version the library is, as it says itself; None where there is no library or it can't be opened."""
    if not home.library.exists():
        return None
    for folder in _folders(home):
        if (folder / LIBRARY).exists() and (folder / LIBRARY).samefile(home.library):
            return folder.name
    try:
        with connect() as con:
            con.execute(f"attach {literal(home.library)} as library (read_only)")
            row = con.execute("select version from library.catalogue.release").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None


def up_to_date(home: Home, facts: ReleaseFacts) -> str | None:
    """The version of the library if it was built from just these `facts`, so that there is nothing to do; else None."""
    version = published(home)
    return version if version and version.rpartition("-")[2] == fingerprint(facts) else None


def _folders(home: Home) -> list[Path]:
    return sorted(home.release("").glob("[0-9]*-*"))


def _manifest(folder: Path) -> Manifest | None:
    try:
        return Manifest.read(folder) if (folder / LIBRARY).exists() else None
    except (FileNotFoundError, ValidationError):
        return None


def _sequence(version: str) -> int:
    head = version.partition("-")[0]
    return int(head) if head.isdigit() else 0

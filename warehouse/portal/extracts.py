"""The extracts that lie in a home for a department: releases, files, hashes, as their manifests say.

Belongs here: listing and finding. Does not: writing extracts (`warehouse.extracts`). Of a manifest only what is shown here is
read, so that it may say more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.model.home import Home
from warehouse.release.manifest import MANIFEST

LATEST = "latest"
CONTENTS = {
    "workbook": ("工作簿", "workbook"),
    "findings": ("差异", "findings"),
    "rows": ("全部行", "all rows"),
    "rejected": ("退回行", "rejected rows"),
    "care_tags": ("关爱标签", "care tags"),
    "notes": ("说明", "notes"),
}


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class File(_Lenient):
    """One file of an extract."""

    name: str
    bytes: int
    sha256: str
    platform: str = ""
    dataset: str = ""
    content: str = ""
    rows: int | None = None


class Grant(_Lenient):
    """What the extract of a platform may hold of a kind, for which purpose, until when; without an end it was not asked for."""

    platform: str
    entity_kind: str
    attributes: tuple[str, ...]
    purpose: str = ""
    expires_on: date | None = None


class _Said(_Lenient):
    entitlements: tuple[Grant, ...] = ()
    release: str
    department: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class Extract:
    """One department's extract of one release.

    Attributes:
        version: the release.
        folder: where it lies.
        tag: SHA-256 of its manifest, the entity tag of all its files.
        files: as the manifest lists them.
        written_at: when, UTC.
        grants: what it may hold.
    """

    version: str
    folder: Path
    tag: str
    files: tuple[File, ...]
    written_at: datetime
    grants: tuple[Grant, ...] = ()

    def holds(self, dead: frozenset[tuple[str, str]]) -> bool:
        """Whether it was made under a grant that is no more; `dead` are (kind, attribute)."""
        asked = {(g.entity_kind, a) for g in self.grants if g.expires_on for a in g.attributes}
        return not asked.isdisjoint(dead)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)

    def rows(self, content: str) -> int:
        """Rows of a content over all platforms, such as `findings`."""
        return sum(f.rows or 0 for f in self.files if f.content == content and f.name.endswith(".parquet"))

    def file(self, name: str) -> Path | None:
        """A file by name; None where the manifest does not list it: a name is never a path."""
        listed = {file.name for file in self.files} | {MANIFEST}
        return self.folder / name if name in listed else None


def extracts(home: Home, department: str) -> list[Extract]:
    """The extracts of a department, newest first; a folder without a good manifest is passed over."""
    found = [_read(path.parent) for path in home.extract(department, "").glob(f"*/{MANIFEST}")]
    return sorted((e for e in found if e), key=lambda e: e.version, reverse=True)


def extract(home: Home, department: str, version: str) -> Extract | None:
    """The extract of a release, or the newest one for `LATEST`; None where there is none."""
    return next((e for e in extracts(home, department) if version in (LATEST, e.version)), None)


def _read(folder: Path) -> Extract | None:
    try:
        content = (folder / MANIFEST).read_bytes()
        said = _Said.model_validate_json(content)
        at = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC)
    except (OSError, ValidationError):
        return None
    return Extract(folder.name, folder, hashlib.sha256(content).hexdigest(), said.files, at, said.entitlements)

"""The manifest of a release: what it was built from and what it holds, as JSON beside the file.

Belongs here: reading and writing it. Does not: deciding on versions (`warehouse.release.versions`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from warehouse.model.durable import write_whole
from warehouse.model.home import Home
from warehouse.model.quality import NORMS, GridNorms
from warehouse.model.strict import Strict

MANIFEST = "manifest.json"
LIBRARY = "one_network.duckdb"


class ReleaseError(RuntimeError):
    """A release can't be built or published. Says what, where and what to do; never quotes a person's data."""


@dataclass(frozen=True)
class ReleaseFacts:
    """What a release is made from, beyond the stage tables.

    Attributes:
        code_version: version of the code, as a commit or package version.
        model: fingerprint of the matching models of all kinds.
        deliveries: the landing manifest (contract `landing.delivery`) with every delivery taken in.
        judgements: fingerprint of the stewards' judgements, '' while there are none.
        verifications: fingerprint of what departments said of corrections, '' while nobody has.
        norms: how large a grid should be, as the city rules.
    """

    code_version: str
    model: str
    deliveries: pa.Table
    judgements: str = ""
    verifications: str = ""
    norms: GridNorms = NORMS


class DeliveryLine(Strict):
    """One delivery the release was built from."""

    delivery_id: str
    platform: str
    file_name: str
    sha256: str
    state: str


class FileLine(Strict):
    """One file with its size in bytes and its SHA-256."""

    name: str
    bytes: int
    sha256: str


class LedgerHead(Strict):
    """The ledger of acts when this was printed: how many lines, the hash of the last one, signed
    (`warehouse.ledger.seal`)."""

    count: int
    head: str
    key: str = ""
    signature: str = ""


class Manifest(Strict):
    """What `manifest.json` says. `published_at` is null until the release became the library. Times are UTC."""

    version: str
    fingerprint: str
    created_at: datetime
    published_at: datetime | None = None
    code_version: str
    model: str
    judgements: str = ""
    verifications: str = ""
    duckdb: str
    storage_version: str
    deliveries: tuple[DeliveryLine, ...]
    tables: dict[str, int]
    file: FileLine
    restricted: FileLine | None = None
    ledger: LedgerHead | None = None

    def write(self, folder: Path) -> None:
        """Write it into `folder`, aside first and then in place."""
        write_whole(folder / MANIFEST, (self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it from `folder`; FileNotFoundError or pydantic's ValidationError where there is no good one."""
        return cls.model_validate_json((folder / MANIFEST).read_bytes())


def release_file(home: Home, version: str) -> Path:
    """The DuckDB file of a release; it exists once the release was built."""
    return home.release(version) / LIBRARY


def delivery_lines(deliveries: pa.Table) -> tuple[DeliveryLine, ...]:
    """One line per delivery of a landing manifest (which has one per delivery and dataset), by platform and file."""
    lines = {
        (r["platform"], r["file_name"], r["delivery_id"]): r
        for r in deliveries.select(["delivery_id", "platform", "file_name", "sha256", "state"]).to_pylist()
    }
    return tuple(DeliveryLine.model_validate(lines[key]) for key in sorted(lines))


def file_line(path: Path) -> FileLine:
    """Size and SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileLine(name=path.name, bytes=path.stat().st_size, sha256=digest.hexdigest())

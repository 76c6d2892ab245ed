"""Manifest lines: what is written down of each delivery, and what is known of former ones.

Belongs here: a delivery's identity, its manifest line, which files were taken in before. Does not: reading a delivery
(`connectors.landing`).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.manifest import manifest
from connectors.rows import DeliveryRejected
from connectors.spec import Platform
from warehouse.model.durable import write_whole
from warehouse.model.home import Home
from warehouse.model.landing import DELIVERY


@dataclass(frozen=True)
class Offer:
    """A delivery about to be landed: its original bytes are already kept."""

    platform: Platform
    delivery_id: str
    file_name: str
    sha256: str
    size: int
    original: Path
    delivered_on: datetime.date | None
    scope: str
    sequence: int
    doubt: tuple[str, str] | None = None
    """Reason code and reason why it may not be whole, told by the deliveries before it."""


def identity(platform: str, file_name: str, sha256: str) -> str:
    """The delivery id: 16 hex digits of a hash of platform, file name and content."""
    return hashlib.sha256("\n".join((platform, file_name, sha256)).encode()).hexdigest()[:16]


def description(platform: Platform) -> str:
    """A fingerprint of the platform's description: a rejected delivery is tried again when it changes."""
    return hashlib.sha256(platform.model_dump_json().encode()).hexdigest()[:16]


def line(
    offer: Offer,
    dataset: str,
    state: str,
    rows: tuple[int, int, int],
    *,
    warnings: Sequence[str] = (),
    verdict: DeliveryRejected | None = None,
) -> dict[str, Any]:
    """One manifest line; `rows` are delivered, landed, rejected.

    Of a landed delivery `verdict` is a doubt: it is held until a person confirms it (`connectors.holding`).
    """
    delivered, landed, rejected = rows
    return {
        "delivery_id": offer.delivery_id,
        "platform": offer.platform.platform,
        "dataset": dataset,
        "file_name": offer.file_name,
        "sha256": offer.sha256,
        "bytes": offer.size,
        "delivered_on": offer.delivered_on,
        "scope": offer.scope,
        "sequence": offer.sequence,
        "state": state,
        "reason_code": verdict.code if verdict else None,
        "reason": verdict.reason if verdict else None,
        "rows_delivered": delivered,
        "rows_landed": landed,
        "rows_rejected": rejected,
        "warnings": list(warnings),
    }


TRY_AGAIN = frozenset(["reader_killed", "same_bytes"])
"""Verdicts that depend on more than file and description: the next run looks again."""


def write(offer: Offer, home: Home, lines: list[dict[str, Any]]) -> None:
    """Write the manifest of a delivery: from now on it counts."""
    path = home.delivery(offer.platform.platform, offer.delivery_id)
    marker = path.with_suffix(".description")
    if lines[0]["state"] == "rejected":
        again = lines[0]["reason_code"] in TRY_AGAIN
        write_whole(marker, b"" if again else description(offer.platform).encode())
    else:
        marker.unlink(missing_ok=True)
    DELIVERY.write(pa.Table.from_pylist(lines, schema=DELIVERY.arrow), path)


def forget(home: Home, platform: str, delivery_id: str) -> None:
    """Take a line out that told of no bytes: a file that could not be read then, and can now or is gone."""
    path = home.delivery(platform, delivery_id)
    path.unlink(missing_ok=True)
    path.with_suffix(".description").unlink(missing_ok=True)
    home.rejected(platform, delivery_id).unlink(missing_ok=True)


def known(home: Home, platform: Platform) -> dict[str, dict[str, Any]]:
    """Manifest lines by delivery id, with the description a rejected delivery was read under."""
    table = manifest(home, platform.platform)
    found: dict[str, dict[str, Any]] = {}
    for line in table.select(
        ["delivery_id", "sequence", "state", "sha256", "file_name", "rows_landed", "reason_code"]
    ).to_pylist():
        marker = home.delivery(platform.platform, line["delivery_id"]).with_suffix(".description")
        former = found.get(line["delivery_id"])
        rows = line["rows_landed"] + (former["rows_landed"] if former else 0)
        said = {"description": marker.read_text() if marker.exists() else "", "rows_landed": rows}
        found[line["delivery_id"]] = line | said
    return found


class Seen:
    """Size and time of files hashed before: an unchanged file is not read again to learn that it is unchanged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._files: dict[str, list[object]] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._files = {}
        self._changed = False

    def members(self, name: str, size: int, mtime_ns: int) -> list[tuple[str, str]] | None:
        """Name and SHA-256 of the files of an archive that has not changed since; None where it must be unpacked."""
        line = self._files.get(name)
        if not line or line[:2] != [size, mtime_ns] or len(line) < 3 or not isinstance(line[2], list):
            return None
        return [(str(inner), str(sha256)) for inner, sha256 in line[2]]

    def put_members(self, name: str, size: int, mtime_ns: int, members: list[tuple[str, str]]) -> None:
        """Remember what an archive holds."""
        self._files[name] = [size, mtime_ns, [list(m) for m in members]]
        self._changed = True

    def get(self, name: str, size: int, mtime_ns: int) -> str | None:
        """The SHA-256 of a file that has not changed since; None where it must be read."""
        size_time_sha = self._files.get(name)
        return str(size_time_sha[2]) if size_time_sha and size_time_sha[:2] == [size, mtime_ns] else None

    def put(self, name: str, size: int, mtime_ns: int, sha256: str) -> None:
        """Remember a file."""
        self._files[name] = [size, mtime_ns, sha256]
        self._changed = True

    def save(self) -> None:
        """Write it down where something is new."""
        if self._changed:
            text = json.dumps(self._files, ensure_ascii=False, sort_keys=True, indent=0)
            write_whole(self._path, text.encode())

"""What the landing area knows of its deliveries and refused rows, read back.

Belongs here: reading manifest lines and refused rows of all or one platform. Does not: writing them
(`connectors.deliveries`), or saying which deliveries hold (`connectors.holding`).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.model.home import Home
from warehouse.model.landing import DELIVERY, REJECTED


class ManifestError(RuntimeError):
    """A file of the landing area is damaged. Says which and what to do; quotes none of it."""


_known: dict[Path, tuple[tuple[int, int], pa.Table]] = {}
"""Manifest files read before, with time and size: every step of a run asks, and a home gathers thousands in a year."""


def manifest(home: Home, platform: str | None = None) -> pa.Table:
    """Every manifest line of the home (DELIVERY), or of one platform, ordered by platform, sequence, dataset.

    The state is that of landing, landed or rejected; see `connectors.holding.delivery_states` for what became of it since.
    """
    paths = _files(home.landing / "delivery", platform)
    return _ordered([_remembered(path) for path in paths], DELIVERY.arrow, ("platform", "sequence", "dataset"))


def rejected_rows(home: Home, platform: str | None = None) -> pa.Table:
    """Every refused row of the home (REJECTED), or of one platform, ordered by platform, file and place."""
    order = ("platform", "file_name", "delivery_id", "sheet_name", "row_number", "column", "reason_code")
    paths = _files(home.landing / "rejected", platform)
    return _ordered([_whole(path) for path in paths], REJECTED.arrow, order)


def _files(folder: Path, platform: str | None) -> list[Path]:
    return sorted(p for p in folder.glob(f"{platform or '*'}/*.parquet") if not p.name.startswith("."))


def _remembered(path: Path) -> pa.Table:
    status = path.stat()
    mark = (status.st_mtime_ns, status.st_size)
    known = _known.get(path)
    if known is None or known[0] != mark:
        known = _known[path] = (mark, _whole(path))
    return known[1]


def _whole(path: Path) -> pa.Table:
    try:
        return pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's own: away, or no permission
        raise ManifestError(
            f"{path}: 落地区文件已损坏，请从备份恢复 · damaged; restore this file from a backup"
        ) from None


def _ordered(tables: list[pa.Table], schema: pa.Schema, order: tuple[str, ...]) -> pa.Table:
    if not tables:
        return schema.empty_table()
    return pa.concat_tables(tables).cast(schema).sort_by([(column, "ascending") for column in order])

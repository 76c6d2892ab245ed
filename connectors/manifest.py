"""What the landing area knows of its deliveries and refused rows, read back.

Belongs here: reading manifest lines and refused rows of all or one platform. Does not: writing them
(`connectors.deliveries`), or saying which deliveries hold (`connectors.holding`).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.model.home import Home
from warehouse.model.landing import DELIVERY, REJECTED
from warehouse.model.table import replace_parquet


class ManifestError(RuntimeError):
    """A file of the landing area is damaged. Says which and what to do; quotes none of it."""


Mark = tuple[int, int]
"""Time and size of a file: one that was written over is not what it was."""

_known: dict[Path, tuple[Mark, pa.Table]] = {}
"""Manifest files read before: every step of a run asks, and a home gathers thousands in a year."""

FEW = 20
"""So many manifest files are read one by one; beyond, what was gathered of them is read first."""
GATHERED = pa.schema([*DELIVERY.arrow, ("file", pa.string()), ("time", pa.int64()), ("size", pa.int64())])


def manifest(home: Home, platform: str | None = None) -> pa.Table:
    """Every manifest line of the home (DELIVERY), or of one platform, ordered by platform, sequence, dataset.

    The state is that of landing, landed or rejected; see `connectors.holding.delivery_states` for what became of it since.
    """
    paths = _files(home.landing / "delivery", platform)
    if sum(path not in _known for path in paths) > FEW:
        _recall(home)
    return _ordered([_remembered(path) for path in paths], DELIVERY.arrow, ("platform", "sequence", "dataset"))


def gather(home: Home) -> None:
    """Put the manifest lines of all deliveries into one file, from which the next process takes them; those are right that are
    still of the same time and size. Nothing is written where nothing came since."""
    folder, path = home.landing / "delivery", home.gathered_deliveries
    if home.is_gathered or not folder.is_dir():
        return
    manifest(home)
    now = {file: _known[file] for file in _files(folder, None)}
    if not now:
        return
    parts = []
    for file, ((time, size), table) in now.items():
        of_file = {"file": str(file.relative_to(folder)), "time": time, "size": size}
        columns = [
            pa.repeat(pa.scalar(value, GATHERED.field(name).type), table.num_rows) for name, value in of_file.items()
        ]
        parts.append(pa.Table.from_arrays([*table.cast(DELIVERY.arrow).columns, *columns], schema=GATHERED))
    replace_parquet(pa.concat_tables(parts).combine_chunks(), path, compression="zstd")


def _recall(home: Home) -> None:
    """Take into `_known` what was gathered."""
    try:
        table = pq.ParquetFile(home.gathered_deliveries).read().cast(GATHERED)
    except (FileNotFoundError, pa.ArrowInvalid, ValueError):
        return
    runs = pc.run_end_encode(table["file"].combine_chunks())
    lines, start = table.select(DELIVERY.names), 0
    marks = list(zip(table["time"].to_pylist(), table["size"].to_pylist(), strict=True))
    for file, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        _known.setdefault(home.landing / "delivery" / file, (marks[start], lines.slice(start, end - start)))
        start = end


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

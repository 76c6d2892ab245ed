"""The standard addresses of a city on their way to whoever needs the gazetteer: a table here, a file for workers elsewhere.

Belongs here: making a gazetteer once, where it is asked for. Does not: the gazetteer (`gazetteer`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.standardise.address.gazetteer import Gazetteer
from pipelines.standardise.address.own_division import OwnDivision

_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class AddressReference:
    """A reference of standard addresses.

    Attributes:
        rows: nullable strings `REFERENCE_COLUMNS`, see `Gazetteer.from_reference`.
        declared: what the city says of its division.
        city: its code, where a home has several; else ''.
    """

    rows: pa.Table = field(repr=False)
    declared: OwnDivision = field(default_factory=OwnDivision)
    city: str = ""

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer, made when it is first asked for."""
        return Gazetteer.from_reference(self.rows, self.declared, city=self.city)

    @cached_property
    def fingerprint(self) -> str:
        """That of the gazetteer."""
        return Gazetteer.fingerprint_of(self.rows, self.declared, self.city)

    def store(self, folder: Path) -> StoredReference:
        """Write the rows as a Parquet file into a folder that workers see under the same path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "addresses.parquet"
        pq.write_table(self.rows, path, compression="zstd")
        return StoredReference(path, self.declared, self.fingerprint, self.city)


@dataclass(frozen=True)
class StoredReference:
    """The same as a file: it is little, so it can be sent to workers.

    Attributes:
        path: of the rows.
        declared: what the city says of its division.
        fingerprint: of the gazetteer.
        city: as in `AddressReference`.
    """

    path: Path
    declared: OwnDivision
    fingerprint: str
    city: str = ""

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer, made once a process; a process holds one."""
        with _ONE_AT_A_TIME:
            return _opened(self)


@lru_cache(maxsize=1)
def _opened(stored: StoredReference) -> Gazetteer:
    return Gazetteer.from_reference(pq.read_table(stored.path), stored.declared, city=stored.city)

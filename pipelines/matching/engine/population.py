"""The population: what a pair's score depends on beyond its two rows. That is how common values are, and how many records exist.

Belongs here: saving it with the model, so that a score depends on (pair, model) alone and does not move with every delivery. Does not: learning the model (`train`), or counting (`compare`).

A value's frequency is its bin (about -log2 of its share) under the hash of the value. Only bins that differ from that of an
unknown value are stored: rare values, which most are, take no room.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.matching.engine.encode import Encoded
from pipelines.matching.engine.hashing import Hashes, value_hashes
from pipelines.matching.engine.model import Model, ModelError
from warehouse.model.durable import aside, put_in_place

Bins = npt.NDArray[np.int64]

_SCHEMA = pa.schema([("column", pa.string()), ("value", pa.uint64()), ("bin", pa.int8())])


@dataclass(frozen=True)
class Frequencies:
    """One column: hashes of known values in order, the bin of each, and the bin of any other value."""

    values: Hashes
    bins: npt.NDArray[np.int8]
    other: int

    @classmethod
    def of(cls, values: pa.Array, bins: Bins, wider: pa.Table | None = None) -> Frequencies:
        """The bins of the distinct `values` of a column.

        Args:
            values: distinct values.
            bins: bin of each.
            wider: `value` and `share` in a wider population, from which a later value may come.
        """
        other = int(np.bincount(bins).argmax()) if len(bins) else 0
        hashes = value_hashes(values)
        if wider is not None:
            share = np.clip(np.asarray(wider.column("share")).astype(np.float64), 1e-12, 1.0)
            elsewhere = np.minimum(np.round(-np.log2(share)).astype(np.int64), other)
            hashes = np.concatenate([hashes, value_hashes(wider.column("value"))])
            bins = np.concatenate([bins, elsewhere])
        known, first = np.unique(
            hashes, return_index=True
        )  # the bin of these records comes before that of the wider ones
        stored = bins[first] != other
        return cls(known[stored], bins[first][stored].astype(np.int8), other)

    def bins_of(self, hashes: Hashes) -> Bins:
        """The bin of every value."""
        if not len(self.values):
            return np.full(len(hashes), self.other, dtype=np.int64)
        index = np.minimum(np.searchsorted(self.values, hashes), len(self.values) - 1)
        return np.where(self.values[index] == hashes, self.bins[index], self.other).astype(np.int64)


@dataclass(frozen=True)
class Population:
    """The records a model was trained on.

    Attributes:
        records: distinct records.
        possible_pairs: pairs of them that count.
        frequencies: column → `Frequencies`, for every column a level takes its term frequency from.
        notes: facts the caller stores with the model (when it was trained, on what). JSON values.
    """

    records: int
    possible_pairs: float
    frequencies: dict[str, Frequencies]
    notes: dict[str, Any] = field(default_factory=dict)

    def bins(self, encoded: Encoded) -> dict[str, Bins]:
        """The bin of every distinct value of every column that has frequencies."""
        return {c: f.bins_of(encoded.dictionaries[c].hashes) for c, f in self.frequencies.items()}

    def prior_weight(self, model: Model) -> float:
        """log2 odds of a random pair in the training run."""
        return model.prior_weight(self.records, self.possible_pairs)

    def save(self, path: Path) -> None:
        """Write it as Parquet: a line per value, the rest as metadata."""
        parts = [
            pa.table([pa.repeat(pa.scalar(c), len(f.values)), f.values, f.bins], schema=_SCHEMA)
            for c, f in sorted(self.frequencies.items())
        ]
        facts = {
            "records": self.records,
            "possible_pairs": self.possible_pairs,
            "columns": {c: [len(f.values), f.other] for c, f in sorted(self.frequencies.items())},
            "notes": self.notes,
        }
        table = pa.concat_tables([_SCHEMA.empty_table(), *parts])
        path.parent.mkdir(parents=True, exist_ok=True)
        described = table.replace_schema_metadata({"population": json.dumps(facts, sort_keys=True)})
        pq.write_table(
            described, aside(path), compression="none", use_dictionary=["column"]
        )  # hashes don't get smaller
        put_in_place(aside(path), path)

    @classmethod
    def load(cls, path: Path) -> Population:
        """Read what `save` wrote.

        Raises:
            ModelError: not such a file.
        """
        try:
            with pq.ParquetFile(path) as file:
                facts = json.loads((file.schema_arrow.metadata or {})[b"population"])
                values, bins = (column.to_numpy() for column in file.read(["value", "bin"]).columns)
            frequencies, start = {}, 0
            for column, (size, other) in facts["columns"].items():  # one after another, as they were written
                part = slice(start, start := start + size)
                frequencies[column] = Frequencies(values[part], bins[part], other)
            return cls(facts["records"], facts["possible_pairs"], frequencies, facts["notes"])
        except (KeyError, ValueError, OSError, pa.ArrowInvalid) as error:
            raise ModelError(f"population of a model: can't be read ({type(error).__name__}); train anew") from None

"""What runs where the rows are: the golden records of buckets, by the code of one machine.

Belongs here: reading a bucket's rows and writing its files. Does not: choosing (`survivorship`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.resolution.at_scale.parts import Part, split
from pipelines.resolution.survivorship import Answers, GoldenResult, Resolved, golden
from pipelines.resolution.touched import Said
from warehouse.model.data_model import HOME, DataModel
from warehouse.model.link import ENTITY

STAGES = ("golden", "attribute", "conflict", "said")
"""What is written of every bucket."""


@dataclass(frozen=True)
class GoldenOfBuckets:
    """Writes the golden records, claims and conflicts of every bucket it is given whole, and what is said in it.

    Attributes:
        kind: that the golden records are of.
        model: the kinds there are.
        parts: of the rows, see `parts`.
        authority: see `pipelines.resolution.authority`.
        grid: file of the grid tree, or of nothing.
        answers: files of what departments said of claims.
        folder: where files are written, see `file_of`.
    """

    kind: str
    model: DataModel
    parts: tuple[Part, ...]
    authority: pa.Table
    grid: Path
    answers: Answers
    folder: Path

    schema = pa.schema([(name, pa.int64()) for name in ("bucket", "golden", "attribute", "conflict")])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """How many rows were written of every bucket."""
        buckets = np.unique(rows["bucket"].to_numpy())
        written = [self._bucket(int(b), rows.filter(pc.equal(rows["bucket"], int(b)))) for b in buckets]
        return pa.Table.from_pylist(written, schema=self.schema)

    def _bucket(self, bucket: int, rows: pa.Table) -> dict[str, int]:
        said = Said.nothing()
        made = self._chosen(split(rows, self.parts), said)
        for stage, table in zip(STAGES, (made.golden, made.attributes, made.conflicts, said.now), strict=True):
            path = file_of(self.folder, stage, bucket)
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{bucket}-{uuid.uuid4().hex}.writing")  # an engine may run a bucket twice at once
            pq.write_table(table, aside, compression="zstd", compression_level=1)
            aside.replace(path)
        return {
            "bucket": bucket,
            "golden": made.golden.num_rows,
            "attribute": made.attributes.num_rows,
            "conflict": made.conflicts.num_rows,
        }

    def _chosen(self, given: dict[str, pa.Table], said: Said) -> GoldenResult:
        subjects = given["subject"].sort_by("mention_id")
        return golden(
            self.kind,
            self.model.mention(self.kind).conform(subjects),
            ENTITY.conform(subjects),
            self.authority,
            known=self._known(given),
            grid=self.grid,
            answers=self.answers,
            model=self.model,
            threads=1,
            said=said,
        )

    def _known(self, given: dict[str, pa.Table]) -> dict[str, Resolved]:
        known = {
            name.removeprefix("companion_"): Resolved(table, table)
            for name, table in given.items()
            if name.startswith("companion_")
        }
        if "home" in given:
            rows = given["home_by_row"]
            known[HOME] = Resolved(rows, rows, given["home"], given["home_by_address"])
        return known


def file_of(folder: Path, stage: str, bucket: int) -> Path:
    """The file of a stage of a bucket."""
    return folder / stage / f"{bucket}.parquet"

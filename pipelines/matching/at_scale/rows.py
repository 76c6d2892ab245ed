"""The rows of a home matched on an engine, with the result that a run in memory gives.

Belongs here: writing the compared columns where the engine reads them, and clearing up. Does not: the run (`link`).
"""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine import open_engine
from pipelines.matching.at_scale.link import link_at_scale
from pipelines.matching.at_scale.result import result_of
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.coded import CodedTable
from pipelines.matching.inputs.rows import Rows
from warehouse.model.durable import put_in_place

ROWS_OF_A_FILE = 1 << 20
"""Rows of one file: the least that one worker reads."""


def link_rows(
    url: str,
    folder: Path,
    rows: Rows,
    spec: MatchSpec,
    *,
    judgements: pa.Table | None = None,
    model: Model | None = None,
    population: Population | None = None,
    stamp: str = "",
) -> MatchResult:
    """As `engine.link` of these rows in order of their keys, on the engine of a URL.

    Args:
        url: see `open_engine`.
        folder: for the tables of the run; it is gone at its end. A run that was killed goes on from its last table under the same
            `stamp`.
        rows: to be matched.
        spec: see `link_at_scale`, like the other arguments.
        judgements: of people.
        model: a trained model.
        population: the one it was trained on.
        stamp: changes with rows, judgements, model and code.
    """
    write_mentions(rows, spec, folder / "mention")
    engine = open_engine(url, folder / "table")
    try:
        run = link_at_scale(
            engine, folder / "mention", spec, model=model, population=population, judgements=judgements, stamp=stamp
        )
        result = result_of(run)
    finally:
        engine.stop()
    rmtree(folder, ignore_errors=True)
    return result


def write_mentions(rows: Rows, spec: MatchSpec, folder: Path) -> None:
    """Write the compared columns of all rows as Parquet, with `mention_id` and `position`."""
    view = rows.view(None)
    table = (view.arrow if isinstance(view, CodedTable) else view).select(["mention_id", *spec.columns])
    ids = table["mention_id"].to_numpy()
    position = np.empty(int(ids.max(initial=-1)) + 1, dtype=np.int64)
    position[rows.ids[rows.in_order]] = np.arange(len(ids))
    plain = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    table = pa.table(
        [pa.array(ids.astype(np.int64)), pa.array(position[ids]), *plain[1:]],
        names=["mention_id", "position", *table.column_names[1:]],
    )
    folder.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, max(len(ids), 1), ROWS_OF_A_FILE)):
        written = folder / f".part-{number}.writing"
        pq.write_table(table.slice(start, ROWS_OF_A_FILE), written, compression="zstd")
        put_in_place(written, folder / f"part-{number}.parquet")

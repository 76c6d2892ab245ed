"""What a run hands back: clusters, judged pairs with their evidence, the model, and a report without any value.

Belongs here: the results and their contracted form. Does not: how they come about (`link`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.matching.engine.blocking import Blocking, BlockReport, found_by
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes, Encoded
from pipelines.matching.engine.explain import described, waterfall
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.score import Scorer, probability
from pipelines.matching.engine.spec import MatchSpec
from warehouse.model.durable import aside, put_in_place
from warehouse.model.link import PAIR

if TYPE_CHECKING:
    from pipelines.matching.engine.outcome import Outcome

Ints = npt.NDArray[np.int64]
Keys = Sequence[Sequence[Codes]]

ACCEPTED, REVIEW, CUT = 0, 1, 2
OUTCOMES = ("accepted", "review", "cut")
"""Names of the outcomes by number."""


def settled_by_answer(weight: npt.NDArray[np.float64], left_size: Ints, right_size: Ints) -> npt.NDArray[np.float64]:
    """What an answer about a pair settles: pairs of mentions decided, times how open the question is (bits)."""
    p = np.clip(probability(weight), 1e-12, 1 - 1e-12)
    bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return np.asarray(bits * left_size * right_size)


@dataclass(frozen=True)
class Report:
    """What one run did, without a value of any record.

    Attributes:
        mentions: rows given.
        records: distinct ones among them.
        blocks: per rule what it found and what was capped.
        pairs_compared: candidate pairs of distinct records.
        accepted: pairs linked, ties of identical rows included.
        review: pairs for a person to judge.
        cut: pairs accepted alone and parted by a constraint.
        clusters: clusters, those of one row included.
        seconds: wall time per step.
    """

    mentions: int
    records: int
    blocks: tuple[BlockReport, ...]
    pairs_compared: int
    accepted: int
    review: int
    cut: int
    clusters: int
    seconds: dict[str, float]


@dataclass(frozen=True)
class Judged:
    """Accepted, queued and cut pairs: records and ids of both ends (smaller id left), pattern, log2 odds, outcome."""

    left: Ints
    right: Ints
    left_id: Ints
    right_id: Ints
    pattern: Ints
    weight: npt.NDArray[np.float64]
    outcome: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Working:
    """What a run worked with, for a later run that goes on from there (`incremental`).

    Attributes:
        encoded: distinct records, in the order of the run.
        ids: id of every row, in that order.
        blocking: with its keys.
        comparer: of these records.
        outcome: all pairs at least worth asking about, and the clusters they led to.
        judged: pairs of records a person has called different, and the same.
    """

    encoded: Encoded
    ids: Ints
    blocking: Blocking
    comparer: Comparer
    outcome: Outcome
    judged: tuple[tuple[Ints, Ints], tuple[Ints, Ints]]


@dataclass
class MatchResult:
    """What `link` hands back.

    Attributes:
        clusters: CLUSTER contract, one line per row given.
        model: the model used; `model.save(path)` keeps it.
        report: counts and times.
        working: what the run worked with; none where it went on from a former one.
        weights: `weight` (log2 odds, lower end of a bin one wide) and `pairs`: how the candidate pairs are distributed.
    """

    clusters: pa.Table
    model: Model
    report: Report
    weights: pa.Table
    spec: MatchSpec = field(repr=False)
    _populate: Callable[[], Population] = field(repr=False)
    working: Working | None = field(repr=False)
    _judge: Callable[[], Judged] = field(repr=False)
    _patterns: Patterns = field(repr=False)
    _scorer: Scorer = field(repr=False)
    _keys: Keys = field(repr=False)

    @cached_property
    def population(self) -> Population:
        """What scores depended on beside the model; keep it with the model to go on from here."""
        return self._populate()

    @cached_property
    def _judged(self) -> Judged:
        """Told only when asked for: clusters do not need it."""
        return self._judge()

    @cached_property
    def pairs(self) -> pa.Table:
        """Accepted and queued pairs under the PAIR contract, ordered by ids.

        Rows that are the same in every compared column are one record: pairs name its first row, and one more pair ties
        every further row to it. Large runs stream with `write_pairs` instead.
        """
        return pa.concat_tables([PAIR.empty(), *self._batches()])

    @cached_property
    def review(self) -> pa.Table:
        """The questions for a person, those that settle most first.

        Columns `left_id`, `right_id` (as in `pairs`), `probability`, and `settles`: pairs of mentions an answer decides.
        """
        queued = np.flatnonzero(self._judged.outcome == REVIEW)
        _, cluster, counts = np.unique(
            np.asarray(self.clusters.column("cluster_id")), return_inverse=True, return_counts=True
        )
        mentions = np.asarray(self.clusters.column("mention_id"))
        size = [
            counts[cluster[np.searchsorted(mentions, ids[queued])]]
            for ids in (self._judged.left_id, self._judged.right_id)
        ]
        weight = self._judged.weight[queued]
        first = np.lexsort((queued, -settled_by_answer(weight, size[0], size[1])))
        return pa.table(
            {
                "left_id": self._judged.left_id[queued][first],
                "right_id": self._judged.right_id[queued][first],
                "probability": probability(weight)[first],
                "settles": (size[0] * size[1])[first],
            }
        )

    def write_pairs(self, path: Path) -> int:
        """Write `pairs` to a Parquet file piece by piece, aside first; return the number of pairs."""
        path.parent.mkdir(parents=True, exist_ok=True)
        written = aside(path)
        rows = 0
        with pq.ParquetWriter(written, PAIR.arrow, compression="zstd", compression_level=1) as writer:
            for batch in self._batches():
                writer.write_table(batch)
                rows += batch.num_rows
        put_in_place(written, path)
        return rows

    def explain(self, left_id: int, right_id: int) -> pa.Table:
        """The waterfall of one accepted or queued pair, see `explain.waterfall`.

        Raises:
            KeyError: the pair is neither accepted nor queued.
        """
        low, high = min(left_id, right_id), max(left_id, right_id)
        found = np.flatnonzero((self._judged.left_id == low) & (self._judged.right_id == high))
        if not len(found):
            raise KeyError(f"pair ({left_id}, {right_id}) is neither accepted nor queued")
        return waterfall(self._scorer, int(self._patterns[self._judged.pattern[found[0]]]))

    def _batches(self, size: int = 1 << 18) -> Iterator[pa.Table]:
        levels, weights = described(self._scorer, self._patterns)
        judged = self._judged
        for start in range(0, len(judged.left), size):
            part = slice(start, start + size)
            pattern = pa.array(judged.pattern[part])
            yield PAIR.conform(
                pa.table(
                    {
                        "left_id": judged.left_id[part],
                        "right_id": judged.right_id[part],
                        "probability": probability(judged.weight[part]),
                        "weight": judged.weight[part],
                        "outcome": pa.array(OUTCOMES).take(pa.array(judged.outcome[part])),
                        "rules": self._rules(judged.left[part], judged.right[part]),
                        "levels": levels.take(pattern),
                        "weights": weights.take(pattern),
                    }
                )
            )

    def _rules(self, left: Ints, right: Ints) -> pa.Array:
        """Names of the blocks that find each pair; empty for pairs only a judgement brought together."""
        bits = found_by(self.spec, self._keys, left.astype(np.int32), right.astype(np.int32))
        names = [b.name for b in self.spec.rules]
        distinct, inverse = np.unique(bits, return_inverse=True)
        lists = [[n for i, n in enumerate(names) if b >> i & 1] for b in distinct.tolist()]
        return pa.array(lists, pa.list_(pa.string())).take(pa.array(inverse))

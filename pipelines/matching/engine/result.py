"""What a run returns: clusters, decided pairs with their evidence, the model, and a report without any value.

Belongs here: the results and their contracted form. Does not: how they come about (`link`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.arguments import named
from pipelines.matching.engine.blocking import BlockReport, rules_finding
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.decided_pairs import OUTCOMES, DecidedPairs
from pipelines.matching.engine.diagnostics import NOTHING_SAID, Diagnostics
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.explain import describe_patterns
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.score import Scorer, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.working import Working
from warehouse.model.link import PAIR

Ints = npt.NDArray[np.int64]
Keys = Sequence[Sequence[Codes]]


@dataclass(frozen=True)
class Report:
    """What one run did, without a value of any record.

    Attributes:
        mentions: rows of the table.
        records: distinct records among them.
        blocks: per rule the pairs it finds and the keys it caps.
        pairs_compared: candidate pairs of distinct records.
        accepted: links, ties of identical rows included.
        review: pairs for a person to judge.
        cut: pairs above the accept threshold that a constraint keeps out of a cluster.
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


@dataclass
class MatchResult:
    """What `link` returns.

    Attributes:
        clusters: CLUSTER contract, one line per row.
        model: the model of the run; `model.save(path)` writes it.
        report: counts and times.
        diagnostics: whether the model makes sense, and what to look at.
        weights: `weight` (log2 odds, lower end of a bin of width one) and `pairs`: the distribution of candidate pairs.
        working: what the run worked with; None where the caller must not go on from it.
    """

    clusters: pa.Table
    model: Model
    report: Report
    weights: pa.Table
    spec: MatchSpec = field(repr=False)
    _populate: Callable[[], Population] = field(repr=False)
    working: Working | None = field(repr=False)
    _decide: Callable[[], DecidedPairs] = field(repr=False)
    _patterns: Patterns = field(repr=False)
    _scorer: Scorer = field(repr=False)
    _keys: Keys = field(repr=False)
    diagnostics: Diagnostics = NOTHING_SAID
    _names: pa.Array | None = field(default=None, repr=False)

    @cached_property
    def population(self) -> Population:
        """What scores depend on beyond the model; save it with the model to go on from here."""
        return self._populate()

    @cached_property
    def _decided(self) -> DecidedPairs:
        """Worked out on first use: clusters do not need it."""
        return self._decide()

    @cached_property
    def pairs(self) -> pa.Table:
        """Accepted and queued pairs under the PAIR contract, ordered by ids.

        Rows that agree in every compared column are one record: pairs name its first row, and one more pair ties every further
        row to it.
        """
        return named(pa.concat_tables([PAIR.empty(), *self._batches()]), ("left_id", "right_id"), self._names)

    def _batches(self, size: int = 1 << 18) -> Iterator[pa.Table]:
        levels, weights = describe_patterns(self._scorer, self._patterns)
        decided = self._decided
        for start in range(0, len(decided.left), size):
            part = slice(start, start + size)
            pattern = pa.array(decided.pattern[part])
            yield PAIR.conform(
                pa.table(
                    {
                        "left_id": decided.left_id[part],
                        "right_id": decided.right_id[part],
                        "probability": probability(decided.weight[part]),
                        "weight": decided.weight[part],
                        "outcome": pa.array(OUTCOMES).take(pa.array(decided.outcome[part])),
                        "rules": self._rules(decided.left[part], decided.right[part]),
                        "levels": levels.take(pattern),
                        "weights": weights.take(pattern),
                    }
                )
            )

    def _rules(self, left: Ints, right: Ints) -> pa.Array:
        """Names of the blocks that find each pair; empty where only a judgement links it."""
        bits = rules_finding(self.spec, self._keys, left.astype(np.int32), right.astype(np.int32))
        names = [b.name for b in self.spec.rules]
        distinct, inverse = np.unique(bits, return_inverse=True)
        lists = [[n for i, n in enumerate(names) if b >> i & 1] for b in distinct.tolist()]
        return pa.array(lists, pa.list_(pa.string())).take(pa.array(inverse))

"""What a run returns: clusters, decided pairs with their evidence, the model, and a report without any value.

Belongs here: the results and their contracted form. Does not: how they come about (`link`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.arguments import InputError, named
from pipelines.matching.engine.blocking import BlockReport, rules_finding
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.decided_pairs import OUTCOMES, DecidedPairs
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.diagnostics import NOTHING_SAID, Diagnostics
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.explain import Explanation, describe_patterns, explain_pair
from pipelines.matching.engine.hashing import row_hashes
from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.questions import most_open
from pipelines.matching.engine.score import Scorer, probability
from pipelines.matching.engine.scored import ScoredPairs, at_threshold
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.working import RecordFacts, Working
from pipelines.parallel import both
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
        spec: the specification, with the thresholds of the run.
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
    _scored: ScoredPairs | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        scored: ScoredPairs,
        spec: MatchSpec,
        clustering: Clustering,
        diagnostics: Diagnostics,
        *,
        seconds: dict[str, float],
        population: Population | None = None,
        threads: int = 1,
        keep_pairs: bool = True,
    ) -> MatchResult:
        """The result of a run.

        Args:
            scored: its pairs.
            spec: with the thresholds of the run.
            clustering: the clusters at these thresholds.
            diagnostics: what the run says about itself.
            seconds: wall time per step.
            population: the population the run was given.
            threads: threads to use.
            keep_pairs: whether `scored_pairs`, `at` and `explain` are wanted; they keep all candidates in memory.
        """
        records, ids, comparer = scored.records, scored.ids, scored.comparer

        def count() -> tuple[tuple[int, int, int], int]:
            return clustering.counts(), clustering.cluster_count()

        clusters, (counts, cluster_count) = both(lambda: clustering.clusters(ids), count, threads)
        accepted, review, cut = counts
        report = Report(
            mentions=len(records.of_row),
            records=len(records.first),
            blocks=tuple(scored.blocking.reports),
            pairs_compared=len(scored.candidates.left),
            accepted=accepted,
            review=review,
            cut=cut,
            clusters=cluster_count,
            seconds=seconds,
        )
        return cls(
            named(clusters, ("mention_id", "cluster_id"), scored.names),
            scored.scorer.model,
            report,
            scored.histogram,
            spec,
            partial(_population, population, comparer, records.possible_pairs),
            Working(
                ids,
                scored.blocking.keys,
                clustering,
                scored.must_not_link,
                scored.must_link,
                partial(comparer.patterns, *scored.must_link),
                partial(_facts, spec, comparer),
            ),
            partial(clustering.decided_pairs, ids),
            clustering.links.patterns,
            scored.scorer,
            scored.blocking.keys,
            diagnostics,
            scored.names,
            scored if keep_pairs else None,
        )

    @property
    def record_clusters(self) -> Ints:
        """Per distinct record its cluster: the smallest record in it."""
        if self.working is None:
            raise ModelError("this result has no records; pass what `link` returned")
        return np.asarray(self.working.clustering.labels).astype(np.int64)

    @property
    def kept_pairs(self) -> ScoredPairs:
        """All candidate pairs of the run."""
        if self._scored is None:
            raise ModelError(
                "a run of a schedule keeps no pairs below its thresholds; link without order= to look at them"
            )
        return self._scored

    def at(self, accept: float, review: float | None = None) -> MatchResult:
        """The result at another threshold. Nothing is compared or trained again.

        Args:
            accept: probability (0–1) from which a pair is a link.
            review: probability from which a person is asked; by default that of the run, or `accept` where it is lower.
        """
        scored, spec = self.kept_pairs, at_threshold(self.spec, accept, review)
        clustering = scored.clustering(spec)
        diagnostics = scored.diagnostics(spec, clustering)
        again = MatchResult.of(scored, spec, clustering, diagnostics, seconds=self.report.seconds)
        return replace(again, _populate=self._populate)

    def scored_pairs(self, at_least: float = 0.0) -> pa.Table:
        """All candidate pairs of distinct records whose probability is at least so much, linked or not, ordered by ids.

        Columns: left_id, right_id, probability (0–1), weight (log2 odds), levels (comparison → level). Rows that agree in every
        compared column are one record, named by its first row.
        """
        scored = self.kept_pairs
        return self._table_of(np.flatnonzero(probability(scored.weights)[scored.candidates.pattern] >= at_least))

    def questions(self, count: int = 20) -> pa.Table:
        """So many pairs whose answer teaches the model most; columns as of `scored_pairs`.

        Add a column `verdict` (`same`, `different` or `unsure`), and pass the table as `judgements=` to the next `link`.
        """
        return self._table_of(most_open(self.kept_pairs, count))

    def _table_of(self, keep: Ints) -> pa.Table:
        """Some of the candidates, see `scored_pairs`."""
        scored = self.kept_pairs
        candidates, first = scored.candidates, scored.grouping.first
        likely = probability(scored.weights)
        left, right = (scored.ids[first[end[keep]]] for end in (candidates.left, candidates.right))
        low, high = np.minimum(left, right), np.maximum(left, right)
        order = np.lexsort((high, low))
        pattern = candidates.pattern[keep][order]
        table = pa.table(
            {
                "left_id": low[order],
                "right_id": high[order],
                "probability": likely[pattern],
                "weight": scored.weights[pattern],
                "levels": describe_patterns(scored.scorer, candidates.patterns)[0].take(pa.array(pattern)),
            }
        )
        return named(table, ("left_id", "right_id"), scored.names)

    def explain(self, left_id: Any, right_id: Any) -> Explanation:
        """Why two rows are linked, or not, step by step: any two rows, whether or not a rule found them.

        Raises:
            InputError: an id is no row's.
        """
        scored = self.kept_pairs
        rows = scored.rows_of([left_id, right_id])
        if (rows < 0).any():
            raise InputError("explain: there is no row of one of these ids; pass ids as in `clusters`")
        ends = scored.records.of_row[rows]
        same_cluster = self._cluster_of(rows[0]) == self._cluster_of(rows[1])
        return explain_pair(scored, self._scorer, ends, linked=bool(same_cluster))

    def _cluster_of(self, row: int) -> Any:
        scored = self.kept_pairs
        name = scored.ids[row] if scored.names is None else scored.names[int(scored.ids[row])].as_py()
        at = pc.index(self.clusters["mention_id"], pa.scalar(name, self.clusters["mention_id"].type)).as_py()
        return self.clusters["cluster_id"][at].as_py()

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


def _facts(spec: MatchSpec, comparer: Comparer) -> RecordFacts:
    encoded = comparer.encoded
    every_record = np.arange(encoded.size, dtype=np.int32)
    constraints = tuple(encoded.hashes(c) for c in (*spec.distinct, *spec.one_to_one))
    return RecordFacts(row_hashes(encoded, spec.columns), comparer.self_patterns(every_record), constraints)


def _population(known: Population | None, comparer: Comparer, possible_pairs: float) -> Population:
    return known or comparer.population(possible_pairs)

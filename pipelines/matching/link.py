"""One call from a table to pairs and clusters: encode, collapse, block, compare, train or load, score, cluster.

Belongs here: the order of the steps. Does not: any step itself, or what is handed back (`result`).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.blocking import Blocking
from pipelines.matching.clustering import Clustering, Constraints, cluster
from pipelines.matching.compare import CHUNK, Comparer, Patterns
from pipelines.matching.encode import Codes, Encoded, distinct_sorted, encode, group_rows
from pipelines.matching.model import Model
from pipelines.matching.result import ACCEPTED, CUT, REVIEW, Judged, MatchResult, Report, settled_by_answer
from pipelines.matching.score import Scorer, probability, weight_of
from pipelines.matching.spec import MatchSpec
from pipelines.matching.train import train
from warehouse.model.link import CLUSTER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAMPLE = 100_000
"""Random pairs that stand for all pairs no block finds."""

SETTLED = 64.0
"""Weight (log2) of a link a person has confirmed: above anything a model gives."""


@dataclass(frozen=True)
class _Records:
    """Distinct records of the rows given: `of_row` names the record of each row, `first` the first row of each record."""

    encoded: Encoded
    of_row: Codes
    first: Ints
    copies: Ints
    side: npt.NDArray[np.int8] | None

    @property
    def possible_pairs(self) -> float:
        """Number of pairs of records that count."""
        n = float(len(self.first))
        if self.side is None:
            return n * (n - 1) / 2
        right = float(self.side.sum())
        return right * (n - right)


@dataclass
class _Candidates:
    """Candidate pairs of records, ordered: `pattern` points into the run's distinct patterns."""

    left: Codes
    right: Codes
    pattern: Codes


def link(
    table: pa.Table,
    spec: MatchSpec,
    *,
    right: pa.Table | None = None,
    id_column: str | None = None,
    model: Model | None = None,
    judgements: pa.Table | None = None,
    frequencies: dict[str, pa.Table] | None = None,
    threads: int | None = None,
    seed: int = 1,
) -> MatchResult:
    """Find out which rows are the same.

    Args:
        table: the rows; must hold every column of `spec`.
        spec: blocks, comparisons, thresholds, constraints.
        right: a second table of the same columns: only pairs across both tables count. Its rows are numbered on after
            those of `table`.
        id_column: column of unique int64 ids that `pairs` and `clusters` use; row numbers from 0 if left out.
        model: a trained model to apply; left out, one is trained on these rows.
        judgements: columns `left_id, right_id, verdict` (`same` or `different`): what people have decided. Always kept, and
            learned from.
        frequencies: column → table of `value` and `share` (0–1): how common values are in a wider population than these
            rows, for levels with term frequency.
        threads: threads to use; all if left out. The result does not depend on it.
        seed: of the random sample training looks at.

    Returns:
        Clusters, pairs, model and report.

    Raises:
        KeyError: a column of the spec is not in the table.
        ModelError: `model` was trained under another specification.
    """
    threads = threads or os.cpu_count() or 1
    clock = _Clock()
    records, ids = _records(table, right, spec, id_column, judgements, threads=threads)
    clock.lap("encode")
    blocking = Blocking(spec, records.encoded, threads, records.side)
    comparer = Comparer(spec, records.encoded, records.copies, frequencies or {})
    candidates, patterns, counts = _compare(blocking, comparer, threads)
    clock.lap("block and compare")
    judged = apart, same = _judged_records(judgements, ids, records)
    if model is None:
        sample, weight = _sample(records, blocking, comparer, seed, float(counts.sum()))
        labels = _labels(comparer, *judged)
        model = train(spec, *_together(patterns, counts, sample, weight), records=len(records.first), labels=labels)
    clock.lap("train")
    scorer = Scorer(spec, model, model.prior_weight(len(records.first), records.possible_pairs))
    links = _Links(spec, records, candidates, patterns, scorer=scorer, comparer=comparer)
    links.settle(same)
    clustering = links.cluster(apart, same)
    clock.lap("score and cluster")
    outcome = links.judged(clustering, ids)
    clusters = links.clusters(clustering, ids)
    report = Report(
        mentions=len(records.of_row),
        records=len(records.first),
        blocks=tuple(blocking.reports),
        pairs_compared=len(candidates.left),
        accepted=int((outcome.outcome == ACCEPTED).sum()),
        review=int((outcome.outcome == REVIEW).sum()),
        cut=int((outcome.outcome == CUT).sum()),
        clusters=pc.count_distinct(clusters.column("cluster_id")).as_py(),
        seconds=clock.seconds,
    )
    return MatchResult(
        clusters, model, report, links.histogram(counts), spec, outcome, links.patterns, scorer, blocking
    )


class _Clock:
    """Wall time per step, for the report only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, step: str) -> None:
        now = perf_counter()
        self.seconds[step] = now - self._last
        self._last = now


def _records(
    table: pa.Table,
    right: pa.Table | None,
    spec: MatchSpec,
    id_column: str | None,
    judgements: pa.Table | None,
    *,
    threads: int,
) -> tuple[_Records, Ints]:
    """Encode the rows and collapse those that agree in every column of the spec; judged rows stay on their own."""
    columns = spec.columns
    side = None
    if right is not None:
        side = np.repeat(np.array([0, 1], dtype=np.int8), [table.num_rows, right.num_rows])
        kept = [*columns, id_column] if id_column else list(columns)
        table = pa.concat_tables([table.select(kept), right.select(kept)], promote_options="permissive")
    ids = (
        np.arange(table.num_rows, dtype=np.int64)
        if id_column is None
        else np.asarray(table.column(id_column).cast(pa.int64()))
    )
    encoded = encode(table, columns, threads)
    if "side" in spec.one_to_one and side is not None:
        encoded.codes["side"] = side.astype(np.int32)
    apart = [encoded.codes[c] for c in columns]
    if side is not None or spec.one_to_one:  # rows of one source are different entities, however alike
        apart.append(np.arange(len(ids), dtype=np.int32))
    if judgements is not None and judgements.num_rows:
        judged = np.isin(ids, np.concatenate([np.asarray(judgements.column(c)) for c in ("left_id", "right_id")]))
        apart.append(np.where(judged, np.arange(len(ids)), -1).astype(np.int32))
    of_row, first = group_rows(apart)
    copies = np.bincount(of_row, minlength=len(first)).astype(np.int64)
    return _Records(encoded.take(first), of_row, first, copies, None if side is None else side[first]), ids


def _compare(blocking: Blocking, comparer: Comparer, threads: int) -> tuple[_Candidates, Patterns, Floats]:
    """All candidate pairs with their patterns, and how many pairs show each distinct pattern."""
    pairs = blocking.pairs()
    left, right = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    del pairs

    def work(start: int) -> tuple[Patterns, Codes]:
        part = slice(start, start + CHUNK)
        distinct, inverse = np.unique(comparer.patterns(left[part], right[part]), return_inverse=True)
        return distinct, inverse.astype(np.int32)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(work, range(0, len(left), CHUNK)))
    none = np.zeros(0, dtype=np.int64)
    patterns = distinct_sorted(np.concatenate([*(d for d, _ in found), none]))
    pattern = np.concatenate(
        [*(np.searchsorted(patterns, d).astype(np.int32)[i] for d, i in found), none.astype(np.int32)]
    )
    counts = np.bincount(pattern, minlength=len(patterns)).astype(np.float64)
    return _Candidates(left, right, pattern), patterns, counts


def _sample(
    records: _Records, blocking: Blocking, comparer: Comparer, seed: int, blocked: float
) -> tuple[Patterns, float]:
    """Patterns of random pairs no block finds, and how many pairs each of them stands for."""
    rng = np.random.default_rng(seed)
    n = len(records.first)
    if n < 2:
        return np.zeros(0, dtype=np.int64), 0.0
    size = int(min(SAMPLE, 12 * n, 4 * records.possible_pairs))
    if records.side is None:
        a, b = rng.integers(0, n, size, dtype=np.int32), rng.integers(0, n, size, dtype=np.int32)
    else:
        a = rng.choice(np.flatnonzero(records.side == 0), size).astype(np.int32)
        b = rng.choice(np.flatnonzero(records.side == 1), size).astype(np.int32)
    keep = (a != b) & (blocking.found_by(a, b) == 0)
    a, b = a[keep], b[keep]
    weight = max(records.possible_pairs - blocked, 0.0) / max(len(a), 1)
    return comparer.patterns(np.minimum(a, b), np.maximum(a, b)), weight


def _together(patterns: Patterns, counts: Floats, sample: Patterns, weight: float) -> tuple[Patterns, Floats, Floats]:
    """Blocked and sampled patterns: distinct ones, how many candidates show them, how many other pairs they stand for."""
    both: Patterns = np.concatenate([patterns, sample])
    distinct, inverse = np.unique(both, return_inverse=True)
    blocked = np.arange(len(inverse)) < len(patterns)
    counted = np.bincount(inverse[blocked], weights=counts, minlength=len(distinct)).astype(np.float64)
    sampled = weight * np.bincount(inverse[~blocked], minlength=len(distinct)).astype(np.float64)
    return distinct, counted, sampled


def _judged_records(
    judgements: pa.Table | None, ids: Ints, records: _Records
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Judged pairs as pairs of records: what must be apart, what is the same. Ids that are not here are left out."""
    none = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    if judgements is None or not judgements.num_rows:
        return none, none
    order = np.argsort(ids)

    def place(column: str) -> Ints:
        asked = np.asarray(judgements.column(column)).astype(np.int64)
        spot = np.minimum(np.searchsorted(ids[order], asked), len(ids) - 1)
        row = order[spot]
        return np.where(ids[row] == asked, records.of_row[row], -1)

    left, right = place("left_id"), place("right_id")
    verdict = np.array(judgements.column("verdict").to_pylist())
    known = (left >= 0) & (right >= 0)

    def chosen(word: str) -> tuple[Ints, Ints]:
        mine = known & (verdict == word)
        return np.minimum(left, right)[mine], np.maximum(left, right)[mine]

    return chosen("different"), chosen("same")


def _labels(comparer: Comparer, apart: tuple[Ints, Ints], same: tuple[Ints, Ints]) -> tuple[Patterns, Floats]:
    """Patterns of judged pairs, and 1 for same, 0 for different."""
    left, right = (np.concatenate([same[i], apart[i]]).astype(np.int32) for i in (0, 1))
    verdict = np.repeat([1.0, 0.0], [len(same[0]), len(apart[0])])
    return comparer.patterns(left, right), verdict


class _Links:
    """Scored candidates on their way to clusters."""

    def __init__(
        self,
        spec: MatchSpec,
        records: _Records,
        candidates: _Candidates,
        patterns: Patterns,
        *,
        scorer: Scorer,
        comparer: Comparer,
    ) -> None:
        self.spec, self.records, self.scorer = spec, records, scorer
        repeated = np.flatnonzero(records.copies > 1).astype(np.int32)
        own = comparer.patterns(repeated, repeated)
        self.patterns = distinct_sorted(np.concatenate([patterns, own]))
        self.weights = scorer.weights(self.patterns)
        self._repeated = repeated
        self._own = np.searchsorted(self.patterns, own)
        moved = np.searchsorted(self.patterns, patterns).astype(np.int32)
        self._candidate_weights = self.weights[moved]
        weight = self.weights[moved][candidates.pattern]
        keep = np.flatnonzero(weight >= weight_of(spec.review))
        self.left = candidates.left[keep].astype(np.int64)
        self.right = candidates.right[keep].astype(np.int64)
        self.pattern = moved[candidates.pattern[keep]].astype(np.int64)
        self.weight = weight[keep]
        self._comparer = comparer

    def histogram(self, counts: Floats) -> pa.Table:
        """How many candidate pairs have which weight; `counts` as `_compare` gives them."""
        bins, inverse = np.unique(np.floor(self._candidate_weights), return_inverse=True)
        pairs = np.bincount(inverse, weights=counts, minlength=len(bins)).astype(np.int64)
        return pa.table({"weight": bins, "pairs": pairs})

    def settle(self, same: tuple[Ints, Ints]) -> None:
        """Add pairs a person has called the same, above every other link."""
        left, right = same
        different = left != right
        left, right = left[different], right[different]
        if not len(left):
            return
        found = self._comparer.patterns(left.astype(np.int32), right.astype(np.int32))
        new = np.setdiff1d(found, self.patterns)
        merged = distinct_sorted(np.concatenate([self.patterns, new]))
        move = np.searchsorted(merged, self.patterns)
        self.pattern, self._own, self.patterns = move[self.pattern], move[self._own], merged
        self.weights = self.scorer.weights(merged)
        n = np.int64(len(self.records.first))
        old = ~np.isin(self.left * n + self.right, left * n + right)
        self.left, self.right = np.concatenate([self.left[old], left]), np.concatenate([self.right[old], right])
        self.pattern = np.concatenate([self.pattern[old], np.searchsorted(merged, found)])
        self.weight = np.concatenate([self.weight[old], np.full(len(left), SETTLED)])
        order = np.lexsort((self.right, self.left))
        self.left, self.right = self.left[order], self.right[order]
        self.pattern, self.weight = self.pattern[order], self.weight[order]

    def cluster(self, apart: tuple[Ints, Ints], same: tuple[Ints, Ints]) -> Clustering:
        """Join along accepted links under the spec's constraints and what people have judged apart or the same."""
        codes = self.records.encoded.codes
        constraints = Constraints(
            tuple(codes[c] for c in self.spec.distinct), tuple(codes[c] for c in self.spec.one_to_one), *apart, *same
        )
        accepted = self.weight >= weight_of(self.spec.accept)
        return cluster(
            len(self.records.first), self.left[accepted], self.right[accepted], self.weight[accepted], constraints
        )

    def _together(self, clustering: Clustering) -> npt.NDArray[np.bool_]:
        """Per record whether its copies are one: by their own evidence, or because they all hang on another record."""
        sizes = np.bincount(clustering.labels, minlength=len(clustering.labels))
        out = sizes[clustering.labels] > 1
        out[self._repeated[self.weights[self._own] >= weight_of(self.spec.accept)]] = True
        return out

    def judged(self, clustering: Clustering, ids: Ints) -> Judged:
        """Accepted, queued and cut pairs, then the ties of copies to their record's first row."""
        first, labels = self.records.first, clustering.labels
        together = labels[self.left] == labels[self.right]
        accepted = self.weight >= weight_of(self.spec.accept)
        outcome = np.where(accepted, np.where(together, ACCEPTED, CUT), REVIEW).astype(np.int8)
        keep = accepted.copy()
        keep[self._questions(clustering, np.flatnonzero(~accepted & ~together))] = True
        copies = self._copies(clustering)
        left = np.concatenate([self.left[keep], copies[0]])
        right = np.concatenate([self.right[keep], copies[0]])
        left_id = np.concatenate([ids[first[self.left[keep]]], ids[first[copies[0]]]])
        right_id = np.concatenate([ids[first[self.right[keep]]], ids[copies[1]]])
        pattern = np.concatenate([self.pattern[keep], copies[2]])
        outcome = np.concatenate([outcome[keep], np.full(len(copies[0]), ACCEPTED, dtype=np.int8)])
        weight = np.concatenate([self.weight[keep], self.weights[copies[2]]])
        low, high = np.minimum(left_id, right_id), np.maximum(left_id, right_id)
        order = np.lexsort((high, low))
        return Judged(left[order], right[order], low[order], high[order], pattern[order], weight[order], outcome[order])

    def _questions(self, clustering: Clustering, open_: Ints) -> Ints:
        """The open pairs worth a person's time: the likeliest of each pair of clusters, most settled first, not too many."""
        labels = clustering.labels
        size = np.bincount(labels[self.records.of_row], minlength=len(labels))
        a, b = labels[self.left[open_]], labels[self.right[open_]]
        low, high = np.minimum(a, b), np.maximum(a, b)
        order = np.lexsort((self.right[open_], self.left[open_], -self.weight[open_], high, low))
        low, high, open_ = low[order], high[order], open_[order]
        first = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
        settles = settled_by_answer(self.weight[open_[first]], size[low[first]], size[high[first]])
        most = int(np.ceil(self.spec.review_share * int((labels == np.arange(len(labels))).sum())))
        return open_[first][np.lexsort((open_[first], -settles))[:most]]

    def _copies(self, clustering: Clustering) -> tuple[Ints, Ints, Ints]:
        """Further rows of records whose copies are one: record, row, pattern of the record with itself."""
        of_row = self.records.of_row
        extra = self._together(clustering)[of_row]
        extra[self.records.first] = False
        rows = np.flatnonzero(extra)
        record = of_row[rows].astype(np.int64)
        return record, rows, self._own[np.searchsorted(self._repeated, record)]

    def clusters(self, clustering: Clustering, ids: Ints) -> pa.Table:
        """One line per row under the CLUSTER contract."""
        of_row, first = self.records.of_row, self.records.first
        together = self._together(clustering)
        group = clustering.labels[of_row].copy()
        alone = ~together[of_row]
        alone[first] = False
        group[alone] = len(first) + np.flatnonzero(alone)
        _, inverse = np.unique(group, return_inverse=True)
        smallest = np.full(int(inverse.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(smallest, inverse, ids)
        best = self._best(clustering)[of_row]
        size = np.bincount(inverse)
        order = np.argsort(ids, kind="stable")
        likely = pa.array(probability(best[order]), mask=((size[inverse] == 1) | np.isneginf(best))[order])
        return CLUSTER.conform(
            pa.table({"mention_id": ids[order], "cluster_id": smallest[inverse][order], "match_probability": likely})
        )

    def _best(self, clustering: Clustering) -> Floats:
        """Per record the weight of its strongest link inside its cluster, that among its own copies included."""
        best = np.full(len(self.records.first), -np.inf)
        inside = (clustering.labels[self.left] == clustering.labels[self.right]) & (
            self.weight >= weight_of(self.spec.accept)
        )
        for end in (self.left, self.right):
            np.maximum.at(best, end[inside], self.weight[inside])
        np.maximum.at(best, self._repeated, self.weights[self._own])
        return best

"""One call from a table to pairs and clusters: encode, collapse, block, compare, train or load, score, cluster.

Belongs here: the order of the steps. Does not: any step itself, or what is handed back (`result`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.blocking import Blocking, read_keys
from pipelines.matching.engine.clustering import Constraints
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes, Encoded, distinct_sorted, encode, group_rows, numbered
from pipelines.matching.engine.links import Grouping, Links
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.outcome import Outcome
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import MatchResult, Report, Working
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.train import train
from pipelines.matching.inputs.coded import CodedTable
from pipelines.parallel import both, each

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHUNK = 1 << 18
"""Patterns told apart at a time."""

TEACHERS = 50_000
"""Records whose pairs with others of another `distinct` value training looks at; where there are fewer, all of them are."""

SAMPLE = 100_000
"""Random pairs that stand for all pairs no block finds."""


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


@dataclass(frozen=True)
class _Candidates:
    """Candidate pairs of records, ordered. `pattern` points into `patterns`, the distinct ones, of which `counts` says how many
    pairs show each."""

    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    counts: Floats


def link(
    table: pa.Table | CodedTable,
    spec: MatchSpec,
    *,
    right: pa.Table | None = None,
    id_column: str | None = None,
    model: Model | None = None,
    population: Population | None = None,
    order: Ints | None = None,
    judgements: pa.Table | None = None,
    frequencies: dict[str, pa.Table] | None = None,
    threads: int | None = None,
    seed: int = 1,
) -> MatchResult:
    """Find out which rows are the same.

    Args:
        table: the rows; must hold every column of `spec`. A `CodedTable` comes with ids of its own and without `right`.
        spec: blocks, comparisons, thresholds, constraints.
        right: a second table of the same columns: only pairs across both tables count. Its rows are numbered on after
            those of `table`.
        id_column: column of unique int64 ids that `pairs` and `clusters` use; row numbers from 0 if left out.
        model: a trained model to apply; left out, one is trained on these rows.
        population: what `model` was trained on: pairs then weigh as they did there, whatever else is in the table. Left out,
            frequencies and prior are those of these rows.
        order: the order in which rows are taken, where ties shall not depend on how the table happens to be sorted.
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
    records, ids = _records(table, right, spec, id_column, judgements, order=order, threads=threads)
    clock.lap("encode")

    def block() -> tuple[Blocking, Ints, Ints]:
        blocking = Blocking(spec, records.encoded, threads, records.side)
        pairs = blocking.pairs(TEACHERS if model is None else 0)
        return blocking, pairs, _sample(records, blocking, seed) if model is None else pairs[:0]

    def prepare() -> Comparer:
        return Comparer(spec, records.encoded, records.copies, frequencies or {}, population, threads=threads)

    (blocking, pairs, sample), comparer = both(block, prepare, threads)
    clock.lap("block")
    candidates, others = _compare(pairs, (blocking.contrary.pairs, sample), comparer, threads)
    del pairs
    clock.lap("compare")
    judged = apart, same = _judged_records(judgements, ids, records)

    def learn() -> Model:
        if model is not None:
            return model
        seen = _seen(candidates, *others, share=blocking.contrary.share, possible_pairs=records.possible_pairs)
        return train(spec, *seen, records=len(records.first), labels=_labels(comparer, *judged))

    learned, grouping = both(learn, lambda: Grouping.of(records.of_row, records.first, comparer.own_patterns), threads)
    clock.lap("train")
    held = population
    possible = len(records.first), records.possible_pairs
    prior = learned.prior_weight(*possible) if held is None else held.prior_weight(learned)
    scorer = Scorer(spec, learned, prior)
    links, histogram = _links(grouping, candidates, scorer)
    links.settle(same, comparer.patterns(same[0].astype(np.int32), same[1].astype(np.int32)))
    codes = records.encoded.codes
    held_apart = tuple(codes[c] for c in spec.distinct), tuple(codes[c] for c in spec.one_to_one)
    outcome = Outcome(links, links.cluster(Constraints(*held_apart, *apart, *same)))
    clock.lap("score and cluster")

    def tell() -> tuple[tuple[int, int, int], int]:
        return outcome.counts(), outcome.cluster_count()

    clusters, (counts, found) = both(lambda: outcome.clusters(ids), tell, threads)
    accepted, review, cut = counts
    report = Report(
        mentions=len(records.of_row),
        records=len(records.first),
        blocks=tuple(blocking.reports),
        pairs_compared=len(candidates.left),
        accepted=accepted,
        review=review,
        cut=cut,
        clusters=found,
        seconds=clock.seconds,
    )
    return MatchResult(
        clusters,
        learned,
        report,
        histogram,
        spec,
        lambda: held or comparer.population(records.possible_pairs),
        Working(records.encoded, ids, blocking, comparer, outcome, judged),
        lambda: outcome.judged(ids),
        links.patterns,
        scorer,
        blocking.keys,
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


def _read(
    table: pa.Table | CodedTable, right: pa.Table | None, columns: tuple[str, ...], id_column: str | None, threads: int
) -> tuple[Encoded, Ints, npt.NDArray[np.int8] | None]:
    """The rows as codes, their ids, and the side of each where there are two tables."""
    if isinstance(table, CodedTable):
        return table.encoded(columns, threads), np.asarray(table.ids.cast(pa.int64())), None
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
    return encode(table, columns, threads), ids, side


def _records(
    table: pa.Table | CodedTable,
    right: pa.Table | None,
    spec: MatchSpec,
    id_column: str | None,
    judgements: pa.Table | None,
    *,
    order: Ints | None,
    threads: int,
) -> tuple[_Records, Ints]:
    """Encode the rows and collapse those that agree in every column of the spec; judged rows stay on their own."""
    columns = spec.columns
    encoded, ids, side = _read(table, right, columns, id_column, threads)
    if "side" in spec.one_to_one and side is not None:
        encoded.codes["side"] = side.astype(np.int32)
    if order is not None:
        encoded, ids = encoded.take(order), ids[order]
    apart = [encoded.codes[c] for c in columns]
    if side is not None or spec.one_to_one:  # rows of one source are different entities, however alike
        apart.append(np.arange(len(ids), dtype=np.int32))
    if judgements is not None and judgements.num_rows:
        judged = np.isin(ids, np.concatenate([np.asarray(judgements.column(c)) for c in ("left_id", "right_id")]))
        apart.append(np.where(judged, np.arange(len(ids)), -1).astype(np.int32))
    (of_row, first), _ = both(lambda: group_rows(apart, threads), lambda: read_keys(spec, encoded, threads), threads)
    copies = np.bincount(of_row, minlength=len(first)).astype(np.int64)
    return _Records(encoded.take(first, threads), of_row, first, copies, None if side is None else side[first]), ids


def _compare(
    pairs: Ints, others: tuple[Ints, ...], comparer: Comparer, threads: int
) -> tuple[_Candidates, list[Patterns]]:
    """All candidate pairs with their patterns, and the patterns of other pairs."""
    size = len(pairs)
    left, right = _ends(np.concatenate([pairs, *others]))
    every = comparer.patterns(left, right, threads)
    every, *told = np.split(every, np.cumsum([size, *(len(o) for o in others)])[:-1])

    def work(start: int) -> tuple[Patterns, Codes]:
        coded = pa.array(every[start : start + CHUNK]).dictionary_encode()  # a few thousand values: no sorting needed
        return np.asarray(coded.dictionary), np.asarray(coded.indices)

    found = each(work, range(0, size, CHUNK), threads)
    patterns = distinct_sorted(np.concatenate([np.zeros(0, dtype=np.int64), *(d for d, _ in found)]))
    pattern, counts = np.empty(size, dtype=np.int32), np.zeros(len(patterns))
    for start, (distinct, place) in zip(range(0, size, CHUNK), found, strict=True):
        spot = np.searchsorted(patterns, distinct).astype(np.int32)
        pattern[start : start + CHUNK] = spot[place]
        counts[spot] += np.bincount(place, minlength=len(distinct))
    return _Candidates(left[:size], right[:size], pattern, patterns, counts), told


def _ends(pairs: Ints) -> tuple[Codes, Codes]:
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _sample(records: _Records, blocking: Blocking, seed: int) -> Ints:
    """Random pairs no rule brings together, as `Blocking.pairs` gives them."""
    rng = np.random.default_rng(seed)
    n = len(records.first)
    if n < 2:
        return np.zeros(0, dtype=np.int64)
    size = int(min(SAMPLE, 12 * n, 4 * records.possible_pairs))
    if records.side is None:
        a, b = rng.integers(0, n, size, dtype=np.int32), rng.integers(0, n, size, dtype=np.int32)
    else:
        a = rng.choice(np.flatnonzero(records.side == 0), size).astype(np.int32)
        b = rng.choice(np.flatnonzero(records.side == 1), size).astype(np.int32)
    keep = (a != b) & ~blocking.agree(a, b)
    a, b = a[keep], b[keep]
    return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)


def _seen(
    candidates: _Candidates, contrary: Patterns, sample: Patterns, *, share: float, possible_pairs: float
) -> tuple[Patterns, Floats, Floats]:
    """What all pairs show: distinct patterns, how many candidates and contrary pairs show each, how many of the rest it stands for.

    Candidates are counted whole, contrary pairs by a share of them, the rest by a sample.
    """
    rest = possible_pairs - float(candidates.counts.sum()) - len(contrary) / share
    everything: Patterns = np.concatenate([candidates.patterns, contrary, sample])
    distinct, place = numbered(everything)
    weight = np.concatenate([candidates.counts, np.full(len(contrary), 1 / share), np.zeros(len(sample))])
    counted: Floats = np.bincount(place, weights=weight, minlength=len(distinct)).astype(np.float64)
    drawn = np.bincount(place[len(everything) - len(sample) :], minlength=len(distinct)).astype(np.float64)
    return distinct, counted, drawn * (max(rest, 0.0) / max(len(sample), 1))


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
        return np.where(ids[row] == asked, records.of_row[row].astype(np.int64), -1)

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


def _links(grouping: Grouping, candidates: _Candidates, scorer: Scorer) -> tuple[Links, pa.Table]:
    """The candidates worth keeping, and how many candidate pairs have which weight."""
    weights = scorer.weights(candidates.patterns)
    bins, inverse = np.unique(np.floor(weights), return_inverse=True)
    pairs = np.bincount(inverse, weights=candidates.counts, minlength=len(bins)).astype(np.int64)
    worthy = weights >= weight_of(scorer.spec.review)
    keep = np.flatnonzero(worthy[candidates.pattern])
    links = Links(
        scorer.spec,
        scorer,
        grouping,
        candidates.left[keep],
        candidates.right[keep],
        patterns=candidates.patterns[worthy],
        pattern=(np.cumsum(worthy) - 1)[candidates.pattern[keep]],
    )
    return links, pa.table({"weight": bins, "pairs": pairs})

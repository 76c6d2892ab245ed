"""One call from a table to pairs and clusters: encode, collapse, block, compare, train or load, score, cluster.

Belongs here: the order of the steps. Does not: any step itself, or what is returned (`result`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.arguments import (
    arrow_table,
    check_columns,
    check_options,
    named,
    read_ids,
    read_judgements,
)
from pipelines.matching.engine.blocking import Blocking, read_keys
from pipelines.matching.engine.clustering import NO_PAIRS, Constraints, Ends
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.diagnostics import diagnose
from pipelines.matching.engine.encode import Codes, Encoded, distinct_sorted, encode, group_rows, numbered
from pipelines.matching.engine.links import Grouping, Links
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.score import Scorer, probability, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.train import train
from pipelines.matching.engine.working import Working
from pipelines.matching.inputs.coded import CodedTable
from pipelines.parallel import both, each

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHUNK = 1 << 18
"""Patterns counted at a time."""

TRAINING_SAMPLE = 50_000
"""Records whose conflicting pairs (of different `distinct` values) training looks at; all records where there are fewer."""

RANDOM_PAIRS = 100_000
"""Random pairs that stand for all pairs no block finds."""

PAIRS_PER_RECORD = 40
"""Most random pairs per record: a small table has no more to tell."""


@dataclass(frozen=True)
class _Records:
    """Distinct records: `of_row` is the record of each row, `first` the first row of each record, `copies` its count of rows."""

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
    """Candidate pairs of records, in order. `pattern` is an index into `patterns`, the distinct ones; `counts` says how many pairs
    show each of these."""

    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    counts: Floats


def link(
    table: Any,
    spec: MatchSpec,
    *,
    right: Any = None,
    id_column: str | None = None,
    model: Model | None = None,
    population: Population | None = None,
    order: Ints | None = None,
    judgements: Any = None,
    frequencies: dict[str, pa.Table] | None = None,
    prior: float | None = None,
    refuse: bool | None = None,
    threads: int | None = None,
    seed: int = 1,
) -> MatchResult:
    """Find the rows that are the same entity.

    Args:
        table: the rows; must hold every column of `spec`. An Arrow table, a pandas or Polars frame, a DuckDB relation, a dict of
            columns or a list of dicts. A `CodedTable` comes with ids of its own and without `right`.
        spec: blocks, comparisons, thresholds, constraints.
        right: a second table of the same columns: only pairs across both tables count. Its rows are numbered after those of
            `table`.
        id_column: column of ids that `pairs` and `clusters` use, of any type, none twice; row numbers from 0 by default.
        model: a trained model to apply; by default one is trained on these rows.
        population: the population `model` was trained on: pairs then weigh as they did there, whatever the table holds. By
            default frequencies and prior are those of these rows.
        order: the order of rows, where ties must not depend on how the table is sorted.
        judgements: columns `left_id, right_id, verdict` (`same` or `different`): decisions of people. They always hold, and
            the model learns from them.
        frequencies: column → table of `value` and `share` (0–1): how common values are in a wider population than these
            rows, for levels with term frequency.
        prior: probability (above 0, below 0.5) that two records taken at random are one entity, where it is known; training
            then keeps it. By default it is learned.
        refuse: whether to stop where the model is nonsense, see `MatchResult.diagnostics`. By default a run stops unless it has
            an `order`: the one that a schedule starts must go on, and shows its diagnostics.
        threads: threads to use; all by default. The result does not depend on it.
        seed: of the random sample that training looks at.

    Returns:
        Clusters, pairs, model and report.

    Raises:
        KeyError: a column of the spec is not in the table.
        ModelError: `model` was trained under another specification.
        NonsenseModelError: the model trained makes no sense; the message says what to do.
        InputError: an argument that can't be used; the message says what to do.
    """
    threads = threads or os.cpu_count() or 1
    clock = _Clock()
    check_options(spec, right is not None, prior)
    table, right, names = _tables(table, right, spec, id_column)
    judgements = read_judgements(judgements, names)
    records, ids = _records(table, right, spec, id_column, judgements, order=order, threads=threads)
    clock.lap("encode")

    def block() -> tuple[Blocking, Ints, Ints]:
        blocking = Blocking(spec, records.encoded, threads, records.side)
        pairs = blocking.pairs(TRAINING_SAMPLE if model is None else 0)
        return blocking, pairs, _sample(records, blocking, seed) if model is None else pairs[:0]

    def prepare() -> Comparer:
        return Comparer(spec, records.encoded, records.copies, frequencies or {}, population, threads=threads)

    (blocking, pairs, sample), comparer = both(block, prepare, threads)
    clock.lap("block")
    candidates, others = _compare(pairs, (blocking.conflicts.pairs, sample), comparer, threads)
    del pairs
    clock.lap("compare")
    must_not_link, must_link = _judged_records(judgements, ids, records)

    def learn() -> Model:
        if model is not None:
            return model
        seen = _seen(candidates, *others, share=blocking.conflicts.share, possible_pairs=records.possible_pairs)
        found = {r.rule: r.pairs for r in blocking.reports}
        labels = _labels(comparer, must_not_link, must_link)
        return train(spec, *seen, records=len(records.first), found=found, labels=labels, prior=prior)

    learned, grouping = both(learn, lambda: Grouping.of(records.of_row, records.first, comparer.self_patterns), threads)
    clock.lap("train")
    own = (len(records.first), records.possible_pairs)
    prior_weight = population.prior_weight(learned) if population else learned.prior_weight(*own)
    scorer = Scorer(spec, learned, prior_weight)
    diagnostics = diagnose(
        spec,
        learned,
        blocking.reports,
        candidates.counts,
        probability(scorer.weights(candidates.patterns)),
        trained=model is None,
        prior=prior,
    )
    links, histogram = _links(grouping, candidates, scorer)
    links = links.add_must_link(must_link, comparer.patterns(*must_link))
    links = links.add_must_not_link(must_not_link)
    codes = records.encoded.codes
    distinct, one_to_one = (tuple(codes[c] for c in columns) for columns in (spec.distinct, spec.one_to_one))
    clustering = Clustering(links, links.cluster(Constraints(distinct, one_to_one, must_not_link, must_link)))
    if model is None:
        sizes = np.bincount(clustering.labels)
        diagnostics = diagnostics.with_clusters(int(links.accepted.sum()), int((sizes * (sizes - 1) // 2).sum()))
    if refuse or (refuse is None and order is None):
        diagnostics.refuse(spec.kind)
    clock.lap("score and cluster")

    def count() -> tuple[tuple[int, int, int], int]:
        return clustering.counts(), clustering.cluster_count()

    clusters, (counts, cluster_count) = both(lambda: clustering.clusters(ids), count, threads)
    accepted, review, cut = counts
    report = Report(
        mentions=len(records.of_row),
        records=len(records.first),
        blocks=tuple(blocking.reports),
        pairs_compared=len(candidates.left),
        accepted=accepted,
        review=review,
        cut=cut,
        clusters=cluster_count,
        seconds=clock.seconds,
    )
    return MatchResult(
        named(clusters, ("mention_id", "cluster_id"), names),
        learned,
        report,
        histogram,
        spec,
        lambda: population or comparer.population(records.possible_pairs),
        Working(records.encoded, ids, blocking, comparer, clustering, must_not_link, must_link),
        lambda: clustering.decided_pairs(ids),
        links.patterns,
        scorer,
        blocking.keys,
        diagnostics,
        names,
    )


def _tables(
    table: Any, right: Any, spec: MatchSpec, id_column: str | None
) -> tuple[pa.Table | CodedTable, pa.Table | None, pa.Array | None]:
    """The tables as Arrow ones that hold what the specification reads, with integer ids; and the ids where these are none."""
    if isinstance(table, CodedTable):
        return table, None, None
    table = arrow_table(table, "table")
    check_columns(table, spec, "table")
    if right is not None:
        right = arrow_table(right, "right")
        check_columns(right, spec, "right")
    return (table, right, None) if id_column is None else _with_ids(table, right, id_column)


def _with_ids(
    table: pa.Table, right: pa.Table | None, id_column: str
) -> tuple[pa.Table, pa.Table | None, pa.Array | None]:
    """The tables with integer ids, and the ids by those integers where the caller's are no integers."""
    for some, what in ((table, "table"), (right, "right")):
        if some is not None and id_column not in some.column_names:
            raise KeyError(f"{what}: id_column {id_column!r} is not there; it has {some.column_names}")
    both_ids = [t.select([id_column]) for t in (table, right) if t is not None]
    ids, names = read_ids(pa.concat_tables(both_ids, promote_options="permissive")[id_column], id_column)
    at = table.num_rows
    table = table.set_column(table.schema.get_field_index(id_column), id_column, pa.array(ids[:at]))
    if right is not None:
        right = right.set_column(right.schema.get_field_index(id_column), id_column, pa.array(ids[at:]))
    return table, right, names


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
        selected = [*columns, id_column] if id_column else list(columns)
        table = pa.concat_tables([table.select(selected), right.select(selected)], promote_options="permissive")
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
    """Encode the rows and collapse those that agree in every column of the spec; a judged row is a record of its own."""
    columns = spec.columns
    encoded, ids, side = _read(table, right, columns, id_column, threads)
    if "side" in spec.one_to_one and side is not None:
        encoded.codes["side"] = side.astype(np.int32)
    if order is not None:
        encoded, ids = encoded.take(order), ids[order]
    grouped_by = [encoded.codes[c] for c in columns]
    if side is not None or spec.one_to_one:  # rows of one source are different entities, however alike
        grouped_by.append(np.arange(len(ids), dtype=np.int32))
    if judgements is not None and judgements.num_rows:
        judged = np.isin(ids, np.concatenate([np.asarray(judgements.column(c)) for c in ("left_id", "right_id")]))
        grouped_by.append(np.where(judged, np.arange(len(ids)), -1).astype(np.int32))
    (of_row, first), _ = both(
        lambda: group_rows(grouped_by, threads), lambda: read_keys(spec, encoded, threads), threads
    )
    copies = np.bincount(of_row, minlength=len(first)).astype(np.int64)
    return _Records(encoded.take(first, threads), of_row, first, copies, None if side is None else side[first]), ids


def _compare(
    pairs: Ints, others: tuple[Ints, ...], comparer: Comparer, threads: int
) -> tuple[_Candidates, list[Patterns]]:
    """All candidate pairs with their patterns, and the patterns of other pairs."""
    size = len(pairs)
    left, right = _ends(np.concatenate([pairs, *others]))
    every = comparer.patterns(left, right, threads)
    every, *rest = np.split(every, np.cumsum([size, *(len(o) for o in others)])[:-1])

    def work(start: int) -> tuple[Patterns, Codes]:
        coded = pa.array(every[start : start + CHUNK]).dictionary_encode()  # a few thousand values: no sorting needed
        return np.asarray(coded.dictionary), np.asarray(coded.indices)

    chunks = each(work, range(0, size, CHUNK), threads)
    patterns = distinct_sorted(np.concatenate([np.zeros(0, dtype=np.int64), *(d for d, _ in chunks)]))
    pattern, counts = np.empty(size, dtype=np.int32), np.zeros(len(patterns))
    for start, (distinct, code) in zip(range(0, size, CHUNK), chunks, strict=True):
        index = np.searchsorted(patterns, distinct).astype(np.int32)
        pattern[start : start + CHUNK] = index[code]
        counts[index] += np.bincount(code, minlength=len(distinct))
    return _Candidates(left[:size], right[:size], pattern, patterns, counts), rest


def _ends(pairs: Ints) -> tuple[Codes, Codes]:
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _sample(records: _Records, blocking: Blocking, seed: int) -> Ints:
    """Random pairs that no rule finds, packed as in `Blocking.pairs`."""
    rng = np.random.default_rng(seed)
    n = len(records.first)
    if n < 2 or not records.possible_pairs:
        return np.zeros(0, dtype=np.int64)
    size = int(min(RANDOM_PAIRS, PAIRS_PER_RECORD * n, 4 * records.possible_pairs))
    left = np.arange(n) if records.side is None else np.flatnonzero(records.side == 0)
    right = np.arange(n) if records.side is None else np.flatnonzero(records.side == 1)
    a, b = (_in_turn(side, size, rng) for side in (left, right))
    keep = (a != b) & ~blocking.agree(a, b)
    a, b = a[keep], b[keep]
    return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)


def _in_turn(records: Ints, size: int, rng: np.random.Generator) -> Codes:
    """So many of the records in random order, each as often as any other: a sample that leans on none of them."""
    rounds = -(-size // max(len(records), 1))
    return np.concatenate([rng.permutation(records) for _ in range(rounds)])[:size].astype(np.int32)


def _seen(
    candidates: _Candidates, conflicts: Patterns, sample: Patterns, *, share: float, possible_pairs: float
) -> tuple[Patterns, Floats, Floats]:
    """The patterns of all pairs: the distinct ones, how often each was counted, how many of the other pairs it stands for.

    All candidates are counted, of conflicting pairs a share, of all other pairs a random sample.
    """
    rest = possible_pairs - float(candidates.counts.sum()) - len(conflicts) / share
    everything: Patterns = np.concatenate([candidates.patterns, conflicts, sample])
    distinct, code = numbered(everything)
    weight = np.concatenate([candidates.counts, np.full(len(conflicts), 1 / share), np.zeros(len(sample))])
    counted: Floats = np.bincount(code, weights=weight, minlength=len(distinct)).astype(np.float64)
    drawn = np.bincount(code[len(everything) - len(sample) :], minlength=len(distinct)).astype(np.float64)
    return distinct, counted, drawn * (max(rest, 0.0) / max(len(sample), 1))


def _judged_records(judgements: pa.Table | None, ids: Ints, records: _Records) -> tuple[Ends, Ends]:
    """Judged pairs as pairs of records: those that must not link, those that must. Pairs of unknown ids are left out."""
    if judgements is None or not judgements.num_rows:
        return NO_PAIRS, NO_PAIRS
    order = np.argsort(ids)

    def record(column: str) -> Ints:
        judged = np.asarray(judgements.column(column)).astype(np.int64)
        row = order[np.minimum(np.searchsorted(ids[order], judged), len(ids) - 1)]
        return np.where(ids[row] == judged, records.of_row[row].astype(np.int64), -1)

    left, right = record("left_id"), record("right_id")
    verdict = np.array(judgements.column("verdict").to_pylist())
    known = (left >= 0) & (right >= 0)

    def chosen(word: str) -> Ends:
        some = known & (verdict == word)
        return np.minimum(left, right)[some], np.maximum(left, right)[some]

    return chosen("different"), chosen("same")


def _labels(comparer: Comparer, must_not_link: Ends, must_link: Ends) -> tuple[Patterns, Floats]:
    """Patterns of judged pairs, and 1 for same, 0 for different."""
    left, right = (np.concatenate([must_link[i], must_not_link[i]]).astype(np.int32) for i in (0, 1))
    verdict = np.repeat([1.0, 0.0], [len(must_link[0]), len(must_not_link[0])])
    return comparer.patterns(left, right), verdict


def _links(grouping: Grouping, candidates: _Candidates, scorer: Scorer) -> tuple[Links, pa.Table]:
    """The candidates at least worth a question, and how many candidate pairs have which weight."""
    weights = scorer.weights(candidates.patterns)
    bins, inverse = np.unique(np.floor(weights), return_inverse=True)
    pairs = np.bincount(inverse, weights=candidates.counts, minlength=len(bins)).astype(np.int64)
    worthy = weights >= weight_of(scorer.spec.review)
    keep = np.flatnonzero(worthy[candidates.pattern])
    links = Links.of(
        scorer.spec,
        scorer,
        grouping,
        candidates.left[keep],
        candidates.right[keep],
        patterns=candidates.patterns[worthy],
        pattern=(np.cumsum(worthy) - 1)[candidates.pattern[keep]],
    )
    return links, pa.table({"weight": bins, "pairs": pairs})

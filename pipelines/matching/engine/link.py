"""One call from a table to pairs and clusters: encode, collapse, block, compare, train or load, score, cluster.

Belongs here: the order of the steps. Does not: any step itself, or what is returned (`result`).
"""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.arguments import check_options, read_judgements
from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.candidates import compare_pairs, count_patterns, random_pairs, with_copies
from pipelines.matching.engine.compare import Comparer
from pipelines.matching.engine.judged import judged_records, labels_of
from pipelines.matching.engine.links import Grouping
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.records import read_records, read_tables
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.scored import ScoredPairs
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.train import train
from pipelines.parallel import both

Ints = npt.NDArray[np.int64]

TRAINING_SAMPLE = 50_000
"""Records whose conflicting pairs (of different `distinct` values) training looks at; all records where there are fewer."""


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
    check_options(spec, right is not None, prior, has_order=order is not None)
    table, right, names = read_tables(table, right, spec, id_column)
    judgements = read_judgements(judgements, names)
    records, ids = read_records(table, right, spec, id_column, judgements, order=order, threads=threads)
    clock.lap("encode")

    def block() -> tuple[Blocking, Ints, Ints]:
        blocking = Blocking(spec, records.encoded, threads, records.side)
        pairs = blocking.pairs(TRAINING_SAMPLE if model is None else 0)
        return blocking, pairs, random_pairs(records, blocking, seed) if model is None else pairs[:0]

    def prepare() -> Comparer:
        return Comparer(spec, records.encoded, records.copies, frequencies or {}, population, threads=threads)

    (blocking, pairs, sample), comparer = both(block, prepare, threads)
    clock.lap("block")
    candidates, others = compare_pairs(pairs, (blocking.conflicts.pairs, sample), comparer, threads)
    del pairs
    clock.lap("compare")
    must_not_link, must_link = judged_records(judgements, ids, records.of_row)

    def learn(copies: Grouping | None = None) -> Model:
        if model is not None:
            return model
        seen = count_patterns(
            candidates, *others, share=blocking.conflicts.share, possible_pairs=records.possible_pairs
        )
        if copies:
            seen = with_copies(*seen, copies)
        found = {r.rule: r.pairs for r in blocking.reports}
        labels = labels_of(comparer, must_not_link, must_link)
        return train(spec, *seen, records=len(records.first), found=found, labels=labels, prior=prior)

    learned, grouping = both(learn, lambda: Grouping.of(records.of_row, records.first, comparer.self_patterns), threads)

    def scorer_of(learned: Model) -> Scorer:
        own = (len(records.first), records.possible_pairs)
        prior_weight = population.prior_weight(learned) if population else learned.prior_weight(*own)
        return Scorer(spec, learned, prior_weight)

    scorer = scorer_of(learned)
    if model is None and keeps_copies_apart(scorer, grouping):
        scorer = scorer_of(learn(grouping))  # all that is told twice is told alike: copies are the matches there are
    clock.lap("train")
    scored = ScoredPairs(
        records,
        ids,
        names,
        blocking,
        comparer,
        candidates,
        grouping,
        scorer,
        must_not_link,
        must_link,
        trained=model is None,
        prior=prior,
    )
    spec = scored.thresholds(spec)
    clustering = scored.clustering(spec)
    diagnostics = scored.diagnostics(spec, clustering)
    if refuse or (refuse is None and order is None):
        diagnostics.refuse(spec.kind)
    clock.lap("score and cluster")
    return MatchResult.of(
        scored,
        spec,
        clustering,
        diagnostics,
        seconds=clock.seconds,
        population=population,
        threads=threads,
        keep_pairs=order is None,
    )


def keeps_copies_apart(scorer: Scorer, grouping: Grouping) -> bool:
    """Whether most rows that are equal to another in all that is compared would be no match: training has seen none.

    Only where there is an official number, which copies share: without one they may be two of a series.
    """
    alike = scorer.weights(grouping.self_pattern) >= weight_of(scorer.spec.accept or 0.5)
    return bool(scorer.spec.anchor) and 2 * int(grouping.further[alike].sum()) < int(grouping.further.sum())


class _Clock:
    """Wall time per step, for the report only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, step: str) -> None:
        now = perf_counter()
        self.seconds[step] = now - self._last
        self._last = now

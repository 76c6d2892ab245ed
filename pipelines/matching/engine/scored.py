"""Every candidate pair with its weight, from which clusters follow at any threshold.

Belongs here: what a run knows before a threshold is set, and going on from there. Does not: finding or comparing pairs
(`candidates`), or learning what a pattern is worth (`train`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.candidates import Candidates
from pipelines.matching.engine.clustering import Constraints, Ends
from pipelines.matching.engine.compare import Comparer
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.diagnostics import Diagnostics, diagnose
from pipelines.matching.engine.links import Grouping, Links
from pipelines.matching.engine.records import Records
from pipelines.matching.engine.score import Scorer, probability, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.thresholds import with_thresholds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ScoredPairs:
    """All candidate pairs of a run.

    Attributes:
        records: distinct records of the rows.
        ids: id of every row.
        names: the caller's ids by these where they are no integers.
        blocking: that found the pairs.
        comparer: that compared them.
        candidates: the pairs with their patterns.
        grouping: rows as records.
        scorer: weighs patterns.
        must_not_link: pairs of records that a person has called different.
        must_link: pairs of records that a person has called the same.
        trained: whether the model was trained in this run.
        prior: the prior the caller gave.
    """

    records: Records
    ids: Ints
    names: pa.Array | None
    blocking: Blocking
    comparer: Comparer
    candidates: Candidates
    grouping: Grouping
    scorer: Scorer
    must_not_link: Ends
    must_link: Ends
    trained: bool
    prior: float | None

    @cached_property
    def weights(self) -> Floats:
        """Weight of each distinct pattern of the candidates."""
        return self.scorer.weights(self.candidates.patterns)

    def thresholds(self, spec: MatchSpec) -> MatchSpec:
        """The specification with thresholds chosen where it leaves them to the run."""
        return with_thresholds(spec, self.candidates.counts, probability(self.weights))

    def clustering(self, spec: MatchSpec) -> Clustering:
        """Links and clusters at the thresholds of a specification."""
        links = self._links(spec)
        codes = self.records.encoded.codes
        distinct, one_to_one = (tuple(codes[c] for c in columns) for columns in (spec.distinct, spec.one_to_one))
        return Clustering(links, links.cluster(Constraints(distinct, one_to_one, self.must_not_link, self.must_link)))

    def _links(self, spec: MatchSpec) -> Links:
        """The candidates at least worth a question, and what people have decided."""
        candidates = self.candidates
        worthy = self.weights >= weight_of(spec.review)
        keep = np.flatnonzero(worthy[candidates.pattern])
        links = Links.of(
            spec,
            self.scorer,
            self.grouping,
            candidates.left[keep],
            candidates.right[keep],
            patterns=candidates.patterns[worthy],
            pattern=(np.cumsum(worthy) - 1)[candidates.pattern[keep]],
        )
        links = links.add_must_link(self.must_link, self.comparer.patterns(*self.must_link))
        return links.add_must_not_link(self.must_not_link)

    def diagnostics(self, spec: MatchSpec, clustering: Clustering) -> Diagnostics:
        """What the model, the rules and the links say about themselves."""
        said = diagnose(
            spec,
            self.scorer.model,
            self.blocking.reports,
            self.candidates.counts,
            probability(self.weights),
            trained=self.trained,
            copies=int(self.grouping.further.sum()),
            prior=self.prior,
        )
        if not self.trained:
            return said
        sizes = np.bincount(clustering.labels)
        return said.with_clusters(int(clustering.links.accepted.sum()), int((sizes * (sizes - 1) // 2).sum()))

    @cached_property
    def histogram(self) -> pa.Table:
        """How many candidate pairs have which weight, see `MatchResult.weights`."""
        return histogram_of(self.weights, self.candidates.counts)

    def rows_of(self, ids: Sequence[object]) -> Ints:
        """The row of each id; -1 for an id of no row."""
        wanted = pa.array(list(ids))
        known = pa.array(self.ids) if self.names is None else self.names
        where = {value: at for at, value in enumerate(known.to_pylist())}
        rows = np.array([where.get(value, -1) for value in wanted.to_pylist()], dtype=np.int64)
        if self.names is None:
            return rows
        place = np.full(len(self.ids), -1, dtype=np.int64)
        place[self.ids] = np.arange(len(self.ids))
        return np.where(rows >= 0, place[rows], -1)


def histogram_of(weights: Floats, counts: Floats) -> pa.Table:
    """Pairs by weight, in bins of width one: `counts` pairs have each of `weights`."""
    bins, inverse = np.unique(np.floor(weights), return_inverse=True)
    pairs = np.bincount(inverse, weights=counts, minlength=len(bins)).astype(np.int64)
    return pa.table({"weight": bins, "pairs": pairs})


def at_threshold(spec: MatchSpec, accept: float, review: float | None) -> MatchSpec:
    """The specification with another threshold; the review threshold comes down with it."""
    return replace(spec, accept=accept, review=min(spec.review or accept, accept) if review is None else review)

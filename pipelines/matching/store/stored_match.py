"""The result of the last run, read from the store: clusters, and decided pairs with the evidence for each.

Belongs here: these as tables for later stages. Does not: deciding (`engine.decisions`), or joining them to anything
(`pipelines.resolution`).

The store has pairs of records, each with the index of its pattern. Levels and weights spelt out for every pair would take a
hundred times the room, and most runs read none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.decided_pairs import OUTCOMES
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.explain import describe_patterns
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.score import Scorer, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.rows import in_order
from pipelines.matching.store.state import State
from warehouse.model import Home
from warehouse.model.arrow_file import mapped

Ints = npt.NDArray[np.int64]


DIGITS = 9
"""Digits behind the point of what is shown of a pair: sums of other batches differ in the last bit, and nobody's work follows from it."""


@dataclass(frozen=True)
class PairTables:
    """Decided pairs of one kind.

    Attributes:
        pairs: `left_id`, `right_id`, `probability`, `weight` and `outcome` as in PAIR, ordered by ids; `pattern`: int32.
        patterns: `pattern`, each once; `levels` and `weights` as in PAIR.
    """

    pairs: pa.Table
    patterns: pa.Table


@dataclass(frozen=True)
class StoredMatch:
    """The stored result of one kind.

    Attributes:
        clustering: with rows in order of their keys.
        ids: `mention_id` of every row.
        keys: stable key of every row.
        cluster_keys: key of the cluster of every row.
    """

    clustering: Clustering
    ids: Ints
    keys: Ints
    cluster_keys: Ints

    @classmethod
    def of(cls, home: Home, spec: MatchSpec) -> StoredMatch:
        """Read the result for the present mentions of the kind of a specification.

        Raises:
            FileNotFoundError: the present mentions have not been matched.
        """
        kind = spec.kind
        state = State.load(home.matched(kind)) if home.matched_mark(kind).exists() else None
        index = mapped(home.mention_index(kind)) if home.mention_index(kind).exists() else None
        if state is None or index is None or not state.is_of(index["key"].to_numpy(), index["mention_id"].to_numpy()):
            raise FileNotFoundError(f"{home.matched(kind)}: {kind} mentions are not matched; run `onenet run` first")
        model, population = Model.load(home.model(kind)), Population.load(home.population(kind))
        keys, ids = index["key"].to_numpy(), index["mention_id"].to_numpy()
        rows = in_order(ids >= 0, keys)
        links = state.links(spec, Scorer(spec, model, population.prior_weight(model)), rows)
        return cls(state.clustering(links), ids[rows], keys[rows], state.row_clusters()[rows])

    def clusters(self) -> pa.Table:
        """One line per mention, under CLUSTER."""
        return self.clustering.clusters(self.ids)

    def pair_tables(self, *, every: bool = False) -> PairTables:
        """Accepted, queued and cut pairs, and the ties of mentions with the same content; see `decided_pairs`."""
        decided, links = self.clustering.decided_pairs(self.ids, every=every), self.clustering.links
        patterns = links.patterns
        used = np.flatnonzero(np.bincount(decided.pattern, minlength=len(patterns)))
        levels, weights = describe_patterns(links.scorer, patterns[used])
        pairs = pa.table(
            {
                "left_id": decided.left_id,
                "right_id": decided.right_id,
                "probability": np.round(probability(decided.weight), DIGITS),
                "weight": np.round(decided.weight, DIGITS),
                "outcome": pa.DictionaryArray.from_arrays(decided.outcome, list(OUTCOMES)),
                "pattern": decided.pattern.astype(np.int32),
            }
        )
        return PairTables(pairs, pa.table({"pattern": used.astype(np.int32), "levels": levels, "weights": weights}))

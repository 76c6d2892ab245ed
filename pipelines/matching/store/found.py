"""What the last run found, told anew from what it left for the next one: clusters, and judged pairs with what was decided and why.

Belongs here: these as tables for later stages. Does not: deciding (`links`), or joining them to anything
(`pipelines.resolution`).

Matching keeps pairs of records with the place of their pattern. Spelt out for every pair, levels and weights would be a
hundred times as much, of which most runs read nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.explain import described
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.outcome import Outcome
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import OUTCOMES
from pipelines.matching.engine.score import Scorer, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.rows import in_order
from pipelines.matching.store.state import State
from warehouse.model import Home
from warehouse.model.arrow_file import mapped

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class JudgedPairs:
    """Judged pairs of one kind.

    Attributes:
        pairs: `left_id`, `right_id`, `probability`, `weight` and `outcome` as in PAIR, ordered by ids; `pattern`: int32.
        patterns: `pattern`, each once; `levels` and `weights` as in PAIR.
    """

    pairs: pa.Table
    patterns: pa.Table


@dataclass(frozen=True)
class Found:
    """What was found of one kind.

    Attributes:
        outcome: with rows in order of their names.
        ids: `mention_id` of every row.
        names: lasting name of every row.
        clusters_by_name: name of the cluster of every row.
    """

    outcome: Outcome
    ids: Ints
    names: Ints
    clusters_by_name: Ints

    @classmethod
    def of(cls, home: Home, spec: MatchSpec) -> Found:
        """Of the mentions there are of the kind of a specification.

        Raises:
            FileNotFoundError: they have not been matched.
        """
        kind = spec.kind
        state = State.load(home.matched(kind)) if home.matched_mark(kind).exists() else None
        made = mapped(home.mention_index(kind)) if home.mention_index(kind).exists() else None
        if state is None or made is None or not state.is_of(made["name"].to_numpy(), made["mention_id"].to_numpy()):
            raise FileNotFoundError(f"{home.matched(kind)}: {kind} mentions are not matched; run `onenet run` first")
        model, population = Model.load(home.model(kind)), Population.load(home.population(kind))
        names, ids = made["name"].to_numpy(), made["mention_id"].to_numpy()
        rows = in_order(ids >= 0, names)
        links = state.links(spec, Scorer(spec, model, population.prior_weight(model)), rows)
        return cls(state.outcome(links), ids[rows], names[rows], state.row_clusters()[rows])

    def clusters(self) -> pa.Table:
        """One line per mention, under CLUSTER."""
        return self.outcome.clusters(self.ids)

    def judged_pairs(self) -> JudgedPairs:
        """Accepted, queued and cut pairs, and the ties of mentions that say the same."""
        judged, links = self.outcome.judged(self.ids), self.outcome.links
        patterns = links.patterns
        used = np.flatnonzero(np.bincount(judged.pattern, minlength=len(patterns)))
        levels, weights = described(links.scorer, patterns[used])
        pairs = pa.table(
            {
                "left_id": judged.left_id,
                "right_id": judged.right_id,
                "probability": probability(judged.weight),
                "weight": judged.weight,
                "outcome": pa.DictionaryArray.from_arrays(judged.outcome, list(OUTCOMES)),
                "pattern": judged.pattern.astype(np.int32),
            }
        )
        return JudgedPairs(pairs, pa.table({"pattern": used.astype(np.int32), "levels": levels, "weights": weights}))

"""Pairs that no run may link by itself, however likely they are: they rest on weak comparisons alone, and others speak against them.

Belongs here: which patterns these are. Does not: weights (`score`), or what becomes of such a pair: a person is asked (`decisions`).

In a small town hardly a name is borne twice, so that an equal name weighs more than another phone and another home together. Two
people of one name were often one who moved; but nobody is merged on a name against all else that is known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.spec import MatchSpec


def uncorroborated(spec: MatchSpec, layout: Layout, patterns: Patterns) -> npt.NDArray[np.bool_]:
    """Per pattern whether it lacks what a `Corroboration` of the specification asks for."""
    cells = layout.unpack(patterns)
    level = np.stack([c.level[cells[:, i]] for i, c in enumerate(layout.cells)], axis=1)
    place = {c.name: i for i, c in enumerate(spec.comparisons)}
    last = np.array([len(c.levels) for c in spec.comparisons])
    lacking = np.zeros(len(patterns), dtype=bool)
    for rule in spec.corroborated:
        against = [place[name] for name in rule.against]
        others = [i for name, i in place.items() if name not in (*rule.weak, *rule.against)]
        silent = (level[:, others] == 0) | (level[:, others] == last[others])
        lacking |= (level[:, against] == last[against]).all(axis=1) & silent.all(axis=1)
    return lacking

"""Which mentions are the same: blocking, comparison levels, the Fellegi–Sunter model, clustering.

The engine knows nothing of China: that lives in `levels_chinese` and `pipelines.kinds`. Any Arrow table will do:

    from pipelines.matching import Block, Comparison, JaroWinkler, MatchSpec, Same, Typo, link

    spec = MatchSpec(
        kind="customer",
        blocks=(Block("surname", "postcode"), Block("date_of_birth")),
        comparisons=(
            Comparison("surname", (Same(term_frequency=True), JaroWinkler(0.9))),
            Comparison("date_of_birth", (Same(), Typo(1))),
        ),
    )
    result = link(table, spec)          # or link(left, spec, right=right)
    result.clusters, result.pairs, result.model, result.report
"""

from pipelines.matching.engine.arguments import InputError
from pipelines.matching.engine.diagnostics import Diagnostics, NonsenseModelError
from pipelines.matching.engine.levels import (
    Crossed,
    Different,
    JaroWinkler,
    Level,
    Same,
    Typo,
    Unknown,
    ValuePairs,
    Within,
)
from pipelines.matching.engine.link import link
from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, Dependence, Key, MatchSpec, SpecError

__all__ = [
    "AnyOf",
    "Block",
    "Comparison",
    "Crossed",
    "Dependence",
    "Diagnostics",
    "Different",
    "InputError",
    "JaroWinkler",
    "Key",
    "Level",
    "MatchResult",
    "MatchSpec",
    "Model",
    "ModelError",
    "NonsenseModelError",
    "Report",
    "Same",
    "SpecError",
    "Typo",
    "Unknown",
    "ValuePairs",
    "Within",
    "link",
]

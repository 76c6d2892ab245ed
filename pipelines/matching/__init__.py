"""Which mentions are the same: blocking, comparison levels, the Fellegi–Sunter model, clustering.

The engine knows nothing of China: that lives in `levels_chinese` and `pipelines.kinds`. Any table will do, see `docs/matching.md`:

    from pipelines.matching import Block, Comparison, MatchSpec, Same, date_of_birth, link, person_name

    spec = MatchSpec(
        kind="customer",
        blocks=(Block("surname", "postcode"), Block("date_of_birth")),
        comparisons=(
            person_name("surname"),
            date_of_birth("date_of_birth"),
            Comparison("postcode", (Same(term_frequency=True),)),
        ),
    )
    result = link(table, spec)          # or link(left, spec, right=right)
    result.clusters, result.pairs, result.model, result.report, result.diagnostics
"""

from pipelines.matching.engine import charts
from pipelines.matching.engine.arguments import InputError
from pipelines.matching.engine.counting import count_pairs
from pipelines.matching.engine.diagnostics import Diagnostics, NonsenseModelError
from pipelines.matching.engine.evaluate import Evaluation, evaluate
from pipelines.matching.engine.explain import Explanation
from pipelines.matching.engine.keys import each_of, prefix, rare_words, where
from pipelines.matching.engine.levels import (
    ByCode,
    Crossed,
    Different,
    JaroWinkler,
    Level,
    Plain,
    Same,
    Similarity,
    Swapped,
    Typo,
    Unknown,
    ValuePairs,
    Within,
)
from pipelines.matching.engine.levels_logic import And, Not, Or
from pipelines.matching.engine.levels_numbers import DateWithin, NoDate, WithinKilometres, WithinPercent
from pipelines.matching.engine.levels_text import (
    Cosine,
    EditSimilarity,
    Intersection,
    Jaccard,
    JaroSimilarity,
    SamePart,
    Subset,
    SwapSimilarity,
    TfIdf,
)
from pipelines.matching.engine.link import link
from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.ready import address, company_name, date_of_birth, email, person_name, postcode
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, Dependence, Key, MatchSpec, SpecError

__all__ = [
    "And",
    "AnyOf",
    "Block",
    "ByCode",
    "Comparison",
    "Cosine",
    "Crossed",
    "DateWithin",
    "Dependence",
    "Diagnostics",
    "Different",
    "EditSimilarity",
    "Evaluation",
    "Explanation",
    "InputError",
    "Intersection",
    "Jaccard",
    "JaroSimilarity",
    "JaroWinkler",
    "Key",
    "Level",
    "MatchResult",
    "MatchSpec",
    "Model",
    "ModelError",
    "NoDate",
    "NonsenseModelError",
    "Not",
    "Or",
    "Plain",
    "Report",
    "Same",
    "SamePart",
    "Similarity",
    "SpecError",
    "Subset",
    "SwapSimilarity",
    "Swapped",
    "TfIdf",
    "Typo",
    "Unknown",
    "ValuePairs",
    "Within",
    "WithinKilometres",
    "WithinPercent",
    "address",
    "charts",
    "company_name",
    "count_pairs",
    "date_of_birth",
    "each_of",
    "email",
    "evaluate",
    "link",
    "person_name",
    "postcode",
    "prefix",
    "rare_words",
    "where",
]

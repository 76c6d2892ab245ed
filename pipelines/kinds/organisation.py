"""When two mentions are the same organisation: the same name in the same grid."""

from __future__ import annotations

from pipelines.matching.engine.levels import JaroWinkler, Same
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="organisation",
    blocks=(Block("name_key"), Block("grid_code")),
    comparisons=(
        Comparison(
            "name",
            (Same("name_key"), JaroWinkler(0.92, "name_key")),
            columns=("name_key",),
            fixed={"same": 16.0, "different": -16.0},
        ),
        Comparison("grid", (Same("grid_code"),), columns=("grid_code",), fixed={"same": 6.0, "different": -6.0}),
    ),
    accept=0.98,
    review=0.6,
)

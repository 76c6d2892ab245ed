"""When two mentions are one component: the same number, or the same class a few metres away in another survey.

Posts, trees and gullies do stand side by side, and one survey counts each of them once: what two lines of one survey tell of is
two components. A later survey may count one anew under another number.
"""

from __future__ import annotations

from pipelines.kinds.component_columns import CELLS, INPUTS
from pipelines.matching.engine.levels import Same
from pipelines.matching.engine.levels_places import WithinMetres
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="component",
    blocks=(Block("source_code"), *(Block("component_class", cell) for cell in CELLS)),
    comparisons=(
        Comparison("source_code", (Same(),), fixed={"same": 40.0, "different": 0.0}),
        Comparison("component_class", (Same(),), fixed={"same": 4.0, "different": -8.0}),
        Comparison(
            "location",
            (WithinMetres(1.5), WithinMetres(3.0), WithinMetres(10.0)),
            columns=("location_lng", "location_lat"),
            fixed={"within_1.5_m": 12.0, "within_3_m": 10.0, "within_10_m": -6.0, "different": -20.0},
        ),
        Comparison("survey", (Same(),), fixed={"same": -24.0, "different": 4.0}),
    ),
    accept=0.95,
    review=0.6,
)

__all__ = ["INPUTS", "SPEC"]

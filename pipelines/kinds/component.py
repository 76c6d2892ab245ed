"""When two mentions are one component: the same number, or the same class a few metres away in another survey.

Posts, trees and gullies do stand side by side, and one survey counts each of them once: two lines of one survey are two
components. A later survey may count one anew under another number; of several neighbours the nearest is meant.
"""

from __future__ import annotations

from pipelines.kinds.component_columns import CELLS, INPUTS
from pipelines.matching.engine.levels import Same
from pipelines.matching.engine.levels_places import WithinMetres
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="component",
    blocks=(
        Block("source_code"),
        *(Block("component_class", cell) for cell in CELLS),
        *(Block("name", cell) for cell in CELLS),
    ),
    comparisons=(
        Comparison("source_code", (Same(),), fixed={"same": 40.0, "different": 0.0}),
        Comparison("component_class", (Same(),), fixed={"same": 4.0, "different": -4.0}),
        Comparison("name", (Same(),), fixed={"same": 3.0, "different": 0.0}),
        Comparison(
            "location",
            (WithinMetres(0.7), WithinMetres(1.5), WithinMetres(3.0)),
            columns=("location_lng", "location_lat"),
            fixed={"within_0.7_m": 16.0, "within_1.5_m": 14.5, "within_3_m": 13.0, "different": -20.0},
        ),
        Comparison("survey", (Same(),), fixed={"same": -24.0, "different": 4.0}),
    ),
    accept=0.95,
    review=0.6,
    one_to_one=("survey",),
)

__all__ = ["INPUTS", "SPEC"]

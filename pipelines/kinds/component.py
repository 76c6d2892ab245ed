"""When two mentions are one component: the same number, or the same class a few metres away.

Posts, trees and gullies do stand side by side, so distance alone never joins two.
"""

from __future__ import annotations

from pipelines.matching.engine.levels import Same
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="component",
    blocks=(Block("source_code"),),
    comparisons=(Comparison("source_code", (Same(),), fixed={"same": 40.0, "different": -40.0}),),
    accept=0.95,
    review=0.6,
)

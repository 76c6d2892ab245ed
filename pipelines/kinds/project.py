"""When two mentions are the same investment project: its code, or builder and name. 一期 and 二期 are two projects."""

from __future__ import annotations

from pipelines.matching.engine.levels import JaroWinkler, Same, Typo, Within
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="project",
    blocks=(
        Block("project_code"),
        Block("builder_code"),
        Block("builder_name_key"),
        Block("builder_name_brand"),
        Block("name"),
    ),
    comparisons=(
        Comparison("project_code", (Same(), Typo(2, min_length=12))),
        Comparison("name", (Same(term_frequency=True), JaroWinkler(0.9), JaroWinkler(0.8))),
        Comparison(
            "builder",
            (
                Same("builder_code", name="same_code"),
                Same("builder_name_key", term_frequency=True, name="same_name"),
                Same("builder_name_brand", term_frequency=True, name="brand"),
            ),
            columns=("builder_code", "builder_name_key", "builder_name_brand"),
        ),
        Comparison("investment", (Within(0.5), Within(50))),
    ),
    accept=0.95,
    review=0.6,
)

"""When two mentions are the same housing unit."""

from __future__ import annotations

from pipelines.matching.levels import Same, Within
from pipelines.matching.levels_places import SameDwelling, SameParts
from pipelines.matching.spec import Block, Comparison, MatchSpec

HOUSING = MatchSpec(
    kind="housing",
    blocks=(
        Block("dwelling"),
        Block("unit_number"),
        Block("address_code"),
        Block("estate", "building", "room"),
        Block("road", "road_number", "building", "room"),
    ),
    comparisons=(
        Comparison(
            "dwelling",
            (
                SameDwelling(),
                SameParts(("estate", "building", "room"), ("unit", "community"), name="unit_left_out"),
                SameParts(("estate", "building"), ("community",), name="same_building"),
                SameParts(("estate",), ("community",), name="same_estate"),
            ),
            columns=("dwelling", "community", "estate", "building", "unit", "room"),
        ),
        Comparison(
            "road",
            (SameParts(("road", "road_number"), name="same_number"), Same("road", name="same_road")),
            columns=("road", "road_number"),
        ),
        Comparison("unit_number", (Same(),)),
        Comparison("grid", (Same("grid_code", term_frequency=True),), columns=("grid_code",)),
        Comparison("area", (Within(0.01), Within(1.0))),
    ),
    distinct=("unit_number", "address_code"),
    accept=0.9,
    review=0.5,
)

"""When two mentions are the same housing unit."""

from __future__ import annotations

from pipelines.kinds.housing_columns import INPUTS
from pipelines.matching.engine.levels import Same, Within
from pipelines.matching.engine.levels_chinese import Homophone, OneCharacter, SharedValue
from pipelines.matching.engine.levels_places import CutShort, SameDwelling, SameParts
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, Dependence, MatchSpec

OWNER = AnyOf("owner", "owner_2")

SPEC = MatchSpec(
    kind="housing",
    blocks=(
        Block("dwelling", allow_conflict=True),
        Block("unit_number"),
        Block("address_code"),
        Block("estate", "building", "room"),
        Block("road", "road_number", "building", "room"),
        Block(OWNER, "estate"),
        Block("owner_pinyin", "estate"),
        Block("owner_pinyin", "road", "road_number"),
    ),
    comparisons=(
        Comparison(
            "address",
            (
                SameDwelling(term_frequency=False),
                SameParts(("estate", "building", "room"), ("community", "unit"), name="unit_left_out"),
                CutShort(("estate", "building", "unit", "room"), name="cut_short"),
                SameParts(("estate", "building"), ("community",), name="same_building"),
                SameParts(("estate",), ("community",), name="same_estate"),
            ),
            columns=("dwelling", "community", "estate", "building", "unit", "room"),
            fixed={
                "same_dwelling": 30.0,
                "same_building": -8.0,
                "same_estate": -12.0,
                "different": -16.0,
            },  # an identity
        ),
        Comparison(
            "owner",
            (
                Same("owner", term_frequency=True),
                SharedValue("owner", "owner_2", name="co_owner"),
                Homophone("owner_pinyin"),
                OneCharacter("owner"),
            ),
            columns=("owner", "owner_2", "owner_pinyin"),
        ),
        Comparison("area", (Within(0.51),)),
    ),
    dependence=(Dependence("address", "owner", "area"),),
    distinct=("unit_number", "address_code", "source_number"),
    accept=0.98,
    review=0.6,
)

__all__ = ["INPUTS", "SPEC"]

"""When two mentions are the same housing unit."""

from __future__ import annotations

from pipelines.kinds.clue import Clue
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

CUT_SHORT = "m.dwelling_level is distinct from 'room'"
"""An address that stops before the room, or leaves the unit out."""
SAME_AS_FAR = (
    "(l.building is null or r.building is null or l.building = r.building)"
    " and (l.unit is null or r.unit is null or l.unit = r.unit)"
    " and (l.room is null or r.room is null or starts_with(r.room, l.room) or starts_with(l.room, r.room))"
)

CLUES = (
    Clue(
        "area",
        shares="concat_ws(',', m.city, coalesce(m.estate, m.road || m.road_number), coalesce(m.building, ''), round(m.area)::int)",
        of=f"{CUT_SHORT} and m.area is not null",
        fits=SAME_AS_FAR,
    ),
    # Who owns, lets or lives in it by one row is known by number elsewhere.
    Clue(
        "owner",
        shares="t.entity_id",
        of=CUT_SHORT,
        fits=f"l.street = r.street and l.city is not distinct from r.city and {SAME_AS_FAR}",
        through="person",
    ),
)

__all__ = ["CLUES", "INPUTS", "SPEC"]

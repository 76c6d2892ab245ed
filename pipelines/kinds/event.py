"""When two tickets tell of one happening: the same place, the same day, what is told alike. A plain specification."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels import JaroWinkler, Same
from pipelines.matching.engine.levels_places import SameDwelling, SameParts
from pipelines.matching.engine.spec import Block, Comparison, Key, MatchSpec


def _day(values: pa.Array) -> pa.Array:
    """The day of a moment written `yyyy-mm-dd hh:mm:ss`."""
    return pc.utf8_slice_codeunits(values.cast(pa.string()), 0, 10)


DAY = Key("occurred_at", _day, "day")

SPEC = MatchSpec(
    kind="event",
    blocks=(
        Block("dwelling", DAY),
        Block("estate", "building", DAY),
        Block("road", "road_number", DAY),
    ),
    comparisons=(
        Comparison(
            "place",
            (
                SameDwelling("dwelling"),
                SameParts(("estate", "building"), ("community", "unit", "room"), name="same_building"),
                SameParts(("road", "road_number"), ("community",), name="same_door"),
                SameParts(("estate",), ("community",), name="same_estate"),
            ),
            columns=("dwelling", "community", "estate", "building", "unit", "room", "road", "road_number"),
        ),
        Comparison("content", (Same(), JaroWinkler(0.9), JaroWinkler(0.75), JaroWinkler(0.6))),
        Comparison("category", (Same(term_frequency=True),)),
    ),
    accept=0.95,
    review=0.6,
)

"""When two reports tell of one event: the same place, class and time, and what is told alike. A plain specification."""

from __future__ import annotations

from pipelines.kinds.event_columns import CALLER_PERIODS, CLASS_PERIODS, INPUTS, ROADS
from pipelines.matching.engine.average_link import AverageLink
from pipelines.matching.engine.levels import Same, Within
from pipelines.matching.engine.levels_events import (
    AlikeText,
    NearEither,
    OverBefore,
    SamePartsHaving,
    SamePartsWeighed,
    SharesAny,
    WithinHours,
)
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, MatchSpec

PLACE = Comparison(
    "place",
    (
        SamePartsWeighed(("estate_key", "building", "room"), "estate_key", name="same_room"),
        SamePartsHaving(("estate_key",), "event_class_reach", "area", "same_area", "estate_key"),
        SamePartsHaving(("estate_key",), "event_class_reach", "door", "other_door", differs="building"),
        SamePartsWeighed(("estate_key", "building"), "estate_key", ("room",), "same_building"),
        SamePartsWeighed(("estate_key", "building"), "estate_key", (), "other_room"),
        SamePartsWeighed(("estate_key",), "estate_key", ("building",), "same_estate"),
        SamePartsWeighed(("estate_key",), "estate_key", (), "other_building"),
        SharesAny(ROADS, "same_road", "road"),
    ),
    columns=("estate_key", "building", "room", "event_class_reach", *ROADS),
    fixed={
        **{"same_room": 4.0, "same_area": 1.0, "same_building": 1.5, "other_room": -1.0, "same_estate": 0.0},
        **{"other_door": -12.0},
        **{"other_building": -5.0, "same_road": -0.5, "different": -3.0},
    },
)

SPEC = MatchSpec(
    kind="event",
    blocks=(
        Block(AnyOf(*CLASS_PERIODS), "estate_key"),
        Block(AnyOf(*CLASS_PERIODS), AnyOf(*ROADS)),
        Block("reporter", AnyOf(*CALLER_PERIODS)),
        Block("estate_key", "event_class_mark"),
        Block("estate_key", "event_class_firm", AnyOf(*CALLER_PERIODS)),
        Block("estate_key", "onset"),
        Block(AnyOf("source_code", "earlier_ticket")),
    ),
    comparisons=(
        PLACE,
        Comparison(
            "event_class",
            (Same(), SharesAny(("event_class", "event_class_second"), "likely_same")),
            columns=("event_class", "event_class_second"),
            fixed={"same": 1.5, "likely_same": -0.5, "different": -7.0},
        ),
        Comparison(
            "time",
            tuple(WithinHours(h, weighed_by="week") for h in (2, 8, 16, 30, 60, 130)),
            columns=("hours", "pace", "week"),
            fixed={
                **{"within_2_h": 4.5, "within_8_h": 3.5, "within_16_h": 2.5, "within_30_h": 0.5},
                **{"within_60_h": -1.5, "within_130_h": -5.0, "different": -8.0},
            },
        ),
        Comparison(
            "over",
            (OverBefore(24), OverBefore(1)),
            columns=("hours", "closed_hours"),
            fixed={"over_24_h_before": -3.0, "over_1_h_before": -1.0, "different": 0.0},
        ),
        Comparison(
            "location",
            tuple(NearEither(m) for m in (60, 120, 250, 600)),
            columns=("location_lng", "location_lat", "location_lng_2", "location_lat_2"),
            fixed={"near_60_m": 1.0, "near_120_m": -0.5, "near_250_m": -1.0, "near_600_m": -1.0, "different": -2.5},
        ),
        Comparison("mark", (Same(),), columns=("event_class_mark",), fixed={"same": 4.0, "different": -16.0}),
        Comparison("floor", (Same(),), columns=("event_class_floor",), fixed={"same": 2.5, "different": -2.0}),
        Comparison("hour", (Same(),), columns=("event_class_hour",), fixed={"same": 3.0, "different": -8.0}),
        Comparison("size", (Same(),), columns=("event_class_size",), fixed={"same": 4.5, "different": -4.0}),
        Comparison("quantity", (Same(),), columns=("event_class_quantity",), fixed={"same": 2.0, "different": -1.0}),
        Comparison("firm", (Same(),), columns=("event_class_firm",), fixed={"same": 2.5, "different": -5.0}),
        Comparison(
            "onset", (Same(), Within(1)), columns=("onset",), fixed={"same": 4.0, "within_1": 0.0, "different": -5.0}
        ),
        Comparison("spot", (Same(),), columns=("event_class_spot",), fixed={"same": 2.0, "different": 0.0}),
        Comparison("component", (Same(),), columns=("component_code",), fixed={"same": 2.0, "different": -2.0}),
        Comparison("reporter", (Same(),), fixed={"same": 7.0, "different": 0.0}),
        Comparison(
            "wording",
            (AlikeText(0.9), AlikeText(0.65), AlikeText(0.45)),
            columns=("content",),
            fixed={"alike_0.9": 3.0, "alike_0.65": 1.0, "alike_0.45": 1.0, "different": 0.0},
        ),
        Comparison(
            "earlier",
            (SharesAny(("source_code", "earlier_ticket"), "names_it"),),
            columns=("source_code", "earlier_ticket"),
            fixed={"names_it": 7.0, "different": 0.0},
        ),
    ),
    accept=0.5,
    review=0.25,
    average_link=AverageLink(),
)

__all__ = ["INPUTS", "SPEC"]

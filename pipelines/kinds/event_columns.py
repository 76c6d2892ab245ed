"""What the specification of events compares: place, class, time, particulars, who reports.

Belongs here: this view. Does not: reading a report (`pipelines.standardise.events`), or comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.gcj02 import wgs84
from pipelines.matching.inputs.kind_inputs import PlainInputs, Sight
from pipelines.standardise.events.particulars import onset_days

QUICK, SLOW = 6, 20
"""Days within which reports of one event are looked for, where events of its class are over soon, and where they last."""
SAME_CALLER = 20
"""Days within which a further call of the same person is looked at, whatever it is about."""
CLASS_PERIODS = ("class_period_0", "class_period_1", "class_period_2", "class_period_3")
CALLER_PERIODS = ("period_0", "period_1")
ROADS = ("road", "road_2", "road_3")

_STORED = (
    *(
        "content",
        "source_code",
        "earlier_ticket",
        "occurred_at",
        "closed_at",
        "community",
        "estate",
        "building",
        "room",
    ),
    *("road", "road_number", "location_lng", "location_lat", "location_doubt", "reporter_phone", "reporter_code"),
    *("event_class", "event_class_second", "event_class_reach", "event_class_pace", "event_class_kind"),
    *(f"event_class_{n}" for n in ("spot", "mark", "floor", "hour", "size", "quantity", "firm", "since")),
    "component_code",
)


@dataclass(frozen=True)
class EventInputs(PlainInputs):
    """What matching reads of events."""

    columns: tuple[str, ...] = _STORED

    def view(self, sight: Sight) -> pa.Table:
        """The stored columns and what follows from them. A ticket that tells of no incident has no place and no time to meet another's."""
        some = sight.columns()
        told = pc.fill_null(pc.equal(_text(some["event_class_kind"]), "incident"), False)
        hours = _hours(some["occurred_at"])
        columns = {
            "hours": pa.array(hours, from_pandas=True),
            "closed_hours": pa.array(_hours(some["closed_at"]), from_pandas=True),
            "week": pa.array(np.floor(hours / 168), from_pandas=True),
            "pace": _number(some["event_class_pace"]),
            "estate_key": pc.if_else(told, _joined(some["community"], some["estate"]), None),
            "reporter": pc.coalesce(_text(some["reporter_phone"]), _text(some["reporter_code"])),
            "onset": pa.array(onset_days(_text(some["event_class_since"]), hours), from_pandas=True),
            **_roads(some, told),
            **_class_periods(some, hours, told),
            **_caller_periods(hours, told),
            **_points(some),
        }
        kept = [name for name in some.column_names if name not in columns]
        return pa.table({**{name: some[name] for name in kept}, **columns})


def _text(column: pa.ChunkedArray) -> pa.Array:
    text = column.cast(pa.string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _number(column: pa.ChunkedArray) -> pa.Array:
    plain = (
        column.cast(pa.float64())
        if not pa.types.is_dictionary(column.type)
        else column.cast(column.type.value_type).cast(pa.float64())
    )
    return plain.combine_chunks()


def _hours(moments: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Hours since 1970, NaN where there is none."""
    if pa.types.is_dictionary(moments.type):
        moments = moments.cast(moments.type.value_type)
    micros = moments.cast(pa.timestamp("us")).cast(pa.int64())
    known = np.asarray(pc.is_valid(micros))
    return np.where(known, np.asarray(pc.fill_null(micros, 0)) / 3.6e9, np.nan)


def _joined(*columns: pa.ChunkedArray) -> pa.Array:
    return pc.binary_join_element_wise(*(_text(c) for c in columns), "/")


def _roads(some: pa.Table, told: pa.Array) -> dict[str, pa.Array]:
    """The road of the address, and both roads of a crossing."""
    spot = _text(some["event_class_spot"])
    both = pc.extract_regex(spot, r"^(?P<one>[^+]+)\+(?P<other>.+)$")
    named = (_text(some["road"]), pc.struct_field(both, "one"), pc.struct_field(both, "other"))
    return {name: pc.if_else(told, road, None) for name, road in zip(ROADS, named, strict=True)}


def _periods(hours: npt.NDArray[np.float64], days: npt.NDArray[np.float64]) -> list[pa.Array]:
    """Two names of spans of twice so many days, laid half a span apart: moments that many days apart share one."""
    spans = [np.floor(np.nan_to_num(hours) / (48 * days) + shift).astype(np.int64) for shift in (0.0, 0.5)]
    return [
        pc.binary_join_element_wise(
            letter, pa.array(days.astype(np.int64)).cast(pa.string()), pa.array(span).cast(pa.string()), "."
        )
        for letter, span in zip("ab", spans, strict=True)
    ]


def _class_periods(some: pa.Table, hours: npt.NDArray[np.float64], told: pa.Array) -> dict[str, pa.Array]:
    """Class and span, of the likeliest class and of the second, which takes its pace from the first."""
    days = np.where(np.nan_to_num(np.asarray(_number(some["event_class_pace"])), nan=1) > 1, SLOW, QUICK)
    known = pc.and_(told, pa.array(~np.isnan(hours)))
    keys = []
    for column in ("event_class", "event_class_second"):
        keys += [
            pc.binary_join_element_wise(_text(some[column]), p, "|") for p in _periods(hours, days.astype(np.float64))
        ]
    return {name: pc.if_else(known, key, None) for name, key in zip(CLASS_PERIODS, keys, strict=True)}


def _caller_periods(hours: npt.NDArray[np.float64], told: pa.Array) -> dict[str, pa.Array]:
    known = pc.and_(told, pa.array(~np.isnan(hours)))
    spans = _periods(hours, np.full(len(hours), float(SAME_CALLER)))
    return {name: pc.if_else(known, span, None) for name, span in zip(CALLER_PERIODS, spans, strict=True)}


def _points(some: pa.Table) -> dict[str, pa.Array]:
    """The point as it would be if it counted in GCJ-02, where its system is unsure."""
    lng, lat = (np.asarray(_number(some[f"location_{name}"]), dtype=np.float64) for name in ("lng", "lat"))
    unsure = np.asarray(pc.fill_null(pc.equal(_text(some["location_doubt"]), "unsure"), False))
    there = unsure & ~np.isnan(lng)
    other = wgs84(np.where(there, lng, 105.0), np.where(there, lat, 35.0))
    return {
        f"location_{name}_2": pa.array(np.where(there, degrees, np.nan), from_pandas=True)
        for name, degrees in zip(("lng", "lat"), other, strict=True)
    }


INPUTS = EventInputs()

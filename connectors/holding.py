"""Which deliveries stand: an obviously wrong snapshot is held for a person to confirm, and the former one goes on.

A snapshot replaces what its platform (or one scope of it) said before, so half a file would withdraw half the people.
Per scope the snapshots are taken in the order of their dates, all files of one date together. One is *held* where a dataset
has less than the declared share of the rows of the last one that stands, or where a file's rows are out of the declared
bounds, or where its date lies far ahead, or where landing doubts that a file of it is whole; and so is a file that comes again
under its name and date with less than that share of its own rows; the next is compared with the same former one, and once a
later one stands, those held before it count as refused: nobody needs to decide any more. Nothing is stored but the doubt: the
outcome follows from the deliveries and the decisions alone, whatever the order they came in. A part that arrives late completes
its set and releases it by itself. Of deltas, which replace only the keys they name, one dated far ahead is held, since it would
outrank all later ones, and one that is not whole.

Belongs here: held, refused, and why. Does not: landing (a held delivery is landed, row by row), or the decisions
(`connectors.decisions`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.decisions import Decision, decisions
from connectors.manifest import manifest
from connectors.spec import Platform
from warehouse.model.home import Home
from warehouse.model.landing import DELIVERY

COMPARABLE_ROWS = 20
"""A former dataset with fewer rows tells nothing by shrinking to half: three branches of a party may become one."""

FAR_AHEAD = datetime.timedelta(days=300)
"""A delivery dated so long after the last one that stands has a slip in its date: it would be the newest for a year."""
FAR_AHEAD_OF_YEARLY = datetime.timedelta(days=500)
ENOUGH_PLATFORMS = 3
"""Of so many other platforms the middle newest date tells when it is; a platform's first delivery has no former one."""

Line = dict[str, Any]


def delivery_states(platform: Platform, home: Home) -> pa.Table:
    """The platform's manifest (DELIVERY) with the state every delivery has now: landed, rejected, held or refused.

    Held and refused lines say why in `reason_code` and `reason`. Ordered as `manifest`.
    """
    lines = manifest(home, platform.platform).to_pylist()
    judged = judge(platform, lines, decisions(home), _day_of_others(home, platform.platform))
    return pa.Table.from_pylist(judged, schema=DELIVERY.arrow)


def all_delivery_states(platforms: Mapping[str, Platform], home: Home) -> pa.Table:
    """`delivery_states` of every platform, ordered by platform, sequence, dataset; platforms not declared any more keep their lines."""
    decided = decisions(home)
    lines: list[Line] = []
    for name, group in groupby(manifest(home).to_pylist(), key=lambda line: line["platform"]):
        own = list(group)
        lines += judge(platforms[name], own, decided, _day_of_others(home, name)) if name in platforms else own
    return pa.Table.from_pylist(lines, schema=DELIVERY.arrow)


_newest: dict[Path, tuple[int, datetime.date | None]] = {}
"""Newest date by folder of a platform, with the time at which that changed: every step of a run asks."""


def _day_of_others(home: Home, platform: str) -> datetime.date | None:
    """The middle of the newest dates of the other platforms; None where there are too few to tell."""
    folder = home.landing / "delivery"
    folders = (p for p in folder.iterdir() if p.name != platform and p.is_dir()) if folder.is_dir() else ()
    others = sorted(day for own in folders if (day := _newest_day(home, own)))
    return others[(len(others) - 1) // 2] if len(others) >= ENOUGH_PLATFORMS else None


def _newest_day(home: Home, folder: Path) -> datetime.date | None:
    """The newest date of what landed of the platform whose manifest lines lie in `folder`; None where none has one."""
    changed = folder.stat().st_mtime_ns
    known = _newest.get(folder)
    if known is None or known[0] != changed:
        lines = manifest(home, folder.name)
        landed = lines["delivered_on"].filter(pc.equal(lines["state"], "landed"))
        known = _newest[folder] = (changed, pc.max(landed).as_py())
    return known[1]


def judge(
    platform: Platform,
    lines: Iterable[Line],
    decided: Mapping[str, Decision],
    today: datetime.date | None = None,
) -> list[Line]:
    """Manifest lines of one platform with their present state; a pure function of its arguments.

    Args:
        platform: whose lines.
        lines: as they landed.
        decided: what people decided, by delivery id.
        today: what the other platforms say, for a first delivery dated ahead of all.
    """
    judged = [_refused(line, decided) for line in lines]
    landed = sorted((line for line in judged if line["state"] == "landed"), key=lambda line: line["scope"])
    if platform.delivery.semantics == "delta":
        _hold_deltas(platform, landed, decided, today)
        return judged
    for _, of_scope in groupby(landed, key=lambda line: line["scope"]):
        _hold(platform, list(of_scope), decided, today)
    return judged


def whole_set(platform: Platform, lines: Iterable[Line], delivery_id: str) -> list[str]:
    """Ids of the deliveries that stand or fall with one: those of a snapshot's scope and date; ascending.

    A delta stands alone, and so does a file that came again: what is wrong with it is not wrong with the former one. Empty where
    no landed delivery of the platform has that id.
    """
    landed = [line for line in lines if line["state"] != "rejected"]
    named = next((line for line in landed if line["delivery_id"] == delivery_id), None)
    if named is None:
        return []
    if platform.delivery.semantics == "delta":
        return [delivery_id]
    place = (named["scope"], _moment(named))
    last: dict[str, Line] = {}
    for line in sorted(landed, key=lambda line: line["sequence"]):
        if (line["scope"], _moment(line)) == place:
            if line["file_name"] == named["file_name"] and line["sequence"] < named["sequence"]:
                return [delivery_id]
            last[line["file_name"]] = line
    last[named["file_name"]] = named
    return sorted(line["delivery_id"] for line in last.values())


def _refused(line: Line, decided: Mapping[str, Decision]) -> Line:
    decision = decided.get(line["delivery_id"])
    if line["state"] != "landed" or decision is None or decision.verdict != "refused":
        return dict(line)
    return line | {"state": "refused", "reason_code": "refused", "reason": f"经{decision.by}核对，该批不采用"}


def _hold(platform: Platform, lines: list[Line], decided: Mapping[str, Decision], today: datetime.date | None) -> None:
    """Mark the held snapshots among the landed lines of one scope."""
    former: dict[str, int] = {}
    day = today
    waiting: list[Line] = []
    for effective, fell_short in _sets(platform, lines, decided):
        rows = _rows(effective)
        fault = None
        if not any(_is_confirmed(line, decided) for line in effective):
            fault = (
                _lacks_a_file(effective, fell_short)
                or _far_ahead(platform, day, effective)
                or _shrunk(platform, former, rows, "上一批")
                or _out_of_bounds(platform, effective)
            )
        if fault is None and effective:
            former |= rows
            day = effective[0]["delivered_on"] or day
            _overtake(waiting)
            waiting = fell_short
            continue
        if fault:
            for line in effective:
                line["state"], (line["reason_code"], line["reason"]) = "held", fault
        waiting += effective + fell_short


def _hold_deltas(
    platform: Platform, lines: list[Line], decided: Mapping[str, Decision], today: datetime.date | None
) -> None:
    """Mark the held ones among the landed lines of a delta: far ahead of all before them, or not whole."""
    day = today
    whole = {line["file_name"]: line["sequence"] for line in lines if line["reason_code"] is None}
    for line in sorted(lines, key=lambda line: (_moment(line), line["sequence"])):
        if _is_confirmed(line, decided):
            line["reason_code"] = line["reason"] = None
        elif line["reason_code"]:
            overtaken = whole.get(line["file_name"], -1) > line["sequence"]
            line["state"] = "refused" if overtaken else "held"
            line["reason_code"] = "overtaken" if overtaken else line["reason_code"]
        elif fault := _far_ahead(platform, day, [line]):
            line["state"], (line["reason_code"], line["reason"]) = "held", fault
        if line["state"] == "landed":
            day = line["delivered_on"] or day


def _lacks_a_file(effective: list[Line], fell_short: list[Line]) -> tuple[str, str] | None:
    """A set one file of which may not be whole would withdraw those it lacks."""
    stand = {line["file_name"] for line in effective}
    for line in fell_short:
        if line["file_name"] not in stand:
            return line["reason_code"], line["reason"]
    return None


def _overtake(waiting: list[Line]) -> None:
    """Nobody needs to decide on these any more."""
    for line in waiting:
        line["state"], line["reason_code"] = "refused", "overtaken"


def _sets(
    platform: Platform, lines: list[Line], decided: Mapping[str, Decision]
) -> Iterator[tuple[list[Line], list[Line]]]:
    """Snapshots by date, of files with the same name only the one landed last; and of each date what is held beside it.

    A file that comes again with less than the declared share of its rows is held like a snapshot that shrinks, and the former
    one goes on: an upload that broke off has the right name.
    """
    for _, together in groupby(sorted(lines, key=lambda line: (_moment(line), line["sequence"])), key=_moment):
        stands: dict[str, list[Line]] = {}
        held: dict[str, list[Line]] = {}
        for (name, _), of_delivery in groupby(together, key=lambda line: (line["file_name"], line["delivery_id"])):
            came = list(of_delivery)
            fault = None
            if not _is_confirmed(came[0], decided):
                doubted = next((line for line in came if line["reason_code"]), None)
                if doubted:
                    fault = doubted["reason_code"], doubted["reason"]
                elif name in stands:
                    fault = _shrunk(platform, _rows(stands[name]), _rows(came), "同名文件上一次")
            if fault is None:
                for line in came:
                    line["reason_code"] = line["reason"] = None
                stands[name] = came
                _overtake(held.pop(name, []))
                continue
            for line in came:
                line["state"], (line["reason_code"], line["reason"]) = "held", fault
            held.setdefault(name, []).extend(came)
        yield [line for of_file in stands.values() for line in of_file], [x for h in held.values() for x in h]


def _is_confirmed(line: Line, decided: Mapping[str, Decision]) -> bool:
    decision = decided.get(line["delivery_id"])
    return decision is not None and decision.verdict == "confirmed"


def _rows(lines: Iterable[Line]) -> dict[str, int]:
    """Landed rows by dataset."""
    rows: dict[str, int] = {}
    for line in lines:
        rows[line["dataset"]] = rows.get(line["dataset"], 0) + line["rows_landed"]
    return rows


def _moment(line: Line) -> tuple[bool, datetime.date, int]:
    """Order of snapshots: by date; those without one come first and each is one of its own, as it landed."""
    day = line["delivered_on"]
    return (True, day, 0) if day else (False, datetime.date.min, line["sequence"])


def _shrunk(
    platform: Platform, former: Mapping[str, int], rows: Mapping[str, int], than: str
) -> tuple[str, str] | None:
    share = platform.volume.min_share
    for dataset, now in sorted(rows.items()):
        before = former.get(dataset, 0)
        if before >= COMPARABLE_ROWS and now < before * share:
            return (
                "rows_fell",
                f"数据集“{dataset}”可用{now}行，不足{than}{before}行的{share:.0%}，待人工确认，沿用{than}",
            )
    return None


def _far_ahead(platform: Platform, former: datetime.date | None, lines: list[Line]) -> tuple[str, str] | None:
    now = lines[0]["delivered_on"] if lines else None
    most = FAR_AHEAD_OF_YEARLY if platform.cadence == "yearly" else FAR_AHEAD
    if former is None or now is None or now - former <= most:
        return None
    return (
        "date_far_ahead",
        f"日期{now}比此前{former}晚{most.days}天以上，请核对文件名中的日期，待人工确认，沿用上一批",
    )


def _out_of_bounds(platform: Platform, lines: list[Line]) -> tuple[str, str] | None:
    low, high = platform.volume.min_rows, platform.volume.max_rows
    delivered: dict[str, int] = {}
    for line in lines:
        delivered[line["delivery_id"]] = delivered.get(line["delivery_id"], 0) + line["rows_delivered"]
    for rows in delivered.values():
        if rows < low or (high is not None and rows > high):
            bounds = f"{low}行以上" if high is None else f"{low}至{high}行"
            return "volume", f"文件有{rows}行，超出约定的{bounds}，待人工确认，沿用上一批"
    return None

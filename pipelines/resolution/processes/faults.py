"""What breaks the order of a process: stages before the one they follow, closing without verification, one person for all.

A second 处置 after 核查 is a case sent back, which is in order. Belongs here: the findings. Does not: stages (`stages`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from connectors.process_spec import Process
from pipelines.resolution.processes.stages import ORDER, Cases

FAULTS = {
    "closed_before_reported": ("结案早于上报", "closed before it was reported"),
    "dispatched_before_registered": ("派遣早于立案", "dispatched before it was registered"),
    "handled_before_dispatched": ("处置早于派遣", "handled before it was dispatched"),
    "verified_before_handled": ("核查早于处置", "verified before it was handled"),
    "registered_before_reported": ("立案早于上报", "registered before it was reported"),
    "closed_before_verified": ("结案早于核查", "closed before it was verified"),
    "no_verification": (
        "未核查即结案",
        "closed without verification, though its platform verifies and it was not dealt with on the spot",
    ),
    "reporter_is_verifier": ("上报人核查", "verified by who reported it"),
    "handler_is_verifier": ("处置人核查", "verified by who handled it"),
}
"""Finding → what it is, in Chinese and English."""

_FOLLOWS = (
    ("registered", "reported"),
    ("dispatched", "registered"),
    ("handled", "dispatched"),
    ("verified", "handled"),
    ("closed", "verified"),
)


def faults(process: Process, cases: Cases) -> pa.Table:
    """Findings: `row` and `fault`, in this order; a case may have several."""
    by_row: dict[int, list[dict[str, Any]]] = {}
    for line in cases.lines.to_pylist():
        by_row.setdefault(line["row"], []).append(line)
    on_the_spot = cases.self_handled.to_pylist()
    found = sorted((row, fault) for row, lines in by_row.items() for fault in _faults(process, lines, on_the_spot[row]))
    return pa.table(
        {"row": pa.array([r for r, _ in found], pa.int64()), "fault": pa.array([f for _, f in found], pa.string())}
    )


def _faults(process: Process, lines: list[dict[str, Any]], on_the_spot: bool) -> Iterator[str]:
    first: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line["stage"] in ORDER:
            first.setdefault(line["stage"], line)
    closed, reported = first.get("closed"), first.get("reported")
    if closed and reported and closed["reached_at"] < reported["reached_at"]:
        yield "closed_before_reported"
        return  # nothing that follows from a wrong moment is a finding of its own
    for later, earlier in _FOLLOWS:
        if later in first and earlier in first and first[later]["reached_at"] < first[earlier]["reached_at"]:
            yield f"{later}_before_{earlier}"
    verified = first.get("verified")
    if closed and not verified and process.verifies and not on_the_spot:
        yield "no_verification"
    for stage, fault in (("reported", "reporter_is_verifier"), ("handled", "handler_is_verifier")):
        if verified and stage in first and verified["actor"] and verified["actor"] == first[stage]["actor"]:
            yield fault

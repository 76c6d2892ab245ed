"""What people decided about deliveries: `confirmed` lets a held one count, `refused` takes one out.

Belongs here: the append-only record in the home. Does not: which deliveries are held (`connectors.holding`).
A later decision on the same delivery undoes an earlier one; no line is ever changed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from warehouse.model.durable import append_line
from warehouse.model.home import Home

Verdict = Literal["confirmed", "refused"]
VERDICTS: tuple[str, ...] = get_args(Verdict)


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes:
        delivery_id, platform: the delivery it is about.
        verdict: confirmed or refused.
        by: user name of who decided.
        at: when, ISO 8601; told by who records it.
    """

    delivery_id: str
    platform: str
    verdict: Verdict
    by: str
    at: str


def record(home: Home, decision: Decision) -> None:
    """Add a decision to the record; it is on disk on return."""
    append_line(home.decisions, json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True))


def decisions(home: Home) -> dict[str, Decision]:
    """The decision that holds per delivery: the last one. A line a crash broke off is passed over."""
    if not home.decisions.exists():
        return {}
    held: dict[str, Decision] = {}
    for line in home.decisions.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            decision = Decision(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if decision.verdict in VERDICTS:
            held[decision.delivery_id] = decision
    return held

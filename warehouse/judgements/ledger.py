"""The ledger of judgements: one JSON-lines file per recording, added, never changed (`warehouse.ledger.recordings`).

Belongs here: what a steward said, as lines. Does not: what the judgements amount to (`ledger_states`, `constraints`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from warehouse.ledger.recordings import LedgerError, Recordings, numbered
from warehouse.model.home import Home
from warehouse.model.judgement import IDENTITY, LEDGER, VERDICTS

__all__ = ["LedgerError", "MentionIdentity", "Statement", "fingerprint", "read", "record"]


class MentionIdentity(NamedTuple):
    """What names a mention across runs, see `IDENTITY`."""

    platform: str
    dataset: str
    role: str
    row_key: str
    repeat: int


@dataclass(frozen=True)
class Statement:
    """One thing a steward said, about one pair of mentions or, of two entities, about several.

    Attributes:
        kind: person, housing, enterprise.
        pairs: the mentions it speaks of; which end is left does not matter.
        verdict: one of `VERDICTS`.
        judged_by: user name of the steward.
        judged_at: when; with a time zone, or UTC.
        why: the steward's reason, '' if none.
        release: the release the steward looked at, '' if none.
    """

    kind: str
    pairs: tuple[tuple[MentionIdentity, MentionIdentity], ...]
    verdict: str
    judged_by: str
    judged_at: datetime
    why: str = ""
    release: str = ""


def record(home: Home, statements: Sequence[Statement]) -> list[str]:
    """Add statements to the ledger, all or none; the caller holds the home's lock.

    Returns:
        The ids of the judgements made, one per pair, in the order given.

    Raises:
        ValueError: a verdict is unknown, nobody judged, or a pair is one mention twice.
        LedgerError: another process has added to the ledger meanwhile.
        OSError: the disk is full; then nothing was added.
    """
    before = read(home).num_rows
    lines = [line for statement in statements for line in _lines(statement)]
    if not lines:
        return []
    for place, line in enumerate(lines):
        line["judgement_id"], line["statement_id"] = numbered(
            "J", (before + place, before + place - int(str(line.pop("place"))))
        )
    table = LEDGER.conform(pa.Table.from_pylist(lines))
    _recordings(home).add(table, str(lines[-1]["judged_by"]))
    return [str(name) for name in table["judgement_id"].to_pylist()]


def read(home: Home) -> pa.Table:
    """All judgements under `LEDGER`, in the order of recording.

    Raises:
        LedgerError: a file is damaged or missing, or can't be read.
    """
    return _recordings(home).read()


def fingerprint(home: Home) -> str:
    """Sixteen hexadecimal digits that change with every recording; '' while there are no judgements."""
    return _recordings(home).fingerprint()


def _recordings(home: Home) -> Recordings:
    return Recordings(home, home.judgements, LEDGER, "judgement", "裁定台账")


def _lines(statement: Statement) -> list[dict[str, object]]:
    if statement.verdict not in VERDICTS:
        raise ValueError(f"verdict {statement.verdict!r}; allowed: {', '.join(VERDICTS)}")
    if not statement.judged_by.strip():
        raise ValueError("a judgement needs the name of who judged")
    at = statement.judged_at
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    lines: list[dict[str, object]] = []
    for place, pair in enumerate(statement.pairs):
        left, right = sorted(pair)
        if left == right:
            raise ValueError("a judgement speaks of two mentions; both ends are the same one")
        lines.append(
            {
                "place": place,
                "entity_kind": statement.kind,
                **{f"left_{name}": value for name, value in zip(IDENTITY, left, strict=True)},
                **{f"right_{name}": value for name, value in zip(IDENTITY, right, strict=True)},
                "verdict": statement.verdict,
                "judged_by": statement.judged_by.strip(),
                "judged_at": at,
                "why": statement.why.strip(),
                "release": statement.release,
            }
        )
    return lines

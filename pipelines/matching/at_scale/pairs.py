"""Candidate pairs by joins on hashed keys, conflicting pairs to learn from, and random pairs that stand for all others.

Belongs here: from `record` to `pair` and `sample`, with the figures of every rule. Does not: comparing pairs (`patterns`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.engine import Tables
from pipelines.matching.at_scale.functions import BlockKeys, signed
from pipelines.matching.at_scale.statements import make, query
from pipelines.matching.engine.blocking import BlockReport
from pipelines.matching.engine.candidates import draw_pairs
from pipelines.matching.engine.spec import MatchSpec

NARROW_RECORDS = 1 << 27
"""Records up to which keys have the 31 bits of the engine in memory: at more, half a pair per record and rule would meet by chance."""


@dataclass(frozen=True)
class Pairs:
    """What was seen of the rules.

    Attributes:
        reports: figures of every rule.
        share: of the conflicting pairs that are looked at (0–1).
    """

    reports: tuple[BlockReport, ...]
    share: float


def make_pairs(
    tables: Tables, spec: MatchSpec, records: int, *, training_sample: int, seed: int, wide: bool | None = None
) -> Pairs:
    """Make `pair` and `sample`.

    Args:
        tables: with `record`.
        spec: whose rules to use.
        records: how many there are.
        training_sample: about so many random records give their conflicting pairs; 0 for no training, and no random pairs.
        seed: of the random pairs.
        wide: whether keys have 64 bits; by default where there are more than `NARROW_RECORDS` records.
    """
    wide = records > NARROW_RECORDS if wide is None else wide
    tables.map("key", "record", BlockKeys(spec, wide))
    rules = range(len(spec.rules))
    tables.write(
        "rule",
        pa.table(
            {
                "rule": pa.array(rules, pa.int32()),
                "cap": pa.array([b.cap for b in spec.rules], pa.int64()),
                "decides": [bool(spec.distinct) and i == 0 for i in rules],
                "allow_conflict": [b.allow_conflict for b in spec.rules],
            }
        ),
    )
    make(tables, "size")
    share = _share(tables, spec, training_sample)
    below = np.array([min(int(share * 2.0**64), (1 << 64) - 1) if training_sample else 0], dtype=np.uint64)
    tables.write("teaching", pa.table({"below": signed(below)}))
    for name in ("live", "block_pair", "pair"):
        make(tables, name)
    a, b = draw_pairs(records, seed) if training_sample else (np.zeros(0, dtype=np.int64),) * 2
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    tables.write("random_pair", pa.table({"place": np.arange(len(a)), "a": low, "b": high}))
    make(tables, "sample")
    return Pairs(_reports(tables, spec), share)


def _share(tables: Tables, spec: MatchSpec, training_sample: int) -> float:
    """The share of the records with a `distinct` value whose conflicting pairs are looked at."""
    if not spec.distinct:
        return 1.0
    holders = tables.fetch(query("holders"))["holders"][0].as_py()
    return float(min(1.0, training_sample / holders)) if holders else 1.0


def _reports(tables: Tables, spec: MatchSpec) -> tuple[BlockReport, ...]:
    found = {row["rule"]: row["pairs"] for row in tables.fetch(query("candidate_count")).to_pylist()}
    figures = {row["rule"]: row for row in tables.fetch(query("block_size")).to_pylist()}
    nothing = dict.fromkeys(("shared", "capped_keys", "capped_records", "capped_ends"), 0)

    def report(i: int) -> BlockReport:
        row = figures.get(i, nothing)
        shared, keys, records, ends = (int(row[c]) for c in nothing)
        return BlockReport(spec.rules[i].name, int(found.get(i, 0)), shared, keys, records, ends // 2)

    return tuple(report(i) for i in range(len(spec.rules)))

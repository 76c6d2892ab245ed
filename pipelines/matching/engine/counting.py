"""How many pairs the rules of a specification would find, before any of them is made.

Belongs here: counting. Does not: finding the pairs (`blocking`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.arguments import check_options
from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.records import read_records, read_tables
from pipelines.matching.engine.spec import MatchSpec


def count_pairs(table: Any, spec: MatchSpec, *, right: Any = None, threads: int = 1) -> pa.Table:
    """What each rule costs: a line per rule, in order.

    Columns: rule; pairs (that it would compare, those of other rules included; an upper bound where a part has alternatives);
    keys (values of at least two records); largest (records of the commonest key); capped_keys and capped_pairs (left out, for they
    have more records than the cap of the rule); records (with a key).

    Args:
        table: the rows, as in `link`.
        spec: whose blocks.
        right: a second table, as in `link`.
        threads: threads to use.
    """
    check_options(spec, right is not None, None)
    table, right, _ = read_tables(table, right, spec, None)
    records, _ = read_records(table, right, spec, None, None, order=None, threads=threads)
    blocking = Blocking(spec, records.encoded, threads, records.side)
    lines = []
    for block, alternatives in zip(spec.rules, blocking.keys, strict=True):
        held = [np.flatnonzero(keys >= 0) for keys in alternatives]
        packed = np.unique(
            np.concatenate(
                [keys[some].astype(np.int64) << 32 | some for keys, some in zip(alternatives, held, strict=True)]
            )
        )
        key, record = packed >> 32, packed & 0xFFFFFFFF
        _, group, size = np.unique(key, return_inverse=True, return_counts=True)
        if records.side is None:
            pairs = size * (size - 1) // 2
        else:
            right_size = np.bincount(group, weights=records.side[record], minlength=len(size)).astype(np.int64)
            pairs = right_size * (size - right_size)
        capped = size > block.cap
        lines.append(
            {
                "rule": block.name,
                "pairs": int(pairs[~capped].sum()),
                "keys": int((size > 1).sum()),
                "largest": int(size.max(initial=0)),
                "capped_keys": int(capped.sum()),
                "capped_pairs": int(pairs[capped].sum()),
                "records": len(np.unique(record)),
            }
        )
    return pa.Table.from_pylist(lines)

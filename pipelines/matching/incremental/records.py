"""What makes rows records, the same for a full run and for one that goes on.

Belongs here: the hash that rows of one record share, further rows of a record, values under a constraint. Does not: the state
these become part of (`store.state`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.encode import Codes, Encoded
from pipelines.matching.engine.hashing import Hashes, mix
from pipelines.matching.engine.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def further_rows(records: Ints | Codes, record_of_row: Codes, keys: Ints) -> Ints:
    """Slots of all rows of some records but the first of each, by key.

    Args:
        records: any, in any order.
        record_of_row: record of the row at every slot, -1 for none.
        keys: of the rows.
    """
    wanted = np.zeros(max(int(record_of_row.max(initial=-1)), int(records.max(initial=-1))) + 2, dtype=bool)
    wanted[records] = True  # the last one stands for "no record"
    rows = np.flatnonzero(wanted[record_of_row])
    rows = rows[np.lexsort((keys[rows], record_of_row[rows]))]
    return np.sort(rows[1:][record_of_row[rows[1:]] == record_of_row[rows[:-1]]])


def grouping_hashes(spec: MatchSpec, content: Hashes, keys: Ints, judged: Mask) -> Hashes:
    """Hashes that rows of one record share: their content.

    A judged row is always a record of its own, and so is every row where the specification is one-to-one: the key of such a row
    is mixed in.

    Args:
        spec: says whether it is one-to-one.
        content: hash of the compared columns of some rows.
        keys: of these rows.
        judged: which of them a person has judged.
    """
    separate = np.ones(len(keys), dtype=bool) if spec.one_to_one else judged
    if not separate.any():
        return content
    out = content.copy()
    out[separate] = mix([content[separate], keys[separate].astype(np.uint64)])
    return out


def constraint_hashes(spec: MatchSpec, encoded: Encoded) -> tuple[Hashes, ...]:
    """Hashes of the columns under a constraint, per record."""
    return tuple(encoded.hashes(c) for c in (*spec.distinct, *spec.one_to_one))

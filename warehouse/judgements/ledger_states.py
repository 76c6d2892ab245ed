"""What the ledger amounts to: which judgements bind, which were undone, which contradict each other.

The last judgement of a pair holds; what was said of the pair before is superseded. What follows from judgements by logic is
taken as said: same and same is same, same and different is different. Where a chain of `same` joins two mentions that were
called different, the whole chain and what was said inside it is contradictory, and so is all else that was said in the same
statements: what a steward said of two entities stands or falls whole. None of it binds, nobody guesses which part was meant,
and it is listed until a further judgement settles it.

Belongs here: the logic, on the ledger alone. Does not: which mentions a run has (`constraints`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from warehouse.model.judgement import CONTRADICTORY, DIFFERENT, IDENTITY, IN_FORCE, OPEN, SAME, SUPERSEDED

Ints = npt.NDArray[np.int64]

SEPARATOR = "\x1f"


def ledger_states(ledger: pa.Table) -> pa.Table:
    """The ledger with what became of every judgement.

    Args:
        ledger: under `LEDGER`, in the order of recording.

    Returns:
        The same lines with `judgement_state` (see `STATES`) and `contradiction` (int64: groups are numbered from 1 in the
        order in which they were first spoken of; null for what takes part in none).
    """
    left, right = ends(ledger)
    verdict = np.array(ledger["verdict"].to_pylist(), dtype=object)
    state = np.full(ledger.num_rows, SUPERSEDED, dtype=object)
    _, last = np.unique((left << 32 | right)[::-1], return_index=True)
    last = ledger.num_rows - 1 - last
    state[last] = np.where(np.isin(verdict[last], (SAME, DIFFERENT)), IN_FORCE, OPEN)
    binding = state == IN_FORCE
    group = same_groups(left, right, binding & (verdict == SAME))
    inside = binding & (group[left] == group[right])
    torn = np.unique(group[left[inside & (verdict == DIFFERENT)]])
    contradiction = _whole_statements(ledger, np.where(inside & np.isin(group[left], torn), group[left], -1), binding)
    state[contradiction >= 0] = CONTRADICTORY
    return ledger.append_column("judgement_state", pa.array(state, pa.string())).append_column(
        "contradiction", _numbered(contradiction)
    )


def ends(judgements: pa.Table) -> tuple[Ints, Ints]:
    """Both mentions of every judgement as integers: equal ones have equal numbers, from 0 without gaps."""
    codes = pa.concat_arrays([identities(judgements, side) for side in ("left_", "right_")]).dictionary_encode().indices
    both = codes.to_numpy(zero_copy_only=False).astype(np.int64)
    return both[: judgements.num_rows], both[judgements.num_rows :]


def identities(table: pa.Table, prefix: str = "") -> pa.Array:
    """Kind and identity of a mention per row as one text. Reads `entity_kind` and the columns of `IDENTITY` so prefixed."""
    parts = [table["entity_kind"], *(table[prefix + name].cast(pa.string()) for name in IDENTITY)]
    joined = pc.binary_join_element_wise(*parts, SEPARATOR)
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def same_groups(left: Ints, right: Ints, same: npt.NDArray[np.bool_]) -> Ints:
    """Per mention the number of the group that the judgements marked `same` make of it; alone where there is none."""
    size = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    links = coo_matrix((np.ones(int(same.sum()), dtype=np.int8), (left[same], right[same])), shape=(size, size))
    return connected_components(links, directed=False)[1].astype(np.int64)


def _whole_statements(ledger: pa.Table, torn: Ints, binding: npt.NDArray[np.bool_]) -> Ints:
    """Contradictions spread over the statements that take part in them; those that share a statement are one.

    Args:
        ledger: under `LEDGER`.
        torn: per judgement the contradictory group it was caught in, -1 for none.
        binding: which judgements bind, or would.

    Returns:
        Per judgement a number of its contradiction, -1 for none.
    """
    caught = np.flatnonzero(torn >= 0)
    codes = ledger["statement_id"].combine_chunks().dictionary_encode().indices
    statement = codes.to_numpy(zero_copy_only=False).astype(np.int64) + int(torn.max(initial=-1)) + 1
    size = int(statement.max(initial=-1)) + 1
    shared = coo_matrix((np.ones(len(caught), dtype=np.int8), (torn[caught], statement[caught])), shape=(size, size))
    together = connected_components(shared, directed=False)[1].astype(np.int64)
    return np.where(binding & np.isin(statement, statement[caught]), together[statement], -1)


def _numbered(group: Ints) -> pa.Array:
    """Groups renumbered from 1 in the order of their first line; -1 becomes null."""
    found, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    order = np.argsort(np.where(found < 0, -1, first), kind="stable")
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found)) + (0 if (found < 0).any() else 1)
    return pa.array(rank[inverse], pa.int64(), mask=group < 0)

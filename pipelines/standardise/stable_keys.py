"""What a mention is known by from run to run, where the key of its row does not say it.

A declared key names what a row is about, so the subject of a keyed row is the same whatever else the row says now. Who stands
beside it changes while the key stays: a home is sold, a firm gets another head, a school child another guardian. These roles
are known by the row and by whom they name; otherwise the buyer would go on under the seller's id, be bound by what was judged
of the seller, and have owned the home ever since the seller bought it.

Belongs here: that mark. Does not: the identity of rows (`connectors.store`), or ids (`pipelines.resolution.identity`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Platform
from warehouse.model.kind import Kind

MARK_DIGITS = 8
"""Hexadecimal digits of the mark: it only has to tell apart those who stood in one role of one row."""


def with_stable_keys(kind: Kind, mentions: pa.Table, platforms: Iterable[Platform]) -> pa.Table:
    """Replace `row_key` by `<row_key>.<mark>` where a role beside the subject of a keyed row names somebody.

    Args:
        kind: its `recognised_by` are the columns by which one knows who is named.
        mentions: with `platform, dataset, role, row_key` and the standard columns of the kind.
        platforms: those of the mentions.

    Returns:
        The same rows in the same order; those that name nobody keep the key of the row.
    """
    if not kind.recognised_by:
        return mentions
    further = [
        f"{p.platform}\x1f{d.name}\x1f{role}"
        for p in platforms
        for d in p.datasets
        if d.key
        for role in d.roles
        if role != d.subject
    ]
    role = pc.binary_join_element_wise(mentions["platform"], mentions["dataset"], mentions["role"], "\x1f")
    beside = pc.is_in(role, pa.array(further, pa.string()))
    who = pc.coalesce(*(mentions[column] for column in kind.recognised_by))
    places = np.flatnonzero(pc.and_(beside, pc.is_valid(who)).to_numpy())
    taken = pa.array(places)
    named = zip(mentions["row_key"].take(taken).to_pylist(), who.take(taken).to_pylist(), strict=True)
    marked = [f"{key}.{_mark(key, name)}" for key, name in named]
    mask = np.zeros(mentions.num_rows, dtype=bool)
    mask[places] = True
    keys = pc.replace_with_mask(mentions["row_key"].combine_chunks(), pa.array(mask), pa.array(marked, pa.string()))
    return mentions.set_column(mentions.column_names.index("row_key"), "row_key", keys)


def _mark(row_key: str, who: str) -> str:
    return hashlib.sha256(f"{row_key}\x1f{who}".encode()).hexdigest()[:MARK_DIGITS]

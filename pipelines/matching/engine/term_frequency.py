"""Term frequency: agreement on a rare value says more, for fewer others could have it by chance.

Belongs here: how often a value is met among others (frequency bins), and how the agreements on a column split among levels. Does
not: packing bins into patterns (`compare`), or saving them (`population`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import Codes, Encoded, distinct_sorted
from pipelines.matching.engine.levels import Level
from pipelines.matching.engine.spec import Comparison, MatchSpec, frequency_column

BINS = 28
"""Frequency bins: values rarer than 2^-27 share the last one."""

UNSEEN = 0.2
"""Most unknown holders that a value is assumed to have: agreement on a value with one known holder is no proof."""


def unseen_holders(holders: npt.NDArray[np.float64]) -> float:
    """Other holders that a value with one known holder is expected to have among as many entities again.

    Good and Turing's estimate: twice the values of two holders for each value of one (Good 1953), a value of one counted as
    one more of two half seen. Registered names of firms have no second holder: agreement on one is next to proof. Names of
    people and shared phones have some.
    """
    once, twice = np.count_nonzero(holders == 1), np.count_nonzero(holders == 2)
    return min((2 * twice + 1) / (once + 1), UNSEEN)


def frequency_bins(
    encoded: Encoded, column: str, counts: npt.NDArray[np.int64], identity: Codes | None, wider: pa.Table | None
) -> npt.NDArray[np.int64]:
    """The frequency bin of every value of a column: about -log2 of the chance that another entity has it too.

    Without an identity this is the share of mentions. With one (a column of which no entity has two values) entities are counted:
    a person mentioned ten times is one holder of a name, and only other holders matter. A value that is commoner in the wider
    population counts as common.
    """
    codes, size = encoded.codes[column], len(encoded.dictionaries[column])
    present = codes >= 0
    mentions = np.bincount(codes[present], weights=counts[present], minlength=size)
    known = present & (identity >= 0) if identity is not None else np.zeros_like(present)
    if not known.any() or identity is None:
        share = np.maximum(mentions, 1) / max(mentions.sum(), 1)
    else:
        holdings = distinct_sorted(codes[known].astype(np.int64) << 32 | identity[known])
        holders = np.bincount(holdings >> 32, minlength=size).astype(np.float64)
        often = mentions[holders > 0].sum() / holders.sum()
        unseen = unseen_holders(holders)
        holders = np.where(holders > 0, holders, np.maximum(mentions / often, 1.0))
        share = (holders - 1 + unseen) / max(int((np.bincount(identity[known]) > 0).sum()), 2)
    if wider is not None:
        values = encoded.dictionaries[column].values
        index = pc.index_in(values, value_set=wider.column("value").combine_chunks().cast(values.type))
        elsewhere = np.append(np.asarray(wider.column("share")).astype(np.float64), 0.0)
        share = np.maximum(share, elsewhere[np.asarray(pc.fill_null(index, wider.num_rows))])
    return np.clip(np.round(-np.log2(np.minimum(share, 1.0))), 0, BINS - 1).astype(np.int64)


def frequency_columns(spec: MatchSpec) -> tuple[str, ...]:
    """Every column a level of the spec takes its term frequency from."""
    columns = (frequency_column(c, level) for c in spec.comparisons for level in c.levels)
    return tuple(dict.fromkeys(column for column in columns if column))


def damping_of(level: Level) -> float:
    """How much of a value's rarity counts at a level (0–1): all of it where values are the same, less where they are similar."""
    damping = getattr(level, "damping", None)
    return 1.0 if damping is None else float(damping)


def agreement_shares(comparison: Comparison, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Per level what its chance is per value's frequency: a stranger agrees on a value of share f with chance `share * f`.

    Two levels may ask for the same value, one of them for more: brand and trade before brand alone. The frequency of the brand
    is that of both together, and of the non-matches that agree on it only some agree on the trade. At a fuzzy level, which has
    a `damping` d, the chance is that of the level, raised or lowered with the frequency: `u (f / mean f)^d`. The mean is the rate
    at which the same value meets by chance.

    Args:
        comparison: whose levels.
        u: rate among non-matches of each level, `missing` first.

    Returns:
        1 for a level without term frequency.
    """
    columns = [frequency_column(comparison, level) for level in comparison.levels]
    fuzzy = [getattr(level, "damping", None) is not None for level in comparison.levels]
    rates = np.asarray(u[1:])
    same = {c: sum(rates[j] for j, x in enumerate(columns) if x == c and not fuzzy[j]) for c in columns if c}
    return np.array(
        [
            1.0 if c is None else r / same[c] ** damping_of(level) if is_fuzzy else r / same[c]
            for level, c, r, is_fuzzy in zip(comparison.levels, columns, rates, fuzzy, strict=True)
        ]
    )

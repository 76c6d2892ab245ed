"""Term frequency: agreement on a rare value says more, for fewer others could have it by chance.

Belongs here: how often a value is met among others (frequency bins), and how the agreements on a column split among levels. Does
not: packing bins into patterns (`compare`), or saving them (`population`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import Codes, Encoded, distinct_sorted
from pipelines.matching.engine.levels import Level
from pipelines.matching.engine.spec import Comparison, MatchSpec, frequency_column

Floats = npt.NDArray[np.float64]

BINS = 28
"""Frequency bins: values rarer than 2^-27 share the last one."""

UNSEEN = 0.2
"""Most unknown holders that a value is assumed to have: agreement on a value with one known holder is no proof."""


def unseen_holders(once: int, twice: int) -> float:
    """Other holders that a value with one known holder is expected to have among as many entities again.

    Good and Turing's estimate: twice the values of two holders for each value of one (Good 1953), a value of one counted as
    one more of two half seen. Registered names of firms have no second holder: agreement on one is next to proof. Names of
    people and shared phones have some.

    Args:
        once: values of one known holder.
        twice: values of two.
    """
    return min((2 * twice + 1) / (once + 1), UNSEEN)


@dataclass(frozen=True)
class Holdings:
    """Figures of one column, by which the frequency of each of its values is told.

    Attributes:
        mentions: of all values.
        held_mentions: of the values that have a known holder.
        holdings: known holders of all values together.
        once: values of one known holder.
        twice: values of two.
        entities: known entities that have any value.
    """

    mentions: float
    held_mentions: float = 0.0
    holdings: float = 0.0
    once: int = 0
    twice: int = 0
    entities: int = 0

    @classmethod
    def of(cls, mentions: Floats, holders: Floats, entities: int) -> Holdings:
        """The figures of all values."""
        held = holders > 0
        once, twice = (int(np.count_nonzero(holders == n)) for n in (1, 2))
        return cls(float(mentions.sum()), float(mentions[held].sum()), float(holders.sum()), once, twice, entities)

    def shares(self, mentions: Floats, holders: Floats) -> Floats:
        """The chance that another entity has each value, by its mentions and known holders.

        Where no holder is known this is the share of mentions.
        """
        if not self.holdings:
            return np.asarray(np.maximum(mentions, 1) / max(self.mentions, 1))
        often = self.held_mentions / self.holdings
        holders = np.where(holders > 0, holders, np.maximum(mentions / often, 1.0))
        return np.asarray((holders - 1 + unseen_holders(self.once, self.twice)) / max(self.entities, 2))


def bins_of(shares: Floats) -> npt.NDArray[np.int64]:
    """The frequency bin of each share."""
    return np.clip(np.round(-np.log2(np.minimum(shares, 1.0))), 0, BINS - 1).astype(np.int64)


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
    mentions = np.bincount(codes[present], weights=counts[present], minlength=size).astype(np.float64)
    known = present & (identity >= 0) if identity is not None else np.zeros_like(present)
    holders, entities = np.zeros(size), 0
    if known.any() and identity is not None:
        holdings = distinct_sorted(codes[known].astype(np.int64) << 32 | identity[known])
        holders = np.bincount(holdings >> 32, minlength=size).astype(np.float64)
        entities = int((np.bincount(identity[known]) > 0).sum())
    share = Holdings.of(mentions, holders, entities).shares(mentions, holders)
    if wider is not None:
        values = encoded.dictionaries[column].values
        index = pc.index_in(values, value_set=wider.column("value").combine_chunks().cast(values.type))
        elsewhere = np.append(np.asarray(wider.column("share")).astype(np.float64), 0.0)
        share = np.maximum(share, elsewhere[np.asarray(pc.fill_null(index, wider.num_rows))])
    return bins_of(share)


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

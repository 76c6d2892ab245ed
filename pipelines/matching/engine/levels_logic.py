"""Comparison levels made of others: all of them hold, any of them, or one does not.

Belongs here: joining levels. Does not: levels that look at values themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.matching.engine.levels import Level, Mask, Plain, ValuePairs


@dataclass(frozen=True, init=False)
class _Joined(Plain):
    levels: tuple[Level, ...]
    label: str | None

    def __init__(self, *levels: Level, name: str | None = None) -> None:
        object.__setattr__(self, "levels", levels)
        object.__setattr__(self, "label", name)

    @property
    def name(self) -> str:
        """As given, else the names of the levels, joined."""
        word = type(self).__name__.lower()
        return self.label or f"_{word}_".join(level.name for level in self.levels)

    @property
    def reads_text(self) -> bool:
        """Whether any of them does."""
        return any(level.reads_text for level in self.levels)

    @property
    def whole_column(self) -> bool:
        """Whether any of them does, see `TfIdf`."""
        return any(getattr(level, "whole_column", False) for level in self.levels)


class And(_Joined):
    """All of the levels hold: `And(Same("brand"), Within(5, "price"))`."""

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return np.logical_and.reduce([level.holds(pairs) for level in self.levels])


class Or(_Joined):
    """Any of the levels holds."""

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return np.logical_or.reduce([level.holds(pairs) for level in self.levels])


class Not(_Joined):
    """The level does not hold, though some column has a value on both sides: what is missing denies nothing."""

    @property
    def name(self) -> str:
        """As given, else `not_` and the name of the level."""
        return self.label or f"not_{self.levels[0].name}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.comparable() & ~self.levels[0].holds(pairs)

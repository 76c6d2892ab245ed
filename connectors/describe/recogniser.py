"""What describing a file asks of those who know what values mean.

Belongs here: the questions. Does not: the answers (`pipelines.standardise.recognition`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Recogniser(Protocol):
    """Knows standard values and personal shapes."""

    def shares(self, values: Sequence[str]) -> Mapping[str, float]:
        """Name of a type → share of the values, 0–1, that have its shape; `<type>?` → share that it can make something of."""
        ...

    def personal(self, values: Sequence[str]) -> Sequence[bool]:
        """Per value whether it may name or number a person, a firm or a home."""
        ...

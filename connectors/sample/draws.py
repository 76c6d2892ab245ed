"""Random draws that stay put: one stream per name, so that no draw depends on how many others were made before it.

Belongs here: seeding and the few ways of choosing. Does not: what is chosen. Because a draw depends on the seed and its name
alone, a record keeps its mistakes from one delivery to the next, and a new column changes nothing in the columns beside it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


MOST = 0.95
"""No mishap befalls more than this share of a column, however loud the noise."""


def texts(values: Sequence[str | None]) -> Texts:
    """An object column of these strings (numpy would otherwise guess at fixed widths)."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def chosen(where: Bools, then: Texts | str, otherwise: Texts | str | None = None) -> Texts:
    """`then` where true, else `otherwise` (None: an empty cell)."""
    column = np.empty(len(where), dtype=object)
    column[:] = otherwise
    column[where] = then if isinstance(then, str) else then[where]
    return column


def known(column: Texts) -> Bools:
    """Where a column has a value."""
    return np.fromiter((value is not None for value in column), dtype=bool, count=len(column))


@dataclass(frozen=True)
class Draws:
    """Named streams of `n` draws each, fixed by `seed` and `scope`; `mended` rows meet with no mishap any more."""

    seed: int
    scope: str
    n: int
    mended: Bools | None = None

    def stream(self, name: str) -> np.random.Generator:
        """A generator of its own for that name."""
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self.seed, zlib.crc32(f"{self.scope}/{name}".encode())]))
        )

    def uniform(self, name: str) -> Floats:
        """One number in [0, 1) per row."""
        return self.stream(name).random(self.n)

    def chance(self, name: str, probability: float | Floats) -> Bools:
        """True with that probability, per row."""
        return self.uniform(name) < probability

    def mishap(self, name: str, rate: float) -> Floats:
        """Per row whether a mishap of that rate befalls it: a fresh number in [0, 1) if so, else -1."""
        rate = min(rate, MOST)
        if rate <= 0:
            return np.full(self.n, -1.0)
        u = self.uniform(name)
        hit = u < rate if self.mended is None else (u < rate) & ~self.mended
        return np.where(hit, u / rate, -1.0)

    def befalls(self, name: str, rate: float) -> Bools:
        """Per row whether a mishap of that rate befalls it."""
        return self.mishap(name, rate) >= 0

    def below(self, name: str, bound: int | Ints) -> Ints:
        """A whole number from 0 up to, not including, `bound`, per row."""
        return (self.uniform(name) * bound).astype(np.int64)

    def between(self, name: str, low: int, high: int) -> Ints:
        """A whole number from `low` to `high`, both included, per row."""
        return low + self.below(name, high - low + 1)

    def weighted(self, name: str, weights: Sequence[float] | Floats) -> Ints:
        """The index of one of the weights, per row."""
        edges = np.cumsum(np.asarray(weights, dtype=float))
        return np.minimum(np.searchsorted(edges, self.uniform(name) * edges[-1], side="right"), len(edges) - 1)

    def pick(self, name: str, choices: Sequence[str]) -> Texts:
        """One of the choices, per row."""
        return texts(list(choices))[self.below(name, len(choices))]

    def exponential(self, name: str, mean: float) -> Floats:
        """Exponentially distributed with that mean, per row."""
        return -mean * np.log1p(-self.uniform(name))

    def normal(self, name: str) -> Floats:
        """Standard normal, per row."""
        return self.stream(name).standard_normal(self.n)

    def order(self, name: str) -> Ints:
        """A permutation of the rows."""
        return self.stream(name).permutation(self.n)

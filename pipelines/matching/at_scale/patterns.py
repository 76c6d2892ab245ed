"""Patterns of pairs, and what is learned from how often each is seen. A driver sees counts of some thousands of patterns.

Belongs here: from `pair` to a model. Does not: what a pattern is (`engine.compare`), how one learns (`engine.train`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engine import Tables
from pipelines.matching.at_scale.functions import PairPatterns
from pipelines.matching.at_scale.statements import make, query
from pipelines.matching.engine.candidates import Candidates, count_patterns, with_copies
from pipelines.matching.engine.clustering import Ends
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.links import Grouping
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CANDIDATE, CONFLICT, RANDOM, SAME, DIFFERENT = range(5)
"""Where a pair comes from."""

NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Counted:
    """How often each pattern is seen.

    Attributes:
        candidates: distinct patterns of candidates, with counts; no pairs.
        conflicts: pattern of each conflicting pair looked at.
        sample: pattern of each random pair.
        copies: distinct patterns of repeated records with themselves, and the rows beyond the first; no records.
        must_link: pattern of every pair called the same.
        must_not_link: pattern of every pair called different.
    """

    candidates: Candidates
    conflicts: Patterns
    sample: Patterns
    copies: Grouping
    must_link: Patterns
    must_not_link: Patterns

    def seen(self, share: float, possible_pairs: float, *, copies: bool) -> tuple[Patterns, Floats, Floats]:
        """What training looks at, see `count_patterns`; with the pairs of equal rows if `copies`."""
        counted = count_patterns(
            self.candidates, self.conflicts, self.sample, share=share, possible_pairs=possible_pairs
        )
        return with_copies(*counted, self.copies) if copies else counted

    @property
    def labels(self) -> tuple[Patterns, Floats]:
        """As `judged.labels_of`."""
        verdicts = np.repeat([1.0, 0.0], [len(self.must_link), len(self.must_not_link)])
        return np.concatenate([self.must_link, self.must_not_link]), verdicts


def make_patterns(tables: Tables, spec: MatchSpec, population: str, *, must_link: Ends, must_not_link: Ends) -> Counted:
    """Make `pattern`, and count.

    Args:
        tables: with `pair`, `sample`, `record` and `fact`.
        spec: what is compared.
        population: file that says how common values are.
        must_link: pairs of records a person has called the same.
        must_not_link: pairs they have called different.
    """
    tables.write("judged", _judged(must_link, must_not_link))
    make(tables, "comparison")
    sides = ", ".join(f"{side}.{c} as {side}_{c}" for side in ("l", "r") for c in spec.columns)
    tables.map("pattern", f"({query('side', columns=sides)})", PairPatterns(spec, population))
    counted = tables.fetch(query("pattern_count"))

    def of(origin: int) -> tuple[Patterns, Ints]:
        rows = counted.filter(pc.equal(counted["origin"], origin))
        return rows["pattern"].to_numpy(), rows["pairs"].to_numpy()

    patterns, counts = of(CANDIDATE)
    nobody = np.zeros(0, dtype=np.int32)
    copied = tables.fetch(query("self_pattern_count"))
    copies = Grouping(nobody, NOTHING, copied["pattern"].to_numpy(), nobody, copied["further"].to_numpy())
    return Counted(
        Candidates(nobody, nobody, nobody, patterns, counts.astype(np.float64)),
        np.repeat(*of(CONFLICT)),
        np.repeat(*of(RANDOM)),
        copies,
        _of_judged(tables, SAME, must_link),
        _of_judged(tables, DIFFERENT, must_not_link),
    )


def _judged(must_link: Ends, must_not_link: Ends) -> pa.Table:
    """Judged pairs, each once for each verdict."""
    ends = [np.unique(np.stack(pairs, axis=1).astype(np.int64), axis=0) for pairs in (must_link, must_not_link)]
    a, b = np.concatenate(ends).T
    origin = np.repeat([SAME, DIFFERENT], list(map(len, ends))).astype(np.int32)
    return pa.table({"a": a, "b": b, "origin": origin})


def _of_judged(tables: Tables, origin: int, ends: Ends) -> Patterns:
    """The pattern of each judged pair, in their order."""
    if not len(ends[0]):
        return NOTHING
    known = tables.fetch(f"select a, b, pattern from pattern where origin = {origin}")
    pattern = dict(zip(zip(known["a"].to_pylist(), known["b"].to_pylist(), strict=True), known["pattern"].to_pylist(), strict=True))  # fmt: skip
    return np.array([pattern[pair] for pair in zip(*(end.tolist() for end in ends), strict=True)], dtype=np.int64)

"""Relations: why two different entities may agree more than chance allows. They share a household, a street, a name.

Belongs here: what relations a specification allows, and how likely a pattern is among non-matches that stand in them. Does not:
learning how common they are (`train`).

Without an anchor nothing tells a match from a commoner relation but that a match agrees in more. A model of two classes, matches
and strangers, takes the relation for the match wherever it is commoner: kin agree in surname, street and town, which strangers
never do. So non-matches are a mixture: strangers, who agree by chance, and one relation per blocking rule and per declared
dependence, whose members share what it names for sure and may share more (latent classes, Winkler 1993; Larsen and Rubin 2001).
What members of a relation do not share agrees by chance, so a rare value that kin share says nothing about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from pipelines.matching.engine.compare import Layout
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.term_frequency import agreement_shares

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TINY = 1e-300


@dataclass(frozen=True)
class Candidate:
    """A relation that a specification allows: its name and which comparisons it names (one boolean per comparison)."""

    name: str
    names: Mask


COMMON = 0.5
"""Pairs per record that a rule must find to be a relation. Matches are a few per record: what is rarer than half of that can't draw
training away from them, but could take them over in a small table."""


TOGETHER = 0.5
"""Share of the chance agreements on the rarer of two comparisons that agree on the other too, from which both are one fact told
twice: who shares a postcode shares the suburb."""


def dependences(spec: MatchSpec, levels: Ints, sampled: Floats, records: int) -> list[tuple[str, str]]:
    """Pairs of comparisons that strangers agree on together: no declaration is needed to see them.

    Args:
        spec: what was compared.
        levels: level of each pattern (rows) and comparison (columns), 0 where it carries no evidence.
        sampled: random pairs that each pattern stands for.
        records: how many there are; agreement must be as common as a relation, see `COMMON`.
    """
    present, same = levels > 0, levels == 1
    names, out = [c.name for c in spec.comparisons], []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            if set(spec.comparisons[i].columns) & set(spec.comparisons[j].columns):
                continue
            both = present[:, i] & present[:, j]
            total = max(float(sampled[both].sum()), TINY)
            one, other = (float(sampled[both & same[:, k]].sum()) for k in (i, j))
            joint = float(sampled[both & same[:, i] & same[:, j]].sum())
            if (
                joint >= COMMON * records
                and joint >= TOGETHER * min(one, other)
                and joint * total >= LIFT * one * other
            ):
                out.append((names[i], names[j]))
    return out


LIFT = 3.0
"""How much commoner joint agreement must be than by chance: where nearly all agree on one, all else agrees with it."""


def candidates(
    spec: MatchSpec, found: Mapping[str, int], records: int, seen: Sequence[tuple[str, str]] = ()
) -> list[Candidate]:
    """The relations of a specification: one per rule that finds many pairs, per declared dependence and per one that was seen, none
    twice.

    None where an anchor says who is who, or an expert's fixed weights say what an identity is. A rule that
    names every comparison is no relation: it would be identity.

    Args:
        spec: whose rules.
        found: name of a rule → pairs it finds.
        records: how many there are.
        seen: dependences that nobody declared, see `dependences`.
    """
    if spec.anchor or any(c.fixed for c in spec.comparisons):
        return []
    every: dict[tuple[bool, ...], str] = {}
    for rule in spec.blocks:
        if found.get(rule.name, 0) < COMMON * records:
            continue
        columns = {leaf if isinstance(leaf, str) else leaf.column for leaf in rule.leaves}
        every.setdefault(tuple(bool(columns & set(c.columns)) for c in spec.comparisons), rule.name)
    for members in [*(group.comparisons for group in spec.dependence), *seen]:
        every.setdefault(tuple(c.name in members for c in spec.comparisons), " × ".join(members))
    return [Candidate(name, np.array(names)) for names, name in every.items() if any(names) and not all(names)]


class RelationTables:
    """The cells of some patterns, ready to be looked up per relation.

    Args:
        spec: what was compared.
        layout: of the spec.
        cells: cell of each pattern (rows) and comparison (columns).
        effective: level of each, 0 where it carries no evidence.
    """

    def __init__(self, spec: MatchSpec, layout: Layout, cells: Ints, effective: Ints) -> None:
        self.spec = spec
        sizes = [len(c) for c in layout.cells]
        start = np.cumsum([0, *sizes])
        self.comparison = np.repeat(np.arange(len(sizes)), sizes)
        self.level = np.concatenate([c.level for c in layout.cells])
        self.has_bin = np.concatenate([c.bin for c in layout.cells]) >= 0
        self.bits = np.concatenate([c.bits for c in layout.cells])
        rows, columns = np.nonzero(effective > 0)
        at = start[columns] + cells[rows, columns]
        self.of_pattern = csr_matrix((np.ones(len(rows)), (rows, at)), shape=(len(cells), int(start[-1])))

    def chance(self, u: list[Floats]) -> Floats:
        """The rate of every cell among strangers: with term frequency that at which the value is met."""
        at = list(zip(self.comparison, self.level, strict=True))
        rates = np.array([u[i][j] for i, j in at])
        splits = [np.append(1.0, agreement_shares(c, rates)) for c, rates in zip(self.spec.comparisons, u, strict=True)]
        split = np.array([splits[i][j] for i, j in at])
        return np.where(self.has_bin, np.minimum(split * np.exp2(-self.bits), 1.0), rates)

    def shared(self, m: list[Floats]) -> Floats:
        """The rate of every cell where a value is shared: as two clerks write the value of a match, never `different`."""
        alike = [np.append(rates[:-1], 0.0) / max(float(rates[:-1].sum()), TINY) for rates in m]
        return np.array([alike[i][j] for i, j in zip(self.comparison, self.level, strict=True)])

    def log_rates(self, chance: Floats, shared: Floats, sharing: Floats) -> Floats:
        """Natural logarithm of the rate of each pattern among strangers (first column) and in every relation.

        Args:
            chance: see `chance`.
            shared: see `shared`.
            sharing: share (0–1) of a relation's pairs that share a comparison's value: a line per comparison, a column per relation.
        """
        of_cell = sharing[self.comparison]
        rates = of_cell * shared[:, None] + (1 - of_cell) * chance[:, None]
        every = np.log(np.maximum(np.column_stack([chance, rates]), TINY))
        return np.asarray(self.of_pattern @ every)

    def masses(self, mass: Floats) -> Floats:
        """Mass per cell of mass per pattern, column by column."""
        return np.asarray(self.of_pattern.T @ mass)


def correction(log_rates: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """log2 of the rate of each pattern among strangers over that among all non-matches, and how likely each of their classes is.

    Args:
        log_rates: see `RelationTables.log_rates`.
        shares: share of strangers and of each relation among non-matches; they sum to 1.
    """
    weighted = log_rates + np.log(np.maximum(shares, TINY))
    most = weighted.max(axis=1, keepdims=True)
    each = np.exp(weighted - most)
    total = each.sum(axis=1, keepdims=True)
    whole = np.log(total[:, 0]) + most[:, 0]
    return (log_rates[:, 0] - whole) / np.log(2), each / total

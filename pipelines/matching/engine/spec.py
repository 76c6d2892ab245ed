"""What a match is, declared as a table: which pairs to look at, how to compare them, when to accept.

Belongs here: the frozen declarations a caller writes. Does not: anything that touches data (`encode`, `blocking`,
`compare`, `train`), or the levels themselves (`levels`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.matching.engine.average_link import AverageLink
from pipelines.matching.engine.levels import Different, Level, shadowed_levels


class SpecError(ValueError):
    """A specification that can't work; the message names the part and the remedy."""


def _as_tuple(some: Any) -> tuple[Any, ...]:
    """Several parts as a tuple: a list will do, and one part alone, as a missing comma leaves it."""
    if isinstance(some, tuple):
        return some
    return tuple(some) if isinstance(some, list) else (some,)


@dataclass(frozen=True)
class Key:
    """A blocking key derived from one column: `function` maps its distinct values (nulls dropped) to as many keys.

    A null key blocks nothing. `name` identifies the key in reports, so two different functions need two names. A function that
    gives a value another key where the column has other values says so by `whole_column`: it needs all of them at once.
    """

    column: str
    function: Callable[[pa.Array], pa.Array]
    name: str
    whole_column: bool = False


@dataclass(frozen=True, init=False)
class AnyOf:
    """A key in any of several columns: a first or second phone, a present or a former name.

    Two records agree if any value of one equals any value of the other.
    """

    parts: tuple[str | Key, ...]

    def __init__(self, *parts: str | Key) -> None:
        object.__setattr__(self, "parts", parts)


Part = str | Key | AnyOf


def part_name(part: Part) -> str:
    """How a key part reads in reports: `name`, `surname[3]`, `phone|phone_2`."""
    if isinstance(part, AnyOf):
        return "|".join(part_name(p) for p in part.parts)
    return part if isinstance(part, str) else part.name


@dataclass(frozen=True, init=False)
class Block:
    """Pairs worth comparing: those that agree on every part of the key. A null part blocks nothing.

    Attributes:
        parts: columns, derived `Key`s or `AnyOf` alternatives.
        cap: a key value of more records than this is skipped and reported; other keys still find their pairs.
        allow_conflict: also find pairs with different values of the spec's first `distinct` column: they are never joined, but
            a person may want to know of them.
    """

    parts: tuple[Part, ...]
    cap: int
    allow_conflict: bool

    def __init__(self, *parts: Part, cap: int = 200, allow_conflict: bool = False) -> None:
        if not parts:
            raise SpecError("Block(): name at least one column, else every pair would be compared")
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "cap", cap)
        object.__setattr__(self, "allow_conflict", allow_conflict)

    @property
    def name(self) -> str:
        """How the rule reads in reports, e.g. `name + birth_date`."""
        return " + ".join(part_name(p) for p in self.parts)

    @property
    def leaves(self) -> tuple[str | Key, ...]:
        """Every key column of its parts."""
        return tuple(leaf for part in self.parts for leaf in (part.parts if isinstance(part, AnyOf) else (part,)))

    @property
    def combinations(self) -> int:
        """Ways to choose one alternative per part: so many keys a record may have."""
        return math.prod(len(p.parts) if isinstance(p, AnyOf) else 1 for p in self.parts)


def frequency_column(comparison: Comparison, level: Level) -> str | None:
    """The column a level takes its term frequency from."""
    if level.frequency_of is None:
        return None
    return level.frequency_of or comparison.columns[0]


@dataclass(frozen=True)
class Comparison:
    """One attribute, compared by an ordered list of levels: the first that holds counts.

    Attributes:
        name: how the attribute reads in reports.
        levels: from the strictest to `Different()`, which is added where it is left out.
        columns: columns the levels may look at; by default the one column called `name`. Where all of them are null on
            either side the level is `missing`, which carries no evidence.
        contained_in: another comparison whose first level already implies agreement here (an identity number contains birth
            date and sex): where that level holds, only `different` counts here.
        fixed: level name → log2 weight that training does not change, where an expert knows better than the data.
        m: level name → share (0–1) of matches at it, where it is known; training keeps it and learns the others.
        u: level name → share (0–1) of non-matches at it, likewise.
    """

    name: str
    levels: tuple[Level, ...]
    columns: tuple[str, ...] = ()
    contained_in: str | None = None
    fixed: dict[str, float] = field(default_factory=dict)
    m: dict[str, float] = field(default_factory=dict)
    u: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", _as_tuple(self.levels))
        object.__setattr__(self, "columns", _as_tuple(self.columns) or (self.name,))
        for level in self.levels:
            if isinstance(level, type) or not isinstance(level, Level):
                raise SpecError(
                    f"Comparison {self.name!r}: {level!r} is no level; write an instance of one, such as Same()"
                )
        if shadowed := shadowed_levels(self.levels, self.columns[0]):
            earlier, later = shadowed[0]
            raise SpecError(
                f"Comparison {self.name!r}: level {later!r} can never hold behind {earlier!r}; write the strictest level first"
            )
        if not self.levels or not isinstance(self.levels[-1], Different):
            object.__setattr__(self, "levels", (*self.levels, Different()))
        for j, level in enumerate(self.levels):
            asks = frequency_column(self, level)
            if getattr(level, "damping", None) is not None and not any(
                getattr(x, "damping", None) is None and frequency_column(self, x) == asks for x in self.levels[:j]
            ):
                raise SpecError(
                    f"Comparison {self.name!r}: {level.name!r} weighs by frequency; put Same({asks!r}, term_frequency=True) before it"
                )
        names = [level.name for level in self.levels]
        if len(set(names)) < len(names) or "missing" in names:
            raise SpecError(f"Comparison {self.name!r}: level names must differ and none be 'missing': {names}")
        for what in ("fixed", "m", "u"):
            if unknown := sorted(set(getattr(self, what)) - set(names)):
                raise SpecError(f"Comparison {self.name!r}: {what} names no level: {unknown}; levels: {names}")
        for what, rates in (("m", self.m), ("u", self.u)):
            if not all(0 < rate < 1 for rate in rates.values()) or sum(rates.values()) > 1 + 1e-9:
                raise SpecError(
                    f"Comparison {self.name!r}: {what} holds shares above 0 and below 1 that sum to 1 at most"
                )

    @property
    def level_names(self) -> tuple[str, ...]:
        """`missing`, then the levels in order: the index of a level here is its number in a pattern."""
        return ("missing", *(level.name for level in self.levels))


@dataclass(frozen=True, init=False)
class Dependence:
    """Comparisons that depend on each other, so that their joint evidence is learned instead of multiplied.

    Attributes:
        comparisons: their names, such as address, phone and surname, which a family shares.
        independent_levels: pairs (comparison, level) at which non-matches agree only by chance: kin share an address, but not
            the full name. Where more non-matches are seen there (a wrong number), that is no dependence.
        prior_combinations: combinations of (comparison, level) that occur among non-matches though a small table may show
            none, such as twins. Training counts a few such pairs as seen; a table that shows more soon outweighs them.
    """

    comparisons: tuple[str, ...]
    independent_levels: tuple[tuple[str, str], ...]
    prior_combinations: tuple[tuple[tuple[str, str], ...], ...]

    def __init__(
        self,
        *comparisons: str,
        independent_levels: tuple[tuple[str, str], ...] = (),
        prior_combinations: tuple[tuple[tuple[str, str], ...], ...] = (),
    ) -> None:
        object.__setattr__(self, "comparisons", comparisons)
        object.__setattr__(self, "independent_levels", independent_levels)
        object.__setattr__(self, "prior_combinations", prior_combinations)


@dataclass(frozen=True)
class Corroboration:
    """A pair of which all of `against` differ needs more than `weak` to be a link.

    Attributes:
        weak: names of comparisons that are not enough.
        against: names of comparisons; where any of them is missing or agrees, even in part, nothing more is needed.
    """

    weak: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class MatchSpec:
    """Everything that decides which records are one.

    Attributes:
        kind: what is matched; names the model artefact.
        blocks: a pair is compared if any block finds it.
        comparisons: see `Comparison`.
        accept: probability from which a pair is a link; 0 leaves it to the run, which takes the lowest (one half at least) above
            which 97 of 100 links are expected to be right, see `thresholds`. A run of a schedule needs one of its own.
        review: probability from which a person is asked about a pair; 0 leaves it to the run.
        review_share: most questions per cluster; those whose answer settles most come first.
        anchor: comparison that is trusted wherever it is not missing (an official number). Dependence and the rates of the
            other comparisons are then learned from the pairs it decides, whatever their other attributes say.
        dependence: groups of dependent comparisons, see `Dependence`. A comparison stands in at most one group.
        distinct: columns of which a cluster never holds two different values (a valid identity number). Where both records of
            a pair have a value of the first of them, it alone decides whether they are compared, see `rules`.
        corroborated: pairs that need more than some comparisons to be links, see `Corroboration`.
        average_link: clusters join by their mean weight instead of by any link, see `average_link`.
        one_to_one: columns that name a source in which no entity occurs twice; a cluster takes at most one record per source.
            In two-table mode `("side",)` makes every record match at most once.
    """

    kind: str
    blocks: tuple[Block, ...]
    comparisons: tuple[Comparison, ...]
    accept: float = 0.0
    review: float = 0.0
    review_share: float = 0.005
    anchor: str | None = None
    dependence: tuple[Dependence, ...] = ()
    distinct: tuple[str, ...] = ()
    one_to_one: tuple[str, ...] = ()
    corroborated: tuple[Corroboration, ...] = ()
    average_link: AverageLink | None = None

    def __post_init__(self) -> None:
        for several in ("blocks", "comparisons", "dependence", "distinct", "one_to_one", "corroborated"):
            object.__setattr__(self, several, _as_tuple(getattr(self, several)))
        for part, kind in (
            ("blocks", Block),
            ("comparisons", Comparison),
            ("dependence", Dependence),
            ("corroborated", Corroboration),
        ):
            if wrong := [x for x in getattr(self, part) if not isinstance(x, kind)]:
                raise SpecError(f"MatchSpec {self.kind!r}: {part} takes {kind.__name__}, not {type(wrong[0]).__name__}")
        functions: dict[tuple[str, str], Callable[[pa.Array], pa.Array]] = {}
        for key in (leaf for block in self.blocks for leaf in block.leaves if isinstance(leaf, Key)):
            if functions.setdefault((key.column, key.name), key.function) is not key.function:
                raise SpecError(
                    f"MatchSpec {self.kind!r}: two functions of {key.column!r} are both called {key.name!r}; name them apart"
                )
        names = [c.name for c in self.comparisons]
        if not names or not self.blocks:
            raise SpecError(f"MatchSpec {self.kind!r}: needs at least one block and one comparison")
        if len(set(names)) < len(names):
            raise SpecError(f"MatchSpec {self.kind!r}: comparison names repeat: {names}")
        implied = [c.contained_in for c in self.comparisons if c.contained_in]
        grouped = [name for group in self.dependence for name in group.comparisons]
        for what, used in (
            ("anchor", [self.anchor] if self.anchor else []),
            ("dependence", grouped),
            ("contained_in", implied),
            ("corroborated", [name for rule in self.corroborated for name in (*rule.weak, *rule.against)]),
        ):
            if unknown := sorted(set(used) - set(names)):
                raise SpecError(f"MatchSpec {self.kind!r}: {what} names no comparison: {unknown}; have {names}")
        if len(set(grouped)) < len(grouped):
            raise SpecError(f"MatchSpec {self.kind!r}: a comparison stands in two dependence groups: {grouped}")
        if not (0 <= self.review < 1 and 0 <= self.accept < 1 and self.review <= (self.accept or 1)):
            raise SpecError(
                f"MatchSpec {self.kind!r}: 0 < review ({self.review}) <= accept ({self.accept}) < 1 must hold, or be left out"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the spec reads, in order of first use."""
        columns: dict[str, None] = {}
        for comparison in self.comparisons:
            columns.update(dict.fromkeys(comparison.columns))
        for block in self.blocks:
            columns.update(dict.fromkeys(leaf if isinstance(leaf, str) else leaf.column for leaf in block.leaves))
        columns.update(dict.fromkeys(self.distinct))
        columns.update(dict.fromkeys(c for c in self.one_to_one if c != "side"))
        return tuple(columns)

    @property
    def rules(self) -> tuple[Block, ...]:
        """The blocks in the order in which they are joined: the rule of the first `distinct` column comes first.

        Two records with different values of it could never share a cluster, so they are no pair; two with the same value are a
        pair by this rule alone. So every other rule only looks for pairs of which at least one record lacks the value, unless
        it has `allow_conflict`.
        """
        if not self.distinct:
            return self.blocks
        default = Block(self.distinct[0])
        first = next((b for b in self.blocks if b.parts == default.parts), default)
        return (first, *(b for b in self.blocks if b is not first))

    @property
    def fingerprint(self) -> str:
        """Changes whenever a comparison, its levels or the dependence groups change: a model fits one fingerprint."""
        shape = [
            (
                c.name,
                c.columns,
                [repr(x) for x in c.levels],
                c.contained_in,
                sorted(c.fixed.items()),
                *(sorted(rates.items()) for rates in (c.m, c.u) if rates),
            )
            for c in self.comparisons
        ]
        return hashlib.sha256(repr((self.kind, shape, self.anchor, self.dependence)).encode()).hexdigest()[:16]

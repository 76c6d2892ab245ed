"""Going on from the last run: only what changed is compared, against the whole, and only touched components are clustered.

Belongs here: the order of these steps. Does not: what is kept between runs (`incremental_state`), which candidate pairs a
change brings (`incremental_pairs`), or anything a full run does as well.

With model and population held, the outcome is that of a full run on the same rows, for this reason: which pairs are
candidates depends on their keys and on the sizes of these keys; what a pair weighs depends on its two rows and the model;
which records are a cluster depends on their connected component alone, ties being broken by lasting names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.blocking import Blocking, found_by
from pipelines.matching.clustering import Constraints, cluster, components, smallest
from pipelines.matching.compare import Comparer, Patterns
from pipelines.matching.encode import Codes, Encoded, distinct_sorted, encode, group_rows
from pipelines.matching.hashing import Hashes, row_hashes
from pipelines.matching.incremental_pairs import Change, Touched, legible, nested, touched_pairs
from pipelines.matching.incremental_state import EMPTY_PLACES, NOBODY, State, cluster_names, held_values, salted
from pipelines.matching.kept import grown
from pipelines.matching.links import Ends, Links
from pipelines.matching.model import Model
from pipelines.matching.outcome import Outcome
from pipelines.matching.population import Population
from pipelines.matching.result import MatchResult, Report
from pipelines.matching.score import Scorer, weight_of
from pipelines.matching.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows of this run in order of their lasting names, of which only those asked for are looked at.

    Attributes:
        ids: id of every row.
        names: lasting name of every row, see `hashing.mention_names`: ascending, none twice.
        sources: hash of all a row's compared columns are made from: the same hash means the same columns.
        view: the compared columns of the rows at some places; for None of all rows, as they lie.
    """

    ids: Ints
    names: Ints
    sources: Hashes
    view: Callable[[Ints | None], pa.Table]


@dataclass(frozen=True)
class Advance:
    """A run that went on from a former one.

    Attributes:
        state: for the next run.
        outcome: all pairs at least worth asking about, judgements included, and the clusters they led to.
        ids: id of every row, by name.
        changed: rows that are new, or whose compared columns are not what they were.
        withdrawn: rows that are no longer here.
        records: records compared against the whole.
        compared: pairs compared.
        clustered: records in components that were clustered again.
    """

    state: State
    outcome: Outcome
    ids: Ints
    changed: int
    withdrawn: int
    records: int
    compared: int
    clustered: int

    @cached_property
    def report(self) -> Report:
        """Figures of the run, which knows of no blocks."""
        accepted, review, cut = self.outcome.counts()
        return Report(
            mentions=len(self.ids),
            records=int(self.state.alive.sum()),
            blocks=(),
            pairs_compared=self.compared,
            accepted=accepted,
            review=review,
            cut=cut,
            clusters=self.outcome.cluster_count(),
            seconds={},
        )

    def result(self, model: Model, population: Population) -> MatchResult:
        """What a full run would hand back; weights are those of pairs worth asking about."""
        links, spec = self.outcome.links, self.outcome.links.spec
        bins, place = np.unique(np.floor(links.weights), return_inverse=True)
        pairs = np.bincount(place[links.pattern], minlength=len(bins))
        return MatchResult(
            self.outcome.clusters(self.ids),
            model,
            self.report,
            pa.table({"weight": bins[pairs > 0], "pairs": pairs[pairs > 0]}),
            spec,
            lambda: population,
            None,
            lambda: self.outcome.judged(self.ids),
            links.patterns,
            links.scorer,
            nested(spec.rules, self.state.keys),
        )


def advance(
    spec: MatchSpec,
    model: Model,
    population: Population,
    former: State,
    rows: Rows,
    *,
    judgements: tuple[Ends, Ends] = (NOBODY, NOBODY),
    threads: int = 1,
) -> Advance:
    """Bring a former run up to date.

    Args:
        spec: as in the former run.
        model: as in the former run.
        population: as in the former run.
        former: what the former run left.
        rows: the rows of this run.
        judgements: pairs of ids people have called different, and the same.
        threads: threads to use; the outcome does not depend on it.
    """
    judged = np.unique(np.concatenate([end for ends in judgements for end in ends]))
    now = _regroup(spec, former, rows, judged, threads)
    scorer = Scorer(spec, model, population.prior_weight(model))
    state = _with_fresh(spec, population, former, rows, now, threads)
    touched, keys = touched_pairs(spec, state.keys, Change(now.alive, now.gone, now.base), threads=threads)
    apart, same = (_as_records(ends, rows.ids, now.of_row) for ends in judgements)
    state = replace(state, keys=keys, apart=apart, same=same)
    state, dropped = _surviving(spec, state, now, touched)
    candidates = _unstored(touched.pairs, state, now.base)
    ends = np.concatenate([candidates >> 32, candidates & 0xFFFFFFFF, *same])
    found = _Compared.of(spec, population, rows, now, distinct_sorted(ends), threads=threads)
    state = replace(state, same_patterns=found.patterns(*same))
    new, state = _with_pairs(state, candidates, found.patterns(candidates >> 32, candidates & 0xFFFFFFFF), scorer)
    region = _region(former, now, np.concatenate([new >> 32, new & 0xFFFFFFFF, *apart, *same, dropped]))
    links = state.links(spec, scorer)
    state = _reclustered(spec, state, former, now, region, links)
    outcome = state.outcome(links)
    state = replace(state, row_cluster=cluster_names(outcome, state.lead, rows.names))
    if state.alive.sum() < len(state.lead) * (1 - EMPTY_PLACES):
        state = state.closed_up()
        outcome = state.outcome(state.links(spec, scorer))
    return Advance(
        state,
        outcome,
        rows.ids,
        changed=now.changed,
        withdrawn=now.withdrawn,
        records=len(now.first),
        compared=len(candidates),
        clustered=len(region),
    )


@dataclass(frozen=True)
class _Now:
    """Rows and records of this run against those of the former one.

    Attributes:
        names: of all rows.
        contents: hash of the compared columns of every row.
        of_row: record of every row.
        alive: which places hold a record; fresh ones come from `base` on.
        gone: places emptied by this run.
        first: first row of every fresh record.
        grouped: per fresh record what makes rows it.
        like: per fresh record the former one its first row was of, if that row says what it said; else -1.
        looked: rows that were looked at, ascending, and their columns.
        changed: see `Advance`.
        withdrawn: see `Advance`.
    """

    names: Ints
    contents: Hashes
    of_row: Codes
    alive: Mask
    gone: Ints
    first: Ints
    grouped: Hashes
    like: Codes
    looked: tuple[Ints, Encoded | None]
    changed: int
    withdrawn: int

    @property
    def base(self) -> int:
        """Place of the first fresh record."""
        return len(self.alive) - len(self.first)


def _find(names: Ints, among: Ints) -> Ints:
    """Place of every name among ascending ones, -1 where it is not there."""
    if not len(among):
        return np.full(len(names), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(among, names), len(among) - 1)
    return np.where(among[spot] == names, spot, -1)


def _places(names: Ints, former: Ints) -> Ints:
    """`_find` where both ascend and hold no name twice: merging two runs takes less than looking each one up."""
    together = np.concatenate([former, names])
    order = np.argsort(together, kind="stable")
    ordered = together[order]
    twin = np.flatnonzero(ordered[1:] == ordered[:-1])
    spot = np.full(len(names), -1, dtype=np.int64)
    spot[order[twin + 1] - len(former)] = order[twin]
    return spot


def _regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> _Now:
    """Find out which rows changed, and which records they make now."""
    spot = _places(rows.names, np.asarray(former.row_names))
    contents = np.append(former.row_contents, np.uint64(0))[spot]
    same = np.append(former.row_sources, np.uint64(0))[spot] == rows.sources
    same &= spot >= 0
    looked = np.flatnonzero(~same)
    encoded, changed = None, 0
    if len(looked):
        encoded = encode(rows.view(looked), spec.columns, threads)
        found = row_hashes(encoded, spec.columns)
        same[looked] = (contents[looked] == found) & (spot[looked] >= 0)
        changed = len(looked) - int(same[looked].sum())
        contents[looked] = found
    by_record = salted(spec, contents, rows.names, _among(rows.ids, judged))
    withdrawn = len(former.row_names) - int((spot >= 0).sum())
    of_row, alive, gone, first, like = _records(former, rows.names, by_record, spot)
    return _Now(
        rows.names,
        contents,
        of_row,
        alive,
        gone,
        first,
        by_record[first],
        like=np.where(same[first], like, np.int32(-1)),
        looked=(looked, encoded),
        changed=changed,
        withdrawn=withdrawn,
    )


def _among(ids: Ints, some: Ints) -> Mask:
    """Which ids are among some few."""
    return np.isin(ids, some) if len(some) else np.zeros(len(ids), dtype=bool)


def _records(former: State, names: Ints, by_record: Hashes, spot: Ints) -> tuple[Codes, Mask, Ints, Ints, Codes]:
    """Rows as records, looking only at records that lose or win a row.

    A record is the former one where its first row and its content are. Fresh ones come in order of their first rows.

    Args:
        former: the former run.
        names: of the rows.
        by_record: per row what makes rows one record.
        spot: former place of every row, -1 for none.

    Returns:
        `of_row`, `alive`, `gone`, `first` of `_Now`; and the former record of each first row, -1 for none.
    """
    record = np.append(former.of_row, np.int32(-1))[spot]
    stays = np.append(former.contents, np.uint64(0))[record] == by_record
    stays &= record >= 0
    left_by = np.ones(len(former.of_row), dtype=bool)
    left_by[spot[stays]] = False
    moving = np.flatnonzero(~stays)
    alive = former.alive
    touched = np.append(_holding(former.contents, by_record[moving]) & alive, False)
    touched[former.of_row[left_by]] = True
    again = np.flatnonzero(touched[record] | ~stays)
    group, begin = group_rows([by_record[again]])
    lead = again[begin]
    led = record[lead]
    lives = stays[lead]
    lives[lives] = former.lead[led[lives]] == names[lead[lives]]
    base, fresh = len(alive), np.flatnonzero(~lives)
    place = led.copy()
    place[fresh] = np.arange(base, base + len(fresh), dtype=np.int32)
    of_row = record
    of_row[again] = place[group]
    ended = touched[:-1]
    ended[led[lives]] = False
    gone = np.flatnonzero(ended)
    alive = np.append(alive, np.ones(len(fresh), dtype=bool))
    alive[gone] = False
    return of_row, alive, gone, lead[fresh], led[fresh]


def _holding(contents: Hashes, some: Hashes) -> Mask:
    """Which contents are among some few."""
    sieve = np.zeros(1 << 22, dtype=bool)
    mask = np.uint64(len(sieve) - 1)
    sieve[some & mask] = True
    out = sieve[contents & mask]
    maybe = np.flatnonzero(out)
    out[maybe] = np.isin(contents[maybe], some)
    return out


def _with_fresh(spec: MatchSpec, population: Population, former: State, rows: Rows, now: _Now, threads: int) -> State:
    """The former state with the rows of this run, and its fresh records behind the others."""
    state = replace(
        former, row_names=rows.names, row_sources=rows.sources, row_contents=now.contents, of_row=now.of_row
    )
    if not len(now.first):
        return state
    own, keys, held = _told_by_fresh(spec, population, former, rows, now, threads)
    return replace(
        state,
        lead=grown(former.lead, rows.names[now.first]),
        contents=grown(former.contents, now.grouped),
        own=grown(former.own, own),
        keys=tuple(grown(column, more) for column, more in zip(former.keys, keys, strict=True)),
        held=tuple(grown(column, more) for column, more in zip(former.held, held, strict=True)),
    )


def _told_by_fresh(
    spec: MatchSpec, population: Population, former: State, rows: Rows, now: _Now, threads: int
) -> tuple[Patterns, list[Codes], list[Hashes]]:
    """Own patterns, keys and constrained values of the fresh records: of the former ones whose rows they have taken over, and
    worked out where they say something new."""
    new, taken_over = np.flatnonzero(now.like < 0), np.flatnonzero(now.like >= 0)

    def carried(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        out = np.zeros(len(now.first), dtype=column.dtype)
        out[taken_over] = column[now.like[taken_over]]
        return out

    own, keys, held = carried(former.own), [legible(carried(c)) for c in former.keys], [carried(c) for c in former.held]
    looked, encoded = now.looked
    if len(new) and encoded is not None:
        some = encoded.take(np.searchsorted(looked, now.first[new]))
        own[new] = _comparer(spec, population, some).own_patterns(np.arange(len(new), dtype=np.int32))
        for key, told in zip(keys, (c for block in Blocking(spec, some, threads).keys for c in block), strict=True):
            key[new] = told
        for value, said in zip(held, held_values(spec, some), strict=True):
            value[new] = said
    return own, keys, held


def _comparer(spec: MatchSpec, population: Population, encoded: Encoded) -> Comparer:
    return Comparer(spec, encoded, np.ones(encoded.size, dtype=np.int64), None, population)


def _surviving(spec: MatchSpec, state: State, now: _Now, touched: Touched) -> tuple[State, Ints]:
    """The state with those of its pairs that still are, and the ends of those that no rule finds any more."""
    left, right = np.asarray(state.left), np.asarray(state.right)
    dropped = np.zeros(0, dtype=np.int64)
    if not (len(now.gone) or len(touched.doubtful) or len(touched.turned)):
        return state, dropped
    is_alive, doubtful, turned = 1, 2, 4
    said = now.alive.astype(np.uint8)
    said[touched.doubtful] |= doubtful
    said[touched.turned] |= turned
    one, other = said[left], said[right]
    keep = (one & other & is_alive) > 0
    asked = np.flatnonzero(((one & other & doubtful) | ((one | other) & turned)) * keep)
    if len(asked):
        lost = asked[found_by(spec, nested(spec.rules, state.keys), left[asked], right[asked]) == 0]
        keep[lost] = False
        dropped = np.concatenate([left[lost], right[lost]]).astype(np.int64)
    kept = np.flatnonzero(keep)
    return replace(state, left=left[kept], right=right[kept], pattern=np.asarray(state.pattern)[kept]), dropped


def _unstored(candidates: Ints, state: State, base: int) -> Ints:
    """Candidates that are no pairs yet: pairs of a fresh record, from `base` on, never are."""
    known = np.flatnonzero((candidates & 0xFFFFFFFF) < base)  # the larger of both
    if not len(known):
        return candidates
    asked = np.zeros(base, dtype=bool)
    asked[candidates[known] >> 32] = True
    low, high = np.minimum(state.left, state.right), np.maximum(state.left, state.right)
    some = np.flatnonzero(asked[low])
    stored = np.isin(candidates[known], low[some].astype(np.int64) << 32 | high[some])
    return np.delete(candidates, known[stored])


def _as_records(ends: Ends, ids: Ints, of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records; pairs of ids that are not here are left out."""
    asked = np.unique(np.concatenate(ends)).astype(np.int64)
    rows = np.flatnonzero(_among(ids, asked))
    rows = rows[np.argsort(ids[rows])]
    left, right = (_find(np.asarray(end, dtype=np.int64), ids[rows]) for end in ends)
    known = (left >= 0) & (right >= 0)
    a, b = (of_row[rows[end[known]]].astype(np.int64) for end in (left, right))
    return np.minimum(a, b), np.maximum(a, b)


@dataclass(frozen=True)
class _Compared:
    """Some records, ready to be compared."""

    records: Ints
    comparer: Comparer | None

    @classmethod
    def of(
        cls, spec: MatchSpec, population: Population, rows: Rows, now: _Now, records: Ints, *, threads: int
    ) -> _Compared:
        if not len(records):
            return cls(records, None)
        wanted = np.zeros(len(now.alive), dtype=bool)
        wanted[records] = True
        theirs = np.flatnonzero(wanted[now.of_row])
        first = np.empty(len(now.alive), dtype=np.int64)
        first[now.of_row[theirs[::-1]]] = theirs[::-1]
        encoded = encode(rows.view(first[records]), spec.columns, threads)
        return cls(records, _comparer(spec, population, encoded))

    def patterns(self, left: Ints, right: Ints) -> Patterns:
        """Pattern of each pair of records."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        a, b = (np.searchsorted(self.records, end).astype(np.int32) for end in (left, right))
        return self.comparer.patterns(a, b)


def _with_pairs(state: State, candidates: Ints, found: Patterns, scorer: Scorer) -> tuple[Ints, State]:
    """The candidates that are at least worth asking about, and the state with these pairs behind the others."""
    distinct, inverse = np.unique(found, return_inverse=True)
    worthy = (scorer.weights(distinct) >= weight_of(scorer.spec.review))[inverse]
    new, shown = candidates[worthy], found[worthy]
    if not len(new):
        return new, state
    patterns = distinct_sorted(np.concatenate([state.patterns, shown]))
    place = np.searchsorted(patterns, state.patterns).astype(np.int32)
    return new, replace(
        state,
        left=np.concatenate([state.left, (new >> 32).astype(np.int32)]),
        right=np.concatenate([state.right, (new & 0xFFFFFFFF).astype(np.int32)]),
        pattern=np.concatenate([place[state.pattern], np.searchsorted(patterns, shown).astype(np.int32)]),
        patterns=patterns,
    )


def _region(former: State, now: _Now, ends: Ints) -> Ints:
    """Records whose component may have changed, in order of place: fresh ones, and all of every component that lost or won
    anything."""
    component = np.asarray(former.component)
    touched = np.zeros(now.base, dtype=bool)
    touched[component[now.gone]] = True
    touched[component[ends[ends < now.base]]] = True
    inside = np.append(touched[component], np.ones(len(now.first), dtype=bool))
    return np.flatnonzero(inside & now.alive)


def _reclustered(spec: MatchSpec, state: State, former: State, now: _Now, region: Ints, links: Links) -> State:
    """The state with cluster and component of every record: those outside the region are what they were."""
    size = len(now.alive)
    region = region[np.argsort(np.asarray(state.lead)[region])]
    local = np.full(size, -1, dtype=np.int32)
    local[region] = np.arange(len(region), dtype=np.int32)
    inside = np.flatnonzero(local[links.left] >= 0)
    inside = inside[links.accepted[inside]]
    one, other = local[links.left[inside]], local[links.right[inside]]
    left, right = np.minimum(one, other), np.maximum(one, other)
    codes = [_codes(values[region]) for values in state.held]
    both = Constraints(
        tuple(codes[: len(spec.distinct)]),
        tuple(codes[len(spec.distinct) :]),
        *(local[end] for end in (*state.apart, *state.same)),
    )
    joined = (np.concatenate([left, both.joined_left]), np.concatenate([right, both.joined_right]))
    label, component = np.full((2, size), -1, dtype=np.int32)
    for told, before, after in (
        (label, former.label, cluster(len(region), left, right, links.weight_of(inside), both)),
        (component, former.component, smallest(components(len(region), *joined))),
    ):
        told[: now.base] = before
        told[now.gone] = -1
        told[region] = region[after]
    return replace(state, label=label, component=component)


def _codes(hashes: Hashes) -> Codes:
    """Values as small integers, -1 for null."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    code = inverse.astype(np.int32)
    return code - np.int32(1) if len(distinct) and distinct[0] == 0 else code

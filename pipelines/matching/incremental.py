"""Going on from the last run: only what changed is compared, against the whole, and only touched components are clustered.

Belongs here: the order of these steps. Does not: what is kept between runs (`incremental_state`), what became of the rows
(`incremental_rows`), which candidate pairs a change brings (`incremental_pairs`), or anything a full run does as well.

With model and population held, the outcome is that of a full run on the same rows, for this reason: which pairs are
candidates depends on their keys and on the sizes of these keys; what a pair weighs depends on its two rows and the model;
which records are a cluster depends on their connected component alone, ties being broken by lasting names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.blocking import Blocking, found_by
from pipelines.matching.clustering import Constraints, cluster, components
from pipelines.matching.compare import Comparer, Patterns
from pipelines.matching.encode import Codes, distinct_sorted
from pipelines.matching.hashing import STRIDE, Hashes
from pipelines.matching.incremental_pairs import Change, Touched, legible, nested, touched_pairs
from pipelines.matching.incremental_rows import Now, looked_at, regroup
from pipelines.matching.incremental_state import NOBODY, State, further_rows, held_values
from pipelines.matching.kept import grown
from pipelines.matching.links import Ends, Links, and_others, ordered, places_in
from pipelines.matching.model import Model
from pipelines.matching.outcome import most_questions
from pipelines.matching.places import find
from pipelines.matching.population import Population
from pipelines.matching.result import MatchResult, Report
from pipelines.matching.rows import Rows
from pipelines.matching.score import Scorer, weight_of
from pipelines.matching.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Advance:
    """A run that went on from a former one.

    Attributes:
        state: for the next run.
        scorer: of the run.
        rows: of the run.
        changed: rows that are new, or whose compared columns are not what they were.
        withdrawn: rows that are no longer here.
        records: records compared against the whole.
        compared: pairs compared.
        clustered: records in components that were clustered again.
    """

    state: State
    scorer: Scorer
    rows: Rows
    changed: int
    withdrawn: int
    records: int
    compared: int
    clustered: int

    @cached_property
    def report(self) -> Report:
        """Figures of the run, which knows of no blocks."""
        tally, clusters = self.state.tally, self.state.record_clusters
        mentions, records, lone = len(self.state.rows), int(self.state.alive.sum()), len(self.state.lone)
        return Report(
            mentions=mentions,
            records=records,
            blocks=(),
            pairs_compared=self.compared,
            accepted=tally.joined + mentions - records - lone,
            review=min(tally.open, most_questions(self.scorer.spec, clusters)),
            cut=tally.cut,
            clusters=clusters + lone,
            seconds={},
        )

    def result(self, model: Model, population: Population) -> MatchResult:
        """What a full run would hand back; weights are those of pairs worth asking about."""
        spec, rows = self.scorer.spec, self.rows.in_order
        state = self.state.closed_up()
        links, ids = state.links(spec, self.scorer, rows), self.rows.ids[rows]
        outcome = state.outcome(links)
        bins, place = np.unique(np.floor(links.weights[:-1]), return_inverse=True)
        pairs = np.bincount(place[links.pattern], minlength=len(bins))
        return MatchResult(
            outcome.clusters(ids),
            model,
            self.report,
            pa.table({"weight": bins[pairs > 0], "pairs": pairs[pairs > 0]}),
            spec,
            lambda: population,
            None,
            lambda: outcome.judged(ids),
            links.patterns,
            links.scorer,
            nested(spec.rules, state.keys),
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
    places = len(rows.names)
    if not former.precedes(rows):
        former = former.at_places_of(rows)
        rows = rows.and_gone(former.row_names[places:])
    judged = rows.at(np.unique(np.concatenate([end for ends in judgements for end in ends])))
    now = regroup(spec, former, rows, judged, threads)
    scorer = Scorer(spec, model, population.prior_weight(model))
    state = replace(_with_fresh(spec, former, rows, now, threads), judged=judged)
    touched, keys = touched_pairs(spec, state.keys, Change(now.alive, now.gone, now.base), threads=threads)
    apart, same = (_as_records(ends, rows.ids, judged, now.of_row) for ends in judgements)
    state = replace(state, keys=keys, apart=apart, same=same)
    perhaps = np.concatenate(
        [touched.pairs >> 32, touched.pairs & 0xFFFFFFFF, touched.doubtful, touched.turned, *apart, *same]
    )
    nearby = _pairs_of(former, _touched_records(former, now, perhaps))
    candidates, state, dropped = _surviving(spec, state, now, touched, nearby)
    anew = now.base + np.flatnonzero(now.like < 0)
    ends = np.concatenate([candidates >> 32, candidates & 0xFFFFFFFF, *same, anew])
    found = _Compared.of(spec, population, rows, now, distinct_sorted(ends), threads=threads)
    own = found.own_patterns(anew)
    state = replace(state, own=grown(former.own, now.of_former(former.own, own)), same_patterns=found.patterns(*same))
    new, state = _with_pairs(state, candidates, found.patterns(candidates >> 32, candidates & 0xFFFFFFFF), scorer)
    inside = _touched_records(former, now, np.concatenate([new >> 32, new & 0xFFFFFFFF, *apart, *same, dropped]))
    region = np.flatnonzero(inside & now.alive)
    before = nearby[inside[former.left[nearby]] | inside[former.right[nearby]]]
    links = state.links_at(spec, scorer, np.append(before, np.arange(len(former.left), len(state.left))))
    state = _reclustered(spec, state, former, now, region, links)
    state = replace(state, lone=_lone(spec, scorer, state, now, region, rows.names))
    gone = former.outcome(former.links_at(spec, scorer, before)).tally
    tally = former.tally.after(gone, state.outcome(links).tally)
    state = replace(state, shown=tally.shown, sums=tally.sums)
    if len(now.of_row) > places:
        state = state.of_first(places)
    if state.is_roomy:
        state = state.closed_up()
    return Advance(
        state,
        scorer,
        rows,
        changed=now.changed,
        withdrawn=now.withdrawn,
        records=len(now.first),
        compared=len(candidates),
        clustered=len(region),
    )


def _with_fresh(spec: MatchSpec, former: State, rows: Rows, now: Now, threads: int) -> State:
    """The former state with the rows of this run, and its fresh records behind the others; their own patterns are to come."""
    state = replace(
        former,
        row_names=grown(former.row_names, rows.names[len(former.row_names) :]),
        row_sources=rows.sources,
        of_row=now.of_row,
        beside=tuple(b.told for b in rows.beside),
    )
    if not len(now.first):
        return state
    keys, held = _told_by_fresh(spec, former, now, threads)
    return replace(
        state,
        lead=grown(former.lead, rows.names[now.first]),
        contents=grown(former.contents, now.grouped),
        keys=tuple(grown(column, more) for column, more in zip(former.keys, keys, strict=True)),
        held=tuple(grown(column, more) for column, more in zip(former.held, held, strict=True)),
    )


def _told_by_fresh(spec: MatchSpec, former: State, now: Now, threads: int) -> tuple[list[Codes], list[Hashes]]:
    """Keys and constrained values of the fresh records: of the former ones whose rows they have taken over, and worked out where
    they say something new."""
    new = now.first[now.like < 0]
    looked, told = now.looked
    if not len(new) or told is None:
        return [legible(now.of_former(c)) for c in former.keys], [now.of_former(c) for c in former.held]
    some = told.take(np.searchsorted(looked, new))
    keys = [column for block in Blocking(spec, some, threads).keys for column in block]
    return (
        [legible(now.of_former(c, of_new)) for c, of_new in zip(former.keys, keys, strict=True)],
        [now.of_former(c, said) for c, said in zip(former.held, held_values(spec, some), strict=True)],
    )


def _surviving(spec: MatchSpec, state: State, now: Now, touched: Touched, nearby: Ints) -> tuple[Ints, State, Ints]:
    """Candidates that are no pairs yet, the state knowing which of its pairs are none any more, and the ends of those among them
    that no rule finds now; `nearby`: places of the pairs this can be said of."""
    gone, doubtful, turned, asked = 1, 2, 4, 8
    said = np.zeros(len(now.alive), dtype=np.uint8)
    said[now.gone] |= gone
    said[touched.doubtful] |= doubtful
    said[touched.turned] |= turned
    known = np.flatnonzero((touched.pairs & 0xFFFFFFFF) < now.base)  # pairs of a fresh record, from `base` on, are new
    said[touched.pairs[known] >> 32] |= asked
    pairs = nearby[~np.isin(nearby, state.void, assume_unique=True)]
    left, right = np.asarray(state.left)[pairs], np.asarray(state.right)[pairs]
    one, other = said[left], said[right]
    void = ((one | other) & gone) > 0
    again = np.flatnonzero((((one & other) & doubtful) | ((one | other) & turned)) * ~void)
    lost = again[found_by(spec, nested(spec.rules, state.keys), left[again], right[again]) == 0]
    void[lost] = True
    low, high = ordered(left[~void], right[~void])
    stored = np.isin(touched.pairs[known], low.astype(np.int64) << 32 | high)
    return (
        np.delete(touched.pairs, known[stored]),
        replace(state, void=np.union1d(state.void, pairs[void])),
        np.concatenate([left[lost], right[lost]]).astype(np.int64),
    )


def _pairs_of(state: State, records: Mask) -> Ints:
    """Places of the pairs some records are in, those that are none any more among them; looked at a stretch at a time that stays
    in a processor's cache."""
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(state.left), STRIDE):
        part = slice(start, start + STRIDE)
        either = np.take(records, state.left[part], mode="clip")
        either |= np.take(records, state.right[part], mode="clip")
        found.append(np.flatnonzero(either) + start)
    return np.concatenate(found)


def _as_records(ends: Ends, ids: Ints, judged: Ints, of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records, given the places of all judged rows; pairs of ids that are not here are left out."""
    rows = judged[np.argsort(ids[judged])]
    left, right = (find(np.asarray(end, dtype=np.int64), ids[rows]) for end in ends)
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
        cls, spec: MatchSpec, population: Population, rows: Rows, now: Now, records: Ints, *, threads: int
    ) -> _Compared:
        if not len(records):
            return cls(records, None)
        wanted = np.zeros(len(now.alive) + 1, dtype=bool)  # the last for rows of no record
        wanted[records] = True
        theirs = np.flatnonzero(wanted[now.of_row])
        row = np.empty(len(now.alive), dtype=np.int64)  # rows of a record say the same: any will do
        row[now.of_row[theirs]] = theirs
        told = looked_at(spec, rows, row[records], threads)
        return cls(records, Comparer(spec, told, np.ones(told.size, dtype=np.int64), None, population))

    def own_patterns(self, records: Ints) -> Patterns:
        """Pattern of each record with itself."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.own_patterns(self._places(records))

    def patterns(self, left: Ints, right: Ints) -> Patterns:
        """Pattern of each pair of records."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.patterns(self._places(left), self._places(right))

    def _places(self, records: Ints) -> Codes:
        return np.searchsorted(self.records, records).astype(np.int32)


def _with_pairs(state: State, candidates: Ints, found: Patterns, scorer: Scorer) -> tuple[Ints, State]:
    """The candidates that are at least worth asking about, and the state with these pairs behind the others."""
    distinct, inverse = np.unique(found, return_inverse=True)
    worthy = (scorer.weights(distinct) >= weight_of(scorer.spec.review))[inverse]
    new, shown = candidates[worthy], found[worthy]
    told = and_others(state.patterns, np.concatenate([shown, state.same_patterns]))
    patterns = grown(state.patterns, told[len(state.patterns) :])
    return new, replace(
        state,
        left=grown(state.left, (new >> 32).astype(np.int32)),
        right=grown(state.right, (new & 0xFFFFFFFF).astype(np.int32)),
        pattern=grown(state.pattern, places_in(patterns, shown).astype(np.int32)),
        patterns=patterns,
    )


def _touched_records(former: State, now: Now, ends: Ints) -> Mask:
    """Which records' component or rows may have changed: fresh ones, and all, those gone too, of every component that lost or won
    anything."""
    component = np.asarray(former.component)
    touched = np.zeros(now.base + 1, dtype=bool)  # the last for those of no component
    touched[component[now.gone]] = True
    touched[component[now.regrouped]] = True
    touched[component[ends[ends < now.base]]] = True
    return np.append(touched[component], np.ones(len(now.first), dtype=bool))


def _reclustered(spec: MatchSpec, state: State, former: State, now: Now, region: Ints, links: Links) -> State:
    """The state with cluster and component of every record: those outside the region are what they were.

    Args:
        spec: as in the run.
        state: of the run, its records and constraints.
        former: of the run before.
        now: what became of the rows.
        region: records that are clustered again, ascending.
        links: all of their pairs.
    """
    size = len(now.alive)
    region = region[np.argsort(np.asarray(state.lead)[region])]
    local = np.full(size, -1, dtype=np.int32)
    local[region] = np.arange(len(region), dtype=np.int32)
    inside = np.flatnonzero(links.accepted)
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
        (component, former.component, components(len(region), *joined)),
    ):
        told[: now.base] = before
        told[now.gone] = -1
        told[region] = region[after]
    return replace(state, label=label, component=component)


def _lone(spec: MatchSpec, scorer: Scorer, state: State, now: Now, region: Ints, names: Ints) -> Ints:
    """Rows that are each a cluster of their own: those outside the region are what they were.

    Rows of a record are one by their own evidence, or because they all hang on another record.
    """
    inside = np.zeros(len(now.alive) + 1, dtype=bool)
    inside[region] = True
    record = now.of_row[state.lone]
    before = state.lone[~inside[record] & (record >= 0)]
    theirs = now.of_row[inside[now.of_row]]
    repeated = region[np.bincount(np.searchsorted(region, theirs), minlength=len(region)) > 1]
    _, cluster_of, size = np.unique(np.asarray(state.label)[region], return_inverse=True, return_counts=True)
    crowded = size[cluster_of[np.searchsorted(region, repeated)]] > 1
    own, place = np.unique(np.asarray(state.own)[repeated], return_inverse=True)
    proven = (scorer.weights(own) >= weight_of(spec.accept))[place]
    return np.sort(np.concatenate([before, further_rows(repeated[~(crowded | proven)], now.of_row, names)]))


def _codes(hashes: Hashes) -> Codes:
    """Values as small integers, -1 for null."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    code = inverse.astype(np.int32)
    return code - np.int32(1) if len(distinct) and distinct[0] == 0 else code

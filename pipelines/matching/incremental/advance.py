"""Going on from the last run: only what changed is compared, against the whole, and only touched components are clustered.

Belongs here: the order of these steps, and what fresh records tell. Does not: the steps themselves (see the package), what is
kept between runs (`state`), or anything a full run does as well.

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

from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import Ends, ordered, unpacked
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.outcome import most_questions
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.score import Scorer
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.candidates import Change, legible, nested, touched_pairs
from pipelines.matching.incremental.changes import Now, regroup
from pipelines.matching.incremental.clusters import lone_rows, reclustered, touched_records
from pipelines.matching.incremental.compared import Compared
from pipelines.matching.incremental.pairs import pairs_of, surviving, with_pairs
from pipelines.matching.inputs.places import find
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store.kept import grown
from pipelines.matching.store.state import NOBODY, State, held_values

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
    run = _Run(spec, Scorer(spec, model, population.prior_weight(model)), population, former, rows, now, threads)
    apart, same = (_as_records(ends, rows.ids, judged, now.of_row) for ends in judgements)
    state = replace(_with_fresh(run), judged=judged, apart=apart, same=same)
    state, change = _with_candidates(run, state)
    state, region = _with_clusters(run, state, change)
    if len(now.of_row) > places:
        state = state.of_first(places)
    if state.is_roomy:
        state = state.closed_up()
    return Advance(
        state,
        run.scorer,
        rows,
        changed=now.changed,
        withdrawn=now.withdrawn,
        records=len(now.first),
        compared=change.compared,
        clustered=len(region),
    )


@dataclass(frozen=True)
class _Run:
    """What all steps look at: see `advance`; `now` is what became of the rows."""

    spec: MatchSpec
    scorer: Scorer
    population: Population
    former: State
    rows: Rows
    now: Now
    threads: int


@dataclass(frozen=True)
class _PairChange:
    """What became of the pairs.

    Attributes:
        ends: records whose component this may change.
        nearby: places of all former pairs that share a component with one of them, and of others.
        compared: pairs compared.
    """

    ends: Ints
    nearby: Ints
    compared: int


def _with_candidates(run: _Run, state: State) -> tuple[State, _PairChange]:
    """The state with the pairs this run finds and without those no rule finds any more, and what that changes."""
    spec, now, judged = run.spec, run.now, (*state.apart, *state.same)
    touched, keys = touched_pairs(spec, state.keys, Change(now.alive, now.gone, now.base), threads=run.threads)
    perhaps = np.concatenate([*unpacked(touched.pairs), touched.doubtful, touched.turned, *judged])
    nearby = pairs_of(run.former, touched_records(run.former, now, perhaps))
    candidates, state, dropped = surviving(spec, replace(state, keys=keys), now, touched, nearby)
    left, right = unpacked(candidates)
    anew = now.base + np.flatnonzero(now.like < 0)
    asked = distinct_sorted(np.concatenate([left, right, *state.same, anew]))
    found = Compared.of(spec, run.population, run.rows, now, asked, threads=run.threads)
    own = grown(run.former.own, now.of_former(run.former.own, found.own_patterns(anew)))
    state = replace(state, own=own, same_patterns=found.patterns(*state.same))
    new, state = with_pairs(state, candidates, found.patterns(left, right), run.scorer)
    return state, _PairChange(np.concatenate([*unpacked(new), *judged, dropped]), nearby, len(candidates))


def _with_clusters(run: _Run, state: State, change: _PairChange) -> tuple[State, Ints]:
    """The state with clusters, and all that is counted of them; and the records that were clustered again."""
    spec, scorer, former, now = run.spec, run.scorer, run.former, run.now
    inside = touched_records(former, now, change.ends)
    region = np.flatnonzero(inside & now.alive)
    nearby = change.nearby
    before = nearby[inside[former.left[nearby]] | inside[former.right[nearby]]]
    links = state.links_at(spec, scorer, np.append(before, np.arange(len(former.left), len(state.left))))
    state = reclustered(spec, state, former, now, region, links)
    gone = former.outcome(former.links_at(spec, scorer, before)).tally
    tally = former.tally.after(gone, state.outcome(links).tally)
    lone = lone_rows(spec, scorer, state, now, region, run.rows.names)
    return replace(state, lone=lone, shown=tally.shown, sums=tally.sums), region


def _with_fresh(run: _Run) -> State:
    """The former state with the rows of this run, and its fresh records behind the others; their own patterns are to come."""
    former, rows, now = run.former, run.rows, run.now
    state = replace(
        former,
        row_names=grown(former.row_names, rows.names[len(former.row_names) :]),
        row_sources=rows.sources,
        of_row=now.of_row,
        beside=tuple(b.told for b in rows.beside),
    )
    if not len(now.first):
        return state
    keys, held = _told_by_fresh(run.spec, former, now, run.threads)
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


def _as_records(ends: Ends, ids: Ints, judged: Ints, of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records, given the places of all judged rows; pairs of ids that are not here are left out."""
    rows = judged[np.argsort(ids[judged])]
    left, right = (find(np.asarray(end, dtype=np.int64), ids[rows]) for end in ends)
    known = (left >= 0) & (right >= 0)
    low, high = ordered(*(of_row[rows[end[known]]].astype(np.int64) for end in (left, right)))
    return low, high

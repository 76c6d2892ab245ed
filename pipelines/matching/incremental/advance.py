"""Going on from the last run: only what changed is compared, against everything, and only affected components are clustered.

Belongs here: the order of these steps, and what new records add to the state. Does not: the steps themselves (see the package),
the state (`store.state`), or a full run (`engine.link`).

With model and population held, the result is that of a full run on the same rows. The reason: whether a pair is a candidate
depends on its keys and on how many records share them; its weight depends on its two rows and the model; a cluster depends on
its connected component alone, and stable keys break ties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.clustering import NO_PAIRS, Ends
from pipelines.matching.engine.decisions import max_questions
from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import sort_ends, unpack
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import Report
from pipelines.matching.engine.score import Scorer
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.candidates import RecordDelta, affected_pairs, without_cap_mark
from pipelines.matching.incremental.clusters import affected_records, find_singletons, recluster
from pipelines.matching.incremental.pairs import find_pairs, review_pairs, worth_a_question
from pipelines.matching.incremental.record_comparer import RecordComparer
from pipelines.matching.incremental.records import constraint_hashes
from pipelines.matching.incremental.row_delta import RowDelta, regroup
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.inputs.slots import find
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Advance:
    """A run that went on from the last one.

    Attributes:
        state: for the next run.
        scorer: of the run.
        rows: of the run.
        changed: rows that are new or whose compared columns have changed.
        withdrawn: rows that are gone.
        records: records compared with all others.
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
        """Figures of the run; it has none per block."""
        counts, clusters = self.state.pair_counts, self.state.record_clusters
        mentions, records = len(self.state.row_slots), int(self.state.alive.sum())
        singletons = len(self.state.singletons)
        return Report(
            mentions=mentions,
            records=records,
            blocks=(),
            pairs_compared=self.compared,
            accepted=counts.joined + mentions - records - singletons,
            review=min(counts.open, max_questions(self.scorer.spec, clusters)),
            cut=counts.cut,
            clusters=clusters + singletons,
            seconds={},
        )


def advance(
    spec: MatchSpec,
    model: Model,
    population: Population,
    former: State,
    rows: Rows,
    *,
    judgements: tuple[Ends, Ends] = (NO_PAIRS, NO_PAIRS),
    threads: int = 1,
) -> Advance:
    """Bring the state of the last run up to date.

    Where `former` lies in files its append-only arrays are appended to there; this counts once the new state is saved.

    Args:
        spec: as in the last run.
        model: as in the last run.
        population: as in the last run.
        former: state of the last run.
        rows: rows of this run.
        judgements: pairs of ids that people have called different, and pairs they have called the same.
        threads: threads to use; the result does not depend on it.
    """
    size = len(rows.keys)
    if not former.precedes(rows):
        former = former.realign(rows)
        rows = rows.with_gone(former.row_key[size:])
    judged = rows.at(np.unique(np.concatenate([end for ends in judgements for end in ends])))
    delta = regroup(spec, former, rows, judged, threads)
    run = _Run(spec, Scorer(spec, model, population.prior_weight(model)), population, former, rows, delta, threads)
    must_not_link, must_link = (_as_records(ends, rows.ids, judged, delta.record_of_row) for ends in judgements)
    state = former.append_rows(rows, delta.record_of_row)
    state = replace(state, judged_rows=judged, must_not_link=must_not_link, must_link=must_link)
    state = _append_new_records(run, state)
    state, change = _update_pairs(run, state)
    state, region = _update_clusters(run, state, change)
    if len(delta.record_of_row) > size:
        state = state.truncate(size)
    if state.is_sparse:
        state = state.compact()
    return Advance(
        state,
        run.scorer,
        rows,
        changed=delta.changed,
        withdrawn=delta.withdrawn,
        records=len(delta.first),
        compared=change.compared,
        clustered=len(region),
    )


@dataclass(frozen=True)
class _Run:
    """What all steps read; see `advance` for the attributes it shares with it."""

    spec: MatchSpec
    scorer: Scorer
    population: Population
    former: State
    rows: Rows
    delta: RowDelta
    threads: int


@dataclass(frozen=True)
class _PairDelta:
    """What became of the pairs.

    Attributes:
        ends: records whose component may have changed.
        nearby: slots of all former pairs that share a component with one of these, and of some others.
        compared: pairs compared.
    """

    ends: Ints
    nearby: Ints
    compared: int


def _append_new_records(run: _Run, state: State) -> State:
    """Append the new records with their keys and constraint values."""
    delta = run.delta
    if not len(delta.first):
        return state
    block_keys, constraint_values = _columns_of_new_records(run)
    return state.append_records(run.rows.keys[delta.first], delta.content_hash, block_keys, constraint_values)


def _columns_of_new_records(run: _Run) -> tuple[list[Codes], list[Hashes]]:
    """Block keys and constraint values of the new records: copied from the former record each is like, or worked out."""
    former, delta = run.former, run.delta
    unlike = delta.first[delta.like < 0]
    read, columns = delta.read
    if not len(unlike) or columns is None:
        return (
            [without_cap_mark(delta.copied(c)) for c in former.block_keys],
            [delta.copied(c) for c in former.constraint_values],
        )
    some = columns.take(np.searchsorted(read, unlike))
    keys = [column for block in Blocking(run.spec, some, run.threads).keys for column in block]
    return (
        [without_cap_mark(delta.copied(c, new)) for c, new in zip(former.block_keys, keys, strict=True)],
        [
            delta.copied(c, new)
            for c, new in zip(former.constraint_values, constraint_hashes(run.spec, some), strict=True)
        ],
    )


def _update_pairs(run: _Run, state: State) -> tuple[State, _PairDelta]:
    """Append the pairs that the change adds, mark those that no longer count, and say which components this concerns."""
    spec, delta, judged = run.spec, run.delta, (*state.must_not_link, *state.must_link)
    change = RecordDelta(delta.alive, delta.gone, delta.base)
    affected, keys = affected_pairs(spec, state.block_keys, change, threads=run.threads)
    state = replace(state, block_keys=keys)
    ends = np.concatenate([*unpack(affected.pairs), affected.newly_capped, affected.cap_toggled, *judged])
    nearby = find_pairs(run.former, affected_records(run.former, delta, ends))
    candidates, state, lost = review_pairs(spec, state, delta, affected, nearby)
    left, right = unpack(candidates)
    unlike = delta.base + np.flatnonzero(delta.like < 0)
    wanted = distinct_sorted(np.concatenate([left, right, *state.must_link, unlike]))
    comparer = RecordComparer.of(spec, run.population, run.rows, delta, wanted, threads=run.threads)
    state = state.append_self_patterns(delta.copied(run.former.self_pattern, comparer.self_patterns(unlike)))
    state = replace(state, must_link_patterns=comparer.patterns(*state.must_link))
    patterns = comparer.patterns(left, right)
    worthy = worth_a_question(run.scorer, patterns)
    new_left, new_right = unpack(candidates[worthy])
    state = state.append_pairs(new_left.astype(np.int32), new_right.astype(np.int32), patterns[worthy])
    return state, _PairDelta(np.concatenate([new_left, new_right, *judged, lost]), nearby, len(candidates))


def _update_clusters(run: _Run, state: State, change: _PairDelta) -> tuple[State, Ints]:
    """The state with clusters and all figures that follow from them, and the records that were clustered again."""
    spec, scorer, former, delta = run.spec, run.scorer, run.former, run.delta
    inside = affected_records(former, delta, change.ends)
    region = np.flatnonzero(inside & delta.alive)
    nearby = change.nearby
    before = nearby[inside[former.left[nearby]] | inside[former.right[nearby]]]
    links = state.links_at(spec, scorer, np.append(before, np.arange(len(former.left), len(state.left))))
    state = recluster(spec, state, former, delta, region, links)
    removed = former.clustering(former.links_at(spec, scorer, before)).pair_counts
    counts = former.pair_counts.updated(removed, state.clustering(links).pair_counts)
    singletons = find_singletons(spec, scorer, state, delta, region, run.rows.keys)
    state = replace(
        state, singletons=singletons, pattern_counts=counts.pattern_counts, cut_and_open=counts.cut_and_open
    )
    return state, region


def _as_records(ends: Ends, ids: Ints, judged: Ints, record_of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records, given the slots of all judged rows; pairs of unknown ids are left out."""
    rows = judged[np.argsort(ids[judged])]
    left, right = (find(np.asarray(end, dtype=np.int64), ids[rows]) for end in ends)
    known = (left >= 0) & (right >= 0)
    low, high = sort_ends(*(record_of_row[rows[end[known]]].astype(np.int64) for end in (left, right)))
    return low, high

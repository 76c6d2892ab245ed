"""Going on from the last run: only what changed is compared, against the whole, and only touched components are clustered.

Belongs here: the order of these steps. Does not: what is kept between runs (`incremental_state`), which candidate pairs a
change brings (`incremental_pairs`), or anything a full run does as well.

With model and population held, the outcome is that of a full run on the same rows, for this reason: which pairs are
candidates depends on their keys and on the sizes of these keys; what a pair weighs depends on its two rows and the model;
which records are a cluster depends on their connected component alone, ties being broken by lasting names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.blocking import Blocking, found_by
from pipelines.matching.clustering import Clustering, Constraints, cluster, components, smallest
from pipelines.matching.compare import Comparer, Patterns
from pipelines.matching.encode import Codes, Encoded, encode, group_rows, numbered
from pipelines.matching.hashing import Hashes, row_hashes
from pipelines.matching.incremental_pairs import Touched, nested, touched_pairs
from pipelines.matching.incremental_state import State, held_values, salted
from pipelines.matching.links import Ends, Grouping, Links
from pipelines.matching.model import Model
from pipelines.matching.population import Population
from pipelines.matching.result import MatchResult, Report
from pipelines.matching.score import Scorer, weight_of
from pipelines.matching.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NOBODY: Ends = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Rows:
    """The rows of this run, of which only those asked for are looked at.

    Attributes:
        ids: id of every row.
        names: lasting name of every row, see `hashing.mention_names`.
        sources: hash of all a row's compared columns are made from: the same hash means the same columns.
        view: the compared columns of the rows at some places.
    """

    ids: Ints
    names: Ints
    sources: Hashes
    view: Callable[[Ints], pa.Table]

    @cached_property
    def order(self) -> Ints:
        """Places of the rows by name.

        Raises:
            ValueError: two rows share their identity (or, once in some 10^7 cities, only their name).
        """
        order = np.argsort(self.names, kind="stable")
        if (self.names[order][1:] == self.names[order][:-1]).any():
            raise ValueError("two mentions share platform, dataset, role, row_key and repeat; these must name one")
        return order


@dataclass(frozen=True)
class Advance:
    """A run that went on from a former one.

    Attributes:
        state: for the next run.
        links: all pairs at least worth asking about, judgements included.
        clustering: of the records.
        ids: id of every row, by name.
        changed: rows that are new, or whose compared columns are not what they were.
        withdrawn: rows that are no longer here.
        records: records compared against the whole.
        compared: pairs compared.
        clustered: records in components that were clustered again.
    """

    state: State
    links: Links
    clustering: Clustering
    ids: Ints
    changed: int
    withdrawn: int
    records: int
    compared: int
    clustered: int

    def result(self, model: Model, population: Population) -> MatchResult:
        """What a full run would hand back. Reports know of no blocks, weights only of pairs worth asking about."""
        links, spec = self.links, self.links.spec
        accepted, review, cut = links.counts(self.clustering)
        clusters = links.clusters(self.clustering, self.ids)
        bins, pairs = np.unique(np.floor(links.weight), return_counts=True)
        report = Report(
            mentions=len(self.ids),
            records=len(self.state.names),
            blocks=(),
            pairs_compared=self.compared,
            accepted=accepted,
            review=review,
            cut=cut,
            clusters=links.cluster_count(self.clustering),
            seconds={},
        )
        return MatchResult(
            clusters,
            model,
            report,
            pa.table({"weight": bins, "pairs": pairs}),
            spec,
            lambda: population,
            None,
            lambda: links.judged(self.clustering, self.ids),
            links.patterns,
            links.scorer,
            nested(spec.rules, list(self.state.keys)),
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
    keys, held, own = _attributes(spec, population, former, rows, now, threads)
    touched = touched_pairs(spec, list(keys), [column[now.gone] for column in former.keys], now.fresh, threads=threads)
    stored, dropped = _surviving(spec, former, now, nested(spec.rules, list(keys)), touched)
    candidates = touched.pairs
    candidates = candidates[~_among(candidates, stored[0] << 32 | stored[1])]
    apart, same = (_as_records(ends, rows.ids[rows.order], now.of_row) for ends in judgements)
    ends = np.concatenate([candidates >> 32, candidates & 0xFFFFFFFF, *apart, *same])
    scorer = Scorer(spec, model, population.prior_weight(model))
    found = _Compared.of(spec, population, rows, now, np.unique(ends), threads=threads)
    new, pattern = _worthy(scorer, candidates, found)
    stored = _merged(stored, new, pattern)
    repeated = np.flatnonzero(np.bincount(now.of_row, minlength=len(now.first)) > 1).astype(np.int32)
    grouping = Grouping(now.of_row, now.first, repeated, own[repeated])
    patterns, place = numbered(stored[2])
    links = Links(spec, scorer, grouping, stored[0], stored[1], patterns=patterns, pattern=place)
    links.settle(same, found.patterns(*same))
    links.answered = apart
    region = _region(former, now, np.concatenate([new >> 32, new & 0xFFFFFFFF, *apart, *same, dropped]))
    label, component = _recluster(spec, former, now, region, links, held, apart, same)
    state = State(
        row_names=rows.names[rows.order],
        row_sources=rows.sources[rows.order],
        row_contents=now.row_contents,
        names=now.names,
        contents=now.contents,
        keys=keys,
        held=held,
        own=own,
        component=component,
        label=label,
        left=stored[0],
        right=stored[1],
        pattern=stored[2],
    )
    clustering = Clustering(label, label[links.left] == label[links.right])
    return Advance(
        state,
        links,
        clustering,
        rows.ids[rows.order],
        changed=now.changed,
        withdrawn=now.withdrawn,
        records=len(now.fresh),
        compared=len(candidates),
        clustered=len(region),
    )


@dataclass(frozen=True)
class _Now:
    """Rows and records of this run against those of the former one.

    `old` names the former number of every record, -1 for fresh ones; `new_of_old` the other way, -1 for gone ones.
    """

    row_contents: Hashes
    of_row: Codes
    first: Ints
    names: Ints
    contents: Hashes
    old: Ints
    new_of_old: Ints
    changed: int
    withdrawn: int

    @property
    def fresh(self) -> Ints:
        return np.flatnonzero(self.old < 0)

    @property
    def kept(self) -> Ints:
        return np.flatnonzero(self.old >= 0)

    @property
    def gone(self) -> Ints:
        return np.flatnonzero(self.new_of_old < 0)


def _find(names: Ints, among: Ints) -> Ints:
    """Place of every name among ascending ones, -1 where it is not there."""
    if not len(among):
        return np.full(len(names), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(among, names), len(among) - 1)
    return np.where(among[spot] == names, spot, -1)


def _regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> _Now:
    """Find out which rows changed, and collapse rows into records."""
    order = rows.order
    names, sources = rows.names[order], rows.sources[order]
    spot = _find(names, former.row_names)
    known = spot >= 0
    same = known.copy()
    same[known] = former.row_sources[spot[known]] == sources[known]
    contents = np.zeros(len(names), dtype=np.uint64)
    contents[same] = former.row_contents[spot[same]]
    looked = np.flatnonzero(~same)
    if len(looked):
        contents[looked] = row_hashes(encode(rows.view(order[looked]), spec.columns, threads), spec.columns)
    unchanged = int((former.row_contents[spot[known]] == contents[known]).sum())
    by_record = salted(spec, contents, names, np.isin(rows.ids[order], judged))
    of_row, first = group_rows([by_record])
    record_names, record_contents = names[first], by_record[first]
    old = _find(record_names, former.names)
    there = old >= 0
    old[there] = np.where(former.contents[old[there]] == record_contents[there], old[there], -1)
    new_of_old = np.full(len(former.names), -1, dtype=np.int64)
    new_of_old[old[old >= 0]] = np.flatnonzero(old >= 0)
    return _Now(
        contents,
        of_row,
        first,
        record_names,
        record_contents,
        old,
        new_of_old,
        changed=len(names) - unchanged,
        withdrawn=len(former.row_names) - int(known.sum()),
    )


def _attributes(
    spec: MatchSpec, population: Population, former: State, rows: Rows, now: _Now, threads: int
) -> tuple[Codes, Hashes, Patterns]:
    """Keys, constrained values and own patterns of all records: looked up, and worked out for fresh ones."""
    kept, fresh, old = now.kept, now.fresh, now.old[now.old >= 0]
    n = len(now.names)
    keys = np.empty((len(former.keys), n), dtype=np.int32)
    held = np.empty((len(former.held), n), dtype=np.uint64)
    own = np.empty(n, dtype=np.int64)
    keys[:, kept], held[:, kept], own[kept] = former.keys[:, old], former.held[:, old], former.own[old]
    if len(fresh):
        encoded = encode(rows.view(rows.order[now.first[fresh]]), spec.columns, threads)
        blocking = Blocking(spec, encoded, threads)
        keys[:, fresh] = np.stack([column for block in blocking.keys for column in block])
        held[:, fresh] = held_values(spec, encoded)
        own[fresh] = _comparer(spec, population, encoded).own_patterns(np.arange(len(fresh), dtype=np.int32))
    return keys, held, own


def _comparer(spec: MatchSpec, population: Population, encoded: Encoded) -> Comparer:
    return Comparer(spec, encoded, np.ones(encoded.size, dtype=np.int64), None, population)


def _surviving(
    spec: MatchSpec, former: State, now: _Now, keys: list[list[Codes]], touched: Touched
) -> tuple[tuple[Ints, Ints, Patterns], Ints]:
    """Former pairs that are still pairs, in the numbers of this run; and ends of those that no rule finds any more."""
    left, right = now.new_of_old[former.left], now.new_of_old[former.right]
    keep = (left >= 0) & (right >= 0)
    dropped = np.zeros(0, dtype=np.int64)
    if len(touched.doubtful) or len(touched.turned):
        doubt, turned = np.zeros((2, len(now.names)), dtype=bool)
        doubt[touched.doubtful], turned[touched.turned] = True, True
        asked = np.flatnonzero(keep)
        a, b = left[asked], right[asked]
        asked = asked[(doubt[a] & doubt[b]) | turned[a] | turned[b]]
        lost = asked[found_by(spec, keys, left[asked], right[asked]) == 0]
        keep[lost] = False
        dropped = np.concatenate([left[lost], right[lost]])
    return (left[keep], right[keep], former.pattern[keep]), dropped


def _among(asked: Ints, ascending: Ints) -> Mask:
    return _find(asked, ascending) >= 0


def _as_records(ends: Ends, ids: Ints, of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records, smaller first; pairs of ids that are not here are left out."""
    order = np.argsort(ids)
    left, right = (_find(np.asarray(end, dtype=np.int64), ids[order]) for end in ends)
    known = (left >= 0) & (right >= 0)
    a, b = (of_row[order[end[known]]].astype(np.int64) for end in (left, right))
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
        encoded = encode(rows.view(rows.order[now.first[records]]), spec.columns, threads)
        return cls(records, _comparer(spec, population, encoded))

    def patterns(self, left: Ints, right: Ints) -> Patterns:
        """Pattern of each pair of records."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        a, b = (np.searchsorted(self.records, end).astype(np.int32) for end in (left, right))
        return self.comparer.patterns(a, b)


def _worthy(scorer: Scorer, candidates: Ints, found: _Compared) -> tuple[Ints, Patterns]:
    """The candidates that are at least worth asking about, and their patterns."""
    patterns = found.patterns(candidates >> 32, candidates & 0xFFFFFFFF)
    distinct, inverse = np.unique(patterns, return_inverse=True)
    keep = (scorer.weights(distinct) >= weight_of(scorer.spec.review))[inverse]
    return candidates[keep], patterns[keep]


def _merged(stored: tuple[Ints, Ints, Patterns], new: Ints, pattern: Patterns) -> tuple[Ints, Ints, Patterns]:
    """Stored pairs and new ones, in order."""
    place = np.searchsorted(stored[0] << 32 | stored[1], new)
    return (
        np.insert(stored[0], place, new >> 32),
        np.insert(stored[1], place, new & 0xFFFFFFFF),
        np.insert(stored[2], place, pattern),
    )


def _region(former: State, now: _Now, ends: Ints) -> Ints:
    """Records whose component may have changed: fresh ones, and all of every component that lost or won anything."""
    touched = np.zeros(len(former.names), dtype=bool)
    touched[former.component[now.gone]] = True
    old = now.old[ends]
    touched[former.component[old[old >= 0]]] = True
    inside = now.old < 0
    kept = now.kept
    inside[kept] = touched[former.component[now.old[kept]]]
    return np.flatnonzero(inside)


def _recluster(
    spec: MatchSpec,
    former: State,
    now: _Now,
    region: Ints,
    links: Links,
    held: Hashes,
    apart: Ends,
    same: Ends,
) -> tuple[Ints, Ints]:
    """Cluster and component of every record: those outside the region are what they were."""
    label, component = np.empty(len(now.names), dtype=np.int64), np.empty(len(now.names), dtype=np.int64)
    kept, old = now.kept, now.old[now.kept]
    label[kept] = now.new_of_old[former.label[old]]
    component[kept] = now.new_of_old[former.component[old]]
    inside = np.zeros(len(now.names), dtype=bool)
    inside[region] = True
    local = np.full(len(now.names), -1, dtype=np.int64)
    local[region] = np.arange(len(region))
    accepted = np.flatnonzero(inside[links.left] & links.accepted)
    left, right = local[links.left[accepted]], local[links.right[accepted]]
    codes = [_codes(values[region]) for values in held]
    both = Constraints(
        tuple(codes[: len(spec.distinct)]),
        tuple(codes[len(spec.distinct) :]),
        *(local[end] for end in (*apart, *same)),
    )
    grown = cluster(len(region), left, right, links.weight[accepted], both)
    label[region] = region[grown.labels]
    joined = (np.concatenate([left, both.joined_left]), np.concatenate([right, both.joined_right]))
    component[region] = region[smallest(components(len(region), *joined))]
    return label, component


def _codes(hashes: Hashes) -> Codes:
    """Values as small integers, -1 for null."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    code = inverse.astype(np.int32)
    return code - np.int32(1) if len(distinct) and distinct[0] == 0 else code

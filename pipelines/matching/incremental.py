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
from pipelines.matching.encode import Codes, Encoded, distinct_sorted, encode, group_rows
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

    @cached_property
    def report(self) -> Report:
        """Figures of the run, which knows of no blocks."""
        accepted, review, cut = self.links.counts(self.clustering)
        return Report(
            mentions=len(self.ids),
            records=len(self.state.first),
            blocks=(),
            pairs_compared=self.compared,
            accepted=accepted,
            review=review,
            cut=cut,
            clusters=self.links.cluster_count(self.clustering),
            seconds={},
        )

    def result(self, model: Model, population: Population) -> MatchResult:
        """What a full run would hand back; weights are those of pairs worth asking about."""
        links, spec = self.links, self.links.spec
        bins, place = np.unique(np.floor(links.weights), return_inverse=True)
        pairs = np.bincount(place[links.pattern], minlength=len(bins))
        return MatchResult(
            links.clusters(self.clustering, self.ids),
            model,
            self.report,
            pa.table({"weight": bins[pairs > 0], "pairs": pairs[pairs > 0]}),
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
    candidates = _unstored(touched.pairs, stored, now)
    apart, same = (_as_records(ends, rows.ids, now.of_row) for ends in judgements)
    ends = np.concatenate([candidates >> 32, candidates & 0xFFFFFFFF, *apart, *same])
    scorer = Scorer(spec, model, population.prior_weight(model))
    found = _Compared.of(spec, population, rows, now, distinct_sorted(ends), threads=threads)
    new, pattern = _worthy(scorer, candidates, found)
    stored = _merged(stored, new, pattern)
    repeated = np.flatnonzero(np.bincount(now.of_row, minlength=len(now.first)) > 1).astype(np.int32)
    grouping = Grouping(now.of_row, now.first, repeated, own[repeated])
    links = Links(spec, scorer, grouping, stored.left, stored.right, patterns=stored.patterns, pattern=stored.pattern)
    links.settle(same, found.patterns(*same))
    links.answered = apart
    region = _region(former, now, np.concatenate([new >> 32, new & 0xFFFFFFFF, *apart, *same, dropped]))
    label, component = _recluster(spec, former, now, region, links, held, apart, same)
    state = State(
        row_names=rows.names,
        row_sources=rows.sources,
        row_contents=now.row_contents,
        of_row=now.of_row,
        first=now.first,
        contents=now.contents,
        keys=keys,
        held=held,
        own=own,
        component=component,
        label=label,
        left=stored.left,
        right=stored.right,
        pattern=stored.pattern,
        patterns=stored.patterns,
    )
    clustering = Clustering(label.astype(np.int64), label[links.left] == label[links.right])
    return Advance(
        state,
        links,
        clustering,
        rows.ids,
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
    contents: Hashes
    old: Ints
    new_of_old: Ints
    changed: int
    withdrawn: int

    @cached_property
    def fresh(self) -> Ints:
        return np.flatnonzero(self.old < 0)

    @cached_property
    def kept(self) -> Ints:
        return np.flatnonzero(self.old >= 0)

    @cached_property
    def gone(self) -> Ints:
        return np.flatnonzero(self.new_of_old < 0)

    @property
    def moved(self) -> bool:
        """Whether any record is fresh or gone."""
        return len(self.fresh) > 0 or len(self.gone) > 0


def _find(names: Ints, among: Ints) -> Ints:
    """Place of every name among ascending ones, -1 where it is not there."""
    if not len(among):
        return np.full(len(names), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(among, names), len(among) - 1)
    return np.where(among[spot] == names, spot, -1)


def _regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> _Now:
    """Find out which rows changed, and which records they make now."""
    spot = _find(rows.names, former.row_names)
    known = np.flatnonzero(spot >= 0)
    there = spot[known]
    contents = np.zeros(len(spot), dtype=np.uint64)
    contents[known] = former.row_contents[there]
    same = np.zeros(len(spot), dtype=bool)
    same[known] = former.row_sources[there] == rows.sources[known]
    looked = np.flatnonzero(~same)
    changed = 0
    if len(looked):
        found = row_hashes(encode(rows.view(looked), spec.columns, threads), spec.columns)
        changed = int(((contents[looked] != found) | (spot[looked] < 0)).sum())
        contents[looked] = found
    by_record = salted(spec, contents, rows.names, np.isin(rows.ids, judged))
    return _Now(
        contents, *_records(former, by_record, spot), changed=changed, withdrawn=len(former.row_names) - len(known)
    )


def _records(former: State, by_record: Hashes, spot: Ints) -> tuple[Codes, Ints, Hashes, Ints, Ints]:
    """Rows as records, looking only at records that lose or win a row.

    A record is the former one where its first row and its content are. Records are numbered in order of their first rows.

    Args:
        former: the former run.
        by_record: per row what makes rows one record.
        spot: former place of every row, -1 for none.

    Returns:
        `of_row`, `first`, `contents`, `old`, `new_of_old` of `_Now`.
    """
    record = np.append(former.of_row, np.int32(-1))[spot]
    stays = np.append(former.contents, np.uint64(0))[record] == by_record
    stays &= record >= 0
    left_by = np.ones(len(former.of_row), dtype=bool)
    left_by[spot[stays]] = False
    moving = np.flatnonzero(~stays)
    touched = _holding(former.contents, by_record[moving])
    touched[former.of_row[left_by]] = True
    again = np.flatnonzero(np.append(touched, True)[record] | ~stays)
    group, begin = group_rows([by_record[again]])
    place = np.full(len(former.of_row), -1, dtype=np.int64)
    at = np.flatnonzero(spot >= 0)
    place[spot[at]] = at
    first = place[former.first]
    first[touched] = -1
    begins = np.zeros(len(spot), dtype=bool)
    begins[first[first >= 0]] = True
    begins[again[begin]] = True
    number = np.append(np.cumsum(begins) - 1, -1)
    new_of_old = np.where(first >= 0, number[first], -1)
    of_row = np.append(new_of_old, -1)[record].astype(np.int32)
    grouped = number[again[begin]]
    of_row[again] = grouped[group]
    lead = again[begin]
    led = record[lead]
    same = stays[lead]
    same[same] = former.first[led[same]] == spot[lead[same]]
    new_of_old[led[same]] = grouped[same]
    old = np.full(int(begins.sum()), -1, dtype=np.int64)
    lives = np.flatnonzero(new_of_old >= 0)
    old[new_of_old[lives]] = lives
    rows = np.flatnonzero(begins)
    return of_row, rows, by_record[rows], old, new_of_old


def _holding(contents: Hashes, some: Hashes) -> Mask:
    """Which contents are among some few."""
    sieve = np.zeros(1 << 22, dtype=bool)
    mask = np.uint64(len(sieve) - 1)
    sieve[some & mask] = True
    out = sieve[contents & mask]
    maybe = np.flatnonzero(out)
    out[maybe] = np.isin(contents[maybe], some)
    return out


def _attributes(
    spec: MatchSpec, population: Population, former: State, rows: Rows, now: _Now, threads: int
) -> tuple[Codes, Hashes, Patterns]:
    """Keys, constrained values and own patterns of all records: looked up, and worked out for fresh ones."""
    if not now.moved:
        return former.keys, former.held, former.own
    kept, fresh, old = now.kept, now.fresh, now.old[now.kept]
    n = len(now.first)
    keys = np.empty((len(former.keys), n), dtype=np.int32)
    held = np.empty((len(former.held), n), dtype=np.uint64)
    own = np.empty(n, dtype=np.int64)
    for here, there in zip((*keys, *held, own), (*former.keys, *former.held, former.own), strict=True):
        here[kept] = there[old]
    if len(fresh):
        encoded = encode(rows.view(now.first[fresh]), spec.columns, threads)
        blocking = Blocking(spec, encoded, threads)
        keys[:, fresh] = np.stack([column for block in blocking.keys for column in block])
        held[:, fresh] = held_values(spec, encoded)
        own[fresh] = _comparer(spec, population, encoded).own_patterns(np.arange(len(fresh), dtype=np.int32))
    return keys, held, own


def _comparer(spec: MatchSpec, population: Population, encoded: Encoded) -> Comparer:
    return Comparer(spec, encoded, np.ones(encoded.size, dtype=np.int64), None, population)


@dataclass(frozen=True)
class _Stored:
    """Pairs in order, `pattern` being a place in the ascending `patterns`, as `State` has them."""

    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns


def _surviving(
    spec: MatchSpec, former: State, now: _Now, keys: list[list[Codes]], touched: Touched
) -> tuple[_Stored, Ints]:
    """Former pairs that are still pairs, in the numbers of this run; and ends of those that no rule finds any more."""
    dropped = np.zeros(0, dtype=np.int64)
    if not now.moved:
        return _Stored(former.left, former.right, former.pattern, former.patterns), dropped
    number = now.new_of_old.astype(np.int32)
    left, right = number[former.left], number[former.right]
    keep = (left | right) >= 0
    if len(touched.doubtful) or len(touched.turned):
        doubt, turned = np.zeros((2, len(now.first)), dtype=bool)
        doubt[touched.doubtful], turned[touched.turned] = True, True
        asked = np.flatnonzero(keep)
        a, b = left[asked], right[asked]
        asked = asked[(doubt[a] & doubt[b]) | turned[a] | turned[b]]
        lost = asked[found_by(spec, keys, left[asked], right[asked]) == 0]
        keep[lost] = False
        dropped = np.concatenate([left[lost], right[lost]]).astype(np.int64)
    return _Stored(left[keep], right[keep], former.pattern[keep], former.patterns), dropped


def _unstored(candidates: Ints, stored: _Stored, now: _Now) -> Ints:
    """Candidates that are no pairs yet: pairs of a fresh record never are."""
    known = np.flatnonzero((now.old[candidates >> 32] >= 0) & (now.old[candidates & 0xFFFFFFFF] >= 0))
    if not len(known):
        return candidates
    pairs = stored.left.astype(np.int64) << 32 | stored.right
    return np.delete(candidates, known[_find(candidates[known], pairs) >= 0])


def _as_records(ends: Ends, ids: Ints, of_row: Codes) -> Ends:
    """Pairs of ids as pairs of records, smaller first; pairs of ids that are not here are left out."""
    asked = np.unique(np.concatenate(ends)).astype(np.int64)
    rows = np.flatnonzero(np.isin(ids, asked))
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
        encoded = encode(rows.view(now.first[records]), spec.columns, threads)
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


def _merged(stored: _Stored, new: Ints, pattern: Patterns) -> _Stored:
    """Stored pairs and new ones, in order, and the patterns that any of them shows."""
    place = stored.pattern
    left, right = stored.left, stored.right
    patterns = distinct_sorted(np.concatenate([stored.patterns, pattern]))
    place = np.searchsorted(patterns, stored.patterns).astype(np.int32)[place]
    if len(new):
        packed = left.astype(np.int64) << 32 | right
        spot = np.searchsorted(packed, new)
        packed = np.insert(packed, spot, new)
        left, right = (packed >> 32).astype(np.int32), (packed & 0xFFFFFFFF).astype(np.int32)
        place = np.insert(place, spot, np.searchsorted(patterns, pattern).astype(np.int32))
    shown = np.bincount(place, minlength=len(patterns)) > 0
    if not shown.all():
        place, patterns = (np.cumsum(shown) - 1).astype(np.int32)[place], patterns[shown]
    return _Stored(left, right, place, patterns)


def _region(former: State, now: _Now, ends: Ints) -> Ints:
    """Records whose component may have changed: fresh ones, and all of every component that lost or won anything."""
    touched = np.zeros(len(former.first), dtype=bool)
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
) -> tuple[Codes, Codes]:
    """Cluster and component of every record: those outside the region are what they were."""
    size = len(now.first)
    if not now.moved:
        label, component = former.label.copy(), former.component.copy()
    else:
        label, component = np.empty((2, size), dtype=np.int32)
        kept, old, number = now.kept, now.old[now.kept], now.new_of_old.astype(np.int32)
        label[kept], component[kept] = number[former.label[old]], number[former.component[old]]
    inside = np.zeros(size, dtype=bool)
    inside[region] = True
    local = np.full(size, -1, dtype=np.int64)
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

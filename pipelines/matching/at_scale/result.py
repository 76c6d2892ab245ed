"""The result of a run at scale on one machine, as `engine.link` gives it: for a home, whose later runs go on from it.

Belongs here: bringing integers of records, links and clusters to the driver: some 150 bytes a record. Does not: the run (`link`),
or deciding anything.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.at_scale.functions import unsigned
from pipelines.matching.at_scale.link import ScaleRun
from pipelines.matching.engine.blocking import toggle_cap_mark
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.diagnostics import Diagnostics, diagnose
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import Grouping, Links
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.score import probability, weight_of
from pipelines.matching.engine.scored import histogram_of
from pipelines.matching.engine.working import RecordFacts, Working

Ints = npt.NDArray[np.int64]


def result_of(run: ScaleRun) -> MatchResult:
    """The result of a run, of fewer than 2^31 records, with keys of 31 bits."""
    rows = run.tables.fetch("select mention_id, position, record from row_record")
    order = np.argsort(rows["position"].to_numpy())
    ids, of_row = rows["mention_id"].to_numpy()[order], rows["record"].to_numpy()[order].astype(np.int32)
    facts, first = _facts(run)
    clustering = _clustering(run, Grouping.of(of_row, first, lambda records: facts.self_pattern[records]))
    accepted, review, cut = clustering.counts()
    report = Report(
        mentions=len(ids),
        records=run.records,
        blocks=run.pairs.reports,
        pairs_compared=int(run.counted.candidates.counts.sum()),
        accepted=accepted,
        review=review,
        cut=cut,
        clusters=clustering.cluster_count(),
        seconds=dict(run.tables.seconds),
    )
    keys = _block_keys(run)
    return MatchResult(
        clustering.clusters(ids),
        run.scorer.model,
        report,
        histogram_of(run.weights, run.counted.candidates.counts),
        run.spec,
        lambda: run.population,
        Working(
            *(ids, keys, clustering, run.must_not_link, run.must_link), lambda: run.counted.must_link, lambda: facts
        ),
        partial(clustering.decided_pairs, ids),
        clustering.links.patterns,
        run.scorer,
        keys,
        _diagnostics(run, clustering),
    )


def _facts(run: ScaleRun) -> tuple[RecordFacts, Ints]:
    """What is known of every record, and its first row."""
    table = run.tables.fetch("select * from fact")
    order = np.argsort(table["record"].to_numpy())

    def column(name: str) -> Ints:
        return np.asarray(table[name].to_numpy()[order])

    constraints = [name for name in table.column_names if name.startswith("constraint_")]
    hashes = tuple(_unsigned_or_0(table[name])[order] for name in constraints)
    return RecordFacts(unsigned(column("content_hash")), column("self_pattern"), hashes), column("position")


def _unsigned_or_0(column: pa.ChunkedArray) -> Hashes:
    null = np.asarray(column.is_null())
    return np.where(null, np.uint64(0), unsigned(np.asarray(column.fill_null(0))))


def _clustering(run: ScaleRun, grouping: Grouping) -> Clustering:
    """Links in the order of the engine in memory, with the clusters found at scale."""
    table = run.tables.fetch("select a, b, pattern from link where not judged")
    a, b, pattern = (table[c].to_numpy() for c in ("a", "b", "pattern"))
    order = np.lexsort((b, a))
    patterns = run.counted.candidates.patterns
    worthy = patterns[run.weights >= weight_of(run.spec.review)]
    links = Links.of(
        run.spec,
        run.scorer,
        grouping,
        a[order],
        b[order],
        patterns=worthy,
        pattern=np.searchsorted(worthy, pattern[order]),
    )
    links = links.add_must_link(run.must_link, run.counted.must_link).add_must_not_link(run.must_not_link)
    label = np.arange(run.records, dtype=np.int64)
    clustered = run.tables.fetch("select record, label from label")
    label[clustered["record"].to_numpy()] = clustered["label"].to_numpy()
    return Clustering(links, label)


def _block_keys(run: ScaleRun) -> list[list[Codes]]:
    """The keys of every record with cap marks, as `Blocking.keys` has them after its pairs."""
    entries = run.tables.fetch(
        "select k.rule, k.alternative, k.record, k.key, coalesce(s.capped, false) as capped "
        "from key as k left join size as s on s.rule = k.rule and s.key = k.key"
    )
    rule, alternative, record, key = (entries[c].to_numpy() for c in ("rule", "alternative", "record", "key"))
    capped = np.asarray(entries["capped"])
    keys = []
    for i, block in enumerate(run.spec.rules):
        keys.append([np.full(run.records, -1, dtype=np.int32) for _ in range(block.combinations)])
        for j, column in enumerate(keys[-1]):
            here = np.flatnonzero((rule == i) & (alternative == j))
            value = key[here].astype(np.int32)
            column[record[here]] = np.where(capped[here], toggle_cap_mark(value), value)
    return keys


def _diagnostics(run: ScaleRun, clustering: Clustering) -> Diagnostics:
    """As `ScoredPairs.diagnostics`."""
    said = diagnose(
        run.spec,
        run.scorer.model,
        run.pairs.reports,
        run.counted.candidates.counts,
        probability(run.weights),
        trained=run.trained,
        copies=int(clustering.links.grouping.further.sum()),
    )
    if not run.trained:
        return said
    sizes = np.bincount(clustering.labels)
    return said.with_clusters(int(clustering.links.accepted.sum()), int((sizes * (sizes - 1) // 2).sum()))

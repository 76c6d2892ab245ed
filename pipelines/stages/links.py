"""Match the mentions of one kind. Reads `mention/<kind>` and the stewards' judgements; writes `pair/<kind>`, `cluster/<kind>`,
`named/<kind>` and the model.

Homes and enterprises are matched before people, whose matching reads both results: the same name tied to the same firm or
the same room is evidence that no pair of rows shows alone.

While the model is held, only what changed since the last run is compared, and only touched components are clustered again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.matching.clustering import Clustering
from pipelines.matching.incremental import Rows, advance
from pipelines.matching.incremental_state import State, state_of
from pipelines.matching.link import link
from pipelines.matching.links import Links
from pipelines.matching.plot import weight_plot
from pipelines.matching.result import MatchResult
from pipelines.matching.sources import OWNERS, Context, Resolved, rows_of
from pipelines.matching.specs import SPECS
from pipelines.once import Counts
from pipelines.settings import Settings
from pipelines.stages.models import Held, drift_of, held_model, keep_model
from warehouse import judgements
from warehouse.model import Home
from warehouse.model.link import CLUSTER, NAMED
from warehouse.model.mention import MENTIONS

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matched:
    """How a kind was matched: the result, what it came from, what the next run goes on from, and figures for people."""

    result: MatchResult
    links: Links
    clustering: Clustering
    state: State
    counts: dict[str, Any]


def link_mentions(settings: Settings, kind: str) -> Counts:
    """Judge pairs and cluster the mentions of `kind`; return figures of the model and the outcome."""
    home, spec = settings.home, SPECS[kind]
    rows = rows_of(kind, home.stage("mention", kind), _context(home, kind), threads=os.cpu_count() or 1)
    decided = judgements.constraints_of(home, kind)
    held, why = held_model(home, spec)
    matched = None
    if held:
        former = State.load(home.matched(kind), held.stamp)
        matched = _go_on(kind, held, former, rows, decided) if former else match_whole(kind, rows, decided, held)
        if moved := drift_of(held, matched.links):
            held, why = None, f"数据已变化 · drift: {'; '.join(moved)}"
    if not held or not matched:
        matched = match_whole(kind, rows, decided)
        held = keep_model(home, matched.result.model, matched.result.population, matched.links)
        _draw(matched.result, home.chart(f"weights_{kind}"))
    write_matched(home, kind, rows, matched)
    matched.state.save(home.matched(kind), held.stamp)
    report = matched.result.report
    return {
        "rows": report.mentions,
        "distinct_records": report.records,
        "pairs_compared": report.pairs_compared,
        "accepted": report.accepted,
        "review": report.review,
        "cut": report.cut,
        "clusters": report.clusters,
        **matched.counts,
        "model": why,
    }


def match_whole(kind: str, rows: Rows, decided: pa.Table, held: Held | None = None) -> Matched:
    """Match all mentions against each other, under the model held or a new one."""
    everything = np.arange(len(rows.ids))
    result = link(
        rows.view(everything),
        SPECS[kind],
        id_column="mention_id",
        order=rows.order,
        judgements=decided,
        model=held.model if held else None,
        population=held.population if held else None,
    )
    if result.working is None:
        raise ValueError(f"link/{kind}: a full run must tell what it worked with")
    judged = np.concatenate([np.asarray(decided[side]) for side in ("left_id", "right_id")]).astype(np.int64)
    state = state_of(result, rows.names[rows.order], rows.sources[rows.order], judged)
    counts = {"changed": len(rows.ids), "withdrawn": 0, "clustered_again": result.report.records}
    return Matched(result, result.working.links, result.working.clustering, state, counts)


def write_matched(home: Home, kind: str, rows: Rows, matched: Matched) -> None:
    """Write pairs, clusters and lasting names."""
    matched.result.write_pairs(home.stage("pair", kind))
    CLUSTER.write(matched.result.clusters, home.stage("cluster", kind))
    named = np.empty(len(rows.ids), dtype=np.int64)
    named[rows.order] = matched.links.names(matched.clustering, rows.names[rows.order])
    NAMED.write(
        pa.table({"mention_id": rows.ids, "name": rows.names, "cluster_name": named}), home.stage("named", kind)
    )


def _go_on(kind: str, held: Held, former: State, rows: Rows, decided: pa.Table) -> Matched:
    """Match what changed against the whole."""
    step = advance(
        SPECS[kind],
        held.model,
        held.population,
        former,
        rows,
        judgements=(_judged(decided, "different"), _judged(decided, "same")),
        threads=os.cpu_count() or 1,
    )
    counts = {"changed": step.changed, "withdrawn": step.withdrawn, "clustered_again": step.clustered}
    return Matched(step.result(held.model, held.population), step.links, step.clustering, step.state, counts)


def _judged(decided: pa.Table, verdict: str) -> tuple[Ints, Ints]:
    chosen = decided.filter(pc.equal(decided["verdict"], verdict))
    left, right = (np.asarray(chosen[side]).astype(np.int64) for side in ("left_id", "right_id"))
    return left, right


def _draw(result: MatchResult, path: Path) -> None:
    """Keep the distribution of weights, with the thresholds, beside the other charts of the home."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(weight_plot(result), encoding="utf-8")


def _context(home: Home, kind: str) -> Context:
    """What other kinds say of the mentions of this one."""
    if kind == "person":
        return Context(housing=_resolved(home, "housing"), enterprise=_resolved(home, "enterprise"))
    return Context(owners=_owners(home)) if kind == "housing" else Context()


def _owners(home: Home) -> pa.Table:
    """Persons that own or let a home their row names, in order of mention."""
    persons = MENTIONS["person"].read(home.stage("mention", "person"), [*OWNERS, "housing_relations"])
    relations = persons["housing_relations"].combine_chunks()
    owning = pc.is_in(pc.list_flatten(relations), value_set=pa.array(["owns", "lets"]))
    owns = np.zeros(persons.num_rows, dtype=bool)
    owns[np.asarray(pc.list_parent_indices(relations).filter(owning))] = True
    tied = pc.and_(pa.array(owns), pc.is_valid(persons["housing_mention_id"]))
    return persons.select(OWNERS).filter(tied)


def _resolved(home: Home, kind: str) -> Resolved:
    """What was found of a kind that was linked before."""
    named, path = NAMED.read(home.stage("named", kind)), home.stage("mention", kind)
    if not named["mention_id"].equals(pq.read_table(path, columns=["mention_id"])["mention_id"]):
        raise ValueError(
            f"named/{kind} and mention/{kind} do not hold the same mentions; run the stage link/{kind} again"
        )
    return Resolved(path, *(named[c].to_numpy() for c in ("name", "cluster_name")))

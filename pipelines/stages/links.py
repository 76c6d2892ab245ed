"""Match the mentions of one kind. Reads `mention_index/<kind>`, `match_columns/<kind>` and the stewards' judgements; writes the model and, under
`matched/<kind>`, all that was found: later stages read it from there (`matching.store.stored_match`), and the next run goes on from there.

Kinds that others point to are matched first: the same name tied to the same firm or the same room is evidence that no pair of
rows shows alone.

Where all mentions are matched against each other this runs in memory, or on an engine (`onenet run --engine`), with the same answers.

While the model is held, only what changed since the last run is compared, and only touched components are clustered again; where
nothing changed, nothing is written.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engine import LOCAL, OnEngine
from pipelines.kinds import inputs_of, specification
from pipelines.markers import Counts, digest
from pipelines.matching.at_scale.link import why_not_at_scale
from pipelines.matching.at_scale.rows import link_rows
from pipelines.matching.engine.charts import weight_plot
from pipelines.matching.engine.link import link
from pipelines.matching.engine.result import MatchResult, Report
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental import advance, initial_state
from pipelines.matching.inputs.mention_index import digest_of
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.inputs.sources import rows_of
from pipelines.matching.store.state import State
from pipelines.settings import Settings
from pipelines.stages.learned import former_of, write_learned
from pipelines.stages.models import Held, days, drift_of, held_model, keep_model, newest_delivery
from warehouse import judgements
from warehouse.model import Home
from warehouse.model.durable import write_whole

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matched:
    """How a kind was matched: what was found, what the next run goes on from, and figures for people."""

    report: Report
    state: State
    counts: dict[str, Any]


def link_mentions(settings: Settings, kind: str) -> Counts:
    """Judge pairs and cluster the mentions of `kind`; return figures of the model and the outcome."""
    home, spec = settings.home, specification(settings.home.data_model, kind)
    rows = rows_of(home, kind, inputs_of(home.data_model, kind), os.cpu_count() or 1)
    decided = judgements.constraints_of(home, kind)
    newest = newest_delivery(settings)
    held, why = held_model(home, spec, newest, days(settings.city.settings.model_days))
    asked = _fingerprint(home, kind, rows, decided)
    if held and (told := _written(home, kind, [asked, held.stamp])):
        return {**told, "model": why}
    whole = partial(match_whole, spec, rows, decided, run=_engine(settings, kind, asked))
    mark, matched, before = home.matched_mark(kind), None, former_of(home, kind)
    mark.unlink(missing_ok=True)
    if held:
        former = State.load(home.matched(kind), held.stamp)
        matched = _go_on(spec, held, former, rows, decided) if former else whole(held)[0]
        if moved := drift_of(held, spec, matched.state):
            held, why = None, f"数据已变化 · drift: {'; '.join(moved)}"
    if not held or not matched:
        matched, result = whole()
        held = keep_model(home, spec, result.model, result.population, matched.state, newest)
        write_learned(home, why, before, held.model, matched.state, asdict(matched.report), decided)
        _draw(result, home.chart(f"weights_{kind}"))
    report = matched.report
    counts = {
        "rows": report.mentions,
        "distinct_records": report.records,
        "pairs_compared": report.pairs_compared,
        "accepted": report.accepted,
        "review": report.review,
        "cut": report.cut,
        "clusters": report.clusters,
        **matched.counts,
    }
    matched.state.save(home.matched(kind), held.stamp)
    write_whole(mark, json.dumps({"of": [asked, held.stamp], "counts": counts}).encode())
    return {**counts, "model": why}


def match_digest(home: Home, kind: str) -> str:
    """A fingerprint of the stored result of a kind: of the mentions, the judgements and the model it follows from."""
    try:
        return digest(json.loads(home.matched_mark(kind).read_text(encoding="utf-8"))["of"])
    except (FileNotFoundError, ValueError):
        return ""


def _fingerprint(home: Home, kind: str, rows: Rows, decided: pa.Table) -> str:
    """Changes with the rows, their ids, what they depend on beside themselves, and what people decided."""
    beside = (hashlib.sha256(d.content_hash.tobytes()).hexdigest() for d in rows.dependencies)
    verdicts = sorted(zip(*(decided[c].to_pylist() for c in ("left_id", "right_id", "verdict")), strict=True))
    return digest((digest_of(home.mention_index(kind)), *beside, verdicts))


def _written(home: Home, kind: str, of: list[str]) -> Counts | None:
    """The counts of the last run, where it matched the same mentions under the same model."""
    mark = home.matched_mark(kind)
    if not mark.exists():
        return None
    try:
        told = json.loads(mark.read_text(encoding="utf-8"))
    except ValueError:
        return None  # a damaged mark is none
    nothing = dict.fromkeys(("pairs_compared", "changed", "withdrawn", "clustered_again"), 0)
    return {**told["counts"], **nothing} if told["of"] == of else None


def _engine(settings: Settings, kind: str, asked: str) -> OnEngine | None:
    """Where the mentions of a kind are matched against each other; None for in memory."""
    if settings.engine == LOCAL:
        return None
    stamp = digest((settings.configuration_fingerprint, asked))
    return OnEngine(settings.engine, settings.home.engine_tables(kind), stamp)


def match_whole(
    spec: MatchSpec, rows: Rows, decided: pa.Table, held: Held | None = None, *, run: OnEngine | None = None
) -> tuple[Matched, MatchResult]:
    """Match all mentions against each other, under the model held or a new one, in memory or on an engine.

    A specification that looks at whole columns is matched in memory.
    """
    counts: dict[str, Any] = {}
    model, population = (held.model, held.population) if held else (None, None)
    if run and (obstacle := why_not_at_scale(spec)):
        counts["engine"], run = f"在本机匹配 · matched in memory: {obstacle}", None
    if run:
        stamp = digest((run.stamp, held.stamp if held else ""))
        result = link_rows(
            *(run.url, run.folder, rows, spec),
            judgements=decided,
            model=model,
            population=population,
            stamp=stamp,
        )
    else:
        order = rows.ids[rows.in_order]
        result = link(
            *(rows.view(None), spec),
            id_column="mention_id",
            order=order,
            judgements=decided,
            model=model,
            population=population,
        )
    if result.working is None:
        raise ValueError(f"link/{spec.kind}: a full run must tell what it worked with")
    judged = np.concatenate([np.asarray(decided[side]) for side in ("left_id", "right_id")]).astype(np.int64)
    state = initial_state(result, rows, judged)
    counts |= {"changed": len(rows.in_order), "withdrawn": 0, "clustered_again": result.report.records}
    if held is None:
        doubts = result.diagnostics
        counts["expected_precision"] = round(doubts.expected_precision, 4)
        counts["expected_recall"] = round(doubts.expected_recall, 4)
        counts["model_problems"] = "\n".join(doubts.problems)
        counts["model_warnings"] = "\n".join(doubts.warnings)
    return Matched(result.report, state, counts), result


def _go_on(spec: MatchSpec, held: Held, former: State, rows: Rows, decided: pa.Table) -> Matched:
    """Match what changed against the whole."""
    step = advance(
        spec,
        held.model,
        held.population,
        former,
        rows,
        judgements=(_judged(decided, "different"), _judged(decided, "same")),
    )
    counts = {"changed": step.changed, "withdrawn": step.withdrawn, "clustered_again": step.clustered}
    return Matched(step.report, step.state, counts)


def _judged(decided: pa.Table, verdict: str) -> tuple[Ints, Ints]:
    chosen = decided.filter(pc.equal(decided["verdict"], verdict))
    left, right = (np.asarray(chosen[side]).astype(np.int64) for side in ("left_id", "right_id"))
    return left, right


def _draw(result: MatchResult, path: Path) -> None:
    """Keep the distribution of weights, with the thresholds, beside the other charts of the home."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(weight_plot(result), encoding="utf-8")

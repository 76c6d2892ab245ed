"""One engine, one input, one process: how long, how much processor, how much memory, which clusters.

usage: python -m benchmarks.engines TASK.json   (called by `measure`; the task names engine, input and output)

Belongs here: running and measuring. Does not: settings of the peer (`splink_peer`), what is shown (`report`).
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.model import Home
from warehouse.model.data_model import shipped

THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
"""Thresholds the peer is clustered at; the best one counts, the time of one."""


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock, seconds of processor, peak memory in MB, and clusters per threshold ('' for ours)."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    clusters: dict[str, np.ndarray]
    detail: dict[str, Any]


def measure(engine: str, **task: Any) -> Measured | None:
    """Run an engine in a process of its own; none where the system ended it. Imports and reading the input are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.json"
        path.write_text(json.dumps({"engine": engine, "out": folder, **task}), encoding="utf-8")
        done = subprocess.run([sys.executable, "-m", "benchmarks.engines", str(path)], check=False)
        if done.returncode == -signal.SIGKILL:
            return None
        done.check_returncode()
        told = json.loads((Path(folder) / "told.json").read_text(encoding="utf-8"))
        clusters = {
            file.stem.removeprefix("clusters"): np.asarray(pq.read_table(file)["cluster_id"])
            for file in sorted(Path(folder).glob("clusters*.parquet"))
        }
    return Measured(told["seconds"], told["cpu_seconds"], told["peak_mb"], clusters, told["detail"])


def match_mentions(
    kind: str,
    mentions: pa.Table,
    *,
    person: pa.Table | None = None,
    housing: pa.Table | None = None,
    enterprise: pa.Table | None = None,
    threads: int | None = None,
) -> Any:
    """Match a whole mention table under a new model: see `link`.

    Args:
        kind: person, housing or enterprise.
        mentions: its mention table.
        person: for homes: person mentions, which name their owners.
        housing: for persons: homes with their clusters.
        enterprise: for persons: firms with their clusters.
        threads: threads to use; all if left out.
    """
    from pipelines.kinds import specification
    from pipelines.kinds.enterprise_columns import enterprise_view
    from pipelines.kinds.housing_columns import housing_view
    from pipelines.kinds.person_columns import coded_persons
    from pipelines.matching import link

    views: dict[str, Callable[[], Any]] = {
        "person": lambda: coded_persons(mentions, housing, enterprise, threads or os.cpu_count() or 1),
        "housing": lambda: housing_view(mentions, person),
        "enterprise": lambda: enterprise_view(mentions),
    }
    return link(views[kind](), specification(shipped(), kind), id_column="mention_id", threads=threads)


def match_home(home: Home, threads: int | None = None) -> dict[str, Any]:
    """Match the kinds whose truth a sample city tells, as the main job does: kind → MatchResult."""
    mentions = {
        kind: shipped().mention(kind).read(home.stage("mention", kind)) for kind in ("housing", "enterprise", "person")
    }
    out = {
        "housing": match_mentions("housing", mentions["housing"], person=mentions["person"], threads=threads),
        "enterprise": match_mentions("enterprise", mentions["enterprise"], threads=threads),
    }
    context = resolved_context(mentions, out)
    out["person"] = match_mentions("person", mentions["person"], threads=threads, **context)
    return out


def resolved_context(mentions: dict[str, pa.Table], results: dict[str, Any]) -> dict[str, pa.Table]:
    """Homes and enterprises with their clusters, as matching persons wants them."""
    from pipelines.kinds.housing_columns import PLACE

    columns = {"housing": ["mention_id", *PLACE], "enterprise": ["mention_id"]}
    return {
        kind: mentions[kind].select(chosen).append_column("cluster_id", results[kind].clusters["cluster_id"])
        for kind, chosen in columns.items()
        if kind in results
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    out = work()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return out, {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    """Most memory this process ever held. What `getrusage` says would not be less than what its parent held at its start."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _read(home: Home, kind: str) -> pa.Table:
    """The columns matching needs, text as dictionaries."""
    from pipelines.kinds import inputs_of
    from pipelines.kinds.housing_columns import OWNERS
    from pipelines.matching.inputs.coded import known_distinct

    reads = inputs_of(shipped(), kind)
    owners = (*OWNERS, "housing_relations") if kind == "person" else ()
    pointers = (f"{other}_mention_id" for other in reads.points_to)
    columns = list(dict.fromkeys(["mention_id", *reads.columns, *pointers, *owners]))
    texts = [f.name for f in shipped().mention(kind).arrow if pa.types.is_string(f.type)]
    return known_distinct(pq.read_table(home.stage("mention", kind), columns=columns, read_dictionary=texts))


def _person_input(home: Home, threads: int) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Person mentions and their context; a home without the other kinds has none."""
    person = _read(home, "person")
    if not home.stage("mention", "housing").exists():
        return person, {}
    mentions = {kind: _read(home, kind) for kind in ("housing", "enterprise")}
    results = {
        "housing": match_mentions("housing", mentions["housing"], person=person, threads=threads),
        "enterprise": match_mentions("enterprise", mentions["enterprise"], threads=threads),
    }
    return person, resolved_context(mentions, results)


def _one_network_person(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    person, context = _person_input(Home(Path(task["home"])), task["threads"])
    result, cost = _timed(lambda: match_mentions("person", person, threads=task["threads"], **context))
    report = result.report
    detail = {
        "records": report.records,
        "pairs": report.pairs_compared,
        "review": report.review,
        "steps": report.seconds,
        "blocks": [vars(b) for b in report.blocks],
    }
    return {"": result.clusters}, cost, detail


def _same_model_person(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    """Our engine doing the peer's work: the finished columns it gets, its rules, its comparisons."""
    from benchmarks.splink_peer import SAME_MODEL
    from pipelines.matching import link

    table = _peer_columns(task)
    result, cost = _timed(lambda: link(table, SAME_MODEL, threads=task["threads"]))
    return {"": result.clusters}, cost, {"pairs": result.report.pairs_compared}


def _peer_columns(task: dict[str, Any]) -> pa.Table:
    """The columns the peer compares, as plain text, and `unique_id`."""
    from benchmarks.splink_peer import PERSON_COLUMNS
    from pipelines.kinds.person_columns import coded_persons

    person, context = _person_input(Home(Path(task["home"])), task["threads"])
    view = coded_persons(person, context.get("housing"), context.get("enterprise")).arrow
    plain = {c: view.column(c).combine_chunks() for c in PERSON_COLUMNS}
    plain = {c: a.dictionary_decode() if pa.types.is_dictionary(a.type) else a for c, a in plain.items()}
    return pa.table({"unique_id": view.column("mention_id"), **plain})


def _splink_person(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    from benchmarks.splink_peer import Peer, person_settings, train_person

    table = _peer_columns(task)

    def work() -> tuple[Any, pa.Table]:
        peer = Peer([table], person_settings(), task["threads"])
        train_person(peer)
        peer.predict(THRESHOLDS[0])
        return peer, peer.clusters(0.95)

    (peer, _), cost = _timed(work)
    return {f"{t:g}": peer.clusters(t).sort_by("unique_id") for t in THRESHOLDS}, cost, {}


def _one_network_febrl(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    from benchmarks.febrl import SPEC, TWO_TABLES, read
    from pipelines.matching import link

    tables = [read(Path(p))[0] for p in task["files"]]
    spec, right = (SPEC, None) if len(tables) == 1 else (TWO_TABLES, tables[1])
    result, cost = _timed(lambda: link(tables[0], spec, right=right, threads=task["threads"]))
    return {"": result.clusters}, cost, {"pairs": result.report.pairs_compared}


def _splink_febrl(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    from benchmarks.febrl import read
    from benchmarks.splink_peer import Peer, febrl_settings, train_febrl

    tables = [read(Path(p))[0] for p in task["files"]]
    tables = [t.append_column("unique_id", pa.array(range(t.num_rows))) for t in tables]

    def work() -> tuple[Any, pa.Table]:
        peer = Peer(tables, febrl_settings("dedupe_only" if len(tables) == 1 else "link_only"), task["threads"])
        train_febrl(peer)
        peer.predict(THRESHOLDS[0])
        return peer, peer.clusters(0.95, len(tables))

    (peer, _), cost = _timed(work)
    keys = (
        [("unique_id", "ascending")]
        if len(tables) == 1
        else [("source_dataset", "ascending"), ("unique_id", "ascending")]
    )
    found = {f"{t:g}": peer.clusters(t, len(tables)).sort_by(keys) for t in THRESHOLDS}
    return found, cost, {}


ENGINES = {
    ("one_network", "person"): _one_network_person,
    ("same_model", "person"): _same_model_person,
    ("splink", "person"): _splink_person,
    ("one_network", "febrl"): _one_network_febrl,
    ("splink", "febrl"): _splink_febrl,
}


def main(path: str) -> None:
    """Do one task and tell."""
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    clusters, cost, detail = ENGINES[task["engine"], task["what"]](task)
    out = Path(task["out"])
    for name, table in clusters.items():
        _, number = np.unique(np.asarray(table["cluster_id"]).astype(str), return_inverse=True)
        pq.write_table(pa.table({"cluster_id": number.astype(np.int64)}), out / f"clusters{name}.parquet")
    (out / "told.json").write_text(json.dumps({**cost, "detail": detail}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

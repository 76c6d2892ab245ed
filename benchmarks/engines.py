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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.kinds import inputs_of, specification
from pipelines.matching import MatchResult, link
from pipelines.matching.engine.keys import rarest_words
from pipelines.matching.incremental import initial_state
from pipelines.matching.inputs.mention_index import write_mention_index
from pipelines.matching.inputs.sources import rows_of
from warehouse.model import Home
from warehouse.model.data_model import shipped

KINDS = ("housing", "enterprise", "person")
"""Homes and enterprises are matched first: persons read their clusters."""

NO_IDS = np.zeros(0, dtype=np.int64)

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


def match_home(home: Home, threads: int | None = None) -> dict[str, Any]:
    """Match all kinds of a home along the path of a first run: kind → MatchResult."""
    count = threads or os.cpu_count() or 1
    with _laid_out(home, count) as scratch:
        return {kind: match_kind(scratch, kind, count) for kind in KINDS}


def match_kind(home: Home, kind: str, threads: int) -> MatchResult:
    """Match one kind of a home that is laid out, as a first run does, and leave its state for the kinds that read it."""
    rows = rows_of(home, kind, inputs_of(home.data_model, kind), threads)
    spec = specification(home.data_model, kind)
    result = link(rows.view(None), spec, id_column="mention_id", order=rows.ids[rows.in_order], threads=threads)
    initial_state(result, rows, NO_IDS).save(home.matched(kind), "benchmark")
    return result


@contextmanager
def _laid_out(home: Home, threads: int) -> Iterator[Home]:
    """A temporary home with all that matching reads of the mentions.

    A kind that `home` lacks has no mentions there, and no person is tied to any.
    """
    paths = {kind: home.stage("mention", kind) for kind in KINDS}
    mentions = {
        kind: shipped().mention(kind).read(p) if p.exists() else shipped().mention(kind).empty()
        for kind, p in paths.items()
    }
    for kind in ("housing", "enterprise"):
        if not paths[kind].exists():
            persons, tie = mentions["person"], f"{kind}_mention_id"
            nothing = pa.nulls(persons.num_rows, persons.schema.field(tie).type)
            mentions["person"] = persons.set_column(
                persons.schema.get_field_index(tie), persons.schema.field(tie), nothing
            )
    with tempfile.TemporaryDirectory() as folder:
        scratch = Home(Path(folder))
        write_mention_index(scratch, mentions, {kind: inputs_of(shipped(), kind) for kind in KINDS}, threads)
        yield scratch


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


def _one_network_person(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    threads = task["threads"]
    with _laid_out(Home(Path(task["home"])), threads) as home:
        for kind in ("housing", "enterprise"):
            match_kind(home, kind, threads)
        result, cost = _timed(lambda: match_kind(home, "person", threads))
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

    table = _peer_columns(task)
    result, cost = _timed(lambda: link(table, SAME_MODEL, threads=task["threads"]))
    return {"": result.clusters}, cost, {"pairs": result.report.pairs_compared}


def _peer_columns(task: dict[str, Any]) -> pa.Table:
    """The columns the peer compares, as plain text, and `unique_id`."""
    from benchmarks.splink_peer import PERSON_COLUMNS

    threads = task["threads"]
    with _laid_out(Home(Path(task["home"])), threads) as home:
        for kind in ("housing", "enterprise"):
            match_kind(home, kind, threads)
        view = rows_of(home, "person", inputs_of(home.data_model, "person"), threads).view(None).arrow
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
    return _by_threshold(peer, len(tables)), cost, {}


def _by_threshold(peer: Any, tables: int) -> dict[str, pa.Table]:
    """The peer's clusters at every threshold, in the order of the rows."""
    key = [("unique_id", "ascending")]
    order = key if tables == 1 else [("source_dataset", "ascending"), *key]
    return {f"{t:g}": peer.clusters(t, tables).sort_by(order) for t in THRESHOLDS}


def _one_network_invented(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    from benchmarks.invented import SETS
    from pipelines.matching import evaluate

    one = SETS[task["set"]]
    tables, truth = one.make()
    right = tables[1] if len(tables) > 1 else None
    spec = one.spec(task["set"])
    result, cost = _timed(
        lambda: link(tables[0], spec, right=right, threads=task["threads"], seed=task["seed"], refuse=False)
    )
    detail = {
        "calibration_error": evaluate(result, truth=truth).calibration_error,
        "accept": result.spec.accept,
        "problems": len(result.diagnostics.problems),
    }
    return {"": result.clusters}, cost, detail


def _splink_invented(task: dict[str, Any]) -> tuple[dict[str, pa.Table], dict[str, float], dict[str, Any]]:
    from benchmarks.invented import SETS
    from benchmarks.splink_peer import Peer, invented_settings, train_invented

    one = SETS[task["set"]]
    tables, _ = one.make()
    tables = [t.append_column("unique_id", pa.array(range(t.num_rows))) for t in tables]
    for column in {c[:-1] for block in one.blocks for c in block if c.endswith("*")}:
        words = rarest_words(pa.concat_tables(tables)[column], 4)
        begin = 0
        for i, table in enumerate(tables):
            tables[i] = table.append_column(f"{column}_words", words.slice(begin, table.num_rows))
            begin += table.num_rows

    def work() -> tuple[Any, pa.Table]:
        peer = Peer(tables, invented_settings(one, "dedupe_only" if len(tables) == 1 else "link_only"), task["threads"])
        train_invented(peer, one)
        peer.predict(THRESHOLDS[0])
        return peer, peer.clusters(0.95, len(tables))

    (peer, _), cost = _timed(work)
    return _by_threshold(peer, len(tables)), cost, {}


ENGINES = {
    ("one_network", "invented"): _one_network_invented,
    ("splink", "invented"): _splink_invented,
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

"""Matching on an engine: time, processor, memory, spill, and going on after a kill. `python -m benchmarks.at_scale --mentions 1000000`.

Belongs here: measuring `link_at_scale` against `link` on a table that is made large out of a small city. Does not: quality.

Every engine runs in a process of its own. `--memory` bounds the memory that the engine gives to joins, groups and sorts; what does not
fit is spilled. `--kill TABLE` ends the process with SIGKILL once that table is whole, and starts it again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq

from benchmarks.city import ID_NUMBERS, PHONES, WORK, city
from benchmarks.engines import KINDS, _laid_out, match_kind
from pipelines.kinds import inputs_of, specification
from pipelines.matching.inputs.sources import rows_of
from warehouse.model.data_model import shipped

SPEC = specification(shipped(), "person")

_SERVERS: list[Any] = []
"""A server stops where nothing holds it."""

COPY = """
with base as (select *, row_number() over (order by mention_id) - 1 as place, count(*) over () as n from read_parquet('{base}')),
name as (
    select name_key, any_value(name_pinyin) as name_pinyin, surname, count(*) over (partition by surname) as names,
           row_number() over (partition by surname order by md5(name_key)) - 1 as i
    from base where name_form = 'full' group by name_key, surname
)
select m.place + {k} * m.n as mention_id, m.place + {k} * m.n as position, {columns}
from base as m
left join name as old on old.name_key = m.name_key and m.name_form = 'full'
left join name as new on new.surname = old.surname and new.i = (old.i + {k} * 7) % old.names
"""
"""Copy `k` of a table: other people at other places; names are dealt out anew, and every sixteen copies have names of their own."""


def mentions(count: int, persons: int, seed: int) -> Path:
    """A folder with about so many person mentions as a run at scale reads them."""
    folder = WORK / f"at-scale-{count}-{persons}-{seed}"
    if folder.exists():
        return folder
    base = WORK / f"at-scale-base-{persons}-{seed}.parquet"
    if not base.exists():
        with _laid_out(city(persons, seed)[0], 2) as home:
            for kind in KINDS[:-1]:
                match_kind(home, kind, 2)
            view = rows_of(home, "person", inputs_of(home.data_model, "person")).view(None).arrow
            pq.write_table(view.select(["mention_id", *SPEC.columns]), base)
    written = folder.with_suffix(".writing")
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir()
    with duckdb.connect() as con:
        times = -(-count // pq.read_metadata(base).num_rows)
        for k in range(times):
            columns = ", ".join(f"{_copied(c, k)} as {c}" for c in SPEC.columns)
            query = COPY.format(base=base, k=k, columns=columns)
            con.execute(f"copy ({query}) to '{written}/part-{k}.parquet' (format parquet, compression zstd)")
    written.rename(folder)
    return folder


def _copied(column: str, k: int) -> str:
    letter = f"chr({0x4E00 + k})"
    if column in (*ID_NUMBERS, "id_text"):  # both halves: either is a key
        return f"{letter} || substr(m.{column}, 2, 14) || {letter} || substr(m.{column}, 17)"
    if column in PHONES:
        return f"{letter} || substr(m.{column}, 2)"
    if column in ("home", "estate", "community", "document_number"):
        return f"{letter} || m.{column}"
    if column in ("name_key", "name_pinyin"):
        return f"coalesce(new.{column}, m.{column}) || {'' if k < 16 else chr(0x4E00 + k // 16)!r}"
    return f"m.firm + {k} * 100000" if column == "firm" else f"m.{column}"


def run(url: str, folder: Path, work: Path, memory: str | None) -> dict[str, Any]:
    """One run in this process: what it cost, and what came out."""
    if url == "local":
        return _costs(lambda: _local(folder), work)
    from pipelines.engine import open_engine
    from pipelines.matching.at_scale import link_at_scale

    options: dict[str, Any] = {"threads": 2, "memory": memory} if url == "duckdb" else {}
    if url == "sail":
        url = _sail(memory)
    engine = open_engine(url, work / "tables", **options)

    def whole() -> dict[str, Any]:
        made = link_at_scale(engine, folder, SPEC, stamp="benchmark")
        links = made.tables.fetch(
            "select count(*) as n, sum(a + b) as ends, sum(weight) as weight from link"
        ).to_pylist()[0]
        clusters = made.tables.fetch("select count(*) as n, sum(label) as labels from label").to_pylist()[0]
        return {
            "records": made.records,
            "pairs": int(made.counted.candidates.counts.sum()),
            "links": int(links["n"]),
            "ends": int(links["ends"]),
            "labels": int(clusters["labels"]),
            "clustered": int(clusters["n"]),
            "model": hashlib.sha256(made.scorer.model.to_json().encode()).hexdigest()[:12],
            "steps": {name: round(seconds, 1) for name, seconds in made.tables.seconds.items()},
        }

    return _costs(whole, work)


def _local(folder: Path) -> dict[str, Any]:
    from pipelines.matching import link

    table = pq.read_table(folder)
    result = link(table, SPEC, id_column="mention_id", order=np.asarray(table["position"]).argsort(), threads=2)
    assert result.working is not None
    links, labels = result.working.clustering.links, result.record_clusters
    ends = int(links.left.astype(np.int64).sum() + links.right.astype(np.int64).sum())
    linked = np.unique(np.concatenate([links.left[links.accepted], links.right[links.accepted]]))
    return {
        "records": result.report.records,
        "pairs": result.report.pairs_compared,
        "links": len(links.left),
        "ends": ends,
        "labels": int(labels[linked].sum()),
        "clustered": len(linked),
        "model": hashlib.sha256(result.model.to_json().encode()).hexdigest()[:12],
    }


def _sail(memory: str | None) -> str:
    os.environ.setdefault("RUST_LOG", "error")
    os.environ.setdefault("SAIL_PARALLELISM", "2")
    if memory:
        size = int(memory.removesuffix("GB")) * 10**9
        os.environ |= {
            "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
            "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(size),
            "SAIL_OPTIMIZER__PREFER_HASH_JOIN": "false",  # its hash join does not spill; its sort-merge join does
        }
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _SERVERS.append(server)
    return "sc://{}:{}".format(*server.listening_address)


def _costs(work: Any, folder: Path) -> dict[str, Any]:
    """What a piece of work gives and costs; spill is the most that lay in DuckDB's folder for it."""
    spilled, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            here = (f.stat().st_size for f in (folder / "tables" / "spill").glob("*") if f.exists())
            spilled[0] = max(spilled[0], sum(here))

    threading.Thread(target=watch, daemon=True).start()
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    out = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    done.set()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    written = sum(f.stat().st_size for f in folder.rglob("*.parquet"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_mb": int(peak) // 1024,
        "spilled_mb": spilled[0] >> 20,
        "written_mb": written >> 20,
        **out,
    }


def in_process(url: str, folder: Path, work: Path, memory: str | None, kill: str | None) -> dict[str, Any]:
    """A run in a process of its own; killed once the table `kill` is whole, if given, and then told by its exit alone."""
    arguments = [
        sys.executable,
        "-m",
        "benchmarks.at_scale",
        "--one",
        url,
        "--folder",
        str(folder),
        "--work",
        str(work),
    ]
    child = subprocess.Popen([*arguments, *(["--memory", memory] if memory else [])], stdout=subprocess.PIPE, text=True)
    while kill and child.poll() is None:
        if (work / "tables" / f"{kill}.whole").exists():
            child.send_signal(signal.SIGKILL)
            break
        time.sleep(0.1)
    told, _ = child.communicate()
    return json.loads(told.splitlines()[-1]) if child.returncode == 0 else {"exit": child.returncode}


def main() -> None:
    """Print a line of JSON per run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--persons", type=int, default=5_000, help="of the city that is made large")
    parser.add_argument("--engines", nargs="*", default=["local", "duckdb", "sail"])
    parser.add_argument("--memory", help="such as 2GB")
    parser.add_argument("--kill", metavar="TABLE")
    for hidden in ("--one", "--folder", "--work"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(run(chosen.one, Path(chosen.folder), Path(chosen.work), chosen.memory)))
        return
    folder = mentions(chosen.mentions, chosen.persons, 1)
    for url in chosen.engines:
        work = WORK / f"at-scale-run-{url.split(':')[0]}"
        shutil.rmtree(work, ignore_errors=True)
        if chosen.kill:
            print(
                json.dumps(
                    {
                        "engine": url,
                        "killed after": chosen.kill,
                        **in_process(url, folder, work, chosen.memory, chosen.kill),
                    }
                )
            )
        print(json.dumps({"engine": url, **in_process(url, folder, work, chosen.memory, None)}), flush=True)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()

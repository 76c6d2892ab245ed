"""Everything that needs no outside file, peers included, into benchmarks/RESULTS.md with plots beside it.

usage: python -m benchmarks [--sizes 100000 1000000] [--febrl DIR] [--no-peer] [--threads N]

Cities are invented by `connectors.sample` and kept under benchmarks/.work; sizes are mentions of persons, about four and a
half a person. Above two million a city is multiplied instead of invented. FEBRL is measured only where DIR is given (or
ONENET_FEBRL set): it is not part of the project.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.accuracy import Scores, by_role, scores, true_ids
from benchmarks.city import city, multiplied
from benchmarks.engines import Measured, match_home, measure
from warehouse.model.data_model import shipped

PER_PERSON = 4.45
"""Mentions of a person in a sample city, on average."""

INVENTED = 2_000_000
"""Mentions up to which a city is invented whole."""

CITIES = ((20_000, 11, 1.0), (20_000, 12, 1.0), (20_000, 13, 1.5))
"""Persons, seed and noise of the cities accuracy is told for."""


def best(measured: Measured, truth: np.ndarray) -> tuple[str, Scores]:
    """The threshold with the best F1, and its scores."""
    scored = {name: scores(found, truth) for name, found in measured.clusters.items()}
    name = max(scored, key=lambda n: scored[n].f1)
    return name, scored[name]


def accuracy() -> list[dict[str, Any]]:
    """Scores of every kind in every city, and of the worst roles."""
    rows = []
    for persons, seed, noise in CITIES:
        home, truth_folder = city(persons, seed, noise)
        for kind, result in match_home(home).items():
            mentions = shipped().mention(kind).read(home.stage("mention", kind))
            truth, found = true_ids(mentions, kind, truth_folder), np.asarray(result.clusters["cluster_id"])
            worst = by_role(mentions, found, truth).slice(0, 1).to_pylist()[0]
            rows.append(
                {
                    "city": f"{persons:,} people, seed {seed}, noise {noise:g}",
                    "kind": kind,
                    "scores": scores(found, truth),
                    "worst": f"{worst['platform']}.{worst['role']} {worst['recall']:.3f}",
                    "review": result.report.review,
                }
            )
    return rows


def speed(sizes: list[int], threads: int, peer: bool) -> list[dict[str, Any]]:
    """Persons of cities of several sizes: our engine and the peer on the same mentions."""
    rows = []
    for size in sizes:
        times = 1 if size <= INVENTED else round(size / 1_000_000)
        home, truth_folder = city(int(size / times / PER_PERSON), 101)
        home = multiplied(home, times) if times > 1 else home
        mentions = (
            shipped()
            .mention("person")
            .read(home.stage("mention", "person"), list(shipped().mention("person").names[:9]))
        )
        truth = true_ids(mentions, "person", truth_folder) if times == 1 else None
        for engine in ("one_network", "same_model", "splink") if peer else ("one_network", "same_model"):
            cost = measure(engine, what="person", home=str(home.root), threads=threads)
            told: dict[str, Any] = {"size": mentions.num_rows, "engine": engine, "cost": cost}
            if truth is not None and cost is not None:
                told["threshold"], told["scores"] = best(cost, truth)
                told["curve"] = {n: scores(found, truth) for n, found in cost.clusters.items()}
            rows.append(told)
    return rows


def febrl(folder: Path, peer: bool) -> list[dict[str, Any]]:
    """FEBRL 3 and 4 on one thread."""
    from benchmarks.febrl import read

    rows = []
    for name, files in (("FEBRL 3", ["dataset3.csv"]), ("FEBRL 4", ["dataset4a.csv", "dataset4b.csv"])):
        truth = np.concatenate([read(folder / f)[1] for f in files])
        for engine in ("one_network", "splink") if peer else ("one_network",):
            cost = measure(engine, what="febrl", files=[str(folder / f) for f in files], threads=1)
            if cost is None:
                continue
            threshold, scored = best(cost, truth)
            rows.append({"set": name, "engine": engine, "cost": cost, "threshold": threshold, "scores": scored})
    return rows


def invented(peer: bool) -> list[dict[str, Any]]:
    """Sets of other kinds on one thread: ours with three seeds at the threshold of the run, the peer at its best."""
    from benchmarks.invented import SETS

    rows = []
    for name, one in SETS.items():
        truth = one.make()[1]
        for engine in ("one_network", "splink") if peer else ("one_network",):
            seeds = (1, 2, 3) if engine == "one_network" else (1,)
            costs = [measure(engine, what="invented", set=name, seed=seed, threads=1) for seed in seeds]
            if any(cost is None for cost in costs):
                continue
            scored = [best(cost, truth) for cost in costs if cost]
            f1 = [s.f1 for _, s in scored]
            told = {"set": name, "engine": engine, "cost": costs[0], "threshold": scored[0][0], "scores": scored[0][1]}
            rows.append({**told, "spread": max(f1) - min(f1)})
    return rows


def main() -> None:
    """Run and write."""
    arguments = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments.add_argument("--febrl", type=Path, default=os.environ.get("ONENET_FEBRL"))
    arguments.add_argument("--no-peer", action="store_true")
    arguments.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = arguments.parse_args()
    peer = not given.no_peer
    parts = report.Parts(
        threads=given.threads,
        speed=speed(given.sizes, given.threads, peer),
        accuracy=accuracy(),
        invented=invented(peer),
        febrl=febrl(Path(given.febrl), peer) if given.febrl else [],
    )
    print(report.write(parts, Path(__file__).parent))


if __name__ == "__main__":
    main()

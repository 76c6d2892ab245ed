"""Time and peak memory of each stage of the main job on a sample city: `python -m benchmarks.stages --persons 100000`.

Each stage runs in a process of its own, as its peak memory could not be told otherwise. Stages are the steps of the plan; those
of several kinds are one stage, but for the two that cost most. Writes benchmarks/STAGES.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from connectors.sample import write_city
from pipelines.settings import Settings
from pipelines.steps import Step
from warehouse.model import Home

RESULT = Path(__file__).with_name("STAGES.md")
MIB = 1024


def stages(settings: Settings) -> list[tuple[str, Callable[[], object]]]:
    """Name and body of every stage, in the order in which the job runs them."""
    from pipelines.plan import CANDIDATE, check_candidate_step, check_step, plan
    from pipelines.stages import landing
    from pipelines.stages.quality import check_landing
    from quality.suites import suites_of_stage

    model = settings.home.data_model

    def land() -> None:
        for platform in settings.platforms:
            landing.land_platform(settings, platform)

    grouped: dict[str, list[Step]] = {}
    for step in plan(settings).steps:
        prefix = step.name.partition("/")[0]
        name = step.name if prefix in ("link", "golden") else prefix
        grouped[name] = [*grouped.pop(name, []), step]  # where the last of them stands, all they read is there
        if CANDIDATE in (written.handle for written in step.writes):
            grouped["check/release"] = [check_candidate_step(model)]
        if step.name == "reconciliation":
            grouped["checks of stage files"] = [check_step(model, suite) for suite in suites_of_stage(model)]
    return [
        ("landing", land),
        ("check/landing", partial(check_landing, settings)),
        *((name, partial(_run, settings, steps)) for name, steps in grouped.items()),
    ]


def _run(settings: Settings, steps: Sequence[Step]) -> None:
    for step in steps:
        step.run(settings, _version(settings) if step.versioned else "")


def _version(settings: Settings) -> str:
    """The version of this run: named once, so that it is the same for every stage."""
    from pipelines.markers import run_if_changed
    from pipelines.stages.release import name_release

    return str(run_if_changed(settings.home, "version", "benchmark", lambda: name_release(settings))["version"])


def _measured(settings: Settings, place: int, answer: multiprocessing.SimpleQueue[tuple[float, float, float]]) -> None:
    body = stages(settings)[place][1]
    wall, cpu = time.perf_counter(), time.process_time()
    body()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    answer.put((time.perf_counter() - wall, time.process_time() - cpu, peak))


def measure(settings: Settings) -> list[tuple[str, float, float, float]]:
    """Run every stage: name, wall seconds, CPU seconds, peak memory in MiB."""
    context = multiprocessing.get_context("spawn")
    rows = []
    for place, (name, _) in enumerate(stages(settings)):
        answer: multiprocessing.SimpleQueue[tuple[float, float, float]] = context.SimpleQueue()
        process = context.Process(target=_measured, args=(settings, place, answer))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"{name} ended with {process.exitcode}")
        rows.append((name, *answer.get()))
        print(f"{name:24} {rows[-1][1]:8.1f} s {rows[-1][3]:8.0f} MiB", flush=True)
    return rows


def main() -> None:
    """Write the city, measure, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / ".work" / "stages")
    given = parser.parse_args()
    city, home = given.work / f"city-{given.persons}-{given.seed}", given.work / "home"
    if not (city / "truth").is_dir():
        write_city(given.persons, given.seed, city)
    shutil.rmtree(home, ignore_errors=True)
    rows = measure(Settings(city / "deliveries", Home(home)))
    total = [sum(wall for _, wall, _, _ in rows), sum(cpu for _, _, cpu, _ in rows)]
    lines = [
        f"# Stages of the main job on a sample city of {given.persons:,} people",
        "",
        f"`python -m benchmarks.stages --persons {given.persons} --seed {given.seed}`, {os.cpu_count()} cores. "
        "Each stage in a process of its own; importing libraries is not counted but for Great Expectations and Matplotlib, which stages import themselves.",
        "",
        "| stage | wall, s | CPU, s | peak memory, MiB |",
        "|---|--:|--:|--:|",
        *(f"| {name} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} |" for name, wall, cpu, peak in rows),
        f"| **all** | **{total[0]:.1f}** | **{total[1]:.1f}** | **{max(row[3] for row in rows):,.0f}** |",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

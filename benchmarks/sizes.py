"""Whole runs by size: `python -m benchmarks.sizes --persons 20000 100000 300000` writes benchmarks/SIZES.md and whole_run_by_size.svg.

Each city is run as a user runs it (`onenet run`, as many steps at a time as there are cores): its first day in an empty home, then
a day on which the hotline alone delivers some dozens of rows. What was measured of other sizes stays in SIZES.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from benchmarks.days import TOKEN_KEY, small_inbox
from connectors.sample import write_city

HERE = Path(__file__).parent
FIGURES, RESULT, CHART = HERE / "SIZES.csv", HERE / "SIZES.md", HERE / "whole_run_by_size.svg"
MIB = 1024
ONENET = Path(sys.executable).with_name("onenet")


@dataclass(frozen=True)
class Size:
    """What a city costs: seconds on the clock, seconds of the processor, and the peak memory of the process in MiB, of both runs; null
    what was not run. `note`: what else the machine did meanwhile."""

    persons: int
    wall: float
    cpu: float
    peak: float
    small_wall: float | None = None
    small_cpu: float | None = None
    small_peak: float | None = None
    note: str = ""


def run(inbox: Path, home: Path) -> tuple[float, float, float]:
    """One run of the command; seconds on the clock, of the processor, and peak memory in MiB."""
    began = time.perf_counter()
    command = [str(ONENET), "run", "--inbox", str(inbox), "--home", str(home)]
    process = subprocess.Popen(command, env=os.environ | {"ONENET_TOKEN_KEY": TOKEN_KEY}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the run on {inbox} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / MIB


def measure(persons: int, seed: int, work: Path, first_day_only: bool = False) -> Size:
    """Write a city and run it; what is there of a former measurement goes."""
    city, home, inbox = work / f"city-{persons}-{seed}", work / "home", work / "inbox"
    if not (city / "days").is_dir():
        write_city(persons, seed, city, days=range(1, 2))
    for folder in (home, inbox):
        shutil.rmtree(folder, ignore_errors=True)
    first = run(city / "deliveries", home)
    if first_day_only:
        return Size(persons, *first)
    (day,) = (city / "days").iterdir()
    return Size(persons, *first, *run(small_inbox(city, day, inbox), home))


def known() -> dict[int, Size]:
    """What was measured before, by persons."""
    if not FIGURES.exists():
        return {}
    with FIGURES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    sizes = [
        Size(int(line.pop("persons")), note=line.pop("note"), **{k: float(v) for k, v in line.items() if v})
        for line in lines
    ]
    return {size.persons: size for size in sizes}


def keep(sizes: Sequence[Size]) -> None:
    """Keep the figures for the next time."""
    with FIGURES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Size)], lineterminator="\n")
        writer.writeheader()
        for size in sizes:
            writer.writerow({k: round(v, 1) if isinstance(v, float) else v for k, v in asdict(size).items()})


def table(sizes: Sequence[Size]) -> list[str]:
    """The figures as Markdown, a line a size."""
    return [
        "| people | first day, on the clock | processor | peak memory | small file, on the clock | processor | peak memory |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {s.persons:,} | {_told(s.wall, s.cpu, s.peak)} | {_told(s.small_wall, s.small_cpu, s.small_peak)} |"
            for s in sizes
        ),
    ]


def _told(wall: float | None, cpu: float | None, peak: float | None) -> str:
    if wall is None or cpu is None or peak is None:
        return "– | – | –"
    return f"{_clock(wall)} | {cpu:,.0f} s | {peak / MIB:.1f} GB"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def draw(sizes: Sequence[Size]) -> None:
    """Seconds on the clock by size, both runs, on logarithmic axes."""
    figure, axes = plt.subplots(figsize=(7, 4))
    first = [(s.persons, s.wall) for s in sizes]
    small = [(s.persons, s.small_wall) for s in sizes if s.small_wall is not None]
    for label, points in (("first day", first), ("then one small file", small)):
        axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="people", ylabel="seconds on the clock, two cores")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    mpl.rcParams["svg.hashsalt"] = "sizes"
    figure.savefig(CHART, metadata={"Date": None})


def main() -> None:
    """Measure the sizes asked for; write all figures there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", default=[20_000, 100_000, 300_000])
    parser.add_argument("--first-day-only", action="store_true", help="no day of a small file")
    parser.add_argument("--note", default="", help="what else the machine does")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=HERE / ".work" / "sizes")
    given = parser.parse_args()
    sizes = known()
    for persons in given.persons:
        sizes[persons] = replace(measure(persons, given.seed, given.work, given.first_day_only), note=given.note)
        keep([sizes[size] for size in sorted(sizes)])
    ordered = [sizes[size] for size in sorted(sizes)]
    lines = [
        "# Whole runs by size",
        "",
        f"`python -m benchmarks.sizes`: a sample city of so many people on {os.cpu_count()} cores. First day: `onenet run` in an empty home, "
        "libraries, checks, release, extracts and Parquet files included. Small file: then a day on which the hotline alone delivers some dozens of rows. "
        "Peak memory is that of the process, two steps side by side.",
        "",
        *table(ordered),
        "",
        *(f"{size.persons:,} people: {size.note}.\n" for size in ordered if size.note),
        "![](whole_run_by_size.svg)",
        "",
        "Where the processor's time goes, step by step, and what later days cost: [DAYS.md](DAYS.md) and [STAGES.md](STAGES.md).",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(ordered)
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

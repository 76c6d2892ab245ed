"""What each day costs, step by step: `python -m benchmarks.days --persons 10000` writes benchmarks/DAYS.md.

The sample city is run on its first day, on the next two, on which all platforms deliver, and on a day on which nothing came
but one small file of the hotline. With `--far 30 100` so many days are landed that day 30 and day 100 are reached, and these are run as well: what the
two days after the first delivered is delivered in turn, under the dates of all that follow, so that every day as much changes. Every run is a
process of its own that does one step at a time, so that the processor time of each step is its own. A step that was not done again, as all it
reads is the same, is shown as a dash.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import multiprocessing
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.sample import write_city
from pipelines.progress import FAILED, STARTED, SUCCEEDED, ProgressHandler
from pipelines.settings import Settings
from pipelines.stages.landing import land_platform
from warehouse.model import Home

RESULT = Path(__file__).with_name("DAYS.md")
SMALL = "rexian_12345"
AROUND = "libraries, plan, report"
TOKEN_KEY = "days-days-days-days-days-days-days-days"


@dataclass(frozen=True)
class Day:
    """Processor seconds of every step that was done, of the run, and the seconds on the clock."""

    steps: dict[str, float]
    cpu: float
    wall: float


class Clock(ProgressHandler):
    """Notes the processor time of every step; right where one step is done at a time."""

    def __init__(self) -> None:
        from rich.console import Console

        super().__init__(0, Console(quiet=True))
        self.seconds: dict[str, float] = {}
        self._began = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Note one event."""
        meta = getattr(record, "dagster_meta", None) or {}
        event, step = meta.get("dagster_event"), meta.get("step_key")
        if event is None or not step:
            return
        if event.event_type_value == STARTED:
            self._began = time.process_time()
        elif event.event_type_value in (SUCCEEDED, FAILED):
            self.seconds[step.replace("__", "/")] = time.process_time() - self._began


def _run(settings: Settings, answer: multiprocessing.SimpleQueue[Day]) -> None:
    os.environ |= {"ONENET_STEPS_AT_A_TIME": "1", "ONENET_TOKEN_KEY": TOKEN_KEY}
    began = time.perf_counter()
    from pipelines import run

    clock = Clock()
    run.ProgressHandler = lambda *_: clock  # type: ignore[assignment,misc]
    before = _marks(settings.home)
    outcome = run.run_main_job(settings, clock.console)
    if not outcome.released:
        raise SystemExit("\n".join([*outcome.failures, *outcome.blocking]))
    after = _marks(settings.home)
    same = {name for name, mark in after.items() if before.get(name) == mark}
    steps: dict[str, float] = {}
    for step, cpu in clock.seconds.items():
        if _flat(step) not in same:
            steps[_stage(step)] = steps.get(_stage(step), 0) + cpu
    answer.put(Day(steps, time.process_time(), time.perf_counter() - began))


def _stage(step: str) -> str:
    """The line of the table a step is part of: kinds, platforms and the suites of stage files are one line each."""
    if step.startswith("check_") and step not in ("check_landing", "check_release"):
        return "checks of stage files"
    return step if step.startswith("golden/") else step.partition("/")[0]


def _flat(step: str) -> str:
    return step.replace("/", "_").replace(".", "_")


def _marks(home: Home) -> dict[str, int]:
    """Step → when it was last done."""
    return {_flat(mark.stem): mark.stat().st_mtime_ns for mark in home.done("any").parent.glob("*.json")}


def run_day(inbox: Path, home: Path) -> Day:
    """One run in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.SimpleQueue[Day] = context.SimpleQueue()
    process = context.Process(target=_run, args=(Settings(inbox, Home(home)), answer))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"the run on {inbox} ended with {process.exitcode}")
    return answer.get()


def small_inbox(city: Path, day: Path, out: Path) -> Path:
    """The inbox of the first day, and the one file the hotline delivers on another."""
    shutil.copytree(city / "deliveries", out)
    for file in (day / "deliveries" / SMALL).iterdir():
        shutil.copy2(file, out / SMALL)
    return out


def delivered_again(later: Sequence[Path], number: int, out: Path) -> Path:
    """The inbox of day `number` after the first: one of the days there are in turn, under the date of that day."""
    day = later[(number - 1) % len(later)]
    first = datetime.datetime.strptime(later[0].name, "%Y%m%d").date()
    date = (first + datetime.timedelta(days=number - 1)).strftime("%Y%m%d")
    shutil.rmtree(out, ignore_errors=True)
    for file in (day / "deliveries").glob("*/*"):
        path = out / file.parent.name / file.name.replace(day.name, date)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, path)
    return out


def land_only(inbox: Path, home: Path) -> None:
    """Land what an inbox holds, and go no further."""
    settings = Settings(inbox, Home(home))
    for platform in settings.platforms:
        land_platform(settings, platform)


def measure_far(later: Sequence[Path], work: Path, after: int, far: Sequence[int]) -> dict[str, Day]:
    """Go on from a home at day `after`, and run the days of `far`; the day before each is run too, so that one day is new."""
    days, inbox = {}, work / "again"
    for number in range(after + 1, max(far, default=0) + 1):
        delivered_again(later, number, inbox)
        if number in far:
            days[f"day {number}"] = run_day(inbox, work / "home")
        elif number + 1 in far:
            run_day(inbox, work / "home")
        else:
            land_only(inbox, work / "home")
    return days


def measure(city: Path, work: Path, days_later: int, far: Sequence[int] = ()) -> dict[str, Day]:
    """Run the days; the cost of each by its name."""
    later = sorted((city / "days").iterdir())
    shutil.rmtree(work, ignore_errors=True)
    home = work / "home"
    days = {"day 0": run_day(city / "deliveries", home)}
    shutil.copytree(home, work / "small", symlinks=True)
    days["small file"] = run_day(small_inbox(city, later[0], work / "inbox"), work / "small")
    for number, day in enumerate(later[:days_later], start=1):
        days[f"day {number}"] = run_day(day / "deliveries", home)
    return days | measure_far(later, work, days_later, far)


def table(days: dict[str, Day]) -> list[str]:
    """The figures as Markdown: a line a step, a column a day."""
    names = list(dict.fromkeys(step for day in days.values() for step in day.steps))
    around = {name: day.cpu - sum(day.steps.values()) for name, day in days.items()}
    first = days["day 0"].cpu
    return [
        f"| step | {' | '.join(days)} |",
        f"|---|{'--:|' * len(days)}",
        *(f"| {step} | {' | '.join(_shown(day.steps.get(step)) for day in days.values())} |" for step in names),
        f"| {AROUND} | {' | '.join(f'{around[name]:.1f}' for name in days)} |",
        f"| **CPU seconds** | {' | '.join(f'**{day.cpu:.1f}**' for day in days.values())} |",
        f"| **of the first day** | {' | '.join(f'**{day.cpu / first:.0%}**' for day in days.values())} |",
        f"| seconds on the clock, one step at a time | {' | '.join(f'{day.wall:.0f}' for day in days.values())} |",
    ]


def _shown(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f}"


def main() -> None:
    """Write the city, run its days, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--later", type=int, default=2, choices=range(3), help="days on which every platform delivers")
    parser.add_argument(
        "--far",
        type=int,
        nargs="*",
        default=[],
        help="days further on, as 30 100; both later days are needed for these",
    )
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / ".work" / "days")
    given = parser.parse_args()
    city = given.work / f"city-{given.persons}-{given.seed}"
    if not (city / "days").is_dir():
        write_city(given.persons, given.seed, city, days=range(1, 3))
    lines = [
        f"# What each day costs in a sample city of {given.persons:,} people",
        "",
        f"`python -m benchmarks.days --persons {given.persons} --seed {given.seed}`, {os.cpu_count()} cores; seconds of the processor. "
        "On days 1 and 2, and on all days up to those further on, every platform delivers; on the day of the small file the hotline alone does, some dozens of rows. "
        "A dash is a step that was not done again.",
        "",
        *table(measure(city, given.work / "run", given.later, given.far)),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

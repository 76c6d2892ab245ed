"""Kill real runs at many moments and compare what the next run makes of it with a run nobody disturbed.

`python -m benchmarks.kill --moments 50` writes `benchmarks/KILL.md`. A run is `onenet run` in a process of its own, killed
with SIGKILL. Half the moments are spread evenly over the steps, half over the time of an undisturbed run; the process tells
its steps on its output as it does for anyone, and the killer counts them. Each home is killed several times in a row, ever
later: the run after a kill is killed as well, and the last one nobody disturbs. Most homes take in the second day of a city
that has a release already; every fifth starts from nothing. Processes are forked from one that has imported the libraries,
so that a moment costs the run and not its imports.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables
from warehouse.release import published

REPORT = Path(__file__).parent / "KILL.md"
KEY = "a key for killed runs only"
IMPORTED = ["pipelines.run", "pipelines.summary", "great_expectations", "quality.suites.engine", "pypinyin"]
POLL = 0.004

PATIENCE = 60.0
"""Seconds a run with too little memory is given to end by itself."""
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Scene:
    """What is disturbed: an inbox, the home before, and what an undisturbed run makes of both.

    Attributes:
        name: how the table calls it.
        inbox: the deliveries.
        before: the home to start from; None for an empty one.
        steps: names of the steps in order, with the time each took (s).
        outcome: every table of the undisturbed release.
    """

    name: str
    inbox: Path
    before: Path | None
    steps: tuple[tuple[str, float], ...]
    outcome: Tables


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after so many steps were done."""

    steps_done: int
    seconds: float


@dataclass(frozen=True)
class Death:
    """One killed run and the run after it.

    Attributes:
        scene: where.
        step: the step it died in.
        seconds: how long it had lived.
        library: which release analysts saw then: none, the former or the new one.
        kept, did: steps finished before that the next run kept, and steps it finished itself.
        equal: when at last a run was not disturbed, every table of the release was that of a home that never was.
    """

    scene: str
    step: str
    seconds: float
    library: str
    kept: int = 0
    did: int = 0
    equal: bool = False


@dataclass(frozen=True)
class Limit:
    """What a run has too little of: bytes a file may hold, or bytes of address space beyond those at its start."""

    file: int | None = None
    memory: int | None = None

    @property
    def words(self) -> str:
        """The limit for people."""
        return f"files up to {self.file / 1e6:g} MB" if self.file else f"{(self.memory or 0) / 1e6:g} MB of memory"

    def hold(self) -> None:
        """Bind this process to it."""
        if self.file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.file, self.file))
        if self.memory:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            most = pages * os.sysconf("SC_PAGE_SIZE") + self.memory
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


LIMITS = (
    tuple(Limit(file=size) for size in (10_000, 50_000, 200_000, 1_000_000)),
    tuple(Limit(memory=size) for size in (20_000_000, 60_000_000, 120_000_000, 250_000_000, 500_000_000)),
)
"""Per home one after another, ever more."""


def scant(draws: random.Random) -> tuple[Limit, ...]:
    """Four times too little memory, or nearly enough, by chance: where a run breaks then, nobody has chosen."""
    return tuple(Limit(memory=draws.randrange(20, 900) * 1_000_000) for _ in range(4))


@dataclass(frozen=True)
class Starved:
    """One run that had too little, and what came of it.

    Attributes:
        limit: of what.
        exit: exit code; a negative one names the signal it died of.
        failed: the step that failed; "" where it was not told.
        library: which release analysts saw then: none, the former or the new one.
        equal: when at last a run had enough, every table of the release was that of a home that never had too little.
    """

    limit: Limit
    exit: int | None
    failed: str
    library: str
    equal: bool = False


def _onenet(inbox: str, home: str, log: str, limit: Limit) -> None:
    """Be `onenet run`, with output to a file. Runs in a process of its own."""
    os.environ.setdefault("ONENET_TOKEN_KEY", KEY)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    from pipelines.cli import app

    sys.argv = ["onenet", "run", "--inbox", inbox, "--home", home]
    limit.hold()
    app()


def start(inbox: Path, home: Path, log: Path, limit: Limit = Limit()) -> Any:
    """Start a run; its process."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    log.write_text("", encoding="utf-8")
    process = context.Process(target=_onenet, args=(str(inbox), str(home), str(log), limit))
    process.start()
    return process


def finish(inbox: Path, home: Path, log: Path, limit: Limit = Limit()) -> int | None:
    """Run to the end; the exit code. Refused memory, a library may wait for ever: such a run is killed, as whoever keeps watch would."""
    process = start(inbox, home, log, limit)
    process.join(PATIENCE if limit.memory else None)
    process.kill()
    process.join()
    code: int | None = process.exitcode
    return code


def kill_at(moment: Moment, inbox: Path, home: Path, log: Path) -> tuple[float, bool]:
    """Start a run and kill it at that moment; how long it lived (s), and whether it was faster and ended by itself."""
    process = start(inbox, home, log)
    born = time.monotonic()
    while process.is_alive() and len(done(log)) < moment.steps_done:
        time.sleep(POLL)
    process.join(moment.seconds)
    over = not process.is_alive()
    process.kill()
    process.join()
    return time.monotonic() - born, over


def done(log: Path) -> list[str]:
    """Steps a run says it has done, in order."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.split()[-1] for line in lines if line.startswith("done ")]


def contents(home: Path) -> Tables:
    """Every table of the release, rows ordered."""
    with duckdb.connect() as con:
        con.execute(f"attach '{(home / 'one_network.duckdb').resolve()}' as library (read_only)")
        names = [served.table.full_name for served in release_tables(shipped())]
        return {name: con.execute(f"select * from library.{name} order by all").fetchall() for name in names}


def marks(home: Path) -> dict[str, int]:
    """Steps that were run to their end, with the time of the mark (ns)."""
    return {path.stem: path.stat().st_mtime_ns for path in (home / "stage" / "done").glob("*.json")}


def observe(name: str, inbox: Path, before: Path | None, folder: Path) -> Scene:
    """Run undisturbed and remember how long each step took."""
    home, log = folder / "undisturbed", folder / "log"
    _set_up(before, home)
    process = start(inbox, home, log)
    born = time.monotonic()
    ends: list[float] = [born]
    while process.is_alive():
        ends += [time.monotonic()] * (len(done(log)) + 1 - len(ends))
        time.sleep(POLL)
    ends += [time.monotonic()] * (len(done(log)) + 1 - len(ends))
    if process.exitcode:
        raise RuntimeError(
            f"the undisturbed run ended with {process.exitcode}: {log.read_text(encoding='utf-8')[-2000:]}"
        )
    steps = tuple((step, end - begin) for step, (begin, end) in zip(done(log), pairwise(ends), strict=True))
    return Scene(name, inbox, before, steps, contents(home))


def disturb(scene: Scene, moments: list[Moment], folder: Path) -> list[Death]:
    """Kill one run after another on the same home, let the last one finish, compare."""
    home, log = folder / "killed", folder / "log"
    _set_up(scene.before, home)
    former, old = published(Home(home)), marks(home)
    deaths: list[Death] = []
    finished: list[dict[str, int]] = []
    for moment in moments:
        seconds, over = kill_at(moment, scene.inbox, home, log)
        steps = len(done(log))
        step = "(it was over)" if over or steps == len(scene.steps) else scene.steps[steps][0]
        left = published(Home(home))
        library = "none" if left is None else "former" if left == former else "new"
        deaths.append(Death(scene.name, step, seconds, library))
        finished.append({name: time_ns for name, time_ns in marks(home).items() if old.get(name) != time_ns})
    code = finish(scene.inbox, home, log)
    equal = code == 0 and contents(home) == scene.outcome
    finished.append(marks(home))
    told = []
    for death, (before, after) in zip(deaths, pairwise(finished), strict=True):
        kept = sum(after.get(name) == time_ns for name, time_ns in before.items())
        told.append(replace(death, kept=kept, did=len(after) - kept, equal=equal))
    shutil.rmtree(home)
    return told


def starve(scene: Scene, limits: Iterable[Limit], folder: Path) -> list[Starved]:
    """Run with too little of something, one limit after another on the same home; let the last run have enough; compare."""
    home, log = folder / "starved", folder / "log"
    _set_up(scene.before, home)
    former = published(Home(home))
    told: list[Starved] = []
    for limit in limits:
        code = finish(scene.inbox, home, log, limit)
        left = published(Home(home))
        library = "none" if left is None else "former" if left == former else "new"
        failed = [
            line.split()[-1] for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("FAILED")
        ]
        told.append(Starved(limit, code, ", ".join(failed), library))
    code = finish(scene.inbox, home, log)
    equal = code == 0 and contents(home) == scene.outcome
    shutil.rmtree(home)
    return [replace(one, equal=equal) for one in told]


def rounds(scene: Scene, count: int, each: int, draws: random.Random) -> list[list[Moment]]:
    """`count` homes' moments to kill at, `each` per home in ascending order: half spread over steps, half over time."""
    total = count * each
    took = [seconds for _, seconds in scene.steps]
    chosen = []
    for i in range(total // 2):
        step = int((i + draws.random()) * len(took) / (total // 2))
        chosen.append(Moment(step, draws.random() * took[step]))
    for i in range(total - total // 2):
        left = (i + draws.random()) * sum(took) / (total - total // 2)
        step = 0
        while step < len(took) - 1 and left > took[step]:
            left -= took[step]
            step += 1
        chosen.append(Moment(step, left))
    chosen.sort(key=lambda moment: (moment.steps_done, moment.seconds))
    return [chosen[home::count] for home in range(count)]


def prepare(persons: int, seed: int, folder: Path) -> tuple[Scene, Scene]:
    """A city on its second day, and the same city from nothing."""
    from connectors.sample import write_city

    write_city(persons, seed, folder / "city", days=[1])
    (day,) = (folder / "city" / "days").iterdir()
    first = observe("first day, empty home", folder / "city" / "deliveries", None, folder)
    (folder / "undisturbed").rename(folder / "before")
    second = observe("second day", day / "deliveries", folder / "before", folder)
    return second, first


def _set_up(before: Path | None, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    if before:
        shutil.copytree(before, home, symlinks=True)
    else:
        home.mkdir(parents=True)


def table(deaths: list[Death]) -> str:
    """The deaths as a Markdown table."""
    head = "| # | run | lived (s) | died in | library then | next run kept / did steps | all tables equal |\n"
    lines = [
        f"| {i} | {d.scene} | {d.seconds:.1f} | {d.step} | {d.library} | {d.kept} / {d.did} | {'yes' if d.equal else '**no**'} |"
        for i, d in enumerate(deaths, 1)
    ]
    return head + "|---:|---|---:|---|---|---:|---|\n" + "\n".join(lines) + "\n"


def starved_table(starved: list[Starved]) -> str:
    """The starved runs as a Markdown table."""
    head = "| limit | exit code | failed in | library then | all tables equal in the end |\n|---|---:|---|---|---|\n"
    return head + "".join(
        f"| {s.limit.words} | {s.exit} | {s.failed} | {s.library} | {'yes' if s.equal else '**no**'} |\n"
        for s in starved
    )


def main() -> None:
    """Kill and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--per-home", type=int, default=5)
    parser.add_argument("--persons", type=int, default=300)
    parser.add_argument("--scant", type=int, default=3, help="homes given memory by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=REPORT)
    asked = parser.parse_args()
    draws = random.Random(asked.seed)
    homes = -(-asked.moments // asked.per_home)
    fresh = max(1, homes // 5)
    deaths: list[Death] = []
    with tempfile.TemporaryDirectory(prefix="onenet-kill-") as name:
        folder = Path(name)
        second, first = prepare(asked.persons, asked.seed, folder)
        plan = [(second, m) for m in rounds(second, homes - fresh, asked.per_home, draws)]
        plan += [(first, m) for m in rounds(first, fresh, asked.per_home, draws)]
        for scene, moments in plan:
            deaths += disturb(scene, moments, folder)
            print(table(deaths), flush=True)
        limits = (*LIMITS, *(scant(draws) for _ in range(asked.scant)))
        starved = [one for some in limits for one in starve(second, some, folder)]
        print(starved_table(starved), flush=True)
    equal = sum(d.equal for d in deaths)
    asked.out.write_text(
        "# Runs killed at random moments\n\n"
        f"`python -m benchmarks.kill --moments {asked.moments} --persons {asked.persons} --seed {asked.seed}`: "
        f"`onenet run` was killed with SIGKILL at {len(deaths)} moments, in {homes} homes, {asked.per_home} times in a row "
        f"in each before a run was left alone. **{equal} of {len(deaths)}** kills were followed by a release whose every "
        "table equals that of a home that was never disturbed. *Library then* is what an analyst could open after the kill; "
        "*kept* are finished steps that the next run (killed in its turn or not) did not do again, *did* those it finished.\n\n"
        + table(deaths)
        + "\n## A full disk, and no memory\n\nOn the second day, one limit after another on one home, then a run with enough. "
        "Exit code 1 is an orderly end that names what is short; a negative one is the signal the process died of.\n\n"
        + starved_table(starved),
        encoding="utf-8",
    )
    print(f"{equal} of {len(deaths)} equal")
    if equal < len(deaths) or not all(one.equal for one in starved):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

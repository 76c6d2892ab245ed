"""A step of the main job: which tables it reads, which it writes, and what it does.

Belongs here: the declaration of a step, and what follows from all of them: who makes a table, on what a step depends. Does not: the
steps themselves (`pipelines.plan`), how they are run once (`markers`), or Dagster (`defs`).

A table is known by its handle, such as `mention/person`: the name of its stage file and of its asset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.markers import Counts, file_digest
from pipelines.settings import Settings
from warehouse.model.table import Table

Run = Callable[[Settings, str], Counts]
"""What a step does: takes the settings and the version of the release this run makes, returns counts."""


@dataclass(frozen=True)
class Written:
    """One table a step writes.

    Attributes:
        handle: its name.
        zh: what it is, in Chinese.
        en: the same in English, a sentence.
        table: its contract; none where it is no table.
        made_of: handles it is made of where those are fewer than the step reads.
        rows: the count of the step that is its number of rows.
        kinds: what it is made with, as Dagster shows it.
        owner: code of the department it belongs to.
        chart: a chart of the home that shows it.
        path: where it lies, for what is no stage file.
        content: a fingerprint of what it holds, for what is no single file.
    """

    handle: str
    zh: str
    en: str
    table: Table | None = None
    made_of: tuple[str, ...] | None = None
    rows: str = "rows"
    kinds: tuple[str, ...] = ("duckdb", "parquet")
    owner: str = "data"
    chart: str | None = None
    path: Callable[[Settings], Path] | None = None
    content: Callable[[Settings], str] | None = None

    def digest(self, settings: Settings) -> str:
        """A fingerprint of what the table holds now; '' where it lies in no single file and changes with every release."""
        if self.content:
            return self.content(settings)
        return file_digest(
            self.path(settings) if self.path else settings.home.root / "stage" / f"{self.handle}.parquet"
        )


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: as in `markers` and in the progress of a run.
        group: under which Dagster shows what it writes.
        reads: handles of the tables it reads.
        writes: the tables it writes.
        run: what it does.
        judged: it depends on the stewards' judgements and on how long models are held, beside its tables.
        versioned: it depends on the version of the release this run makes.
        always: it is done in every run: what it depends on is written nowhere.
        decided: it depends on what people decided about deliveries, beside which of them stand.
        verified: it depends on what departments said of corrections (校核).
        granted: it depends on what sources granted on request, and on the day.
        landing_checked: it reads what the landing suites found. They stop nothing, so no dependency puts them before it.
    """

    name: str
    group: str
    reads: tuple[str, ...]
    writes: tuple[Written, ...]
    run: Run
    judged: bool = False
    versioned: bool = False
    always: bool = False
    decided: bool = False
    verified: bool = False
    granted: bool = False
    landing_checked: bool = False


@dataclass(frozen=True)
class Plan:
    """All steps, in an order in which each comes after those whose tables it reads."""

    steps: tuple[Step, ...]
    landed: tuple[str, ...]
    _makers: Mapping[str, Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        makers: dict[str, Step] = {}
        known = set(self.landed)
        for step in self.steps:
            if missing := [handle for handle in step.reads if handle not in known]:
                raise ValueError(f"step {step.name} reads {', '.join(missing)}, which no step before it writes")
            for written in step.writes:
                if written.handle in makers or written.handle in self.landed:
                    raise ValueError(f"two steps write {written.handle}: {step.name} is the second")
                makers[written.handle] = step
                known.add(written.handle)
        object.__setattr__(self, "_makers", makers)

    def maker(self, handle: str) -> Step | None:
        """The step that writes a table; None for what is landed."""
        return self._makers.get(handle)

    def step(self, name: str) -> Step:
        """The step of that name; KeyError where there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def before(self, step: Step) -> tuple[Step, ...]:
        """The steps whose tables a step reads, each once."""
        makers = (self.maker(handle) for handle in step.reads)
        return tuple({maker.name: maker for maker in makers if maker}.values())

    def landings(self, step: Step) -> tuple[str, ...]:
        """The landed tables a step reads itself."""
        return tuple(handle for handle in step.reads if handle in self.landed)


def handles(names: Iterable[str], of: Iterable[str]) -> tuple[str, ...]:
    """`<name>/<one>` for every name and every one."""
    listed = tuple(of)
    return tuple(f"{name}/{one}" for name in names for one in listed)


def stage_tables(stage: str, tables: Iterable[Table]) -> tuple[Written, ...]:
    """Tables a step writes under their own names and titles; its counts have the same names."""
    return tuple(Written(f"{stage}/{t.name}", t.zh, f"{t.en}: {t.grain}", t, rows=t.name) for t in tables)

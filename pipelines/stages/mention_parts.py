"""The mentions of every platform by themselves: what a platform delivers is standardised, what the others delivered stands.

Reads the landing area; writes `mention_part/<platform>/<kind>` and, of these, `mention/<kind>`. Whom a mention points to is named by its
own platform, so a part is numbered from 0 and holds as long as the deliveries of its platform do; the table of the city is its
parts under one another, numbered through. What values were standardised to is remembered as long as a part stands that was made
with it (`ValueCache`).

Belongs here: which parts are made anew, and putting them together. Does not: what a mention is (`standardise.mentions`).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.spec import Platform
from pipelines.engine import LOCAL, OnEngine
from pipelines.engine.files import file_of, row_count, row_groups
from pipelines.markers import Counts, code_fingerprint, digest, file_digest, run_changed, run_if_changed
from pipelines.parallel import each
from pipelines.settings import Settings
from pipelines.stages.city_places import Places
from pipelines.stages.current import rows_now, rows_state
from pipelines.standardise.at_scale import (
    RowCounts,
    Task,
    TaskContext,
    by_platform,
    make_parts,
    put_pieces_together,
    rows_between,
    tasks_of,
)
from pipelines.standardise.parts import shifted
from pipelines.standardise.value_cache import ValueCache, drop_batches
from warehouse.model import Home
from warehouse.model.durable import aside, put_in_place, write_whole
from warehouse.model.memory import give_back

GROUP_ROWS = 1_000_000
"""Rows that are standardised together, of some platforms or a piece of one: more share what a value means, fewer need less memory."""

TASK_ROWS = 200_000
"""Rows of a task of a worker, about."""

LIBRARIES = ("duckdb", "opencc", "pyarrow", "pypinyin")
"""Libraries that have a say in what a value means: with another version of one every value is standardised again."""


def write_parts(settings: Settings, places: Mapping[str | None, Places]) -> None:
    """Standardise the rows of the platforms of which something came, or for which their city's places are others now.

    What is more than one task is done by the workers of the run's engine, if it has one, with the same outcome.
    """
    home, platforms = settings.home, dict(sorted(settings.platforms.items()))
    known = {city: there.state for city, there in places.items()}
    states = {f"mention_part/{n}": digest((rows_state(settings, p), *known[p.city])) for n, p in platforms.items()}
    for gone in {path.name for path in home.mention_part("any", "any").parent.parent.glob("*/")} - set(platforms):
        shutil.rmtree(home.mention_part(gone, "any").parent)

    def body(changed: Sequence[str]) -> None:
        names = [step.partition("/")[2] for step in changed]
        former = _batches(home)
        stand = {name: own for name, own in former.items() if name in platforms and name not in names}
        standing = frozenset(batch for own in stand.values() for batch in own)
        code = digest((code_fingerprint(), sys.version, *map(version, LIBRARIES)))
        batch = 1 + max((int(batch) for own in former.values() for batch in own), default=0)
        made: dict[str, list[str]] = {}
        for city, there in places.items():
            if own := {name: platforms[name] for name in names if platforms[name].city == city}:
                context = TaskContext(own, there.addresses, there.grids, settings.code_tables, code, former, batch)
                made |= _make(settings, city, context, standing, [states[f"mention_part/{name}"] for name in own])
                batch = 1 + max(int(number) for numbers in made.values() for number in numbers)
        drop_batches(home.value_cache, standing.union(*made.values()))
        write_whole(_batch_file(home), json.dumps(stand | made).encode())

    run_changed(home, states, body)


def _make(
    settings: Settings, city: str | None, context: TaskContext, standing: frozenset[str], states: Sequence[str]
) -> dict[str, list[str]]:
    """Write the parts of some platforms of one city; return the batches of remembered values each was made with."""
    home, counts = settings.home, _row_counts(settings, context.platforms)
    tasks = tasks_of(context.platforms, counts, TASK_ROWS)
    if settings.engine == LOCAL or len(tasks) == 1:
        value_cache = ValueCache(home.value_cache, context.code, batch=str(context.batch), standing=standing)
        groups = tasks_of(context.platforms, counts, GROUP_ROWS)
        with tempfile.TemporaryDirectory(prefix="mention-part-") as folder:
            for number, group in enumerate(groups):
                _standardise(settings, group, context, value_cache, Path(folder), number)
            for platform, numbers in by_platform(groups).items():
                if len(numbers) > 1:
                    put_pieces_together(home, platform, numbers, Path(folder))
        value_cache.write()
        return {name: [str(context.batch)] for name in context.platforms}
    stamp = digest((context.code, tasks, context.former, *states))
    tables = home.engine_tables(f"mention_{city}" if city else "mention")
    return make_parts(OnEngine(settings.engine, tables, stamp), home, tasks, context)


def _batch_file(home: Home) -> Path:
    return home.value_cache / "batches.json"


def _batches(home: Home) -> dict[str, list[str]]:
    """Platform → the batches of remembered values its parts were made with."""
    try:
        told = json.loads(_batch_file(home).read_text(encoding="utf-8"))
        return {str(name): [str(int(batch)) for batch in own] for name, own in told.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


def _row_counts(settings: Settings, platforms: Mapping[str, Platform]) -> RowCounts:
    """How many rows of their datasets hold now; which do is worked out here."""
    datasets = [(platform, dataset.name) for platform in platforms.values() for dataset in platform.datasets]
    rows = each(lambda one: rows_now(settings, *one, columns=[]).num_rows, datasets, os.cpu_count() or 1)
    return {(platform.platform, name): count for (platform, name), count in zip(datasets, rows, strict=True)}


def _standardise(
    settings: Settings, group: Task, context: TaskContext, value_cache: ValueCache, folder: Path, number: int
) -> None:
    """Write the parts of some platforms; of a piece of one, what there is of it into a folder."""
    home, model = settings.home, settings.home.data_model
    pieces = {piece.platform: piece for piece in group}
    own = {name: piece.of(context.platforms[name]) for name, piece in pieces.items()}
    whole = {name for name, piece in pieces.items() if piece.is_whole(context.platforms[name])}

    def rows(platform: str, dataset: str) -> pa.Table:
        piece = pieces[platform]
        if piece.rows is None:
            return rows_now(settings, context.platforms[platform], dataset)
        return rows_between(home.current(platform, dataset), piece.start, piece.rows)

    for name, kind, part in context.parts(model, own, rows, value_cache):
        file = home.mention_part(name, kind) if name in whole else file_of(folder, f"{name}/{kind}", number)
        if part.num_rows:
            model.mention(kind).write(part, file)
        else:  # of most kinds a platform knows nothing
            file.unlink(missing_ok=True)
    give_back()  # before the next group has its own


@dataclass(frozen=True)
class Parts:
    """The parts of all platforms of a city, as they stand.

    Attributes:
        home: where they are.
        platforms: their names, in the order in which they stand under one another.
    """

    home: Home
    platforms: tuple[str, ...]

    @classmethod
    def of(cls, home: Home, platforms: Mapping[str, Platform]) -> Parts:
        """The parts of some platforms."""
        return cls(home, tuple(sorted(platforms)))

    @cached_property
    def starts(self) -> Mapping[str, Mapping[str, int]]:
        """Kind → platform → the first `mention_id` of its part."""
        sizes = {
            kind: [row_count(self.home.mention_part(name, kind)) for name in self.platforms]
            for kind in self.home.data_model.order
        }
        return {
            kind: dict(zip(self.platforms, accumulate([0, *counts]), strict=False)) for kind, counts in sizes.items()
        }

    @cached_property
    def states(self) -> Mapping[str, str]:
        """Kind → a fingerprint of all that its mention table follows from."""
        return {kind: self._state(kind) for kind in self.home.data_model.order}

    def _state(self, kind: str) -> str:
        pointed = [self.starts[other] for other in self.home.data_model.kinds[kind].ties if other in self.starts]
        parts = [file_digest(self.home.mention_part(name, kind)) for name in self.platforms]
        return digest((*self.platforms, *parts, *map(repr, pointed)))

    def write(self, kind: str) -> Counts:
        """Write `mention/<kind>`, unless it is there; return its rows."""
        path = self.home.stage("mention", kind)

        def body() -> Counts:
            path.parent.mkdir(parents=True, exist_ok=True)
            table, rows = self.home.data_model.mention(kind), 0
            with pq.ParquetWriter(aside(path), table.arrow, compression="zstd", compression_level=1) as writer:
                for name in self.platforms:
                    by = {other: starts[name] for other, starts in self.starts.items()}
                    for some in row_groups(self.home.mention_part(name, kind)):
                        writer.write_table(table.conform(shifted(self.home.data_model, kind, some, by)))
                        rows += some.num_rows
            put_in_place(aside(path), path)
            return {"rows": rows}

        return run_if_changed(self.home, f"mention/{kind}", self.states[kind], body)

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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.spec import Platform
from pipelines.markers import Counts, code_fingerprint, digest, file_digest, run_changed, run_if_changed
from pipelines.parallel import each
from pipelines.settings import Settings
from pipelines.stages.current import rows_now, rows_state
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.value_cache import ValueCache
from warehouse.model import Home
from warehouse.model.data_model import DataModel
from warehouse.model.durable import aside, put_in_place, write_whole

GROUP_ROWS = 1_000_000
"""Rows of platforms that are standardised together: more share what a value means, fewer need less memory."""

LIBRARIES = ("duckdb", "opencc", "pyarrow", "pypinyin")
"""Libraries that have a say in what a value means: with another version of one every value is standardised again."""


def write_parts(settings: Settings, gazetteer: Gazetteer, grids: GridTree) -> None:
    """Standardise the rows of the platforms of which something came, or for which the city's places are others now."""
    home, platforms = settings.home, dict(sorted(settings.platforms.items()))
    places = (gazetteer.fingerprint, repr((grids.nodes.to_pylist(), sorted(grids.former.items()), grids.given_up)))
    states = {f"mention_part/{name}": digest((rows_state(settings, p), *places)) for name, p in platforms.items()}
    for gone in {path.name for path in home.mention_part("any", "any").parent.parent.glob("*/")} - set(platforms):
        shutil.rmtree(home.mention_part(gone, "any").parent)

    def body(changed: Sequence[str]) -> None:
        names = [step.partition("/")[2] for step in changed]
        batches = {name: batch for name, batch in _batches(home).items() if name in platforms and name not in names}
        new = str(max(map(int, batches.values()), default=0) + 1)
        code = digest((code_fingerprint(), sys.version, *map(version, LIBRARIES)))
        value_cache = ValueCache(home.value_cache, code, batch=new, standing=frozenset(batches.values()))
        for group in _groups(settings, names):
            _standardise(settings, group, gazetteer, grids, value_cache)
        value_cache.keep()
        write_whole(_batch_file(home), json.dumps(batches | dict.fromkeys(names, new)).encode())

    run_changed(home, states, body)


def _batch_file(home: Home) -> Path:
    return home.value_cache / "batches.json"


def _batches(home: Home) -> dict[str, str]:
    """Platform → the batch of remembered values its parts were made with."""
    try:
        told = json.loads(_batch_file(home).read_text(encoding="utf-8"))
        return {str(name): str(int(batch)) for name, batch in told.items()}
    except (FileNotFoundError, ValueError, AttributeError):
        return {}


def _groups(settings: Settings, names: Sequence[str]) -> Iterator[list[str]]:
    """Platforms one after the other, so many together that their rows are some `GROUP_ROWS`."""
    datasets = [(settings.platforms[name], d.name) for name in names for d in settings.platforms[name].datasets]
    counts = each(lambda one: rows_now(settings, *one, columns=[]).num_rows, datasets, os.cpu_count() or 1)
    rows = dict.fromkeys(names, 0)
    for (platform, _), count in zip(datasets, counts, strict=True):
        rows[platform.platform] += count
    group: list[str] = []
    for name in names:
        if group and sum(rows[n] for n in group) + rows[name] > GROUP_ROWS:
            yield group
            group = []
        group.append(name)
    yield group


def _standardise(
    settings: Settings, names: Sequence[str], gazetteer: Gazetteer, grids: GridTree, value_cache: ValueCache
) -> None:
    """Write the parts of some platforms."""
    home, model = settings.home, settings.home.data_model

    def rows(platform: str, dataset: str) -> pa.Table:
        return rows_now(settings, settings.platforms[platform], dataset)

    own = {name: settings.platforms[name] for name in names}
    mentions: dict[str, pa.Table] = {}
    for kind in model.order:
        mentions[kind] = build_mentions(
            model,
            kind,
            own,
            rows,
            gazetteer=gazetteer,
            grids=grids,
            code_tables=settings.code_tables,
            parents=mentions,
            value_cache=value_cache,
        )
    spans = {kind: _spans(table, names) for kind, table in mentions.items()}
    for name in names:
        for kind, table in mentions.items():
            start, count = spans[kind][name]
            back = {other: -spans[other][name][0] for other in mentions}
            part = shifted(model, kind, table.slice(start, count), back)
            if count:
                model.mention(kind).write(part, home.mention_part(name, kind))
            else:  # of most kinds a platform knows nothing
                home.mention_part(name, kind).unlink(missing_ok=True)


def _spans(table: pa.Table, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where the mentions of each platform begin in a table ordered by platform, and how many there are."""
    counted = pc.value_counts(table["platform"].combine_chunks())
    counts = {line["values"]: line["counts"] for line in counted.to_pylist()}
    sizes = [counts.get(name, 0) for name in names]
    starts = accumulate([0, *sizes[:-1]])
    return dict(zip(names, zip(starts, sizes, strict=True), strict=True))


def shifted(model: DataModel, kind: str, mentions: pa.Table, by: Mapping[str, int]) -> pa.Table:
    """Mentions of a kind, numbered otherwise: to the ids of every kind is added what `by` says of it."""
    for other in (kind, *model.kinds[kind].ties):
        name = "mention_id" if other == kind else f"{other}_mention_id"
        if by.get(other) and name in mentions.column_names:
            place = mentions.column_names.index(name)
            mentions = mentions.set_column(place, mentions.schema.field(name), pc.add(mentions[name], by[other]))
    return mentions


def _rows(path: Path) -> int:
    """Rows of a part; there is no file of one without any."""
    return int(pq.read_metadata(path).num_rows) if path.exists() else 0


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
            kind: [_rows(self.home.mention_part(name, kind)) for name in self.platforms]
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
                for name in (name for name in self.platforms if self.home.mention_part(name, kind).exists()):
                    by = {other: starts[name] for other, starts in self.starts.items()}
                    part = shifted(self.home.data_model, kind, table.read(self.home.mention_part(name, kind)), by)
                    rows += part.num_rows
                    writer.write_table(part)
            put_in_place(aside(path), path)
            return {"rows": rows}

        return run_if_changed(self.home, f"mention/{kind}", self.states[kind], body)

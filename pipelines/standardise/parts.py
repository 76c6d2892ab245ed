"""The mentions of platforms by themselves: whom a mention points to is named by its own platform, so each is numbered from 0.

Belongs here: making them together and telling them apart, and numbering them otherwise. Does not: what a mention is (`mentions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Platform
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.codes import CodeTables
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.roles import Rows
from pipelines.standardise.value_cache import ValueCache
from warehouse.model.data_model import DataModel


def platform_parts(
    model: DataModel,
    platforms: Mapping[str, Platform],
    rows: Rows,
    *,
    gazetteer: Gazetteer,
    grids: GridTree,
    code_tables: CodeTables,
    value_cache: ValueCache,
) -> Iterator[tuple[str, str, pa.Table]]:
    """Standardise the rows of platforms together.

    What is given is what `build_mentions` takes.

    Yields:
        For every platform and kind the mentions, numbered from 0 as are those they point to; of most kinds a platform has none.
    """
    mentions: dict[str, pa.Table] = {}
    for kind in model.order:
        mentions[kind] = build_mentions(
            model,
            kind,
            platforms,
            rows,
            gazetteer=gazetteer,
            grids=grids,
            code_tables=code_tables,
            parents=mentions,
            value_cache=value_cache,
        )
    names = sorted(platforms)
    spans = {kind: _spans(table, names) for kind, table in mentions.items()}
    for name in names:
        back = {kind: -spans[kind][name][0] for kind in mentions}
        for kind, table in mentions.items():
            yield name, kind, shifted(model, kind, table.slice(*spans[kind][name]), back)


def _spans(table: pa.Table, names: list[str]) -> dict[str, tuple[int, int]]:
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

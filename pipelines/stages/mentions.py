"""Standardise the rows that hold now. Reads the landing area; writes `grid/tree` and `mention/<kind>`."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from connectors.current import current_rows
from connectors.spec import Dataset, Platform
from pipelines.once import Counts
from pipelines.settings import Settings
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.reference import address_reference, grid_reference
from warehouse.model.mention import MENTIONS

ORDER = ("housing", "enterprise", "person")
"""Homes and enterprises first: a person's mention points to those of its row."""


def write_mentions(settings: Settings) -> Counts:
    """Write the mention table of every kind; return mentions per kind."""
    home = settings.home

    def rows(platform: str, dataset: str) -> pa.Table:
        return current_rows(settings.platforms[platform], settings.platforms[platform].dataset(dataset), home)

    grids = GridTree.from_reference(
        [grid_reference(p, d, rows(p.platform, d.name)) for p, d in _references(settings, "grid")]
    )
    gazetteer = Gazetteer.from_reference(
        pa.concat_tables(
            [address_reference(p, d, rows(p.platform, d.name)) for p, d in _references(settings, "address")]
        )
    )
    mentions: dict[str, pa.Table] = {}
    for kind in ORDER:
        mentions[kind] = build_mentions(
            kind,
            settings.platforms,
            rows,
            gazetteer=gazetteer,
            grids=grids,
            code_tables=settings.code_tables,
            parents=mentions,
        )
        MENTIONS[kind].write(mentions[kind], home.stage("mention", kind))
    return {kind: mentions[kind].num_rows for kind in ORDER}


def _references(settings: Settings, what: str) -> Iterator[tuple[Platform, Dataset]]:
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if dataset.reference == what:
                yield platform, dataset

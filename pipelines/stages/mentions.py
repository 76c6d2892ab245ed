"""Standardise the rows that hold now. Reads the landing area; writes `grid/*`, `mention/<kind>`, and what matching reads of
these (`matching.inputs.mention_index`)."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

import pyarrow as pa

from pipelines.kinds import inputs_of
from pipelines.markers import Counts, code_fingerprint, digest
from pipelines.matching.inputs.mention_index import write_mention_index
from pipelines.parallel import each
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.grid_tree import city_grids, references
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.reference import ADDRESS_REFERENCE, address_reference, in_present_grids
from pipelines.standardise.value_cache import ValueCache
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import GRID_CHANGE, GRID_HISTORY

NO_ADDRESSES = pa.schema([(name, pa.string()) for name in ADDRESS_REFERENCE]).empty_table()
"""The address reference of a city that has none: addresses are then only parsed."""

LIBRARIES = ("duckdb", "opencc", "pyarrow", "pypinyin")
"""Libraries that have a say in what a value means: with another version of one every value is standardised again."""


def write_mentions(settings: Settings) -> Counts:
    """Write the mention table of every kind; return mentions per kind."""
    home, model = settings.home, settings.home.data_model

    def rows(platform: str, dataset: str) -> pa.Table:
        return rows_now(settings, settings.platforms[platform], dataset)

    named = [(platform, dataset.name) for platform in settings.platforms.values() for dataset in platform.datasets]
    each(lambda one: rows_now(settings, *one, columns=[]), named, os.cpu_count() or 1)  # kept for all who read them
    grids = _write_grids(settings)
    gazetteer = address_gazetteer(settings, grids)
    value_cache = _value_cache(home)
    mentions: dict[str, pa.Table] = {}
    for kind in model.order:
        mentions[kind] = build_mentions(
            model,
            kind,
            settings.platforms,
            rows,
            gazetteer=gazetteer,
            grids=grids,
            code_tables=settings.code_tables,
            parents=mentions,
            value_cache=value_cache,
        )
        model.mention(kind).write(mentions[kind], home.stage("mention", kind))
    value_cache.keep()
    write_mention_index(home, mentions, {kind: inputs_of(model, kind) for kind in model.order}, os.cpu_count() or 1)
    return {kind: mentions[kind].num_rows for kind in model.order}


def _write_grids(settings: Settings) -> GridTree:
    """Write the grid tree of today, its history and its changes."""
    history, home = city_grids(settings), settings.home
    GRID_TREE.write(history.tree.nodes, home.stage("grid", "tree"))
    GRID_HISTORY.write(history.nodes, home.stage("grid", "history"))
    GRID_CHANGE.write(history.changes, home.stage("grid", "change"))
    return history.tree


def address_gazetteer(settings: Settings, grids: GridTree) -> Gazetteer:
    """The standard addresses of the city, as its reference declares them now."""
    addresses = [
        address_reference(p, d, rows_now(settings, settings.platforms[p.platform], d.name))
        for p, d in references(settings, "address")
    ]
    return Gazetteer.from_reference(
        in_present_grids(pa.concat_tables([NO_ADDRESSES, *addresses]), grids), settings.city.settings.division.own
    )


def _value_cache(home: Home) -> ValueCache:
    """What the values of the last run were standardised to, if by the same code."""
    return ValueCache(home.value_cache, digest((code_fingerprint(), sys.version, *map(version, LIBRARIES))))

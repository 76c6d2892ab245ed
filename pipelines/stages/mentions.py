"""Standardise the rows that hold now. Reads the landing area; writes `grid/*`, `mention/<kind>`, and what matching reads of
these (`matching.inputs.mention_index`)."""

from __future__ import annotations

import os

from pipelines.kinds import inputs_of
from pipelines.markers import Counts, digest, run_changed
from pipelines.matching.inputs.mention_index import mention_tables, write_mention_index
from pipelines.settings import Settings
from pipelines.stages.city_places import places_by_city
from pipelines.stages.grid_tree import grids_of
from pipelines.stages.mention_parts import Parts, write_parts
from pipelines.standardise.grids import GridTree
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import GRID_CHANGE, GRID_HISTORY


def write_mentions(settings: Settings) -> Counts:
    """Write the mention table of every kind; return mentions per kind."""
    home, model = settings.home, settings.home.data_model
    grids = _write_grids(settings)
    write_parts(settings, places_by_city(settings, grids))
    parts = Parts.of(home, settings.platforms)
    counts = {kind: parts.write(kind)["rows"] for kind in model.order}
    _write_index(home, parts)
    return counts


def _write_index(home: Home, parts: Parts) -> None:
    """Write what matching reads of the mentions, of the kinds of whose tables something changed."""
    model = home.data_model
    inputs = {kind: inputs_of(model, kind) for kind in model.order}
    reads = {kind: (kind, *sorted({*inputs[kind].reads, *inputs[kind].points_to})) for kind in model.order}
    states = {
        f"mention_index/{kind}": digest(parts.states[other] for other in reads[kind] if other in reads)
        for kind in model.order
    }
    run_changed(
        home,
        states,
        lambda changed: write_mention_index(
            home,
            mention_tables(home),
            {kind: inputs[kind] for kind in (step.partition("/")[2] for step in changed)},
            os.cpu_count() or 1,
        ),
    )


def _write_grids(settings: Settings) -> GridTree:
    """Write the grid tree of today, its history and its changes; return the tree."""
    history, home = grids_of(settings, settings.city.settings.codes), settings.home
    GRID_TREE.write(history.tree.nodes, home.stage("grid", "tree"))
    GRID_HISTORY.write(history.nodes, home.stage("grid", "history"))
    GRID_CHANGE.write(history.changes, home.stage("grid", "change"))
    return history.tree

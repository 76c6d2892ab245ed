"""Other divisions of the city laid over the base grids. Reads the landing area, `mention/housing`, golden records of what lies
somewhere; writes `division/*`."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.spec import DivisionArea, Listed
from pipelines.markers import Counts
from pipelines.resolution.divisions import AREA, lay_over
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.folding import fold_text
from pipelines.standardise.grids import loose_key
from warehouse.model.data_model import HOME
from warehouse.model.grid import OVERLAY_TABLES

KINDS = ("person", HOME, "component")
"""Kinds whose golden records are laid over."""


def write_divisions(settings: Settings) -> Counts:
    """Write the areas of other departments, what they have in common with the grids, and the places on a boundary."""
    home, model = settings.home, settings.home.data_model
    areas = pa.Table.from_pylist(list(_areas(settings)), schema=AREA)
    path = home.stage("golden", HOME)
    written = pc.unique(pq.read_table(path, columns=["community"])["community"]).to_pylist() if path.exists() else []
    names = [name for name in written if name]
    keys = pa.table({"community": pa.array(names, pa.string()), "key": pa.array(map(loose_key, names), pa.string())})
    overlay = lay_over(
        areas,
        keys,
        {kind: home.stage("golden", kind) for kind in KINDS},
        home.stage("mention", "event"),
        model,
        cities={name: platform.city for name, platform in settings.platforms.items()},
    )
    counts = {}
    for table, rows in zip(OVERLAY_TABLES, (overlay.divisions, overlay.in_common, overlay.boundary), strict=True):
        table.write(rows, home.stage("division", table.name))
        counts[table.name] = rows.num_rows
    return counts


def _areas(settings: Settings) -> Iterator[dict[str, object]]:
    """Every area that a platform declares; of a code that comes twice the first row."""
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if declared := dataset.division:
                rows = {
                    row[declared.code]: row for row in reversed(rows_now(settings, platform, dataset.name).to_pylist())
                }
                for code, row in sorted((c, r) for c, r in rows.items() if c):
                    yield {
                        "platform": platform.platform,
                        "city": platform.city,
                        "division_code": code,
                        **_said(declared, row),
                    }


def _said(declared: DivisionArea, row: dict[str, str | None]) -> dict[str, object]:
    return {
        "name": row[declared.name] if declared.name else None,
        "in_charge": row[declared.in_charge] if declared.in_charge else None,
        "communities": [loose_key(name) for name in _listed(declared.communities, row)],
        "estates": _listed(declared.estates, row),
        "shape": row[declared.shape] if declared.shape else None,
    }


def _listed(column: Listed | None, row: dict[str, str | None]) -> list[str]:
    """The names in a cell, folded, each once."""
    cell = row[column.column] if column else None
    names = (fold_text(name).strip() for name in (cell or "").split(column.split)) if column else ()
    return list(dict.fromkeys(name for name in names if name))

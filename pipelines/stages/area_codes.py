"""What the codes mean that other systems have for streets. Reads the landing area, mentions, `grid/*`; writes `area/*`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Dataset, Platform
from pipelines.markers import Counts
from pipelines.resolution.session import Session
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.roles import ROW_COLUMNS, mentions_of_rows
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import AREA_CODE, GRID_CHANGE

_WRITTEN = pa.schema([("platform", pa.string()), ("area_code", pa.string()), ("grid_code", pa.string())])


def write_area_codes(settings: Settings) -> Counts:
    """Write what every code that a platform declares as `area_code` means, and where its rows lie."""
    home = settings.home
    parts = [
        _written(settings, platform, dataset)
        for platform in settings.platforms.values()
        for dataset in platform.datasets
        if dataset.area_code
    ]
    declared = [
        {"platform": platform, "area_code": code, "grid_code": node}
        for platform, codes in sorted(settings.city.grid_rules.area_codes.items())
        for code, node in sorted(codes.items())
    ]
    with Session() as session:
        session.con.register("written", pa.concat_tables([_WRITTEN.empty_table(), *parts]))
        session.con.register("declared", pa.Table.from_pylist(declared, schema=_WRITTEN))
        session.view("tree", home.stage("grid", "tree"), GRID_TREE)
        session.view("change", home.stage("grid", "change"), GRID_CHANGE)
        rows = AREA_CODE.conform(session.query("area_code").to_arrow_table())
    AREA_CODE.write(rows, home.stage("area", "area_code"))
    return {"rows": rows.num_rows}


def _written(settings: Settings, platform: Platform, dataset: Dataset) -> pa.Table:
    """Per row that fills it the code, and the grid of what the row is about."""
    rows = rows_now(settings, platform, dataset.name)
    grids = pa.nulls(rows.num_rows, pa.string())
    if dataset.subject:
        model, kind = settings.home.data_model, dataset.roles[dataset.subject].kind
        if model.is_placed(kind):
            mentions = model.mention(kind).read(settings.home.stage("mention", kind), [*ROW_COLUMNS, "grid_code"])
            ids = mentions_of_rows(model, mentions, platform, dataset, dataset.subject, rows)
            grids = mentions["grid_code"].combine_chunks().take(pa.array(ids, pa.int64(), mask=ids < 0))
    codes = rows[dataset.area_code or ""]
    table = pa.table([pa.repeat(pa.scalar(platform.platform), rows.num_rows), codes, grids], schema=_WRITTEN)
    return table.filter(pc.greater(pc.utf8_length(pc.fill_null(codes, "")), 0))

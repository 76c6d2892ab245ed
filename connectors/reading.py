"""Which reader a platform's files go to.

Belongs here: the one table from format to reader. Does not: anything about a format.
"""

from __future__ import annotations

from pathlib import Path

from connectors import delimited, json_rows, ndjson, sqlite, workbook, xml_rows
from connectors.rows import Batches, without_trailing_blanks
from connectors.spec import Delimited, GeoJson, Json, Ndjson, Platform, Workbook, Xml


def read(path: Path, platform: Platform) -> Batches:
    """Return the rows of every dataset of one delivered file, dataset by dataset in declared order.

    Every dataset has at least one batch, so that one without rows is known to have been there.

    Raises:
        DeliveryRejected: the file can't be read as declared.
    """
    layout = platform.format
    only = platform.datasets[0]
    if isinstance(layout, Workbook):
        batches = workbook.read(path, layout, platform.datasets)
    elif isinstance(layout, Delimited):
        batches = delimited.read(path, layout, only)
    elif isinstance(layout, Ndjson):
        batches = ndjson.read(path, only)
    elif isinstance(layout, Json):
        batches = json_rows.read(path, layout, only)
    elif isinstance(layout, GeoJson):
        batches = json_rows.read_geojson(path, only)
    elif isinstance(layout, Xml):
        batches = xml_rows.read(path, layout, only)
    else:
        batches = sqlite.read(path, platform.datasets)
    return without_trailing_blanks(batches)

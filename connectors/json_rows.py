"""One JSON document with the rows under a path, and GeoJSON, both streamed with ijson.

Belongs here: finding the rows, a document that breaks off. Turning objects into columns is `connectors.objects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ijson

from connectors.objects import Item, Problem, batches
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Dataset, Json


def read(path: Path, layout: Json, dataset: Dataset) -> Batches:
    """Yield the rows of a JSON document (UTF-8).

    Raises:
        DeliveryRejected: `not_json` where the document is damaged, `rows_not_found` where nothing lies under the path.
    """
    return batches(_items(path, layout.rows), dataset)


def read_geojson(path: Path, dataset: Dataset) -> Batches:
    """Yield the features of a FeatureCollection: properties are columns, a point adds `lng` and `lat`.

    Any other geometry lands as GeoJSON text in the column `geometry`.

    Raises:
        DeliveryRejected: `not_json`, or `rows_not_found` where it is no FeatureCollection.
    """
    return batches((_feature(item) for item in _items(path, "features")), dataset)


def _items(path: Path, rows: str) -> Iterator[Item]:
    prefix = f"{rows}.item" if rows else "item"
    found = False
    try:
        with path.open("rb") as stream:
            if stream.read(3) != b"\xef\xbb\xbf":
                stream.seek(0)
            for value in ijson.items(stream, prefix):
                found = True
                problem = Problem("not_an_object", "该行不是JSON对象（花括号包围的一条记录）")
                yield value if isinstance(value, dict) else problem
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise DeliveryRejected("not_json", "文件不是完整的UTF-8编码JSON，可能被截断或编码有误，请重新导出") from error
    if not found and not _has_array(path, rows):
        raise DeliveryRejected("rows_not_found", f"JSON中没有路径“{rows}”下的数组，请检查导出结构或平台配置中的rows")


def _has_array(path: Path, rows: str) -> bool:
    with path.open("rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        return any(prefix == rows and event == "start_array" for prefix, event, _ in ijson.parse(stream))


def _feature(item: Item) -> Item:
    if isinstance(item, Problem):
        return item
    properties = item.get("properties")
    geometry = item.get("geometry")
    if not isinstance(properties, dict):
        return Problem("not_a_feature", "该要素没有properties对象")
    row = dict(properties)
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list) or len(coordinates) < 2:
            return Problem("bad_geometry", "点要素的坐标应为[经度, 纬度]")
        row |= {"lng": coordinates[0], "lat": coordinates[1]}
    elif geometry is not None:
        row["geometry"] = geometry
    return row

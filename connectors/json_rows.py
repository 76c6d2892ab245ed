"""One JSON document with the rows under a path, and GeoJSON, both streamed with ijson.

Belongs here: finding the rows, a document that breaks off. Turning objects into columns is `connectors.objects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import ijson

from connectors.bounds import too_deep
from connectors.lenient_json import Lenient, nests_too_deep
from connectors.objects import Item, Problem, batches
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Dataset, Json

NO_OBJECT = Problem("not_an_object", "该行不是JSON对象（花括号包围的一条记录）")


def read(path: Path, layout: Json, dataset: Dataset) -> Batches:
    """Yield the rows of a JSON document (UTF-8).

    Raises:
        DeliveryRejected: `not_json` where the document is damaged, `too_deep`, `rows_not_found` where nothing lies under the path.
    """
    return batches(items(path, layout.rows), dataset)


def read_geojson(path: Path, dataset: Dataset) -> Batches:
    """Yield the features of a FeatureCollection: properties are columns, a point adds `lng` and `lat`.

    Any other geometry lands as GeoJSON text in the column `geometry`.

    Raises:
        DeliveryRejected: `not_json`, or `rows_not_found` where it is no FeatureCollection.
    """
    return batches(features(path), dataset)


def features(path: Path) -> Iterator[Item]:
    """The features of a FeatureCollection as rows; raises as `read_geojson` does."""
    return (_feature(item) for item in items(path, "features"))


def items(path: Path, rows: str) -> Iterator[Item]:
    """The objects under a dotted path; raises as `read` does."""
    if nests_too_deep(path):
        raise too_deep()
    prefix = f"{rows}.item" if rows else "item"
    count = 0
    try:
        for value in _values(path, prefix):
            count += 1
            yield value if isinstance(value, dict) else NO_OBJECT
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise _broken(count) from error
    if not count and not _has_array(path, rows):
        raise DeliveryRejected("rows_not_found", f"JSON中没有路径“{rows}”下的数组，请检查导出结构或平台配置中的rows")


def _values(path: Path, prefix: str) -> Iterator[object]:
    """The items under a path. Where the strict parser stops, the rest is read as careless programs write JSON."""
    count = 0
    try:
        with _opened(path) as stream:
            for value in ijson.items(stream, prefix):
                count += 1
                yield value
        return
    except ijson.JSONError:
        pass
    with _opened(path) as stream:
        yield from islice(ijson.items(Lenient(stream), prefix), count, None)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The document behind its byte order mark."""
    with path.open("rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        yield stream


def _broken(count: int) -> DeliveryRejected:
    where = f"在第{count}条记录之后" if count else "在第1条记录之前或之中"
    return DeliveryRejected("not_json", f"文件{where}不是完整的UTF-8编码JSON，可能被截断或编码有误，请重新导出")


def _has_array(path: Path, rows: str) -> bool:
    try:
        with _opened(path) as stream:
            return any(prefix == rows and event == "start_array" for prefix, event, _ in ijson.parse(Lenient(stream)))
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise _broken(0) from error


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

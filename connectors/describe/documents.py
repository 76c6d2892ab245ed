"""JSON, NDJSON, GeoJSON and XML: where the rows are."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import ijson
from lxml import etree

from connectors import json_rows, ndjson, xml_rows
from connectors.describe.header import speaks
from connectors.describe.recogniser import Recogniser
from connectors.describe.table import Layout, TableLayout
from connectors.describe.vocabulary import Vocabulary
from connectors.spec import Xml

EVENTS = 400_000
"""Events of a parser looked at; the rows of an export begin long before."""
KEYS_IN = 20_000
"""Rows whose keys are looked at."""


def keys(path: Path, layout: dict[str, Any], vocabulary: Vocabulary, recogniser: Recogniser) -> tuple[str, ...]:
    """The keys of the rows, in order of appearance; where data stands among the keys it is left out.

    Raises:
        DeliveryRejected: the file can't be read.
    """
    match layout["kind"]:
        case "ndjson":
            rows = ndjson.items(path)
        case "geojson":
            rows = json_rows.features(path)
        case "json":
            rows = json_rows.items(path, layout["rows"])
        case _:
            rows = xml_rows.items(path, Xml(kind="xml", row=layout["row"]))
    found: dict[str, None] = {}
    for row in islice(rows, KEYS_IN):
        if isinstance(row, dict):
            found.update(dict.fromkeys(row))
    return tuple(key for key in found if key and speaks(key, vocabulary, recogniser))


ONE = (TableLayout(),)


def json_layout(path: Path) -> Layout | None:
    """The layout of a JSON document or of JSON lines; None where it is neither."""
    if _is_lines(path):
        return Layout({"kind": "ndjson"}, ONE)
    rows: Counter[str] = Counter()
    kinds: set[str] = set()
    try:
        with path.open("rb") as stream:
            if stream.read(3) != b"\xef\xbb\xbf":
                stream.seek(0)
            for number, (prefix, event, value) in enumerate(ijson.parse(stream)):
                if prefix == "type" and event == "string":
                    kinds.add(value)
                if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                    rows[prefix] += 1
                if number > EVENTS:
                    break
    except (ijson.JSONError, UnicodeDecodeError):
        if not rows:
            return None
    if "FeatureCollection" in kinds:
        return Layout({"kind": "geojson"}, ONE)
    # of arrays inside the rows there are more objects: the outermost array of objects is meant
    outer = [p for p in rows if not any(p.startswith(f"{other}.") for other in rows)]
    if not outer:
        return None
    return Layout(
        {"kind": "json", "rows": max(outer, key=lambda p: rows[p]).removesuffix("item").removesuffix(".")}, ONE
    )


def _is_lines(path: Path) -> bool:
    """Whether each of the first lines is an object of its own; one line alone is a document."""
    objects = lines = 0
    with path.open("rb") as stream:
        for _ in range(50):
            line = stream.readline(16_000_000).removeprefix(b"\xef\xbb\xbf")
            if not line:
                break
            if not line.strip():
                continue
            lines += 1
            try:
                objects += isinstance(json.loads(line), dict)
            except (ValueError, RecursionError):
                continue
    if lines == objects == 1:
        return path.suffix.lower() in (".ndjson", ".jsonl")
    return objects > 1 and objects * 2 > lines


def xml_layout(path: Path) -> Layout | None:
    """The layout of an XML file: the element that stands most often side by side and has elements or attributes."""
    rows: Counter[tuple[int, str]] = Counter()
    depth = 0
    try:
        walk = etree.iterparse(
            str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        for number, (event, element) in enumerate(walk):
            depth += 1 if event == "start" else -1
            if event == "end" and isinstance(element.tag, str) and depth and (len(element) or element.attrib):
                rows[depth, element.tag.rpartition("}")[2]] += 1
            if number > EVENTS:
                break
    except etree.XMLSyntaxError:
        if not rows:
            return None
    if not rows:
        return None
    several = {place: count for place, count in rows.items() if count > 1} or rows
    shallow = min(depth for depth, _ in several)
    row = max((place for place in several if place[0] == shallow), key=lambda place: several[place])
    return Layout({"kind": "xml", "row": row[1]}, ONE)

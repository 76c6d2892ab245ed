"""Names that mean something within their city alone, read with the city: 和平小区 of two cities are two estates.

Where a home has several cities, matching compares such values of places and tickets as `<city>/<value>`. So no rule and no level need
know of cities: those by identity number, phone, name and birth day read values that are the same in every city, and find who moved.

Belongs here: which columns these are, and what they read. Does not: the key of a dwelling, which begins with the city as it is
(`pipelines.standardise.address`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.model.data_model import DataModel

CROSSING = "+"
"""Between the two roads of a crossing; each is read with the city."""


def columns_within(model: DataModel, kind: str) -> Iterator[str]:
    """The columns of the mentions of a kind that hold such values, as types and attributes declare them."""
    for name, attribute in model.kinds[kind].attributes.items():
        if not attribute.type:
            continue
        outputs = model.type_of(kind, name).outputs
        for output, column in model.columns(kind, name).items():
            if output in outputs and (attribute.within_city or outputs[output].within_city):
                yield column


def read_within_city(model: DataModel, kind: str, mentions: pa.Table) -> pa.Table:
    """Columns of the mentions of a kind, `city` among them, as matching reads them; as they are where the home has one city alone."""
    city = mentions["city"]
    if city.null_count == len(city):
        return mentions
    runs = list(_runs(city))
    for name in {*columns_within(model, kind)} & {*mentions.column_names}:
        at, parts = mentions.column_names.index(name), [_named(mentions[name][a:b], code) for a, b, code in runs]
        mentions = mentions.set_column(at, mentions.schema.field(name), pa.chunked_array(parts, pa.string()))
    return mentions


def _runs(city: pa.ChunkedArray) -> Iterator[tuple[int, int, str]]:
    """Where the mentions of one city stand together: mentions come in order of platforms."""
    runs = pc.run_end_encode(city.combine_chunks())
    ends = runs.run_ends.to_pylist()
    return zip([0, *ends], ends, runs.values.to_pylist(), strict=False)


def _named(values: pa.ChunkedArray, city: str) -> pa.Array:
    each = pc.replace_substring(values, CROSSING, f"{CROSSING}{city}/")
    return pc.binary_join_element_wise(city, each, "/").combine_chunks()

"""From addresses and address columns to standard components and the key of the dwelling.

`standardise_addresses` is the one door: it folds the text, takes the tail off, locates the distinct heads (`locate`),
and settles buildings, units and rooms against the reference in DuckDB. One row in is one row out.

The key is `community/estate/building/unit/room`. Same dwelling, same key; different dwellings, different keys; where the
address leaves it open, no key. Where a home has several cities, it begins with the code of the city: `city/community/…`.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address.cells import one_address
from pipelines.standardise.address.gazetteer import Gazetteer
from pipelines.standardise.address.grammar import split_tail
from pipelines.standardise.address.locate import HeadParts, Location, Locator, Numbers
from pipelines.standardise.address.notation import fold_text, numbers
from warehouse.model.sql import statement

PACKAGE = __package__ or ""

PART_COLUMNS = ["text", "street", "community", "road", "road_number", "estate", "building", "unit", "room", "grid_code"]
STANDARD_COLUMNS = [
    "street",
    "community",
    "road",
    "road_number",
    "estate",
    "building",
    "unit",
    "room",
    "dwelling",
    "dwelling_level",
    "grid_code",
]
"""What `standardise_addresses` returns, all nullable strings but `dwelling_level`."""

_HEAD = ["head", "street", "community", "road", "road_number", "estate"]
_NUMBERS = ["building", "building_mark", "unit", "unit_mark", "room", "room_mark"]
_STRING = pa.string()
_BLANK = pa.scalar(None, _STRING)


def standardise_addresses(parts: pa.Table, gazetteer: Gazetteer) -> pa.Table:
    """Parse and resolve addresses.

    Args:
        parts: Nullable strings `PART_COLUMNS`; missing columns count as null. `text` is an address in one cell, the
            others are cells of their own; what a cell of its own says wins over the text.
        gazetteer: The reference; `Gazetteer.empty()` parses only.

    Returns:
        One row per row of `parts` in the same order, columns `STANDARD_COLUMNS`. `dwelling` is null above room level and
        wherever the address fits several dwellings. `dwelling_level` is one of room, building, estate, road, community,
        none. `grid_code` is the declared one, else the one of the dwelling or place.
    """
    with gazetteer.database.cursor() as con:
        con.register("part", _complete(parts))
        con.execute(f"create temp table distinct_part as {statement(PACKAGE, 'distinct_part')}")
        distinct = con.sql(f"select row, {', '.join(PART_COLUMNS)} from distinct_part order by row").to_arrow_table()
        heads, address = _addresses(distinct)
        location, candidate, address = _locations(con, heads, address, Locator(gazetteer))
        con.register("location", location)
        con.register("candidate", candidate)
        con.register("address", address)
        for table in ("chosen", "placed", "found", "unsettled", "reading", "resolved", "outcome"):
            con.execute(f"create temp table {table} as {statement(PACKAGE, table)}")
        standard = con.sql(statement(PACKAGE, "spread")).to_arrow_table().select(STANDARD_COLUMNS)
    return _keyed_by_city(standard, gazetteer.city) if gazetteer.city else standard


def _keyed_by_city(standard: pa.Table, city: str) -> pa.Table:
    at = STANDARD_COLUMNS.index("dwelling")
    return standard.set_column(at, "dwelling", pc.binary_join_element_wise(city, standard["dwelling"], "/"))


def _complete(parts: pa.Table) -> pa.Table:
    columns = [
        parts.column(name).cast(_STRING) if name in parts.column_names else pa.nulls(parts.num_rows, _STRING)
        for name in PART_COLUMNS
    ]
    return pa.table([*columns, _positions(parts.num_rows)], names=[*PART_COLUMNS, "position"])


def _addresses(distinct: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Fold and split distinct rows into what names the place and what names the dwelling in it."""
    tail = split_tail(one_address(distinct.column("text")))
    # a number with 号 and nothing after it is a door, not a building
    nothing_after = pc.and_(pc.is_null(tail["room"]), pc.and_(pc.is_null(tail["unit"]), pc.is_null(tail["floor"])))
    is_door = pc.fill_null(pc.and_(pc.equal(tail["building_mark"], "号"), nothing_after), False)
    building = pc.if_else(is_door, _BLANK, tail["building"])
    room = pc.if_else(is_door, tail["building"], tail["room"])
    own = {name: numbers(distinct[name]) for name in ("building", "unit", "room", "road_number")}
    heads = {"head": tail["head"], "road_number": own["road_number"]}
    for name in ("street", "community", "road", "estate"):
        heads[name] = fold_text(distinct[name])
    grid = distinct["grid_code"]
    address = {
        "row": distinct["row"],
        "lost": pc.and_(pc.is_null(own["building"]), pc.fill_null(tail["lost"], False)),
        "building": pc.coalesce(own["building"], numbers(building)),
        "building_mark": pc.if_else(is_door, _BLANK, tail["building_mark"]),
        "unit": pc.coalesce(own["unit"], numbers(tail["unit"])),
        "unit_mark": pc.if_else(pc.is_valid(own["unit"]), "单元", tail["unit_mark"]),
        "floor": numbers(tail["floor"]),
        "room": pc.coalesce(own["room"], _of_floor(numbers(tail["floor"]), numbers(room), tail["room_mark"])),
        "room_mark": pc.if_else(pc.is_valid(own["room"]), "室", pc.if_else(is_door, "号", tail["room_mark"])),
        "formal": pc.fill_null(pc.match_substring_regex(tail["head"], "街道|[省市县镇乡]"), False),
        "grid_code": pc.if_else(pc.match_substring_regex(grid, r"^[0-9]{15}$"), grid, _BLANK),
    }
    return pa.table({name: heads[name] for name in _HEAD}), pa.table(address)


def _of_floor(floor: pa.Array, room: pa.Array, mark: pa.Array) -> pa.Array:
    """Rooms by their number in the house: of floor 12 and position 03 room 1203."""
    position = pc.match_substring_regex(room, "^[0-9]{1,2}$")
    storey = pc.match_substring_regex(floor, "^[0-9]{1,2}$")
    whole = pc.binary_join_element_wise(floor, pc.utf8_lpad(room, 2, "0"), "")
    holds = pc.and_(pc.and_(pc.is_valid(mark), pc.fill_null(position, False)), pc.fill_null(storey, False))
    return pc.if_else(holds, whole, room)


def _locations(
    con: duckdb.DuckDBPyConnection, heads: pa.Table, address: pa.Table, locator: Locator
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Locate every distinct head; give roads the number their tail begins with; number the locations."""
    head, first = _encode(con, heads)
    columns = [heads.column(name).take(first).to_pylist() for name in _HEAD]
    located = [locator.locate(HeadParts(*values)) for values in zip(*columns, strict=True)]
    wants = pa.array([location.wants_number for location in located], pa.bool_()).take(head)
    # only after a road do the numbers of the tail bear on the place: elsewhere they would only multiply the heads
    tail = {name: pc.if_else(wants, address[name], _BLANK) for name in _NUMBERS}
    location, first = _encode(con, pa.table({"head": head, **tail}))
    head_of = head.take(first).to_pylist()
    tails = zip(*(tail[name].take(first).to_pylist() for name in _NUMBERS), strict=True)
    read = [
        locator.with_tail(located[h], Numbers(*numbers)) if located[h].wants_number else (located[h], Numbers())
        for h, numbers in zip(head_of, tails, strict=True)
    ]
    rows = {name: address[name] for name in address.column_names}
    for name in _NUMBERS:
        changed = pa.array([getattr(numbers, name) for _, numbers in read], _STRING).take(location)
        rows[name] = pc.if_else(wants, changed, address[name])
    final = [where for where, _ in read]
    return _location_table(final), _candidate_table(final), pa.table({**rows, "location": location})


def _encode(con: duckdb.DuckDBPyConnection, table: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Number the distinct rows of a table by first appearance: the number of each row, and the first row of each."""
    keys = table.column_names
    con.register("numbered", table.append_column("position", _positions(table.num_rows)))
    con.execute(
        f"create or replace temp table code as select *, row_number() over (order by first) - 1 as id "
        f"from (select {', '.join(keys)}, min(position) as first from numbered group by all)"
    )
    on = " and ".join(f"n.{key} is not distinct from c.{key}" for key in keys)
    ids = con.sql(f"select c.id from numbered as n join code as c on {on} order by n.position").to_arrow_table()
    first = con.sql("select first from code order by id").to_arrow_table()
    con.unregister("numbered")
    return ids.column("id").combine_chunks(), first.column("first").combine_chunks()


def _positions(count: int) -> pa.Array:
    return pa.array(np.arange(count, dtype=np.int64))


def _location_table(locations: list[Location]) -> pa.Table:
    names = ("street", "community", "road", "road_number", "estate")
    columns = {name: pa.array([getattr(location, name) for location in locations], _STRING) for name in names}
    guess = pa.array([location.guess for location in locations], pa.bool_())
    return pa.table({"location": _positions(len(locations)), **columns, "guess": guess})


def _candidate_table(locations: list[Location]) -> pa.Table:
    pairs = [(i, place) for i, location in enumerate(locations) for place in location.places]
    return pa.table(
        {"location": pa.array([i for i, _ in pairs], pa.int64()), "place": pa.array([p for _, p in pairs], pa.int32())}
    )

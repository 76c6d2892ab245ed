"""Raw mentions: the roles of source rows, cut out of landed rows by what the platform files declare.

Belongs here: which cells make a role, when a role is a mention, and what it points to. Does not: what the cells mean; every
value here is as the platform wrote it. Column names of platforms come from their files, never from code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Dataset, Lookup, Platform, Role, Source
from pipelines.standardise.parties import ENTERPRISE, parties
from pipelines.standardise.placeholders import said
from warehouse.model.data_model import DataModel

Rows = Callable[[str, str], pa.Table]
"""`rows(platform, dataset)`: the current rows of a dataset: provenance, repeat, claimed_on, source columns as text."""

ROW_HEAD = ("delivery_id", "file_name", "sheet_name", "row_number", "row_key", "repeat", "claimed_on")
ADDRESS_PARTS = ("text", "street", "community", "road", "road_number", "estate", "building", "unit", "room")
_PART_MARK = {"building": "幢", "unit": "单元", "room": "室", "road_number": "号"}


class ParentMismatchError(ValueError):
    """Mentions of another kind were built from other rows than these."""


@dataclass(frozen=True)
class RawRole:
    """One role of one dataset: the rows that carry it, and its cells.

    Attributes:
        rows: 0-based places in the dataset's current rows, ascending.
        cells: cell → raw text, one per entry of `rows`; of addresses and points one column per part, `address.<part>`.
    """

    platform: Platform
    dataset: Dataset
    name: str
    role: Role
    rows: np.ndarray
    cells: dict[str, pa.ChunkedArray]


def raw_roles(model: DataModel, kind: str, platform: Platform, dataset: Dataset, rows: pa.Table) -> Iterator[RawRole]:
    """The roles of `kind` in a dataset, in order of their names."""
    for name, role in sorted(dataset.roles.items()):
        if role.kind == kind:
            cells = role_cells(model, role, rows)
            carried = np.flatnonzero(carries(model, dataset, name, rows))
            taken = pa.array(carried)
            yield RawRole(platform, dataset, name, role, carried, {a: c.take(taken) for a, c in cells.items()})


def role_cells(model: DataModel, role: Role, rows: pa.Table) -> dict[str, pa.ChunkedArray]:
    """Every cell a role reads, empty and blank ones as null."""
    cells: dict[str, pa.ChunkedArray] = {}
    for attribute, source in role.attributes.items():
        if isinstance(source, Source):
            cells[attribute] = with_clock(_split(_filled(rows, source.column), source), source.clock)
        else:
            for part, column in source.columns.items():
                cells[f"{attribute}.{part}"] = _filled(rows, column)
    for other, tie in role.ties.items():
        name = model.name_of_tie(role.kind, other)
        if tie.name and name:
            cells[name] = _filled(rows, tie.name)
    return cells


def carries(model: DataModel, dataset: Dataset, name: str, rows: pa.Table) -> np.ndarray:
    """Which rows carry the role `name`: those where a cell that identifies is filled, and its condition holds.

    A grid or an employer alone names nobody. Beside what a row is about an address does not either: it is the subject's too.
    """
    role = dataset.roles[name]
    cells = role_cells(model, role, rows)
    return _is_named(model, dataset, name, cells, rows.num_rows) & _holds(role, cells, rows)


def _is_named(
    model: DataModel, dataset: Dataset, name: str, cells: Mapping[str, pa.ChunkedArray], count: int
) -> np.ndarray:
    kind, known = dataset.roles[name].kind, model.cells(dataset.roles[name].kind)
    named = np.zeros(count, bool)
    for cell, column in cells.items():
        attribute = known.get(cell.partition(".")[0])
        identifies = model.identifies(kind, attribute) if attribute else "no"
        if identifies == "yes" or (identifies == "subject" and name == dataset.subject):
            named |= _says_something(column)
    return named


def _says_something(cells: pa.ChunkedArray) -> np.ndarray:
    """Per row whether a cell is filled, and with more than a word for nothing (`#N/A`, 无)."""
    filled = pc.is_valid(cells).to_numpy(zero_copy_only=False).astype(bool)
    values = pc.fill_null(cells, "").combine_chunks()
    empty = pc.equal(said(values), "").to_numpy(zero_copy_only=False).astype(bool)
    return filled & ~empty


def _holds(role: Role, cells: Mapping[str, pa.ChunkedArray], rows: pa.Table) -> np.ndarray:
    """Per row whether the condition of a role holds; true where it has none."""
    when = role.when
    if when is None:
        return np.ones(rows.num_rows, bool)
    if when.column:
        said = pc.is_in(
            pc.utf8_trim_whitespace(_filled(rows, when.column)), value_set=pa.array(when.is_ or when.is_not)
        )
        return np.asarray(said.to_numpy(zero_copy_only=False), bool) ^ bool(when.is_not)
    nothing = pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    numbers = [c for n, c in cells.items() if n in ("id_number", "code", "registration_number", "organisation_code")]
    is_enterprise = parties(cells.get("name", nothing), numbers[0] if numbers else nothing)
    return is_enterprise if role.kind == ENTERPRISE else ~is_enterprise


def undecided(model: DataModel, dataset: Dataset, rows: pa.Table) -> np.ndarray:
    """Per row how many filled roles have alternatives, roles of the same columns under conditions, none of which holds.

    A conditional role without an alternative leaves rows out on purpose.
    """
    groups: dict[frozenset[str], list[str]] = {}
    for name, role in dataset.roles.items():
        if role.when:
            read = {s.column for s in role.attributes.values() if isinstance(s, Source)}
            groups.setdefault(frozenset(read), []).append(name)
    count = np.zeros(rows.num_rows, np.int64)
    for names in (names for names in groups.values() if len(names) > 1):
        cells = {name: role_cells(model, dataset.roles[name], rows) for name in names}
        named = np.any([_is_named(model, dataset, n, c, rows.num_rows) for n, c in cells.items()], axis=0)
        carried = np.any([carries(model, dataset, n, rows) for n in names], axis=0)
        count += named & ~carried
    return count


def _filled(rows: pa.Table, column: str) -> pa.ChunkedArray:
    if column not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    cells = rows.column(column).cast(pa.string())
    blank = pc.match_substring_regex(cells, r"^[\s\x{00A0}\x{3000}\x{200B}\x{FEFF}]*$")
    return pc.if_else(pc.fill_null(blank, True), pa.scalar(None, pa.string()), cells)


def _split(cells: pa.ChunkedArray, source: Source) -> pa.ChunkedArray:
    """The declared part of cells that hold several values; null where the cell has fewer."""
    if source.split is None:
        return cells
    mark = re.escape(source.split)
    part = pc.struct_field(
        pc.extract_regex(cells, f"^(?:.*?{mark}){{{source.part - 1}}}(?P<part>.*?)(?:{mark}|$)"), "part"
    )
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(part), ""), pa.scalar(None, pa.string()), part)


def with_clock(cells: pa.ChunkedArray, clock: str) -> pa.ChunkedArray:
    """Moments as written; behind those that count from 1970 the clock they count in, unless it is UTC."""
    if clock == "utc":
        return cells
    counted = pc.fill_null(pc.match_substring_regex(cells, r"^\s*\d{10}(?:\d{3})?(?:\.0)?\s*$"), False)
    return pc.if_else(counted, pc.binary_join_element_wise(cells, f"@{clock}", ""), cells)


def point_text(cells: Mapping[str, pa.ChunkedArray], attribute: str, system: str = "wgs84") -> pa.ChunkedArray:
    """Longitude and latitude as written, a comma between; null where one is missing. Behind them any system but WGS-84."""
    point = pc.binary_join_element_wise(cells[f"{attribute}.lng"], cells[f"{attribute}.lat"], ",")
    return point if system == "wgs84" else pc.binary_join_element_wise(point, f"@{system}", "")


def address_text(cells: Mapping[str, pa.ChunkedArray], attribute: str, count: int) -> pa.ChunkedArray:
    """The address as written: its text, or its parts one after the other with the marks they lack."""
    pieces = []
    for part in ("street", "community", "road", "road_number", "estate", "text", "building", "unit", "room"):
        column = cells.get(f"{attribute}.{part}")
        if column is not None:
            mark = _PART_MARK.get(part, "")
            bare = pc.match_substring_regex(column, r"^[0-9A-Za-z０-９-]+$")
            pieces.append(pc.if_else(bare, pc.binary_join_element_wise(column, mark, ""), column) if mark else column)
    if not pieces:
        return pa.chunked_array([pa.nulls(count, pa.string())])
    if len(pieces) == 1:
        return pieces[0]
    joined = pc.binary_join_element_wise(*pieces, "", null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


ROW_COLUMNS = ("mention_id", "platform", "dataset", "role")
"""The columns of a mention table by which the mention of a row is found, see `mentions_of_rows`."""


def mentions_of_rows(
    model: DataModel, parents: pa.Table, platform: Platform, dataset: Dataset, role: str, rows: pa.Table
) -> np.ndarray:
    """Per row of the dataset the `mention_id` of its `role` in the mention table `parents`, -1 where there is none.

    Of `parents` the columns `ROW_COLUMNS` are needed.

    Raises:
        ParentMismatchError: `parents` was not built from these rows.
    """
    own = pc.and_(
        pc.and_(pc.equal(parents["platform"], platform.platform), pc.equal(parents["dataset"], dataset.name)),
        pc.equal(parents["role"], role),
    )
    ids = parents["mention_id"].filter(own).to_numpy()
    carried = np.flatnonzero(carries(model, dataset, role, rows))
    if len(ids) != len(carried):
        raise ParentMismatchError(
            f"{platform.platform}, dataset {dataset.name}, role {role}: {len(ids)} mentions for {len(carried)} rows"
        )
    found = np.full(rows.num_rows, -1, np.int64)
    found[carried] = ids
    return found


def looked_up(
    model: DataModel, lookup: Lookup, platform: Platform, rows: pa.Table, all_rows: Rows, parents: pa.Table
) -> np.ndarray:
    """Per row the `mention_id` its lookup leads to, -1 where it leads nowhere. Of several rows with the key the first."""
    target = platform.dataset(lookup.dataset)
    target_rows = all_rows(platform.platform, target.name)
    ids = mentions_of_rows(model, parents, platform, target, lookup.role, target_rows)
    keys = _filled(target_rows, lookup.key).combine_chunks()
    usable = np.flatnonzero(pc.is_valid(keys).to_numpy(zero_copy_only=False) & (ids >= 0))
    place = pc.index_in(_filled(rows, lookup.column), value_set=keys.take(pa.array(usable)), skip_nulls=True)
    place = pc.fill_null(place, -1).to_numpy()
    return np.where(place >= 0, ids[usable][place] if len(usable) else -1, -1)

"""The reference datasets of a city, under names of our own: what the address gazetteer and the grid tree are built from.

Belongs here: reading references by what their platform declares of them. Does not: gazetteer and tree themselves.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import AddressSource, Dataset, Platform, Role, Source
from pipelines.standardise.grids import GRID_REFERENCE, RECODED, GridTree
from warehouse.model.data_model import HOME

ADDRESS_REFERENCE = (
    "address_code",
    "county",
    "street",
    "community",
    "grid_code",
    "road",
    "road_number",
    "estate",
    "aliases",
    "building",
    "unit",
    "room",
)
"""Columns of an address reference, one row per standard dwelling; aliases separated by 、."""


def _column(rows: pa.Table, name: str | None) -> pa.ChunkedArray:
    if name is None or name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    return rows.column(name)


def _housing_role(platform: Platform, dataset: Dataset) -> Role:
    for role in dataset.roles.values():
        if role.kind == HOME:
            return role
    raise ValueError(f"{platform.platform}, dataset {dataset.name}: a reference for addresses needs a housing role")


def address_reference(platform: Platform, dataset: Dataset, rows: pa.Table) -> pa.Table:
    """The rows of an address reference as a table of `ADDRESS_REFERENCE`, nullable strings.

    Args:
        platform: owner of the dataset.
        dataset: declared with `reference: address` and a housing role.
        rows: its current rows, source columns as text.
    """
    attributes = _housing_role(platform, dataset).attributes
    address = attributes.get("address")
    parts = address.columns if isinstance(address, AddressSource) else {}
    named = {name: source.column for name, source in attributes.items() if isinstance(source, Source)}
    columns = {part: _column(rows, column) for part, column in parts.items() if part in ADDRESS_REFERENCE}
    columns["address_code"] = _column(rows, named.get("address_code"))
    columns["grid_code"] = _column(rows, named.get("grid"))
    columns["county"] = _column(rows, dataset.county)
    if dataset.aliases:
        aliases = _column(rows, dataset.aliases.column)
        split = dataset.aliases.split
        columns["aliases"] = pc.replace_substring(aliases, split, "、") if split else aliases
    return pa.table({name: columns.get(name, _column(rows, None)) for name in ADDRESS_REFERENCE})


def grid_reference(platform: Platform, dataset: Dataset, rows: pa.Table) -> pa.Table:
    """The rows of a grid reference as a table of `GRID_REFERENCE` and `RECODED`, nullable strings.

    Args:
        platform: owner of the dataset.
        dataset: declared with `reference: grid` and its `grid_tree`.
        rows: its current rows, source columns as text.
    """
    if dataset.grid_tree is None:
        raise ValueError(f"{platform.platform}, dataset {dataset.name}: a reference for grids declares its grid_tree")
    declared = dataset.grid_tree.columns
    return pa.table({name: _column(rows, declared.get(name)) for name in (*GRID_REFERENCE, *RECODED)})


def in_present_grids(addresses: pa.Table, grids: GridTree) -> pa.Table:
    """Addresses with the codes that grids have now: a register of addresses goes on writing those they had before.

    Args:
        addresses: columns `ADDRESS_REFERENCE`.
        grids: the tree, with the codes that were given up.
    """
    if not grids.former:
        return addresses
    codes = addresses.column("grid_code").combine_chunks().cast(pa.string()).dictionary_encode()
    present = [grids.former.get(code, code) for code in codes.dictionary.to_pylist()]
    at = addresses.column_names.index("grid_code")
    return addresses.set_column(at, "grid_code", pa.array(present, pa.string()).take(codes.indices))

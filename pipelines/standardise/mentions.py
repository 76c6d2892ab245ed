"""Mention tables: raw roles of all platforms under one another, every attribute standardised over its distinct values.

Belongs here: assembling the tables of `warehouse.model.mention`. Does not: what a value means (one module an attribute),
which cells make a role (`roles`), who is who (`pipelines.matching`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from connectors.spec import AddressSource, Platform, PointSource, Source
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.codes import CodeTables, apply_codes, plain_labels
from pipelines.standardise.columns import Context, standardise
from pipelines.standardise.grids import GridTree
from pipelines.standardise.roles import (
    ROW_HEAD,
    RawRole,
    Rows,
    address_text,
    looked_up,
    mentions_of_rows,
    point_text,
    raw_roles,
)
from pipelines.standardise.stable_keys import with_stable_keys
from pipelines.standardise.value_cache import ValueCache
from warehouse.model.data_model import DataModel


def build_mentions(
    model: DataModel,
    kind: str,
    platforms: Mapping[str, Platform],
    rows: Rows,
    *,
    gazetteer: Gazetteer,
    grids: GridTree,
    code_tables: CodeTables,
    parents: Mapping[str, pa.Table] | None = None,
    value_cache: ValueCache | None = None,
) -> pa.Table:
    """Build the mention table of one kind.

    Args:
        model: the kinds there are.
        kind: its name.
        platforms: platform files by name.
        rows: current rows of a dataset, ordered by file, sheet and row number.
        gazetteer: standard addresses of the city.
        grids: grid tree of the city.
        code_tables: tables that platform files refer to.
        parents: mention tables of the kinds its mentions point to, built before from the same rows.
        value_cache: what values were standardised to before; the outcome is the same without.

    Returns:
        A table that conforms to the contract of the kind, ordered by platform, dataset, file, sheet, row number and role.

    Raises:
        ParentMismatchError: `parents` were built from other rows.
    """
    parents = parents or {}
    batches = []
    for platform in sorted(platforms.values(), key=lambda p: p.platform):
        for dataset in sorted(platform.datasets, key=lambda d: d.name):
            if any(role.kind == kind for role in dataset.roles.values()):
                source = rows(platform.platform, dataset.name)
                found = [
                    role_mentions(model, raw, source, rows, code_tables, parents)
                    for raw in raw_roles(model, kind, platform, dataset, source)
                    if len(raw.rows)
                ]
                if found:
                    batches.append(_in_row_order(found))
    if not batches:
        return model.mention(kind).empty()
    raw = pa.concat_tables(batches, promote_options="permissive")
    raw = raw.append_column("mention_id", pa.array(np.arange(raw.num_rows, dtype=np.int64)))
    context = Context(gazetteer, grids, parents, value_cache or ValueCache(), model)
    standard = standardise(kind, raw, context)
    return model.mention(kind).conform(with_stable_keys(model.kinds[kind], standard, platforms.values()))


def _in_row_order(batches: list[pa.Table]) -> pa.Table:
    """The roles of one dataset under one another, by row and then by role; `batches` come in order of role names."""
    rows = np.concatenate([batch["row"].to_numpy() for batch in batches])
    role = np.concatenate([np.full(batch.num_rows, i) for i, batch in enumerate(batches)])
    table = pa.concat_tables(batches, promote_options="permissive")
    return table.take(pa.array(np.lexsort((role, rows)))).drop_columns(["row"])


def role_mentions(
    model: DataModel,
    raw: RawRole,
    rows: pa.Table,
    all_rows: Rows,
    code_tables: CodeTables,
    parents: Mapping[str, pa.Table],
) -> pa.Table:
    """The mentions of one role of one dataset: where they stand, their raw cells, what they point to."""
    count = len(raw.rows)
    taken = pa.array(raw.rows)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {name: rows.column(name).take(taken) for name in ROW_HEAD}
    columns |= {
        "row": taken,
        "platform": _constant(raw.platform.platform, count),
        "department": _constant(raw.platform.department.code, count),
        "city": _constant(raw.platform.city, count),
        "dataset": _constant(raw.dataset.name, count),
        "role": _constant(raw.name, count),
    }
    known = model.cells(raw.role.kind)
    for cell, text in raw.cells.items():
        columns[f"raw.{cell}"] = text
        if cell in known and model.type_of(raw.role.kind, known[cell]).needs == "codes":
            declared = raw.role.attributes[cell]
            codes = declared.codes if isinstance(declared, Source) else None
            table = code_tables.get(codes or model.kinds[raw.role.kind].attributes[known[cell]].codes or "")
            columns[f"label.{cell}"] = apply_codes(text, table) if table else plain_labels(text)
    for cell, source in raw.role.attributes.items():
        if isinstance(source, AddressSource):
            columns[f"raw.{cell}"] = address_text(raw.cells, cell, count)
        elif isinstance(source, PointSource):
            columns[f"raw.{cell}"] = point_text(raw.cells, cell, source.system)
    columns |= _ties(model, raw, rows, all_rows, parents, count)
    return pa.table(columns)


def _ties(
    model: DataModel, raw: RawRole, rows: pa.Table, all_rows: Rows, parents: Mapping[str, pa.Table], count: int
) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Relations of a role, and the mentions they point to."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for other, tie in raw.role.ties.items():
        columns[f"tie.{other}"] = _constant_list(list(tie.relation), count)
        if other not in parents:
            continue
        if tie.role:
            ids = mentions_of_rows(model, parents[other], raw.platform, raw.dataset, tie.role, rows)
            columns[f"{other}_mention_id"] = _ids(ids[raw.rows])
        elif tie.lookup:
            ids = looked_up(model, tie.lookup, raw.platform, rows, all_rows, parents[other])
            columns[f"{other}_mention_id"] = _ids(ids[raw.rows])
    return columns


def _ids(ids: np.ndarray) -> pa.Array:
    return pa.array(ids, pa.int64(), mask=ids < 0)


def _constant(value: str | None, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), count)


def _constant_list(values: list[str], count: int) -> pa.Array:
    return pa.repeat(pa.scalar(values, pa.list_(pa.string())), count)

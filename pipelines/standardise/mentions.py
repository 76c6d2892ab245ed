"""Mention tables: raw roles of all platforms under one another, every attribute standardised over its distinct values.

Belongs here: assembling the tables of `warehouse.model.mention`. Does not: what a value means (one module an attribute),
which cells make a role (`roles`), who is who (`pipelines.matching`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from connectors.spec import AddressSource, Platform, Source
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.codes import CodeTables, apply_codes, plain_labels
from pipelines.standardise.glossary import Glossary
from pipelines.standardise.grids import GridTree
from pipelines.standardise.kinds import STANDARDISE, Context
from pipelines.standardise.lasting import with_lasting_keys
from pipelines.standardise.roles import (
    ROW_HEAD,
    RawRole,
    Rows,
    address_text,
    looked_up,
    mentions_of_rows,
    raw_roles,
)
from warehouse.model.mention import MENTIONS

LABELS = (
    "sex",
    "ethnicity",
    "education",
    "marital_status",
    "household_relation",
    "deregistered",
    "usage",
    "status",
    "enterprise_type",
)
"""Attributes that are labels: coded where the platform file names a code table, else text."""

DEFAULT_CODES = {"sex": "sex", "ethnicity": "ethnicity"}
"""Code tables that also understand plain labels, for platforms that declare none."""


def build_mentions(
    kind: str,
    platforms: Mapping[str, Platform],
    rows: Rows,
    *,
    gazetteer: Gazetteer,
    grids: GridTree,
    code_tables: CodeTables,
    parents: Mapping[str, pa.Table] | None = None,
    glossary: Glossary | None = None,
) -> pa.Table:
    """Build the mention table of one kind.

    Args:
        kind: person, housing or enterprise.
        platforms: platform files by name.
        rows: current rows of a dataset, ordered by file, sheet and row number.
        gazetteer: standard addresses of the city.
        grids: grid tree of the city.
        code_tables: tables that platform files refer to.
        parents: mention tables of `housing` and `enterprise`, built before from the same rows: persons point to them, and
            persons tied to a home of their row carry its address.
        glossary: what values were standardised to before; the outcome is the same without.

    Returns:
        A table that conforms to `MENTIONS[kind]`, ordered by platform, dataset, file, sheet, row number and role.

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
                    _batch(raw, source, rows, code_tables, parents)
                    for raw in raw_roles(kind, platform, dataset, source)
                    if len(raw.rows)
                ]
                if found:
                    batches.append(_in_row_order(found))
    if not batches:
        return MENTIONS[kind].empty()
    raw = pa.concat_tables(batches, promote_options="permissive")
    raw = raw.append_column("mention_id", pa.array(np.arange(raw.num_rows, dtype=np.int64)))
    context = Context(gazetteer, grids, parents, glossary or Glossary())
    return MENTIONS[kind].conform(with_lasting_keys(kind, STANDARDISE[kind](raw, context), platforms.values()))


def _in_row_order(batches: list[pa.Table]) -> pa.Table:
    """The roles of one dataset under one another, by row and then by role; `batches` come in order of role names."""
    rows = np.concatenate([batch["row"].to_numpy() for batch in batches])
    role = np.concatenate([np.full(batch.num_rows, i) for i, batch in enumerate(batches)])
    table = pa.concat_tables(batches, promote_options="permissive")
    return table.take(pa.array(np.lexsort((role, rows)))).drop_columns(["row"])


def _batch(
    raw: RawRole, rows: pa.Table, all_rows: Rows, code_tables: CodeTables, parents: Mapping[str, pa.Table]
) -> pa.Table:
    """The mentions of one role of one dataset: where they stand, their raw cells, what they point to."""
    count = len(raw.rows)
    taken = pa.array(raw.rows)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {name: rows.column(name).take(taken) for name in ROW_HEAD}
    columns |= {
        "row": taken,
        "platform": _constant(raw.platform.platform, count),
        "department": _constant(raw.platform.department.code, count),
        "dataset": _constant(raw.dataset.name, count),
        "role": _constant(raw.name, count),
    }
    for attribute, cells in raw.cells.items():
        columns[f"raw.{attribute}"] = cells
        if attribute in LABELS:
            declared = raw.role.attributes[attribute]
            codes = declared.codes if isinstance(declared, Source) else None
            table = code_tables.get(codes or DEFAULT_CODES.get(attribute, ""))
            columns[f"label.{attribute}"] = apply_codes(cells, table) if table else plain_labels(cells)
    for attribute in ("address", "operating_address"):
        if isinstance(raw.role.attributes.get(attribute), AddressSource):
            columns[f"raw.{attribute}"] = address_text(raw.cells, attribute, count)
    columns |= _ties(raw, rows, all_rows, parents, count)
    return pa.table(columns)


def _ties(
    raw: RawRole, rows: pa.Table, all_rows: Rows, parents: Mapping[str, pa.Table], count: int
) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Relations of a role, and the mentions they point to."""
    found: dict[str, pa.Array | pa.ChunkedArray] = {}
    housing, enterprise = raw.role.housing, raw.role.enterprise
    if housing:
        found["tie.housing"] = _constant_list(list(housing.relation), count)
        if housing.role and "housing" in parents:
            ids = mentions_of_rows(parents["housing"], raw.platform, raw.dataset, housing.role, rows)
            found["housing_mention_id"] = _ids(ids[raw.rows])
    if enterprise:
        found["tie.enterprise"] = _constant_list(list(enterprise.relation), count)
        if enterprise.role and "enterprise" in parents:
            ids = mentions_of_rows(parents["enterprise"], raw.platform, raw.dataset, enterprise.role, rows)
            found["enterprise_mention_id"] = _ids(ids[raw.rows])
        elif enterprise.lookup and "enterprise" in parents:
            ids = looked_up(enterprise.lookup, raw.platform, rows, all_rows, parents["enterprise"])
            found["enterprise_mention_id"] = _ids(ids[raw.rows])
    return found


def _ids(ids: np.ndarray) -> pa.Array:
    return pa.array(ids, pa.int64(), mask=ids < 0)


def _constant(value: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)


def _constant_list(values: list[str], count: int) -> pa.Array:
    return pa.repeat(pa.scalar(values, pa.list_(pa.string())), count)

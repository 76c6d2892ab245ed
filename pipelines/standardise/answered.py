"""Mentions as departments say they should read (校核): the row of before, one attribute of it replaced by the right value.

Belongs here: the replaced cells, standardised as any other. Does not: which answers are in force (`warehouse.verification`), or
what becomes of the claims (`pipelines.resolution.survivorship`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Platform
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.codes import CodeTables, apply_codes, plain_labels
from pipelines.standardise.columns import Context, standardise
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import role_mentions
from pipelines.standardise.roles import ADDRESS_PARTS, Rows, raw_roles
from pipelines.standardise.value_cache import ValueCache
from warehouse.model.data_model import DataModel

PLACE = ("delivery_id", "sheet_name", "row_number", "role")


def readable(model: DataModel, kind: str) -> dict[str, str]:
    """Attributes of which somebody can say what is right, with the attribute whose cells say it: a residence is the address."""
    declared = model.kinds[kind].attributes
    cells = {name: attribute.of or name for name, attribute in declared.items()}
    return {
        name: read
        for name, read in cells.items()
        if read in declared and declared[read].type and model.type_of(kind, read).needs not in ("report", "grids")
    }


def answered_mentions(
    model: DataModel,
    kind: str,
    platforms: Mapping[str, Platform],
    rows: Rows,
    answers: pa.Table,
    *,
    gazetteer: Gazetteer,
    grids: GridTree,
    code_tables: CodeTables,
) -> pa.Table:
    """A mention for each answer, under the contract of the kind, in the order of the answers.

    Args:
        model: the kinds there are.
        kind: its name.
        platforms: platform files by name.
        rows: current rows of a dataset.
        answers: `platform`, `dataset`, `PLACE` of the row it is about, `row_key`, `repeat`, `attribute`, `value` and `said_on` of what
            is right, `answer_id`: what the mention is numbered.
        gazetteer: standard addresses of the city.
        grids: grid tree of the city.
        code_tables: tables that platform files refer to.
    """
    parts = list(_raw(model, kind, platforms, rows, answers, code_tables))
    if not parts:
        return model.mention(kind).empty()
    raw = pa.concat_tables(parts, promote_options="permissive").sort_by("mention_id")
    raw = raw.drop_columns([name for name in raw.column_names if name.endswith("_mention_id")])
    context = Context(gazetteer, grids, {}, ValueCache(), model)
    return model.mention(kind).conform(standardise(kind, _replaced(model, kind, raw, code_tables), context))


def _raw(
    model: DataModel,
    kind: str,
    platforms: Mapping[str, Platform],
    rows: Rows,
    answers: pa.Table,
    code_tables: CodeTables,
) -> Iterator[pa.Table]:
    """The raw mentions spoken of, once per answer, with `answer.attribute` and `answer.value`."""
    for name, dataset_name in sorted(set(zip(*(answers[c].to_pylist() for c in ("platform", "dataset")), strict=True))):
        platform = platforms[name]
        own = answers.filter(pc.and_(pc.equal(answers["platform"], name), pc.equal(answers["dataset"], dataset_name)))
        source = _rows_of(rows(name, dataset_name), own)
        for raw in raw_roles(model, kind, platform, platform.dataset(dataset_name), source):
            if not len(raw.rows):
                continue
            table = role_mentions(model, raw, source, rows, code_tables, {}).drop_columns(["row"])
            places = {key: n for n, key in enumerate(_keys(table))}
            spoken = [(n, places[key]) for n, key in enumerate(_keys(own)) if key in places]
            if spoken:
                said, there = (pa.array(list(column)) for column in zip(*spoken, strict=True))
                table = table.take(there)
                for column, at in (("claimed_on", "said_on"), ("row_key", "row_key"), ("repeat", "repeat")):
                    table = table.set_column(table.column_names.index(column), column, own[at].take(said))
                for column, at in (
                    ("mention_id", "answer_id"), ("answer.attribute", "attribute"), ("answer.value", "value"),
                ):  # fmt: skip
                    table = table.append_column(column, own[at].take(said))
                yield table


def _rows_of(rows: pa.Table, answers: pa.Table) -> pa.Table:
    """Those rows of a dataset that answers speak of."""
    wanted = set(zip(*(answers[c].to_pylist() for c in PLACE[:3]), strict=True))
    near = rows.filter(pc.is_in(rows["row_number"], pc.unique(answers["row_number"])))
    keys = zip(*(near[c].to_pylist() for c in PLACE[:3]), strict=True)
    return near.filter(pa.array([key in wanted for key in keys], pa.bool_()))


def _keys(table: pa.Table) -> list[tuple[object, ...]]:
    return list(zip(*(table[name].to_pylist() for name in PLACE), strict=True))


def _replaced(model: DataModel, kind: str, raw: pa.Table, code_tables: CodeTables) -> pa.Table:
    """The raw cells of each mention with those of its answer's attribute replaced."""
    attributes, values = raw["answer.attribute"], raw["answer.value"]
    raw = raw.drop_columns(["answer.attribute", "answer.value"])
    read = readable(model, kind)
    for attribute in sorted(set(attributes.to_pylist())):
        name = read[attribute]
        declared = model.kinds[kind].attributes[name]
        here = pc.equal(attributes, attribute)
        cells = declared.cells or (name,)
        spoken = {f"raw.{cell}": None for cell in cells} | {f"raw.{cells[0]}": values}
        needs = model.type_of(kind, name).needs
        if needs == "codes":
            table = code_tables.get(declared.codes or "")
            spoken[f"label.{cells[0]}"] = apply_codes(values, table) if table else plain_labels(values)
        elif needs == "gazetteer":
            spoken |= {f"raw.{name}.{part}": None for part in ADDRESS_PARTS} | {f"raw.{name}.text": values}
        for column, said in spoken.items():
            raw = _set(raw, column, here, said)
    return raw


def _set(raw: pa.Table, column: str, here: pa.ChunkedArray, said: pa.ChunkedArray | None) -> pa.Table:
    nothing = pa.chunked_array([pa.nulls(raw.num_rows, pa.string())])
    known = column in raw.column_names
    if not known and said is None:
        return raw
    former = raw[column].cast(pa.string()) if known else nothing
    cells = pc.if_else(here, nothing if said is None else said.cast(pa.string()), former)
    return raw.set_column(raw.column_names.index(column), column, cells) if known else raw.append_column(column, cells)

"""The standard columns of mentions, from their raw columns, as the declaration of their kind says.

Raw tables carry `raw.<cell>` (as written), `label.<cell>` (coded), `raw.<cell>.<part>`, `tie.<kind>`, `<kind>_mention_id` and
the head of a mention. Belongs here: which standardiser makes which column. Does not: the standardisers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.distinct import Standardiser, over_distinct
from pipelines.standardise.grids import GridTree
from pipelines.standardise.roles import ADDRESS_PARTS
from pipelines.standardise.value_cache import ValueCache
from warehouse.model.attribute_type import RAW, AttributeType, Output
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.kind import Kind

_TURN = {"report": 0, "grids": 2}
"""When attributes are read, by what they need; all others in between: an address may stand in a report, a grid follows from it."""

Columns = dict[str, pa.Array | pa.ChunkedArray]


@dataclass(frozen=True)
class Context:
    """What standardising needs to know of the city, and what it knows already."""

    gazetteer: Gazetteer
    grids: GridTree
    parents: Mapping[str, pa.Table]
    value_cache: ValueCache = field(default_factory=ValueCache)
    data_model: DataModel = field(default_factory=shipped)

    @cached_property
    def _standardisers(self) -> dict[str, Standardiser]:
        return {}

    def standardiser(self, type_: AttributeType) -> Standardiser:
        """The standardiser of a type; of a cached one what it made of values in the last run is used again."""
        if type_.type not in self._standardisers:
            self._standardisers[type_.type] = self._made(type_)
        return self._standardisers[type_.type]

    def _made(self, type_: AttributeType) -> Standardiser:
        named = _named(type_.standardiser or "")
        places = self.grids.places if type_.needs == "places" else ()
        standardise: Standardiser = named(places) if type_.needs == "places" else named
        if not type_.cached:
            return standardise
        if type_.needs == "places":
            return self.value_cache.reader(self._page(type_.type), standardise, repr(places))
        return self.value_cache.reader(type_.type, standardise)

    def reports(self, cells: pa.Table, type_: AttributeType) -> pa.Table:
        """What the standardiser of a type that reads several cells makes of them, every distinct row of cells once."""
        keys, named = row_keys(cells), _named(type_.standardiser or "")

        def standardise(distinct: pa.StringArray) -> pa.Table:
            return named(cells.take(pc.index_in(distinct, value_set=keys)), self.gazetteer)

        page = self._page(type_.type)
        return over_distinct(keys, self.value_cache.reader(page, standardise, self.gazetteer.fingerprint))

    def _page(self, type_: str) -> str:
        """The page of the value cache of a type that reads a value by what it knows of the city: a city has its own."""
        return f"{self.gazetteer.city}.{type_}" if self.gazetteer.city else type_

    def addresses(self, parts: pa.Table) -> pa.Table:
        """`standardise_addresses` of `parts`, every distinct row of it once."""
        keys = row_keys(parts)

        def standardise(distinct: pa.StringArray) -> pa.Table:
            first = pc.index_in(distinct, value_set=keys)
            return standardise_addresses(parts.take(first), self.gazetteer)

        page = self._page("address")
        return over_distinct(keys, self.value_cache.reader(page, standardise, self.gazetteer.fingerprint))


def _named(standardiser: str) -> Any:
    """What `module:name` or `module:name.attribute` names."""
    module, _, path = standardiser.partition(":")
    return reduce(getattr, path.split("."), import_module(module))


def row_keys(table: pa.Table) -> pa.ChunkedArray:
    """One text per row of nullable strings: the same for equal rows only, whatever the cells hold."""
    cells = [table.column(name) for name in table.column_names]
    lengths = pc.binary_join_element_wise(
        *(pc.binary_length(c).cast(pa.string()) for c in cells), ",", null_handling="replace", null_replacement="-"
    )
    return pc.binary_join_element_wise(lengths, *cells, "|", null_handling="replace", null_replacement="")


def standardise(kind: str, raw: pa.Table, context: Context) -> pa.Table:
    """The columns of the mention table of a kind, in any order.

    Args:
        kind: its name.
        raw: raw columns, see the head of this module.
        context: what is known of the city.
    """
    return pa.table(_Row(context.data_model.kinds[kind], raw, context).columns())


class _Row:
    """The attributes of the raw mentions of one kind."""

    def __init__(self, kind: Kind, raw: pa.Table, context: Context) -> None:
        self.kind, self.raw, self.context = kind, raw, context
        self.model = context.data_model
        self.outputs: dict[str, dict[str, pa.ChunkedArray]] = {}

    def columns(self) -> Columns:
        columns: Columns = {name: self.raw.column(name) for name in self.raw.column_names if "." not in name}
        typed = [name for name, attribute in self.kind.attributes.items() if attribute.type]
        for name in sorted(typed, key=lambda n: _TURN.get(self.type_of(n).needs or "", 1)):
            self.outputs[name] = self._read(name)
        for name in typed:
            for output, column in self.model.columns(self.kind.kind, name).items():
                columns[column] = self._filled(name, output)
        for other, tie in self.kind.ties.items():
            columns[f"{other}_mention_id"] = self._mention_ids(other)
            if tie.inherits:
                columns |= self._inherited(other, tie.inherits, columns)
        for other in self.kind.ties:
            columns[f"{other}_relations"] = self._relations(other, columns)
        return columns

    def type_of(self, name: str) -> AttributeType:
        return self.model.type_of(self.kind.kind, name)

    def cells(self, name: str) -> pa.ChunkedArray:
        if name in self.raw.column_names:
            return self.raw.column(name).cast(pa.string())
        return pa.chunked_array([pa.nulls(self.raw.num_rows, pa.string())])

    def _read(self, name: str) -> dict[str, pa.ChunkedArray]:
        """Every output of an attribute; `raw` is the first cell that is filled."""
        attribute, type_ = self.kind.attributes[name], self.type_of(name)
        cells = [self.cells(f"raw.{cell}") for cell in attribute.cells or (name,)]
        written = {RAW: pc.coalesce(*cells) if len(cells) > 1 else cells[0]}
        match type_.needs:
            case "report":
                return written | self._report(name, type_)
            case "codes":
                return written | {type_.value: self.cells(f"label.{(attribute.cells or (name,))[0]}")}
            case "gazetteer":
                return self._address(name, type_, written)
            case "grids":
                return written | {type_.value: self._grid()}
        if type_.standardiser is None:
            return written | {type_.value: written[RAW]}
        tables = [over_distinct(c, self.context.standardiser(type_)) for c in cells]
        return written | {
            output: _merged([t.column(out.source) for t in tables], out) for output, out in type_.outputs.items()
        }

    def _declared_grid(self) -> pa.ChunkedArray:
        """The code of the grid a row names."""
        for name, attribute in self.kind.attributes.items():
            if attribute.type and self.type_of(name).needs == "grids":
                cells = self.cells(f"raw.{(attribute.cells or (name,))[0]}")
                return over_distinct(cells, self.context.grids).column("grid_code")
        return self.cells("")

    def _grid(self) -> pa.ChunkedArray:
        """The grid a row declares before the one its address lies in."""
        declared = self._declared_grid()
        for outputs in self.outputs.values():
            if "grid" in outputs:
                return pc.coalesce(declared, outputs["grid"].cast(pa.string()))
        return declared

    def _report(self, name: str, type_: AttributeType) -> dict[str, pa.ChunkedArray]:
        """What several cells say together: labels of coded cells, the text of all others."""
        reads = self.kind.attributes[name].reads
        coded = {cell: f"label.{cell}" if self.type_of(cell).needs == "codes" else f"raw.{cell}" for cell in reads}
        standard = self.context.reports(pa.table({cell: self.cells(c) for cell, c in coded.items()}), type_)
        return {output: standard.column(out.source) for output, out in type_.outputs.items()}

    def _address(
        self, name: str, type_: AttributeType, written: dict[str, pa.ChunkedArray]
    ) -> dict[str, pa.ChunkedArray]:
        """The parts of an address; where it was found in a text and the cell is empty, what was found counts as written."""
        parts = {part: self.cells(f"raw.{name}.{part}") for part in ADDRESS_PARTS}
        if instead := self.kind.attributes[name].read_from:
            other, _, output = instead.partition(".")
            found = self.outputs[other][output]
            parts["text"] = pc.coalesce(found, parts["text"])
            written = written | {RAW: pc.coalesce(written[RAW], found)}
        standard = self.context.addresses(pa.table(parts | {"grid_code": self._declared_grid()}))
        return written | {output: standard.column(out.source) for output, out in type_.outputs.items()}

    def _filled(self, name: str, output: str) -> pa.ChunkedArray:
        """A stored output: what stands in where the row says nothing, and the fill of its type."""
        column, type_ = self.outputs[name][output], self.type_of(name)
        fallback = self.kind.attributes[name].fallback
        if output == type_.value and fallback:
            other, _, instead = fallback.partition(".")
            column = pc.coalesce(column, self.outputs[other][instead])
        fill = type_.outputs[output].fill if output in type_.outputs else None
        return pc.fill_null(column, fill) if fill is not None else column

    def _mention_ids(self, other: str) -> pa.ChunkedArray:
        name = f"{other}_mention_id"
        if name in self.raw.column_names:
            return self.raw.column(name)
        return pa.chunked_array([pa.nulls(self.raw.num_rows, pa.int64())])

    def _inherited(self, other: str, attribute: str, own: Columns) -> Columns:
        """The columns of an attribute, and the grid, from the mention of the same row a mention is tied to."""
        ids = own[f"{other}_mention_id"]
        if other not in self.context.parents or not pc.count(ids).as_py():
            return {}
        grids = [n for n, a in self.kind.attributes.items() if a.type and self.type_of(n).needs == "grids"]
        names = [c for n in (attribute, *grids) for c in self.model.columns(self.kind.kind, n).values()]
        there = self.context.parents[other].select(names).take(ids)
        tied = pc.is_valid(ids)
        return {name: pc.if_else(tied, there.column(name), own[name]) for name in names}

    def _relations(self, other: str, columns: Columns) -> pa.ChunkedArray:
        """The declared relations of a tie where it leads somewhere, else null."""
        listed, name = pa.list_(pa.string()), f"tie.{other}"
        if name not in self.raw.column_names:
            return pa.chunked_array([pa.nulls(self.raw.num_rows, listed)])
        leads = [columns[f"{other}_mention_id"], *(columns[self._leading(a)] for a in self.kind.ties[other].through)]
        tied = reduce(pc.or_, [pc.is_valid(column) for column in leads])
        return pc.if_else(tied, self.raw.column(name), pa.scalar(None, listed))

    def _leading(self, attribute: str) -> str:
        """The column that says whether an attribute names something: an address as written, the key of a name."""
        columns = self.model.columns(self.kind.kind, attribute)
        return columns[RAW] if self.type_of(attribute).needs == "gazetteer" else columns["key"]


def _merged(columns: list[pa.ChunkedArray], output: Output) -> pa.ChunkedArray:
    """One output of several cells: the first that is filled; of a state the best there is."""
    if len(columns) == 1:
        return columns[0]
    if not output.best_first:
        return pc.coalesce(*columns)
    merged = pa.chunked_array([pa.nulls(len(columns[0]), pa.string())])
    for state in output.best_first:
        said = reduce(pc.or_, [pc.fill_null(pc.equal(column, state), False) for column in columns])
        merged = pc.if_else(pc.and_(pc.is_null(merged), said), state, merged)
    return merged

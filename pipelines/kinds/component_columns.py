"""What the specification of components compares: number, class, place on the map, survey.

Belongs here: this view. Does not: reading coordinates (`pipelines.standardise.points`), or comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.inputs.kind_inputs import PlainInputs, Sight

CELL = 0.0004
"""Degrees: the side of a cell of the map, about 40 m. Cells are laid four times, moved by half a side, so that whatever lies within
half a side of each other shares one."""

SHIFTS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
CELLS = tuple(f"cell_{number}" for number in range(len(SHIFTS)))


@dataclass(frozen=True)
class ComponentInputs(PlainInputs):
    """What matching reads of components."""

    columns: tuple[str, ...] = ("source_code", "name", "location_lng", "location_lat", "survey", "surveyed_on")

    def view(self, sight: Sight) -> pa.Table:
        """The stored columns, the class of four digits inside the number, and the cells it lies in."""
        some = sight.columns()
        code = some["source_code"].cast(pa.string())
        full = pc.equal(pc.utf8_length(code), 16)
        some = some.append_column("component_class", pc.if_else(full, pc.utf8_slice_codeunits(code, 6, 10), None))
        for name, (east, north) in zip(CELLS, SHIFTS, strict=True):
            some = some.append_column(name, _cell(some["location_lng"], some["location_lat"], east, north))
        return some


def _cell(lng: pa.ChunkedArray, lat: pa.ChunkedArray, east: float, north: float) -> pa.Array:
    """The cell a point lies in, as text; null where there is no point."""
    known = pc.and_(pc.is_valid(lng), pc.is_valid(lat)).to_numpy().astype(bool)
    x, y = (
        np.floor(pc.fill_null(degrees, 0.0).to_numpy() / CELL + shift).astype(np.int64)
        for degrees, shift in ((lng, east), (lat, north))
    )
    text = pc.binary_join_element_wise(pa.array(x).cast(pa.string()), pa.array(y).cast(pa.string()), ",")
    return pc.if_else(pa.array(known), text, pa.scalar(None, pa.string()))


INPUTS = ComponentInputs()

"""Coordinates of a place: longitude and latitude in degrees, WGS-84.

Belongs here: reading them, whichever of both comes first, and taking the shift of GCJ-02 out. Does not: which home or grid lies
there.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.gcj02 import wgs84
from pipelines.standardise.folding import fold, without_blanks

_DEGREES = r"[+-]?\d{1,3}(?:\.\d+)?"
_POINT = rf"^(?P<lng>{_DEGREES})°?[,;，；](?P<lat>{_DEGREES})°?(?:@(?P<system>[a-z0-9]+))?$"
SYSTEM = "@"
"""Before the system of a point that is not plain WGS-84: `gcj02` is shifted, `unsure` may be."""


def standardise_points(values: pa.StringArray) -> pa.Table:
    """Coordinates per distinct `longitude,latitude`, with `@gcj02` or `@unsure` behind where they are, or may be, shifted.

    Returns:
        `point`: both with six decimals (a tenth of a metre) and a comma between; `lng`, `lat` in degrees, WGS-84. All null
        where the text is no point on the globe, or 0,0, which handsets send when they know no place. `doubt`: `swapped` where
        the latitude came first, `unsure` where the system is; null for none.
    """
    parts = pc.extract_regex(without_blanks(fold(values)), _POINT)
    lng, lat = (pc.struct_field(parts, name).cast(pa.float64()) for name in ("lng", "lat"))
    swapped = pc.fill_null(pc.and_(pc.greater(pc.abs(lat), 90), pc.less_equal(pc.abs(lng), 90)), False)
    lng, lat = pc.if_else(swapped, lat, lng), pc.if_else(swapped, lng, lat)
    on_globe = pc.and_(pc.less_equal(pc.abs(lng), 180), pc.less_equal(pc.abs(lat), 90))
    known = pc.and_(on_globe, pc.or_(pc.not_equal(lng, 0), pc.not_equal(lat, 0)))
    system = pc.struct_field(parts, "system")
    shifted = pc.fill_null(pc.equal(system, "gcj02"), False)
    plain = [np.asarray(d.fill_null(0.0), dtype=np.float64) for d in (lng, lat)]
    lng, lat = (pc.if_else(shifted, pa.array(d), given) for d, given in zip(wgs84(*plain), (lng, lat), strict=True))
    lng, lat = (pc.if_else(known, pc.round(degrees, 6), pa.scalar(None, pa.float64())) for degrees in (lng, lat))
    texts = [
        pc.if_else(
            pc.is_valid(d), pa.array([None if v is None else f"{v:.6f}" for v in d.to_pylist()], pa.string()), None
        )
        for d in (lng, lat)
    ]
    unsure = pc.fill_null(pc.equal(system, "unsure"), False)
    doubt = pc.if_else(unsure, "unsure", pc.if_else(swapped, "swapped", pa.scalar(None, pa.string())))
    return pa.table({"point": pc.binary_join_element_wise(*texts, ","), "lng": lng, "lat": lat, "doubt": doubt})

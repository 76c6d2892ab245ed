"""Coordinates of a place: longitude and latitude in degrees.

Belongs here: reading them. Does not: coordinate systems, or which home or grid lies there.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold, without_blanks

_POINT = r"^(?P<lng>[+-]?\d{1,3}(?:\.\d+)?)°?[,;，；](?P<lat>[+-]?\d{1,2}(?:\.\d+)?)°?$"


def standardise_points(values: pa.StringArray) -> pa.Table:
    """Coordinates per distinct `longitude,latitude`.

    Returns:
        `point`: both with six decimals (a tenth of a metre) and a comma between; `lng`, `lat` in degrees. All null where the
        text is no point on the globe, or 0,0, which handsets send when they know no place.
    """
    parts = pc.extract_regex(without_blanks(fold(values)), _POINT)
    lng, lat = (pc.struct_field(parts, name).cast(pa.float64()) for name in ("lng", "lat"))
    on_globe = pc.and_(pc.less_equal(pc.abs(lng), 180), pc.less_equal(pc.abs(lat), 90))
    known = pc.and_(on_globe, pc.or_(pc.not_equal(lng, 0), pc.not_equal(lat, 0)))
    lng, lat = (pc.if_else(known, pc.round(degrees, 6), pa.scalar(None, pa.float64())) for degrees in (lng, lat))
    texts = [
        pc.if_else(
            pc.is_valid(d), pa.array([None if v is None else f"{v:.6f}" for v in d.to_pylist()], pa.string()), None
        )
        for d in (lng, lat)
    ]
    return pa.table({"point": pc.binary_join_element_wise(*texts, ","), "lng": lng, "lat": lat})

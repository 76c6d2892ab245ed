"""From WGS-84 to GCJ-02, the shifted coordinates that Chinese map services and the patrols' handsets give.

Belongs here: the published formula of the shift. Does not: whose coordinates are shifted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""Of the Krasovsky ellipsoid: semi-major axis in metres, first eccentricity squared."""


def _waves(x: Floats, y: Floats, along: Floats) -> Floats:
    """The ripples both shifts have in common: of the longitude, and of the axis the shift runs along."""
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    own = 20 * np.sin(np.pi * along) + 40 * np.sin(np.pi / 3 * along)
    return (common + own) * 2 / 3 + 0.1 * x * y


def gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in degrees, shifted by some hundred metres."""
    x, y = lon - 105, lat - 35
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.2 * np.sqrt(np.abs(x)) + _waves(x, y, y)
    north = north + (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * np.sqrt(np.abs(x)) + _waves(x, y, x)
    east = east + (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    latitude = np.radians(lat)
    magic = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    metres = np.pi / 180 * _AXIS
    return (
        lon + east / (metres / np.sqrt(magic) * np.cos(latitude)),
        lat + north / (metres * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic))),
    )


def wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shifted longitudes and latitudes in degrees without the shift, right to a metre: it hardly changes over its own length."""
    shifted = gcj02(lon, lat)
    near = 2 * lon - shifted[0], 2 * lat - shifted[1]
    again = gcj02(*near)
    return near[0] + lon - again[0], near[1] + lat - again[1]

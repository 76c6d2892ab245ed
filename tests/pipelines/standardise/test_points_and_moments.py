"""Points of any system and moments of any clock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from connectors.gcj02 import gcj02, wgs84
from pipelines.standardise.instants import standardise_instants
from pipelines.standardise.points import standardise_points
from pipelines.standardise.roles import with_clock


@pytest.mark.parametrize(
    ("text", "point", "doubt"),
    [
        ("120.5,31.25", "120.500000,31.250000", None),
        ("31.25,120.5", "120.500000,31.250000", "swapped"),
        ("120.5,31.25@unsure", "120.500000,31.250000", "unsure"),
        ("0,0", None, None),
        ("120.5", None, None),
        ("200,31", None, None),
    ],
)
def test_a_point_is_read_with_its_doubt(text: str, point: str | None, doubt: str | None) -> None:
    row = standardise_points(pa.array([text])).to_pylist()[0]
    assert (row["point"], row["doubt"]) == (point, doubt)


def test_the_shift_of_gcj02_is_taken_out_to_a_metre() -> None:
    lng, lat = np.array([87.6, 104.06, 113.26, 121.47]), np.array([43.8, 30.67, 23.13, 31.23])
    back = wgs84(*gcj02(lng, lat))
    assert np.abs(back[0] - lng).max() < 1e-5
    assert np.abs(back[1] - lat).max() < 1e-5
    shifted = gcj02(lng[3:], lat[3:])
    row = standardise_points(pa.array([f"{shifted[0][0]:.6f},{shifted[1][0]:.6f}@gcj02"])).to_pylist()[0]
    assert (row["lng"], row["lat"]) == pytest.approx((121.47, 31.23), abs=1e-5)


@pytest.mark.parametrize(
    ("clock", "moment"), [("utc", "2025-11-01 16:26:33"), ("city", "2025-11-01 08:26:33")], ids=["utc", "city"]
)
def test_milliseconds_count_in_utc_or_in_the_clock_of_the_city(clock: str, moment: str) -> None:
    cells = with_clock(pa.chunked_array([pa.array(["1761985593000"])]), clock)
    assert str(standardise_instants(cells.combine_chunks())["instant"][0].as_py()) == moment


def test_a_written_moment_has_the_clock_of_the_city_already() -> None:
    cells = pa.chunked_array([pa.array(["2025-11-01 08:26", None])])
    assert with_clock(cells, "city").to_pylist() == cells.to_pylist()

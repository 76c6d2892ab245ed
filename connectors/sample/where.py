"""Where the sample city stands: what it is called, which division it is, where on the map.

A home may hold several cities. So what is called 云陵市 in one is 汐川市 in the next; whoever writes a row asks `here`.

Belongs here: the places, and which of them is being written. Does not: words that every city shares (`vocabulary`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Where:
    """An invented county-level city under an invented prefecture.

    Attributes:
        code: its code in the settings of a home of several cities.
        division: a code of GB/T 2260 form nobody has.
        area_code: of its telephones.
        bodies: what the organisation codes of its public bodies begin with.
        west, south: its corner on the map, in degrees (WGS-84).
    """

    code: str
    province: str
    city: str
    parent_city: str
    division: str
    area_code: str
    bodies: str
    west: float
    south: float

    @property
    def short(self) -> str:
        """Its name without 市."""
        return self.city.removesuffix("市")


PLACES = (
    Where("yunling", "浙江省", "云陵市", "越江市", "330291", "0576", "0147", 121.05, 28.70),
    Where("xichuan", "浙江省", "汐川市", "越江市", "330292", "0576", "0148", 120.15, 29.60),
    Where("lanpu", "浙江省", "岚浦市", "瓯岭市", "330293", "0577", "0149", 119.25, 27.80),
)
"""The cities there can be; the first is the one that stands alone."""

_HERE: ContextVar[Where] = ContextVar("sample city", default=PLACES[0])


def here() -> Where:
    """The city that is being written."""
    return _HERE.get()


@contextmanager
def standing(where: Where) -> Iterator[None]:
    """While it lasts, `here` is that city."""
    token = _HERE.set(where)
    try:
        yield
    finally:
        _HERE.reset(token)

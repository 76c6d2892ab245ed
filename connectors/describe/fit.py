"""Whether the values of a column can be what its heading says, and what they are where it says nothing.

Belongs here: the shares from which a shape counts. Does not: the shapes (`recogniser`).
"""

from __future__ import annotations

from collections.abc import Mapping

NEEDED: Mapping[str, tuple[str, float]] = {
    "id_number": ("id_number?", 0.2),
    "credit_code": ("credit_code?", 0.2),
    "phone": ("phone?", 0.2),
    "date": ("date?", 0.3),
    "birth_date": ("date?", 0.3),
    "instant": ("date?", 0.3),
    "person_name": ("person_name?", 0.3),
    "count": ("quantity", 0.3),
    "quantity": ("quantity", 0.3),
}
"""Type → the share that values of such a column have at least."""

SPEAKS: Mapping[str, float] = {"id_number": 0.6, "credit_code": 0.6, "phone": 0.7, "address": 0.7, "person_name": 0.8}
"""Type → the share from which values tell it without a heading."""

FEW = 3
"""Below so many distinct values nothing is said by them."""


def fits(type_: str, shares: Mapping[str, float], distinct: int) -> bool:
    """Whether values can be of a type, as far as they tell."""
    if distinct < FEW or type_ not in NEEDED:
        return True
    share, least = NEEDED[type_]
    return shares.get(share, 0.0) >= least


def spoken(shares: Mapping[str, float], distinct: int) -> str | None:
    """The type that values alone tell; None where they tell none."""
    sure = [(shares.get(t, 0.0), t) for t, least in SPEAKS.items() if shares.get(t, 0.0) >= least]
    return max(sure)[1] if sure and distinct >= FEW else None

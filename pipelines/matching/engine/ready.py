"""Ready-made comparisons: the levels that suit a person's name, a date of birth, an address, a postcode, an e-mail, a firm.

Belongs here: ordered levels for a common sort of attribute, outside China. Does not: the levels themselves, or Chinese attributes
(`pipelines.kinds`).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels import Crossed, JaroWinkler, Level, Same, Typo
from pipelines.matching.engine.levels_numbers import DateWithin
from pipelines.matching.engine.levels_text import Jaccard, SamePart, Subset, TfIdf
from pipelines.matching.engine.spec import Comparison


def person_name(column: str, other: str | None = None) -> Comparison:
    """A given name or a surname: the same (rare names say more), similar, or less so.

    Args:
        column: which.
        other: the other part of the name, where the two may be swapped.
    """
    levels: list[Level] = [Same(column, term_frequency=True)]
    levels += [Crossed(column, other)] if other else []
    levels += [JaroWinkler(0.92, column, term_frequency=True), JaroWinkler(0.8, column)]
    return Comparison(column, tuple(levels), (column, other) if other else (column,))


def date_of_birth(column: str, date_format: str | None = None) -> Comparison:
    """A date of birth, as a date or as text: the same, a slip of a digit, the same month, the same year or nearly."""
    within = [DateWithin(n, unit, date_format, column) for n, unit in ((1, "months"), (1, "years"))]
    return Comparison(column, (Same(column, term_frequency=True), Typo(1, column), *within))


def postcode(column: str, area: int = 3) -> Comparison:
    """A postcode: the same, a slip, or the same area, its first characters."""
    return Comparison(
        column, (Same(column, term_frequency=True), Typo(1, column), SamePart("area", length=area, column=column))
    )


def email(column: str) -> Comparison:
    """An e-mail address: the same, the same name at another host, or a similar one."""
    return Comparison(
        column,
        (
            Same(column, term_frequency=True),
            SamePart("mailbox", _mailbox, column=column),
            JaroWinkler(0.92, column),
        ),
    )


def address(column: str) -> Comparison:
    """An address in one line: the same, the same words but for a few, or the rare ones of them."""
    return Comparison(column, (Same(column, term_frequency=True), Jaccard(0.8, column), TfIdf(0.6, column)))


def company_name(column: str) -> Comparison:
    """A firm's name: the same, similar, one a part of the other, or sharing its rare words (`Limited` says nothing)."""
    return Comparison(
        column,
        (
            Same(column, term_frequency=True),
            JaroWinkler(0.95, column),
            TfIdf(0.8, column),
            Subset(column),
            TfIdf(0.5, column),
        ),
    )


def _mailbox(values: pa.Array) -> pa.Array:
    """What stands before the @, in lower case; null without one."""
    box = pc.struct_field(pc.extract_regex(pc.utf8_lower(values), r"^(?P<box>[^@]+)@"), "box")
    return box

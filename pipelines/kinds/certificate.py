"""When two mentions are copies of one certificate: the same number, holder, trade and day of issue.

A renewed certificate has a new number and is another one. Certificates of several trades may share their number, the identity
number of the holder: then the trade, in brackets behind the type, tells them apart. Offices shorten the type itself (驾驶证,
机动车驾驶证), so that it says little. Numbers that differ in their last two digits alone were issued one after the other, often
to one holder on one day; a digit that differs before those is a slip.
"""

from __future__ import annotations

from pipelines.kinds.certificate_columns import INPUTS
from pipelines.matching.engine.levels import JaroWinkler, Same, Swapped, Typo
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="certificate",
    blocks=(
        Block("number"),
        Block("number_digits"),
        Block("holder_number", "issued_on"),
        Block("holder_number", "type_name"),
        Block("holder_name", "issued_on"),
    ),
    comparisons=(
        Comparison(
            "number",
            (
                Same("number"),
                Same("number_digits", name="same_digits"),
                Swapped("number"),
                Same("number_series", name="same_series"),
                Typo(1, "number"),
            ),
            columns=("number", "number_digits", "number_series"),
            fixed={"same_series": -12.0, "different": -12.0},
        ),
        Comparison("type_name", (Same(term_frequency=True), JaroWinkler(0.8), JaroWinkler(0.6))),
        Comparison("trade", (Same(),), fixed={"different": -40.0}),
        Comparison("issued_on", (Same(term_frequency=True),)),
        Comparison(
            "holder",
            (
                Same("holder_number", name="same_number"),
                Typo(2, "holder_number", min_length=15),
                Same("holder_name", term_frequency=True, name="same_name"),
                JaroWinkler(0.85, "holder_name"),
            ),
            columns=("holder_number", "holder_name"),
        ),
    ),
    accept=0.95,
    review=0.6,
)

__all__ = ["INPUTS", "SPEC"]

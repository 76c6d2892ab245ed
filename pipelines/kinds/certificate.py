"""When two mentions are copies of one certificate: the same type, number and holder.

A renewed certificate has a new number and is another one. Certificates of several trades may share their number, the identity
number of the holder: then the type tells them apart. Two numbers a digit apart are two certificates issued one after the other;
only digits that changed places, or letters that are left out, are slips.
"""

from __future__ import annotations

from pipelines.matching.engine.levels import JaroWinkler, Same, Swapped, Typo
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec

SPEC = MatchSpec(
    kind="certificate",
    blocks=(
        Block("number", "certificate_type"),
        Block("number_digits", "certificate_type"),
        Block("holder_number", "certificate_type"),
        Block("holder_name", "certificate_type", "issued_on"),
    ),
    comparisons=(
        Comparison(
            "number",
            (Same("number"), Same("number_digits", name="same_digits"), Swapped("number")),
            columns=("number", "number_digits"),
            fixed={"different": -12.0},
        ),
        Comparison("certificate_type", (Same(term_frequency=True),), fixed={"different": -12.0}),
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

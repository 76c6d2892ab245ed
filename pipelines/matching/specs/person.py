"""When two mentions are the same person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.levels import Same, Typo, code_points
from pipelines.matching.levels_chinese import (
    LOST,
    DateSlip,
    FormerName,
    Homophone,
    LegiblePart,
    LookAlike,
    LostCharacter,
    OneCharacter,
    OtherNumber,
    OtherOrder,
    SameAsFarAsKnown,
    SameDay,
    SameNumber,
    SameSurname,
    SharedValue,
    SlippedNumber,
    SurnameOnly,
)
from pipelines.matching.levels_places import SameDwelling, SameParts
from pipelines.matching.spec import AnyOf, Block, Comparison, Key, MatchSpec, Together


def _tail(values: pa.Array) -> pa.Array:
    """Birth date, sequence and check digit of an identity number, where all of them are legible."""
    tail = pc.utf8_slice_codeunits(values, 6, 18)
    return pc.if_else(pc.match_substring(tail, "*"), None, tail)


def _day(values: pa.Array) -> pa.Array:
    """A birth date known to the day."""
    return pc.if_else(pc.equal(pc.utf8_length(values), 8), values, None)


def _given(values: pa.Array) -> npt.NDArray[np.uint32]:
    """The legible characters of given names as code points, 0 for none: a line per name, its first character left out."""
    characters = code_points(values)[:, 1:]
    return np.where(characters == ord(LOST), np.uint32(0), characters)


def _least(values: pa.Array) -> pa.Array:
    """The least character of a given name by code point, wherever it stands."""
    given = _given(values)
    least = np.where(given == 0, np.uint32(0xFFFFFFFF), given).min(axis=1, initial=0xFFFFFFFF)
    return pa.array(least, mask=least == 0xFFFFFFFF)


def _greatest(values: pa.Array) -> pa.Array:
    """The greatest character of a given name."""
    greatest = _given(values).max(axis=1, initial=0)
    return pa.array(greatest, mask=greatest == 0)


GIVEN = AnyOf(Key("name_key", _least, "given_name[min]"), Key("name_key", _greatest, "given_name[max]"))
"""A character of the given name: what is left where one is lost, mistaken or moved, and kin seldom share."""

NAME = AnyOf("name_key", "former_name")
PHONE = AnyOf("phone", "phone_2")
DAY = Key("birth", _day, "birth_day")

PERSON = MatchSpec(
    kind="person",
    blocks=(
        Block(Key("id_text", _tail, "id_number[6:18]")),
        Block("surname", "home", GIVEN, cap=60),
        Block("surname", PHONE),
        Block(NAME, DAY, contrary=True),
        Block("name_pinyin", DAY),
        Block("name_pinyin", "home"),
        Block("name_pinyin", "firm"),
        Block(NAME, "community", cap=60),
        Block("name_key", cap=12),
    ),
    comparisons=(
        Comparison(
            "id_number",
            (
                SameNumber(),
                OtherNumber(),
                SlippedNumber(1),
                LegiblePart(10),
                LegiblePart(6),
                SlippedNumber(2),
            ),
            columns=("id_number", "id_text"),
            fixed={"other_valid": -12.0},  # whatever else agrees: twins teach what a family shares
        ),
        Comparison(
            "name",
            (
                Same("name_key", term_frequency=True),
                FormerName(),
                Homophone(),
                LostCharacter(),
                LookAlike(),
                OtherOrder(),
                OneCharacter(),
                SurnameOnly(),
                SameSurname(),
            ),
            columns=("name_key", "name_pinyin", "former_name", "surname", "name_form"),
            fixed={"surname_only": 0.0},  # who gives only a surname gives the right one; the rest is its frequency
        ),
        Comparison(
            "birth",
            (
                SameDay(),
                SameAsFarAsKnown(length=6, name="same_month"),
                SameAsFarAsKnown(),
                DateSlip(),
            ),
            implied_by="id_number",
        ),
        Comparison("sex", (Same(),), implied_by="id_number"),
        Comparison(
            "home",
            (
                SameDwelling("home"),
                SameParts(("estate", "building", "room"), ("unit", "community"), name="same_room"),
                SameParts(("estate", "building"), ("unit", "community"), name="same_building"),
                SameParts(("estate",), ("community",), name="same_estate"),
                SameParts(("community",), name="same_community"),
            ),
            columns=("home", "estate", "building", "unit", "room", "community"),
        ),
        Comparison(
            "phone",
            (
                Same("phone", term_frequency=True),
                SharedValue("phone", "phone_2", name="second_number"),
                Typo(1, "phone", min_length=8),
            ),
            columns=("phone", "phone_2"),
        ),
        Comparison("firm", (Same(term_frequency=True),)),
        Comparison("ethnicity", (Same(term_frequency=True),)),
    ),
    anchor="id_number",
    dependence=(
        Together(
            "name",
            "birth",
            "home",
            "phone",
            chance=(("name", "same"), ("name", "former_name")),
            known=(
                (("name", "one_character"), ("birth", "same_day"), ("home", "same_dwelling")),  # twins
                (("name", "one_character"), ("birth", "same_day"), ("home", "same_room")),
                (("name", "one_character"), ("birth", "same_day"), ("phone", "same")),
            ),
        ),
    ),
    distinct=("id_number",),
    accept=0.9,
    review=0.6,
)

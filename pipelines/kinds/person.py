"""When two mentions are the same person."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.kinds.clue import Clue
from pipelines.kinds.person_columns import INPUTS
from pipelines.matching.engine.levels import Same, Typo, code_points
from pipelines.matching.engine.levels_chinese import (
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
from pipelines.matching.engine.levels_places import SameDwelling, SameParts
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, Corroboration, Dependence, Key, MatchSpec


def _day(values: pa.Array) -> pa.Array:
    """A birth date known to the day."""
    return pc.if_else(pc.equal(pc.utf8_length(values), 8), values, None)


def _least(values: pa.Array) -> pa.Array:
    """The smallest legible character of a given name by code point, in any position."""
    given = code_points(values)[:, 1:]
    given = np.where((given == 0) | (given == ord(LOST)), np.uint32(0xFFFFFFFF), given)
    least = given.min(axis=1, initial=0xFFFFFFFF)
    return pa.array(least, mask=least == 0xFFFFFFFF)


GIVEN = Key("name_key", _least, "given_name[min]")
"""A character of the given name: it often survives where another is lost, mistaken or moved, and kin seldom share it."""

NAME = AnyOf("name_key", "former_name")
PHONE = AnyOf("phone", "phone_2")
DAY = Key("birth", _day, "birth_day")

SPEC = MatchSpec(
    kind="person",
    blocks=(
        Block("surname", "home", GIVEN, cap=60),
        Block("surname", PHONE),
        Block(NAME, DAY, allow_conflict=True),
        Block("name_pinyin", DAY),
        Block("name_pinyin", "home"),
        Block("name_pinyin", "firm"),
        Block(NAME, "community", cap=60),
        Block("name_key", cap=12),
        Block("document_number"),
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
            fixed={"surname_only": 0.0},  # a lone surname is seldom wrong; all evidence lies in its frequency
        ),
        Comparison(
            "birth",
            (
                SameDay(),
                SameAsFarAsKnown(length=6, name="same_month"),
                SameAsFarAsKnown(),
                DateSlip(),
            ),
            contained_in="id_number",
        ),
        Comparison("sex", (Same(),), contained_in="id_number"),
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
        # So few hold another document that a city cannot teach what one tells: as much as a long phone number would.
        Comparison("document_number", (Same(),), fixed={"same": 18.0, "different": 0.0}),
        Comparison("ethnicity", (Same(term_frequency=True),)),
    ),
    corroborated=(Corroboration(weak=("name", "sex", "ethnicity"), against=("home", "phone")),),
    anchor="id_number",
    dependence=(
        Dependence(
            "name",
            "birth",
            "home",
            "phone",
            independent_levels=(("name", "same"), ("name", "former_name")),
            prior_combinations=(
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

CLUES = (
    Clue(
        "phone",
        shares="m.phone",
        of="m.name_form is distinct from 'full'",
        fits="l.surname is null or r.surname is null or l.surname = r.surname",
    ),
    Clue(
        "name",
        shares="m.name_key",
        of="m.name_form = 'full' and m.id_number is null",
        fits="(l.sex is null or r.sex is null or l.sex = r.sex)"
        " and (l.birth_date is null or r.birth_date is null or l.birth_date = r.birth_date)",
    ),
)

__all__ = ["CLUES", "INPUTS", "SPEC"]

"""When two mentions are the same enterprise."""

from __future__ import annotations

from pipelines.kinds.clue import Clue
from pipelines.kinds.enterprise_columns import INPUTS
from pipelines.matching.engine.levels import Different, JaroWinkler, Same, Typo
from pipelines.matching.engine.levels_enterprise import (
    CODES,
    BesidePublicBody,
    FormerEnterpriseName,
    NoPublicBody,
    OtherBranch,
    OtherCode,
    SameCore,
    SamePublicBody,
)
from pipelines.matching.engine.levels_places import SameDwelling, SameParts
from pipelines.matching.engine.spec import AnyOf, Block, Comparison, Dependence, MatchSpec

SPEC = MatchSpec(
    kind="enterprise",
    blocks=(
        Block("credit_code"),
        Block("organisation_code"),
        Block("registration_number"),
        Block("code_legible", cap=20),
        Block(AnyOf("name_key", "former_name"), allow_conflict=True),
        Block(AnyOf("brand", "former_brand"), "trade"),
        Block(AnyOf("brand", "former_brand"), "legal_rep_name"),
        Block(AnyOf("brand", "former_brand"), AnyOf("dwelling", "operating_dwelling")),
        Block(AnyOf("brand", "former_brand"), "phone"),
        Block("brand_pinyin", "trade"),
        Block("legal_rep_id_number"),
        Block("legal_rep_name", AnyOf("dwelling", "operating_dwelling")),
        Block("legal_rep_name", "phone"),
        Block("phone", AnyOf("dwelling", "operating_dwelling")),
    ),
    comparisons=(
        Comparison(
            "code",
            (
                Same("credit_code", name="same_credit_code"),
                Same("organisation_code", name="same_organisation_code"),
                Same("registration_number", name="same_registration_number"),
                # A code that fails its check and agrees to the character is evidence all the same.
                Same("code_legible", name="same_legible_code"),
                Typo(1, "code_text", min_length=9),
                OtherCode(),
                Different("not_comparable"),
            ),
            columns=("credit_code", "organisation_code", "registration_number", "code_legible", "code_text"),
            fixed={"same_legible_code": 20.0, "not_comparable": 0.0},
        ),
        Comparison(
            "name",
            (
                OtherBranch(),
                Same("name_key", term_frequency=True),
                FormerEnterpriseName(),
                SameCore("brand", ("trade",), ("legal_form",), term_frequency=True, name="brand_trade"),
                SameCore("brand_pinyin", ("trade",), (), name="brand_sound_trade"),
                SameCore("brand", (), (), term_frequency=True, name="brand"),
                JaroWinkler(0.92, "name_key"),
                JaroWinkler(0.8, "name_key"),
            ),
            columns=(
                "name_key",
                "brand",
                "brand_pinyin",
                "trade",
                "legal_form",
                "branch",
                "former_name",
                "former_brand",
            ),
        ),
        # A public body has no brand, and seldom a code, a number or an address in the rows of others: its name is its identity.
        # How often others share it can't be learned where a body is named in every other row, so its weight is given.
        Comparison(
            "public_body",
            (
                NoPublicBody(),
                SamePublicBody(),
                Same("organisation_code", name="same_code"),
                BesidePublicBody(),
                Different("other_public_body"),
            ),
            columns=("name_form", "name_key", "city", *CODES),
            fixed={"same_public_body": 22.0, "same_code": 0.0, "beside_public_body": -8.0, "other_public_body": -20.0},
        ),
        Comparison(
            "legal_rep",
            (
                Same("legal_rep_id_number", name="same_number"),
                Same("legal_rep_name", term_frequency=True, name="same_name"),
            ),
            columns=("legal_rep_id_number", "legal_rep_name"),
        ),
        Comparison("phone", (Same(term_frequency=True), Typo(1, min_length=8))),
        Comparison(
            "address",
            (
                SameDwelling(),
                SameParts(("estate", "building"), ("community", "unit", "room"), name="same_building"),
                SameParts(("estate",), ("community",), name="same_estate"),
                SameParts(("community",), name="same_community"),
            ),
            columns=("dwelling", "community", "estate", "building", "unit", "room"),
        ),
    ),
    anchor="code",
    dependence=(Dependence("legal_rep", "phone", "address"),),
    distinct=("credit_code",),
    accept=0.95,
    review=0.6,
)

CLUES = (Clue("name", shares="m.name_key", of="m.credit_code is null"),)

__all__ = ["CLUES", "INPUTS", "SPEC"]

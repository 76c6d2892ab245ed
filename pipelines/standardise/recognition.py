"""What values look like to the standardisers: which are standard values of a type, and which are personal.

Belongs here: asking the standardisers, and being strict where they are lenient: any text can be a name, few texts are. Does
not: what follows (`connectors.describe`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.folding import fold, without_blanks
from pipelines.standardise.identifiers.enterprise_codes import standardise_enterprise_codes
from pipelines.standardise.identifiers.identity_column import standardise_identity_numbers
from pipelines.standardise.names import FULL, standardise_names
from pipelines.standardise.parties import parties
from pipelines.standardise.phones import standardise_phones
from pipelines.standardise.reference import ADDRESS_REFERENCE
from pipelines.standardise.roles import ADDRESS_PARTS
from pipelines.standardise.surnames import COMPOUND, SINGLE

_DAY = r"(?:19|20)[0-9]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{0,2}"
_PLACE = r"[0-9０-９一二三四五六七八九十百]+ ?(?:号|幢|栋|室|单元|弄|组|楼|座)|[路街巷道村镇区].*[0-9]|[0-9]+-[0-9]+"
_NUMBERISH = r"^[0-9０-９ ()（）+*-－—/、,;转]{7,40}$"
_LONG_NUMBER = r"\p{Nd}[\p{Nd} *＊-]{5,}[\p{Nd}XxＸｘ]"
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}")
_DOTTED_NAME = re.compile(r"[\u3400-\u9fff]{1,8}(?:·[\u3400-\u9fff]{1,8})+")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'-]+(?:[ ,·]+[A-Z][A-Za-z'.-]*)+")
_TITLED = re.compile(r"先生|女士|小姐|太太|师傅|阿姨|大爷")


def _looks_like_a_name(name: str, surname: str) -> bool:
    if _DOTTED_NAME.fullmatch(name) or _LATIN_NAME.fullmatch(name):
        return True
    if not _HAN_NAME.fullmatch(name):
        return False
    known = surname in COMPOUND or name[0] in SINGLE
    return known and (len(name) < 4 or surname in COMPOUND or len(surname) == 2)


class Recognition:
    """Knows standard values of the shipped types and personal shapes; see `connectors.describe.recogniser`."""

    def shares(self, values: Sequence[str]) -> Mapping[str, float]:
        """Type → share of the values, 0–1, that have its shape; `<type>?` → share its standardiser makes something of."""
        if not values:
            return {}
        masks = self._masks(pa.array(values, pa.string()))
        return {name: float(mask.mean()) for name, mask in masks.items()}

    def personal(self, values: Sequence[str]) -> Sequence[bool]:
        """Per value whether it may name or number a person, a firm or a home."""
        if not values:
            return []
        cells = pa.array(values, pa.string())
        masks = self._masks(cells)
        shapes = ("id_number", "credit_code", "phone", "person_name", "enterprise_name", "address")
        long = _mask(pc.match_substring_regex(cells, _LONG_NUMBER))
        titled = np.array([bool(_TITLED.search(v)) or bool(_LATIN_NAME.search(v)) or "@" in v for v in values])
        found = np.logical_or.reduce([long, titled, *(masks[shape] for shape in shapes)])
        return [bool(f) for f in found]

    def _masks(self, cells: pa.StringArray) -> dict[str, np.ndarray]:
        state = standardise_identity_numbers(cells).column("id_number_state")
        codes = standardise_enterprise_codes(cells).column("code_state")
        numberish = _mask(pc.match_substring_regex(cells, _NUMBERISH))
        phones = _mask(pc.is_valid(standardise_phones(cells).column("phone")))
        dates = _mask(pc.is_valid(standardise_dates(cells).column("date")))
        written = _mask(pc.match_substring_regex(cells, _DAY))
        firms = parties(pa.chunked_array([cells]), pa.chunked_array([pa.nulls(len(cells), pa.string())]))
        names = standardise_names(cells)
        rows = zip(*(names.column(n).to_pylist() for n in ("name", "name_form", "surname")), strict=True)
        shaped = [(bool(n) and f == FULL and _looks_like_a_name(str(n), str(s)), bool(n)) for n, f, s in rows]
        folded = without_blanks(fold(cells))
        texts = _mask(pc.match_substring_regex(folded, r"^[^\d]{1,20}$"))
        valid = _mask(pc.equal(codes, "valid"))
        identity = _mask(pc.equal(state, "valid"))
        return {
            "id_number": identity,
            "id_number?": _mask(pc.is_in(state, value_set=pa.array(["valid", "damaged", "invalid"]))),
            "credit_code": valid & ~identity,
            "credit_code?": _mask(pc.is_in(codes, value_set=pa.array(["valid", "invalid"]))),
            "phone": phones & numberish,
            "phone?": phones | _mask(pc.match_substring_regex(cells, r"[0-9]{3}[*＊]{2,}")),
            "date": dates & written,
            "date?": dates,
            "person_name": np.array([strict for strict, _ in shaped], bool) & ~firms,
            "person_name?": np.array([lenient for _, lenient in shaped], bool) & texts,
            "enterprise_name": firms,
            "address": self._places(cells),
            "quantity": _mask(pc.match_substring_regex(folded, r"^-?[0-9][0-9,]*(?:\.[0-9]+)?\D{0,3}$")),
        }

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        """Knows no place: addresses are only parsed."""
        return Gazetteer.from_reference(pa.schema([(n, pa.string()) for n in ADDRESS_REFERENCE]).empty_table())

    def _places(self, cells: pa.StringArray) -> np.ndarray:
        placelike = _mask(pc.match_substring_regex(cells, _PLACE)) & _mask(pc.greater(pc.utf8_length(cells), 4))
        if not placelike.any():
            return placelike
        parts = {part: pa.nulls(len(cells), pa.string()) for part in (*ADDRESS_PARTS, "grid_code")}
        read = standardise_addresses(pa.table(parts | {"text": cells}), self._gazetteer)
        level = read.column("dwelling_level")
        reaches = _mask(pc.is_in(level, value_set=pa.array(["room", "building", "estate", "road"])))
        return reaches & placelike


def _mask(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), bool)

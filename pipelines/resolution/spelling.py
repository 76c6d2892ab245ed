"""Claims and pairs as they are written: what a few words say of many rows is kept by number until then.

Belongs here: what the numbers in rows of `sql/attribute.sql` and `sql/match.sql` stand for, and which columns are written as
dictionaries. Does not: weighing claims (`survivorship`), or judging pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.resolution.session import Session
from warehouse.model.evidence import ATTRIBUTE, MATCH
from warehouse.model.table import CODE, Table, coded

ORIGIN = ("platform", "department", "delivery_id", "file_name", "sheet_name", "role")
"""Columns that say where a row stands; see `sql/origin.sql`."""

CLAIMS = coded(ATTRIBUTE, "entity_kind", "attribute", *ORIGIN)
"""`ATTRIBUTE` with the columns of few words as dictionaries: a file of it is read as one of `ATTRIBUTE`."""

SIDES = {side: tuple(name for name in ORIGIN if f"{side}_{name}" in MATCH.names) for side in ("left", "right")}
MAPS = {"levels": pa.map_(CODE, CODE), "weights": pa.map_(CODE, pa.float64())}
_PAIRS = coded(MATCH, "entity_kind", "outcome", *(f"{side}_{name}" for side, names in SIDES.items() for name in names))
PAIRS = replace(_PAIRS, columns=tuple(replace(c, type=MAPS.get(c.name, c.type)) for c in _PAIRS.columns))
"""`MATCH` likewise."""


class Words:
    """Texts by number, the same text under several numbers perhaps."""

    def __init__(self, texts: pa.Array) -> None:
        self._once = texts.dictionary_encode()
        self._number = self._once.indices.to_numpy()

    def at(self, numbers: npt.NDArray[Any]) -> pa.DictionaryArray:
        """The texts of some numbers."""
        return pa.DictionaryArray.from_arrays(pa.array(self._number[numbers]), self._once.dictionary)


def _origins(session: Session) -> Mapping[str, Words]:
    origin = session.con.sql("select * from origin order by origin_no").to_arrow_table()
    return {name: Words(origin[name].combine_chunks()) for name in ORIGIN}


def _told(contract: Table, rows: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    """Rows under a contract: some columns are given, the rest are among those of the rows."""
    listed = [columns[name] if name in columns else rows[name] for name in contract.names]
    return contract.conform(pa.table(listed, names=list(contract.names)))


class ClaimSpelling:
    """What the numbers in the claims of a kind stand for."""

    def __init__(self, session: Session, kind: str, attributes: Sequence[str]) -> None:
        self._origins, self._kind = _origins(session), Words(pa.array([kind]))
        self._attribute = Words(pa.array(attributes, pa.string()))
        self._entities = session.con.sql("select entity_id from numbered order by entity_no").to_arrow_table()

    def spell(self, claims: pa.Table) -> pa.Table:
        """Rows of `sql/attribute.sql` under `CLAIMS`."""
        origin = claims["origin_no"].to_numpy()
        columns = {
            "entity_kind": self._kind.at(np.zeros(claims.num_rows, dtype=np.int8)),
            "entity_id": self._entities["entity_id"].take(claims["entity_no"]),
            "attribute": self._attribute.at(claims["attribute_no"].to_numpy()),
            **{name: words.at(origin) for name, words in self._origins.items()},
        }
        return _told(CLAIMS, claims, columns)


class PairSpelling:
    """What the numbers in the judged pairs of a kind stand for."""

    def __init__(self, session: Session, kind: str, patterns: pa.Table) -> None:
        self._origins, self._kind = _origins(session), Words(pa.array([kind]))
        numbers = patterns["pattern"].to_numpy()
        self._line = np.zeros(numbers.max(initial=0) + 1, dtype=np.int64)
        self._line[numbers] = np.arange(len(numbers))
        self._maps = {name: _map_of_words(patterns[name].combine_chunks()) for name in MAPS}

    def spell(self, pairs: pa.Table) -> pa.Table:
        """Rows of `sql/match.sql` under `PAIRS`."""
        lines = pa.array(self._line[pairs["pattern"].to_numpy()])
        columns = {"entity_kind": self._kind.at(np.zeros(pairs.num_rows, dtype=np.int8))}
        columns |= {name: patterns.take(lines) for name, patterns in self._maps.items()}
        for side, names in SIDES.items():
            origin = pairs[f"{side}_origin_no"].to_numpy()
            columns |= {f"{side}_{name}": self._origins[name].at(origin) for name in names}
        return _told(PAIRS, pairs, columns)


def _map_of_words(maps: pa.MapArray) -> pa.MapArray:
    """Maps with the words in them as dictionaries."""
    keys, items = maps.keys.dictionary_encode(), maps.items
    return pa.MapArray.from_arrays(
        maps.offsets, keys, items.dictionary_encode() if pa.types.is_string(items.type) else items
    )

"""Claims as they are written: what a few words say of many rows is kept by number until then.

Belongs here: what the numbers in the claims of a slice stand for (`sql/attribute.sql`), and the columns that are written as
dictionaries. Does not: weighing claims (`survivorship`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.resolution.session import Session
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.table import coded

ORIGIN = ("platform", "department", "delivery_id", "file_name", "sheet_name", "role")
"""Columns of claims that say where their row stands; see `sql/origin.sql`."""

CLAIMS = coded(ATTRIBUTE, "entity_kind", "attribute", *ORIGIN)
"""`ATTRIBUTE` with the columns of few words as dictionaries: a file of it is read as one of `ATTRIBUTE`."""


class Spelling:
    """What the numbers in the claims of a kind stand for."""

    def __init__(self, session: Session, kind: str, attributes: Sequence[str]) -> None:
        origin = session.con.sql("select * from origin order by origin_no").to_arrow_table()
        self._columns = {name: _Words(origin[name].combine_chunks()) for name in ORIGIN}
        self._attribute, self._kind = _Words(pa.array(attributes, pa.string())), _Words(pa.array([kind]))
        self._entities = session.con.sql("select entity_id from numbered order by entity_no").to_arrow_table()

    def spell(self, claims: pa.Table) -> pa.Table:
        """Rows of `sql/attribute.sql` under `CLAIMS`."""
        origin = claims["origin_no"].to_numpy()
        columns = {
            "entity_kind": self._kind.at(np.zeros(claims.num_rows, dtype=np.int8)),
            "entity_id": self._entities["entity_id"].take(claims["entity_no"]),
            "attribute": self._attribute.at(claims["attribute_no"].to_numpy()),
            **{name: words.at(origin) for name, words in self._columns.items()},
        }
        listed = [columns[name] if name in columns else claims[name] for name in CLAIMS.names]
        return CLAIMS.conform(pa.table(listed, names=list(CLAIMS.names)))


class _Words:
    """Texts by number, the same text under several numbers perhaps."""

    def __init__(self, texts: pa.Array) -> None:
        self._once = texts.dictionary_encode()
        self._number = self._once.indices.to_numpy()

    def at(self, numbers: npt.NDArray[Any]) -> pa.DictionaryArray:
        """The texts of some numbers."""
        return pa.DictionaryArray.from_arrays(pa.array(self._number[numbers]), self._once.dictionary)

"""Texts that may hold a number of a person, found in one pass over a release, each once a column.

Belongs here: finding what a pattern that is cheap to look for leaves over. Does not: the pattern, or the test of what is left
(`warehouse.masking`, `quality.suites.personal_numbers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

SUSPECT = "suspect"
"""Temporary table: `number` of a column in the order they are given, a text `x` of it and how many rows hold that, `n`."""

SHORTEST = 11
"""Digits of a mobile number: a text of fewer bytes holds none."""


@dataclass(frozen=True)
class Text:
    """A column of text: where its rows lie, as SQL reads them, and the expression of what stands in them."""

    place: str
    expression: str


def find_suspects(con: duckdb.DuckDBPyConnection, texts: Sequence[Text], pattern: str) -> None:
    """Make `SUSPECT` of the texts that match `pattern`, which no text of fewer than `SHORTEST` bytes does."""
    con.execute(f"create or replace temp table {SUSPECT} (number integer, x varchar, n bigint)")
    for place in dict.fromkeys(text.place for text in texts):
        asked = [(number, text.expression) for number, text in enumerate(texts) if text.place == place]
        rows = place
        if place.startswith("("):  # a query, made once for all its columns
            con.execute(f"create or replace temp table looked_at as from {place}")
            rows = "looked_at"
        # regexp_extract looks at each entry of a dictionary once, regexp_matches at each row: twice as fast over a whole release.
        held = " union all ".join(
            f"select {number} as number, {x} as x, count(*) as n from {rows} "
            f"where strlen({x}) >= {SHORTEST} and regexp_extract({x}, '{pattern}') <> '' group by all"
            for number, x in asked
        )
        con.execute(f"insert into {SUSPECT} {held}")

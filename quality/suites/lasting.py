"""Counts that last: what a query found in a release holds in the next one where it reads only tables that were taken over.

Belongs here: which counts last. Does not: which tables were taken over, or where counts are kept (`warehouse.release.renewal`).

Only queries the model implies are looked at: they read tables and nothing else. One of a suite's file may ask for the day, or
read a file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from quality.suites.breaches import breaches
from quality.suites.engine import Result
from quality.suites.expectation import Expectation


@dataclass(frozen=True)
class Lasting:
    """What is known of a release without asking it.

    Attributes:
        kept: tables in which nothing is new, as `schema.name`.
        counts: query → how many rows it found in the release that this one was built on.
        is_proven: the warehouse has looked through this very file and found that it keeps what the model implies.
    """

    kept: Collection[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    is_proven: bool = False

    def known(self, con: duckdb.DuckDBPyConnection, table: str, expectations: Iterable[Expectation]) -> dict[str, int]:
        """Name of an expectation → its breaches, where they are known without asking; arguments as of `engine.check`."""
        if self.is_proven:
            return {e.name: 0 for e in expectations}
        if not self.kept or not self.counts:
            return {}
        queries = {e.name: breaches(con, e, e.table or table) for e in expectations}
        kept = frozenset(self.kept)
        return {n: self.counts[q] for n, q in queries.items() if q in self.counts and _tables(con, q) <= kept}


def counts(con: duckdb.DuckDBPyConnection, table: str, results: Iterable[Result]) -> dict[str, int]:
    """Query → how many rows it found, to be known in the next release; arguments as of `engine.check`."""
    return {
        breaches(con, r.expectation, r.expectation.table or table): r.unexpected
        for r in results
        if r.unexpected is not None
    }


def _tables(con: duckdb.DuckDBPyConnection, query: str) -> frozenset[str]:
    """Tables of the attached release a query reads, through views and macros too; one without a name where that can't be told."""
    try:
        names = con.get_table_names(query, qualified=True)
    except duckdb.Error:  # a table or column is absent
        names = set()
    return frozenset(name.replace('"', "").removeprefix("library.") for name in names) or frozenset({""})

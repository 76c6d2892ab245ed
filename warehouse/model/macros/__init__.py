"""What several packages must understand alike, as DuckDB macros.

Belongs here: what a personal number is, which the masks of a release share with the checks that look for what they missed; how many
days a cadence has, which the catalogue shares with the scorecard. Does not: a macro that one package alone uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import duckdb


def create_number_macros(con: duckdb.DuckDBPyConnection, *, temporary: bool = False) -> None:
    """Create `id_number_holds`, `credit_code_holds`, `id_number_in`, `old_id_number_in` and `personal_number_in`.

    Args:
        con: where they are made.
        temporary: for this connection alone, whatever database it uses.
    """
    _create(con, ("id_number_holds", "credit_code_holds", "personal_number_in"), temporary)


def create_cadence_macro(con: duckdb.DuckDBPyConnection, *, temporary: bool = False) -> None:
    """Create `cadence_days`; arguments as above."""
    _create(con, ("cadence_days",), temporary)


def _create(con: duckdb.DuckDBPyConnection, names: Iterable[str], temporary: bool) -> None:
    for name in names:
        text = resources.files(__name__).joinpath(f"{name}.macro.sql").read_text(encoding="utf-8")
        con.execute(text.replace("create or replace macro", "create or replace temp macro") if temporary else text)

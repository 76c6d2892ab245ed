"""What a personal number is, as DuckDB macros: the masks of a release and the checks that look for what they missed share it."""

from __future__ import annotations

from importlib import resources

import duckdb


def create_number_macros(con: duckdb.DuckDBPyConnection, *, temporary: bool = False) -> None:
    """Create `id_number_holds`, `credit_code_holds`, `id_number_in`, `old_id_number_in` and `personal_number_in`.

    Args:
        con: where they are made.
        temporary: for this connection alone, whatever database it uses.
    """
    for name in ("id_number_holds", "credit_code_holds", "personal_number_in"):
        text = resources.files(__name__).joinpath(f"{name}.macro.sql").read_text(encoding="utf-8")
        con.execute(text.replace("create or replace macro", "create or replace temp macro") if temporary else text)

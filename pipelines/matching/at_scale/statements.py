"""The SQL statements of this package by name.

Belongs here: reading one, with names of columns and numbers of rounds written in. Does not: any statement (`sql/`).
"""

from __future__ import annotations

from pipelines.engine import Tables
from warehouse.model.sql import statement


def query(name: str, **words: object) -> str:
    """The statement `sql/<name>.sql`; `words` are written where it names them in braces."""
    text = statement("pipelines.matching.at_scale", name)
    return text.format(**words) if words else text


def make(tables: Tables, name: str) -> None:
    """Make the table that a statement is about."""
    tables.sql(name, query(name))

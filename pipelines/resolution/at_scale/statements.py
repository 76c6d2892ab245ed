"""The SQL statements of this package by name.

Belongs here: reading one, with names of columns and tables written in. Does not: any statement (`sql/`).
"""

from __future__ import annotations

from warehouse.model.sql import statement


def query(name: str, /, **words: object) -> str:
    """The statement `sql/<name>.sql`; `words` are written where it names them in braces."""
    text = statement("pipelines.resolution.at_scale", name)
    return text.format(**words) if words else text

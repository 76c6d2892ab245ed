"""The expressions that show a column of a stage file as the plain release may.

Belongs here: which column is masked how. Does not: the masks themselves (`warehouse.masking`).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.base import MASKED
from warehouse.model.release import KINDS, PUBLIC_CODES, SENSITIVE, Served
from warehouse.model.table import Column
from warehouse.release.ddl import attribute_worded, name, text


def shown(served: Served, column: Column, *, full: bool = False) -> str:
    """The expression for one column of a table of the release.

    Args:
        served: the table.
        column: its column.
        full: for the restricted release: nothing is masked, masks and tokens stand beside the numbers.
    """
    schema, quoted = served.table.schema, name(column.name)
    if schema == "base" and served.table.name in KINDS:
        return _golden(served, column, full)
    if schema == "evidence" and "value_token" in served.table.names:
        return _claim(column, full)
    if column.name.endswith("row_key") and not full:
        # A hash of a row's key, which may be an identity number: without a secret key all numbers can be tried.
        return f"keyed_token({quoted})"
    return quoted


def _golden(served: Served, column: Column, full: bool) -> str:
    for source, kind in MASKED.items():
        if column.name == f"{source}_masked":
            return f"mask_{kind}({name(source)})"
        if column.name == f"{source}_token":
            return f"keyed_token({name(source)})"
    plain = (
        full or column.name in PUBLIC_CODES or column.name in served.table.key or column.name.endswith(("_id", "_code"))
    )
    # People type phone numbers and identity numbers into any field of text.
    return name(column.name) if plain or column.type != pa.string() else f"mask_text({name(column.name)})"


def _claim(column: Column, full: bool) -> str:
    if column.name == "attribute_title":
        return attribute_worded()
    sensitive = ", ".join(map(text, SENSITIVE))
    ids = ", ".join(text(a) for a, kind in SENSITIVE.items() if kind == "id")
    codes = ", ".join(map(text, sorted(PUBLIC_CODES)))
    if full and column.name != "value_token":
        return name(column.name)
    match column.name:
        case "value":
            return f"""case when attribute in ({ids}) then mask_id("value")
                            when attribute in ({sensitive}) then mask_phone("value")
                            when attribute in ({codes}) then mask_code("value")
                            else mask_text("value") end"""
        case "value_token":
            return f"""case when attribute in ({sensitive}) then coalesce(keyed_token("value"), '') else '' end"""
        case "value_raw":
            return f"""case when attribute in ({ids}) then mask_written_id(value_raw)
                            when attribute in ({sensitive}) then mask_written_phone(value_raw)
                            when attribute in ({codes}) then mask_code(value_raw)
                            else mask_text(value_raw) end"""
    return name(column.name)

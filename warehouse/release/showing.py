"""The expressions that show a column of a stage file as the plain release may.

Belongs here: which column is masked how. Does not: the masks themselves (`warehouse.masking`).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from warehouse.model.attribute_type import Mask
from warehouse.model.data_model import DataModel
from warehouse.model.release import (
    LISTED,
    NODE_CODES,
    PUBLIC_PLACES,
    Served,
    firm_codes,
    place_attributes,
    public_codes,
)
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.model.table import Column
from warehouse.release.ddl import attribute_worded

OWN = frozenset(
    [
        *(side + name for side in ("", "left_", "right_") for name in ("platform", "dataset", "role")),
        *(
            "department",
            "city",
            "entity_kind",
            "attribute",
            "attribute_title",
            "outcome",
            "event",
            "verdict",
            "relation",
            "level",
        ),
        *(
            "suite",
            "expectation",
            "severity",
            "description",
            "description_en",
            "state",
            "reason_code",
            "version",
            "release",
        ),
        *("fingerprint", "code_version", "model", "month", "since_release", "code_table"),
        *NODE_CODES,
    ]
)
"""Columns whose words are the project's or the city's own, or codes of its places; nothing that came in stands in them."""


def shown(model: DataModel, served: Served, column: Column, *, full: bool = False) -> str:
    """The expression for one column of a table of the release.

    Args:
        model: the kinds of the release.
        served: the table.
        column: its column.
        full: for the restricted release: nothing is masked, masks and tokens stand beside the numbers.
    """
    schema, quoted = served.table.schema, name(column.name)
    if column.name in {listed for stage, _ in served.sources for listed in LISTED.get(stage, ())}:
        return f"array_to_string({quoted}, ' ')"
    if schema == "base" and served.table.name in model.kinds:
        return _golden(model, served, column, full)
    if schema == "evidence" and "value_token" in served.table.names:
        return _claim(model, column, full)
    if column.name.endswith("row_key") and not full:
        # A hash of a row's key, which may be an identity number: without a secret key all numbers can be tried.
        return f"keyed_token({quoted})"
    if full or column.type != pa.string() or column.name in OWN or column.name.endswith("_id"):
        return quoted
    # File and sheet names, reasons, headings, names of grids: people type numbers of persons into any of them.
    return f"mask_code({quoted})"


def _golden(model: DataModel, served: Served, column: Column, full: bool) -> str:
    kind = served.table.name
    for source, mask in model.masks(kind).items():
        if column.name == f"{source}_masked":
            return f"mask_{mask}({name(source)})"
        if column.name == f"{source}_token":
            return f"keyed_token({name(source)})"
    if full or column.type != pa.string() or column.name in served.table.key or column.name in PUBLIC_PLACES:
        return name(column.name)
    return _masked(name(column.name), _mask_of(model, kind, column.name))


def _mask_of(model: DataModel, kind: str, column: str) -> Mask:
    """How a column of a golden record is shown: as its attribute says, a column beside one as that column says."""
    attributes = model.kinds[kind].attributes
    for attribute in attributes.values():
        if column in attribute.beside:
            return "none" if attribute.beside[column].refers else attribute.beside[column].mask
    return model.mask(kind, column) if column in attributes else "none"


def _masked(expression: str, mask: Mask) -> str:
    """An expression under a mask without a token. People type phone numbers and identity numbers into any field of text."""
    return f"mask_{'code' if mask == 'code' else 'text'}({expression})" if mask != "none" else expression


def _claim(model: DataModel, column: Column, full: bool) -> str:
    if column.name == "attribute_title":
        return attribute_worded(model)
    if full and column.name != "value_token":
        return name(column.name)
    masked = _masked_attributes(model)
    whens = " ".join(f"when {text(kind)} then attribute in ({_listed(names)})" for kind, names in masked.items())
    sensitive = f"case entity_kind {whens} else false end" if whens else "false"
    codes, places, firms = (_listed(f(model)) for f in (public_codes, place_attributes, firm_codes))
    match column.name:
        case "value":
            # A place is a node of the tree of grids, or there is no value.
            return f"""case {_by_mask(model, "mask_", '"value"')} when attribute in ({places}) then "value"
                            when attribute in ({codes}) then mask_code("value") else mask_text("value") end"""
        case "value_token":
            return f"""case when {sensitive} then coalesce(keyed_token("value"), '') else '' end"""
        case "value_raw":
            return f"""case {_by_mask(model, "mask_written_", "value_raw")}
                            when attribute in ({places}) and value_raw = "value" then value_raw
                            when attribute in ({firms}) and "value" is null then mask_no_code(value_raw)
                            when attribute in ({codes}) then mask_code(value_raw) else mask_text(value_raw) end"""
    return name(column.name)


def _masked_attributes(model: DataModel) -> dict[str, tuple[str, ...]]:
    """Kind → its attributes that are shown as mask and token; kinds with none are left out."""
    return {kind: tuple(masks) for kind in model.kinds if (masks := model.masks(kind))}


def _by_mask(model: DataModel, macro: str, column: str) -> str:
    """WHEN branches that mask every masked attribute of every kind."""
    return " ".join(
        f"when entity_kind = {text(kind)} and attribute = {text(attribute)} then {macro}{mask}({column})"
        for kind in model.kinds
        for attribute, mask in model.masks(kind).items()
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(text, sorted(names)))

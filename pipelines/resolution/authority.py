"""How far each platform is to be believed, attribute by attribute, as one small table.

Belongs here: reading the authority the platform files declare. Does not: what is made of it (`survivorship`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from connectors.spec import Platform
from warehouse.model.data_model import DataModel

DEFAULT_AUTHORITY = 50
"""Where a platform file says nothing: neither a register of the attribute nor known to be careless with it."""

AUTHORITY = pa.schema(
    [
        pa.field("platform", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("attribute", pa.string(), nullable=False),
        pa.field("authority", pa.int64(), nullable=False),
        pa.field("borrowed", pa.bool_(), nullable=False),
    ]
)
"""One line per role and attribute its kind can assert, named as platform files name them; authority is 0–100. What is
`borrowed` belongs to somebody else in the row and contradicts nobody."""


def authority_table(model: DataModel, platforms: Mapping[str, Platform]) -> pa.Table:
    """The authority of every role for every attribute its kind knows, 50 where the platform file gives none.

    Args:
        model: the kinds there are.
        platforms: platform name → its description, as `connectors.registry` loads them.

    Returns:
        A table of schema `AUTHORITY`, ordered by platform, dataset, role, attribute.
    """
    lines = [
        (
            name,
            dataset.name,
            role_name,
            attribute,
            role.authority.get(attribute, DEFAULT_AUTHORITY),
            getattr(role.attributes.get(attribute), "borrowed", False),
        )
        for name, platform in sorted(platforms.items())
        for dataset in sorted(platform.datasets, key=lambda d: d.name)
        for role_name, role in sorted(dataset.roles.items())
        for attribute in sorted(model.cells(role.kind))
    ]
    columns = list(zip(*lines, strict=True)) or [()] * len(AUTHORITY)
    return pa.Table.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, AUTHORITY, strict=True)], schema=AUTHORITY
    )

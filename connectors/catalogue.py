"""The data resource catalogue (政务数据资源目录) and the entitlements, made from the platform descriptions.

Belongs here: turning declarations into the tables of `warehouse.model.catalogue`. Does not: columns of the release
(the release writes those), or what a delivery holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from connectors.spec import Dataset, Platform, Source
from warehouse.model.care import PREFIX
from warehouse.model.catalogue import CODE, DATASET, ENTITLEMENT, FIELD, PLATFORM
from warehouse.model.english import english

Platforms = Mapping[str, Platform]


def platform_table(platforms: Platforms, manifest: pa.Table, current: Mapping[str, int]) -> pa.Table:
    """PLATFORM: one row per declared platform, whether it ever delivered or not.

    Args:
        platforms: the declarations.
        manifest: DELIVERY lines of the home; only landed deliveries tell the newest date.
        current: rows that hold now, by platform; 0 where absent.
    """
    newest: dict[str, object] = {}
    for line in manifest.select(["platform", "state", "delivered_on"]).to_pylist():
        day = line["delivered_on"]
        if (
            line["state"] == "landed"
            and day is not None
            and (line["platform"] not in newest or day > newest[line["platform"]])
        ):
            newest[line["platform"]] = day
    rows = [
        {
            "platform": name,
            "title_zh": p.title.zh,
            "title_en": p.title.en,
            "department": p.department.code,
            "department_zh": p.department.zh,
            "city": p.city,
            "cadence": p.cadence,
            "semantics": p.delivery.semantics,
            "sharing": p.sharing,
            "grid_staff": p.grid_staff,
            "format": p.format.kind,
            "rows_above": p.rows_above,
            "last_delivered_on": newest.get(name),
            "rows_current": current.get(name, 0),
        }
        for name, p in sorted(platforms.items())
    ]
    return pa.Table.from_pylist(rows, schema=PLATFORM.arrow)


def dataset_table(platforms: Platforms) -> pa.Table:
    """DATASET: one row per declared dataset, in declared order within its platform."""
    rows = [
        {
            "platform": name,
            "dataset": d.name,
            "title_zh": d.title.zh,
            "key": "+".join(d.key),
            "roles": [f"{role}:{spec.kind}" for role, spec in d.roles.items()],
            "subject": d.subject,
        }
        for name, p in sorted(platforms.items())
        for d in p.datasets
    ]
    return pa.Table.from_pylist(rows, schema=DATASET.arrow)


def field_table(platforms: Platforms) -> pa.Table:
    """FIELD: one row per source column, with the `role.attribute` it feeds, in declared order."""
    rows = [
        {
            "owner": name,
            "dataset": d.name,
            "field": column,
            "title_zh": spec.zh or column,
            "title_en": spec.en,
            "attributes": _feeds(d, column),
        }
        for name, p in sorted(platforms.items())
        for d in p.datasets
        for column, spec in d.columns.items()
    ]
    return pa.Table.from_pylist(rows, schema=FIELD.arrow)


def _feeds(dataset: Dataset, column: str) -> list[str]:
    fed = []
    for role, spec in dataset.roles.items():
        for attribute, source in spec.attributes.items():
            columns = [source.column] if isinstance(source, Source) else source.columns.values()
            if column in columns:
                fed.append(f"{role}.{attribute}")
        for tie in spec.ties.values():
            if column in (tie.name, tie.lookup.column if tie.lookup else None):
                fed.append(f"{role}.{tie.relation[0]}")
    return fed


def code_table(tables: Mapping[str, Mapping[str, str]], platforms: Platforms) -> pa.Table:
    """CODE: one row per code table and value as platforms write it, in file order; then platforms and departments with their titles."""
    rows = [
        (table, source, value, english(value)) for table, values in tables.items() for source, value in values.items()
    ]
    rows += [("release.platform", name, p.title.zh, p.title.en) for name, p in platforms.items()]
    departments = {p.department.code: p.department for p in platforms.values()}
    rows += [("release.department", code, department.zh, department.en) for code, department in departments.items()]
    return pa.Table.from_pylist([dict(zip(CODE.names, row, strict=True)) for row in rows], schema=CODE.arrow)


def entitlements(platforms: Platforms) -> pa.Table:
    """ENTITLEMENT: what each department may read back, per platform and kind. What is not in it is denied."""
    rows = [
        {
            "department": p.department.code,
            "platform": name,
            "entity_kind": kind,
            "attribute": attribute,
            "purpose": "",
            "expires_on": None,
        }
        for name, p in platforms.items()
        for kind, attributes in _entitled(p)
        for attribute in attributes
    ]
    rows.sort(key=lambda row: (row["department"], row["platform"], row["entity_kind"], row["attribute"]))
    return pa.Table.from_pylist(rows, schema=ENTITLEMENT.arrow)


def _entitled(platform: Platform) -> Iterator[tuple[str, Sequence[str]]]:
    """Kind and what of it the department of a platform may read back; care tags stand beside the attributes of persons."""
    yield from platform.entitlements.items()
    yield "person", [PREFIX + tag for tag in dict.fromkeys(platform.care_tags)]

"""The truth beside the deliveries: who each row is really about, and the city as it is.

Belongs here: `truth/*.parquet`, by which a library built from the deliveries is scored. No delivery holds any of it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.sample.bodies import public_bodies
from connectors.sample.city import City
from connectors.sample.firms import KINDS
from connectors.sample.habits import MANNERS
from connectors.sample.people import RELATIONS
from connectors.sample.sheets import File, Sheet

RECORDS = pa.schema(
    [
        ("platform", pa.string()),
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("pos", pa.int64()),
        ("row", pa.int64()),
        ("role", pa.string()),
        ("kind", pa.string()),
        ("true_id", pa.int64()),
    ]
)
"""One line per role of a delivered row: `row` counts data rows of the sheet from 1, `pos` the platform's records from 0."""


def record_lines(file: File, sheet: Sheet) -> pa.Table:
    """The lines of `records.parquet` for one sheet of visible rows."""
    tables = [RECORDS.empty_table()]
    for mention in sheet.mentions:
        there = np.flatnonzero(mention.true_id >= 0)
        n = len(there)
        columns = [
            pa.repeat(file.platform, n),
            pa.repeat(file.name, n),
            pa.repeat(sheet.name, n),
            pa.array(sheet.position[there]),
            pa.array(there + 1),
            pa.repeat(mention.role, n),
            pa.repeat(mention.kind, n),
            pa.array(mention.true_id[there]),
        ]
        tables.append(pa.Table.from_arrays(columns, schema=RECORDS))
    return pa.concat_tables(tables)


class Ledger:
    """Which rows of the platforms that deliver changes hold by now: a row replaces earlier ones of the same key."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[pa.Table, npt.NDArray[np.str_]]] = {}

    def enter(self, file: File, sheet: Sheet) -> None:
        """Enter the visible rows of a sheet that has an entry in `file.delta`."""
        lines = record_lines(file, sheet)
        key = file.delta[sheet.name].key
        of_row = np.array(["|".join(str(v) for v in row) for row in zip(*(sheet.columns[c] for c in key), strict=True)])
        keys = of_row[lines["row"].to_numpy() - 1] if len(sheet) else np.array([], dtype=str)
        place = (file.platform, sheet.name)
        if place in self._held:
            held, held_keys = self._held[place]
            stays = ~np.isin(held_keys, of_row)
            lines = pa.concat_tables([held.filter(pa.array(stays)), lines])
            keys = np.concatenate([held_keys[stays], keys])
        self._held[place] = (lines, keys)

    def lines(self) -> list[pa.Table]:
        """The lines of all rows that hold."""
        return [lines for lines, _ in self._held.values()]


def end_of_day(day: date) -> np.datetime64:
    """The last minute of a day."""
    return np.datetime64(day, "m") + np.timedelta64(24 * 60 - 1, "m")


def _table(columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def _library_tables(city: City) -> dict[str, pa.Table]:
    """Certificates, components, projects and public bodies; as enterprises the bodies are numbered behind the firms."""
    c, s, j, b = city.certificates, city.components, city.projects, public_bodies(city.grids)
    return {
        "certificates": _table(
            {
                "certificate_id": np.arange(len(c.kind)),
                "type": c.kind,
                "holder_kind": np.where(c.of_firm, "enterprise", "person").astype(object),
                "holder": c.holder,
                "number": c.number,
                "issued": c.issued.astype("datetime64[us]"),
                "ends": c.ends.astype("datetime64[us]"),
                "replaced": c.replaced,
            }
        ),
        "components": _table({"part_id": np.arange(len(s.cls)), "cls": s.cls, "g": s.grid, "lon": s.lon, "lat": s.lat}),
        "projects": _table(
            {
                "project_id": np.arange(len(j.code)),
                "code": j.code,
                "old_code": j.former_code,
                "builder": j.builder,
                "phase": j.phase,
                "house": j.house,
                "invest": j.investment,
            }
        ),
        "public_bodies": _table(
            {
                "firm_id": len(city.firms.name) + np.arange(len(b.name)),
                "name": b.name,
                "short": b.short,
                "uscc": b.credit_code,
            }
        ),
    }


def city_tables(city: City) -> dict[str, pa.Table]:
    """The city itself as of today, a table a kind of thing; rows named by their number."""
    p, h, f, e, g, v = city.persons, city.houses, city.firms, city.estates, city.grids, city.events
    today = np.datetime64(city.as_of, "D")
    there = {"persons": p.birth <= today, "firms": f.established <= today, "events": v.time <= end_of_day(city.as_of)}
    tables = {
        "persons": _table(
            {
                "person_id": np.arange(len(p.name)),
                "name": p.name,
                "former_name": p.former_name,
                "sex": p.sex,
                "birth": p.birth.astype("datetime64[us]"),
                "id_no": p.id_number,
                "phone": p.phone,
                "old_phone": p.old_phone,
                "hh": p.household,
                "role": RELATIONS[p.relation],
                "house": p.house,
                "hukou_house": p.registered_house,
                "old_house": p.old_house,
                "local": p.local,
                "ethnic": p.ethnicity,
                "edu": p.education,
                "dead": p.dead,
                "employer": p.employer,
            }
        ),
        "houses": _table(
            {
                "house_id": np.arange(len(h.estate)),
                "estate": h.estate,
                "building": h.building,
                "unit": h.unit,
                "room": h.room,
                "door": h.door,
                "g": h.grid,
                "urban": h.urban,
                "area": h.area,
                "unit_no": h.unit_number,
            }
        ),
        "firms": _table(
            {
                "firm_id": np.arange(len(f.name)),
                "kind": KINDS[f.kind],
                "name": f.name,
                "core": f.core,
                "former_name": f.former_name,
                "uscc": f.credit_code,
                "org": f.organisation_code,
                "reg": f.registration_number,
                "rep": f.rep,
                "house": f.house,
                "parent": f.parent,
                "est": f.established.astype("datetime64[us]"),
                "capital": f.capital,
                "phone": f.phone,
                "status": f.status,
                "staff": f.staff,
            }
        ),
        "estates": _table(
            {
                "g": e.grid,
                "urban": e.urban,
                "road": e.road,
                "no": e.number,
                "name": e.name,
                "alias": e.alias,
                "lon": e.lon,
            }
        ),
        "grids": _table(
            {
                "street_code": g.street_code,
                "street": g.street,
                "community_code": g.community_code,
                "community": g.community,
                "grid_code": g.grid_code,
                "grid": g.grid,
            }
        ),
        "events": _table(
            {
                "event_id": np.arange(len(v.house)),
                "cat": v.category,
                "house": v.house,
                "time": v.time.astype("datetime64[us]"),
                "reporter": v.reporter,
                "hours": v.hours,
                "part_id": v.component,
                "lon": v.lon,
                "lat": v.lat,
            }
        ),
        "grid_habits": _table({"grid_code": g.grid_code, "manner": MANNERS[city.habits.manner]}),
        "hidden_classes": _table({"cat": city.habits.hidden}),
        **_library_tables(city),
    }
    return {name: table.filter(pa.array(there[name])) if name in there else table for name, table in tables.items()}


def write_truth(folder: Path, city: City, records: list[pa.Table]) -> None:
    """Write `truth/`: the records of all files and the tables of the city."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(records), folder / "records.parquet")
    for name, table in city_tables(city).items():
        pq.write_table(table, folder / f"{name}.parquet")

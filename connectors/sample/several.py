"""Several sample cities for one home: their deliveries, the folder that declares them, their truth.

Each city has all the platforms, under its code: `yunling_gongan_hukou`. A tenth of the people of every city but the first came from
the one before it. Belongs here: putting cities side by side. Does not: what is in one (`deliver`), or who moved (`moving`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from connectors.registry import FOLDER
from connectors.sample.city import City, build_city
from connectors.sample.deliver import AS_OF, CitySummary, deliver
from connectors.sample.where import PLACES, Where, standing

MOVED = pa.schema(
    [("from_city", pa.string()), ("from_person", pa.int64()), ("to_city", pa.string()), ("to_person", pa.int64())]
)
"""A person whom two cities know, by its row in the truth of each."""


def write_cities(
    cities: int,
    persons: int,
    seed: int,
    out: Path,
    noise: float = 1.0,
    as_of: date = AS_OF,
    *,
    days: Sequence[int] = (),
) -> list[CitySummary]:
    """Write so many cities of so many persons each.

    `out/deliveries` and `out/days` hold the platforms of all cities, `out/city` the folder that declares them (`onenet run --city`),
    `out/truth/<code>` the truth of each city, and `out/truth/moved.parquet` who moved (`MOVED`).

    Args:
        cities: how many, 2 to `len(PLACES)`.
        persons: of each city.
        seed: of the first city; the next ones have the seeds after it.
        out: folder to write to.
        noise: as in `write_city`.
        as_of: as in `write_city`.
        days: as in `write_city`.

    Raises:
        ValueError: as `write_city`; or `cities` is not among 2 to `len(PLACES)`.
    """
    if not 2 <= cities <= len(PLACES):
        raise ValueError(f"cities: {cities}; give 2 to {len(PLACES)}")
    summaries, moved = [], []
    before: tuple[Where, City] | None = None
    for number, where in enumerate(PLACES[:cities]):
        with standing(where):
            city = build_city(persons, seed + number, as_of, before[1].persons if before else None)
            summaries.append(deliver(city, Path(out), noise, days, where.code))
        if before:
            moved.append(_moved(before[0], where, city))
        before = where, city
    pq.write_table(pa.concat_tables(moved), Path(out) / "truth" / "moved.parquet")
    write_folder(PLACES[:cities], Path(out) / "city")
    return summaries


def _moved(source: Where, where: Where, city: City) -> pa.Table:
    to_person = np.flatnonzero(city.came_from >= 0)
    count = len(to_person)
    columns = [
        pa.repeat(source.code, count), pa.array(city.came_from[to_person]), pa.repeat(where.code, count), pa.array(to_person)
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=MOVED)


def write_folder(places: Sequence[Where], folder: Path) -> None:
    """Write the folder that declares these cities: settings, platforms, and what names platforms."""
    (folder / "platforms").mkdir(parents=True, exist_ok=True)
    for where in places:
        for file in sorted(FOLDER.glob("*.yaml")):
            text = _of(where, file.read_text(encoding="utf-8"))
            (folder / "platforms" / f"{where.code}_{file.name}").write_text(text, encoding="utf-8")
    cities = {w.code: {"title": w.city, "division": {"province": w.province, "counties": [w.city]}} for w in places}
    _write(folder / "settings.yaml", {"title": "、".join(w.city for w in places), "cities": cities})
    shipped = FOLDER.parent
    events = yaml.safe_load((shipped / "event_rules.yaml").read_text(encoding="utf-8"))
    events["competent"] = {c: list(_each(places, names)) for c, names in events["competent"].items()}
    _write(folder / "events.yaml", events)
    care = yaml.safe_load((shipped / "care_tags.yaml").read_text(encoding="utf-8"))
    for tag in care["tags"]:
        if "delivered" in tag:
            tag["delivered"] = [
                {**s, "platform": p} for s in tag["delivered"] for p in _each(places, [s["platform"]])
            ]  # fmt: skip
    _write(folder / "care_tags.yaml", care)


def _of(where: Where, description: str) -> str:
    """The description of a platform as that of one city."""
    text = re.sub(r"\Aplatform: (\w+)$", rf"platform: {where.code}_\1\ncity: {where.code}", description, flags=re.M)
    return re.sub(r"^title: \{zh: ", f"title: {{zh: {where.city}", text, count=1, flags=re.M)


def _each(places: Sequence[Where], platforms: Sequence[str]) -> Iterator[str]:
    return (f"{where.code}_{platform}" for platform in platforms for where in places)


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

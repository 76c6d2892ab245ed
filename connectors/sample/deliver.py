"""Writes the sample city's deliveries and truth: the one function the outside calls.

Belongs here: the order of work. Does not: anything a platform says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from connectors.sample.addresses import AddressBook
from connectors.sample.city import build_city
from connectors.sample.files import write_file
from connectors.sample.reports import enterprises, grid_staff, homes, issues, libraries, population
from connectors.sample.sheets import Desk, File
from connectors.sample.truth import record_tables, write_truth

REPORTS: tuple[Callable[[Desk], File | list[File]], ...] = (
    population.hukou,
    population.floating,
    population.health,
    population.relief,
    population.schools,
    homes.real_estate,
    homes.tenancies,
    homes.standard_addresses,
    homes.grid_tree,
    enterprises.business_register,
    enterprises.tax,
    enterprises.insurance,
    enterprises.fire_safety,
    grid_staff.collection,
    issues.hotline,
    issues.grid_events,
    issues.snapshots,
    issues.public_order,
    issues.enforcement,
    issues.patrols,
    libraries.components,
    libraries.party_branches,
)


@dataclass(frozen=True)
class CitySummary:
    """What was written: counts of true things, and rows delivered per platform."""

    persons: int
    houses: int
    firms: int
    events: int
    files: int
    rows: dict[str, int]


def _files(desk: Desk) -> Iterator[File]:
    """The files of all platforms with the rows they have by now, one platform at a time."""
    for report in REPORTS:
        reported = report(desk)
        for file in reported if isinstance(reported, list) else [reported]:
            yield replace(file, sheets=tuple(s.visible() for s in file.sheets))


def write_city(persons: int, seed: int, out: Path, noise: float = 1.0, as_of: date = date(2026, 11, 1)) -> CitySummary:
    """Write one delivery of every platform to `out/deliveries/<platform>/` and the truth to `out/truth/`.

    Args:
        persons: size of the city, at least 100.
        seed: the same seed gives the same city and, format permitting, the same bytes.
        out: folder to write to; made if need be. Files of the same name are replaced.
        noise: scales every error rate; 0 writes clean data, 1.5 half as many errors again.
        as_of: the day of the delivery; ages are reckoned and files dated by it.

    Raises:
        ValueError: if `persons` is below 100 or `noise` negative.
    """
    if noise < 0:
        raise ValueError(f"noise: {noise}; it scales error rates and must be 0 or more")
    city = build_city(persons, seed, as_of)
    desk = Desk(city, AddressBook(city), noise, f"{as_of:%Y%m%d}")
    records: list[pa.Table] = []
    rows: dict[str, int] = {}
    files = 0
    for file in _files(desk):
        write_file(Path(out) / "deliveries", file)
        records += record_tables(file)
        rows[file.platform] = rows.get(file.platform, 0) + sum(len(s) for s in file.sheets)
        files += 1
    write_truth(Path(out) / "truth", city, records)
    return CitySummary(
        persons=persons,
        houses=len(city.houses.estate),
        firms=len(city.firms.name),
        events=len(city.events.house),
        files=files,
        rows=rows,
    )

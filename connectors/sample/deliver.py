"""Writes the sample city's deliveries and truth: the one function the outside calls.

Belongs here: the order of work. Does not: anything a platform says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from connectors.sample.addresses import AddressBook
from connectors.sample.city import City, build_city
from connectors.sample.files import write_file
from connectors.sample.life import on_day
from connectors.sample.reports import (
    areas,
    certificates,
    citizens,
    enterprises,
    grid_staff,
    homes,
    libraries,
    officers,
    population,
    projects,
)
from connectors.sample.sheets import Delta, Desk, File, Sheet
from connectors.sample.truth import Ledger, end_of_day, record_lines, write_truth

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
    citizens.hotline,
    officers.grid_events,
    citizens.snapshots,
    officers.public_order,
    officers.enforcement,
    officers.patrols,
    libraries.components,
    libraries.party_branches,
    libraries.grid_staff,
    areas.police_areas,
    areas.city_management,
    certificates.certificates,
    projects.investment_projects,
)


AS_OF = date(2026, 11, 1)
"""The day of the first delivery."""


@dataclass(frozen=True)
class CitySummary:
    """What was written: counts of true things, and rows of the first delivery per platform."""

    persons: int
    houses: int
    firms: int
    events: int
    rows: dict[str, int]

    def __str__(self) -> str:
        true = f"{self.persons:,} persons, {self.houses:,} homes, {self.firms:,} enterprises, {self.events:,} incidents"
        rows = "".join(f"\n  {platform:22}{count:>12,}" for platform, count in self.rows.items())
        return f"{true}\nrows delivered{rows}\n  {'all':22}{sum(self.rows.values()):>12,}"


def _reported(desk: Desk, code: str) -> Iterator[File]:
    """The files of all platforms with all records they will ever have, one platform at a time."""
    for report in REPORTS:
        reported = report(desk)
        for file in reported if isinstance(reported, list) else [reported]:
            yield replace(file, platform=f"{code}_{file.platform}") if code else file


def _changed(before: Sheet, now: Sheet, delta: Delta, today: str) -> Sheet:
    """The rows that are new since the last delivery or read differently, stamped with today where the platform does so."""
    differs = now.shown & ~before.shown
    for name, column in now.columns.items():
        # `!=` on lists or None compares as it should: element by element, as Python objects
        differs |= now.shown & (np.asarray(column, dtype=object) != np.asarray(before.columns[name], dtype=object))
    columns = dict(now.columns)
    if delta.stamp:
        columns[delta.stamp] = np.where(differs, today + delta.suffix, columns[delta.stamp]).astype(object)
    return replace(now, columns=columns, shown=differs)


def _write_day(
    desk: Desk, folder: Path, former: dict[tuple[str, str], Sheet] | None, ledger: Ledger, code: str
) -> dict[str, int]:
    """Write one day's deliveries and truth under `folder`; rows written per platform.

    `former` holds the sheets of platforms that deliver changes only as they were last time (empty on the first day) and
    is brought up to date; None where no day will follow.
    """
    lines: list[pa.Table] = []
    rows: dict[str, int] = {}
    for file in _reported(desk, code):
        sheets = []
        for sheet in file.sheets:
            delta, place = file.delta.get(sheet.name), (file.platform, sheet.name)
            current = sheet
            if delta and former is not None:
                if place in former:
                    current = _changed(former[place], sheet, delta, str(desk.city.as_of))
                former[place] = sheet
            sheets.append(current.visible())
        delivered = replace(file, sheets=tuple(sheets))
        write_file(folder / "deliveries", delivered)
        for sheet in sheets:
            if former is not None and sheet.name in file.delta:
                ledger.enter(delivered, sheet)
            else:
                lines.append(record_lines(delivered, sheet))
        rows[file.platform] = rows.get(file.platform, 0) + sum(len(s) for s in sheets)
    write_truth(folder / "truth" / code, desk.city, lines + ledger.lines())
    return rows


def write_city(
    persons: int,
    seed: int,
    out: Path,
    noise: float = 1.0,
    as_of: date = AS_OF,
    *,
    days: Sequence[int] = (),
) -> CitySummary:
    """Write one delivery of every platform to `out/deliveries/<platform>/` and the truth to `out/truth/`.

    Each of `days` adds a later delivery under `out/days/<yyyymmdd>/deliveries` with the truth after it in `…/truth`:
    snapshots whole, of the other platforms what is new or reads differently since the delivery before.

    Args:
        persons: size of the city, at least 100.
        seed: the same seed gives the same city and, format permitting, the same bytes.
        out: folder to write to; made if need be. Files of the same name are replaced.
        noise: scales every error rate; 0 writes clean data, 1.5 half as many errors again.
        as_of: the day of the first delivery; ages are reckoned and files dated by it.
        days: on which days after the first to deliver again, ascending, at most 30.

    Raises:
        ValueError: if `persons` is below 100, `noise` negative, or `days` not ascending between 1 and 30.
    """
    return deliver(build_city(persons, seed, as_of), Path(out), noise, days)


def deliver(first: City, out: Path, noise: float, days: Sequence[int], code: str = "") -> CitySummary:
    """Write the deliveries and the truth of a city, see `write_city`.

    Args:
        first: the city on the first day.
        out: as there.
        noise: as there.
        days: as there.
        code: of the city where several stand side by side: its platforms are called by it, and its truth lies in a folder of that name.
    """
    if noise < 0:
        raise ValueError(f"noise: {noise}; it scales error rates and must be 0 or more")
    if list(days) != sorted(set(days)) or any(not 1 <= day <= 30 for day in days):
        raise ValueError(f"days: {list(days)}; give different days between 1 and 30 in ascending order")
    book = AddressBook(first)
    former: dict[tuple[str, str], Sheet] | None = {} if days else None
    ledger = Ledger()
    rows = _write_day(Desk(first, first, book, noise), out, former, ledger, code)
    for day in days:
        desk = Desk(first, on_day(first, day), book, noise, day)
        _write_day(desk, out / "days" / desk.date, former, ledger, code)
    return CitySummary(
        persons=len(first.persons.name),
        houses=len(first.houses.estate),
        firms=len(first.firms.name),
        events=int((first.events.time <= end_of_day(first.as_of)).sum()),
        rows=rows,
    )

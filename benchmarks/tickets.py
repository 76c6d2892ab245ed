"""What a million tickets cost: `python -m benchmarks.tickets [--tickets 1000000] [--persons 5000] [--seed 1]`.

The tickets of a sample city are copied to other estates and roads, other months and other numbers, and so are its standard
addresses; landing is not measured, reading and matching are. Processor seconds count: they are the same on a busy machine.
Writes benchmarks/TICKETS.md.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sample import write_city
from connectors.spec import Dataset, Platform, Source
from pipelines.kinds import inputs_of
from pipelines.matching.inputs.mention_index import write_mention_index
from pipelines.settings import Settings
from pipelines.stages import landing
from pipelines.stages.current import rows_now
from pipelines.stages.grid_tree import grids_of
from pipelines.stages.links import link_mentions
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.reference import address_reference, in_present_grids
from warehouse.model import Home

HERE = Path(__file__).parent
EVENT = "event"
MONTHS = 24
"""Copies in time at most, two months apart: four years of tickets."""
APART = 62
BEFORE = tuple("东西南北中上下前后新老大")
"""What stands before a name of a copy: two of them for each."""
DAY = re.compile(r"\b(20\d\d)([-/]?)(\d\d)\2(\d\d)\b|\b(1[67]\d{11})\b")
"""A day in a cell, or milliseconds since 1970."""
PHONE = re.compile(r"\b(1[3-9]\d)(\d{8})\b")
FIRST_SIGN, SIGNS = 0x4E00, 20_000
SEPARATOR = "\x1e"


@contextmanager
def timed(name: str, into: dict[str, tuple[float, float]]) -> Iterator[None]:
    """Keep processor and wall seconds of a part."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    into[name] = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:24}{into[name][0]:9.1f} s of the processor{into[name][1]:9.1f} s", flush=True)


def reporting(platform: Platform) -> list[Dataset]:
    """The datasets whose rows are about events."""
    return [d for d in platform.datasets if d.subject and d.roles[d.subject].kind == EVENT]


def each_cell(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.Array:
    """Change all cells of a column at once, joined to one text."""
    cells = pc.fill_null(column, "").combine_chunks()
    joined = change(SEPARATOR.join(cells.to_pylist()))
    return pc.if_else(pc.is_valid(column).combine_chunks(), pa.array(joined.split(SEPARATOR), pa.string()), None)


def later(days: int) -> Callable[[str], str]:
    """Every day of a text so many days later."""

    @cache
    def moved(text: str) -> str:
        found = DAY.fullmatch(text)
        assert found
        year, mark, month, day, millis = found.groups()
        if millis:
            return str(int(millis) + days * 86_400_000)
        then = date(int(year), int(month), int(day)) + timedelta(days)
        return f"{then:%Y}{mark}{then:%m}{mark}{then:%d}"

    return lambda text: DAY.sub(lambda found: moved(found.group()), text)


def elsewhere(names: re.Pattern[str], before: str) -> Callable[[str], str]:
    """Every estate and road of a text under another name, every mobile phone another one: nobody complains in all places at once."""
    shift = int.from_bytes(before.encode()) % 99_999_989

    def other(found: re.Match[str]) -> str:
        return f"{found[1]}{(int(found[2]) + shift) % 100_000_000:08d}"

    return lambda text: PHONE.sub(other, names.sub(lambda found: before + found.group(), text))


def copies(rows: pa.Table, dataset: Dataset, moves: list[tuple[int, str]], names: re.Pattern[str]) -> pa.Table:
    """The rows of a dataset once for each (days, letters): so much later, in places with these letters before their names.

    What names a row gets a number of the copy: its key and the row it stands in.
    """
    numbers = {*dataset.key, *_columns(dataset, "reporter_code", "earlier_ticket")}
    told = _columns(dataset, "content")
    text = [n for n in dataset.columns if n in rows.column_names]
    by_place = {
        before: rows.select(text) if not before else _changed(rows.select(text), elsewhere(names, before))
        for before in dict.fromkeys(before for _, before in moves)
    }
    made = []
    for nth, (days, before) in enumerate(moves):
        table = _changed(by_place[before], later(days)) if days else by_place[before]
        columns = {n: table[n] for n in text}
        columns |= {n: pc.binary_join_element_wise(columns[n], str(nth), "C") for n in numbers}
        # No two callers use the same words: without a sign of their own the copies of a month would be read once.
        sign = chr(FIRST_SIGN + nth * 7 % SIGNS) + chr(FIRST_SIGN + nth * 13 % SIGNS)
        columns |= {n: pc.binary_join_element_wise(columns[n], sign, "，") for n in told}
        head = {n: rows[n] for n in rows.column_names if n not in columns}
        head["row_key"] = pc.binary_join_element_wise(rows["row_key"], str(nth), "C")
        head["row_number"] = pc.add(rows["row_number"], nth * rows.num_rows)
        made.append(pa.table({n: columns.get(n, head.get(n)) for n in rows.column_names}))
    return pa.concat_tables(made).combine_chunks()


def _columns(dataset: Dataset, *attributes: str) -> set[str]:
    """The columns that feed attributes of the event a row is about."""
    sources = dataset.roles[dataset.subject or ""].attributes
    return {source.column for name in attributes if isinstance(source := sources.get(name), Source)}


def _changed(table: pa.Table, change: Callable[[str], str]) -> pa.Table:
    return pa.table({name: each_cell(table[name], change) for name in table.column_names})


def moves_to(tickets: int, base: int) -> list[tuple[int, str]]:
    """Copies that make so many tickets of `base`: of each place as many as there are months, then the next place."""
    letters = ["", *("".join(two) for two in product(BEFORE, repeat=2))]
    wanted = max(1, round(tickets / base))
    return [(-APART * (n % MONTHS), letters[n // MONTHS]) for n in range(wanted)]


def names_of(reference: pa.Table) -> re.Pattern[str]:
    """Every road and estate the reference names, the longest first."""
    cells = [reference[n].to_pylist() for n in ("road", "estate")]
    aliases = [alias for cell in reference["aliases"].to_pylist() if cell for alias in cell.split("、")]
    found = {name for column in cells for name in column if name and len(name) > 1} | set(aliases)
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


def measure(settings: Settings, tickets: int) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """Processor and wall seconds of every part, and how much there was of what."""
    platforms, home = settings.platforms, settings.home
    model = home.data_model
    grids = grids_of(settings, (None,)).tree
    references = [
        address_reference(p, d, rows_now(settings, p, d.name))
        for p in platforms.values()
        for d in p.datasets
        if d.reference == "address"
    ]
    addresses = pa.concat_tables(references)
    names = names_of(addresses)
    event_platforms = {name: p for name, p in platforms.items() if reporting(p)}
    rows = {(n, d.name): rows_now(settings, p, d.name) for n, p in event_platforms.items() for d in reporting(p)}
    moves = moves_to(tickets, sum(table.num_rows for table in rows.values()))
    many = {
        (n, d.name): copies(rows[n, d.name], d, moves, names) for n, p in event_platforms.items() for d in reporting(p)
    }
    there = pa.concat_tables(
        [
            addresses if not before else _changed(addresses, elsewhere(names, before))
            for before in dict.fromkeys(before for _, before in moves)
        ]
    )
    taken: dict[str, tuple[float, float]] = {}
    with timed("address dictionary", taken):
        gazetteer = Gazetteer.from_reference(in_present_grids(there, grids), settings.city.settings.division.own)
    with timed("reading tickets", taken):
        mentions = build_mentions(
            model,
            EVENT,
            event_platforms,
            lambda platform, dataset: many[platform, dataset],
            gazetteer=gazetteer,
            grids=grids,
            code_tables=settings.code_tables,
        )
    many.clear()
    with timed("index for matching", taken):
        model.mention(EVENT).write(mentions, home.stage("mention", EVENT))
        write_mention_index(home, {EVENT: mentions}, {EVENT: inputs_of(model, EVENT)}, os.cpu_count() or 1)
    del mentions
    with timed("matching", taken):
        counts = link_mentions(settings, EVENT)
    known = ("rows", "distinct_records", "pairs_compared", "accepted", "review", "clusters")
    return taken, {"copies": len(moves), "addresses": there.num_rows, **{n: counts[n] for n in known}}


def main() -> None:
    """Write the city, measure, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--persons", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=HERE / ".work" / "tickets")
    given = parser.parse_args()
    city, home = given.work / f"city-{given.persons}-{given.seed}", given.work / "home"
    if not (city / "truth").is_dir():
        write_city(given.persons, given.seed, city)
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(city / "deliveries", Home(home))
    for name, platform in settings.platforms.items():
        if reporting(platform) or any(d.reference for d in platform.datasets):
            landing.land_platform(settings, name)
    taken, counts = measure(settings, given.tickets)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    text = report(given.persons, given.seed, taken, counts, peak)
    (HERE / "TICKETS.md").write_text(text, encoding="utf-8")
    print(text)


def report(persons: int, seed: int, taken: dict[str, tuple[float, float]], counts: dict[str, int], peak: float) -> str:
    """The page of figures."""
    total = sum(cpu for cpu, _ in taken.values())
    lines = [
        f"# What {counts['rows']:,} tickets cost",
        "",
        f"`python -m benchmarks.tickets --tickets {counts['rows']}`: the tickets of a sample city of {persons:,} people (seed {seed}) "
        f"{counts['copies']:,} times, in other places, months and under other numbers; {counts['addresses']:,} standard addresses. "
        f"{os.cpu_count()} cores, peak memory {peak:.1f} GiB. Landing is not counted.",
        "",
        "| part | processor, s | µs a ticket |",
        "|---|--:|--:|",
        *(f"| {name} | {cpu:.1f} | {cpu / counts['rows'] * 1e6:.0f} |" for name, (cpu, _) in taken.items()),
        f"| **all** | **{total:.1f}** | **{total / counts['rows'] * 1e6:.0f}** |",
        "",
        f"{counts['distinct_records']:,} distinct records, {counts['pairs_compared']:,} pairs compared, {counts['accepted']:,} accepted, "
        f"{counts['review']:,} for review, {counts['clusters']:,} events.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()

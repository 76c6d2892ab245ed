"""Thirty days of a sample city, run one by one on the same home: what became of the ids?

`python -m benchmarks.thirty_days` writes `benchmarks/THIRTY_DAYS.md`. An id of the day before is *kept* where it still
stands for an entity, *merged* where a redirect leads to the id its mentions lie under now, *withdrawn* where no delivery
holds any of its mentions any more and `link.history` says so. What is none of these would be *lost*. A *split* part is a
new id whose mentions were another's before.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.kill import finish
from connectors.sample import write_city
from connectors.sample.city import build_city
from connectors.sample.life import on_day

REPORT = Path(__file__).parent / "THIRTY_DAYS.md"
FIRST_DAY = date(2026, 11, 1)
KINDS = {"person": "persons", "housing": "homes", "enterprise": "enterprises"}

FATES = """
with before as (select distinct entity_kind, entity_id from former.link.mention),
now as (select distinct entity_kind, entity_id from library.link.mention),
story as (select * from library.link.history where release = (select version from library.catalogue.release))
select
    (select count(*) from before where entity_kind = $kind),
    (select count(*) from now where entity_kind = $kind),
    (select count(*) from before semi join now using (entity_kind, entity_id) where entity_kind = $kind),
    (select count(*) from before b anti join now n using (entity_kind, entity_id) where entity_kind = $kind
        and entity_id in (select old_id from library.link.redirect)),
    (select count(*) from before b anti join now n using (entity_kind, entity_id) where entity_kind = $kind
        and entity_id not in (select old_id from library.link.redirect)
        and entity_id in (select entity_id from story where event = 'withdrawn')),
    (select count(distinct entity_id) from story where entity_kind = $kind and event = 'split_from'
        and entity_id not in (select entity_id from before)),
    (select count(*) from now n anti join before b using (entity_kind, entity_id) where entity_kind = $kind)
"""

REUSED = """
select count(*) from library.link.mention m
where m.entity_id in (select entity_id from former.link.history where event = 'withdrawn')
   or m.entity_id in (select old_id from former.link.redirect)
"""


@dataclass(frozen=True)
class Fate:
    """What became of the ids of one kind from one day to the next."""

    day: str
    kind: str
    before: int
    after: int
    kept: int
    merged: int
    withdrawn: int
    split: int
    born: int
    reused: int

    @property
    def lost(self) -> int:
        """Ids nobody can say anything of."""
        return self.before - self.kept - self.merged - self.withdrawn


def days(persons: int, seed: int, count: int, folder: Path) -> Iterator[list[Fate]]:
    """Write the city, run its days in order; the fates of each day after the first."""
    write_city(persons, seed, folder / "city", days=range(1, count + 1))
    home, log = folder / "home", folder / "log"
    _run(folder / "city" / "deliveries", home, log)
    for day in sorted((folder / "city" / "days").iterdir()):
        former = folder / "former.duckdb"
        former.unlink(missing_ok=True)
        shutil.copyfile(home / "one_network.duckdb", former)
        _run(day / "deliveries", home, log)
        yield list(compare(day.name, former, home / "one_network.duckdb"))


def happenings(persons: int, seed: int, count: int) -> dict[str, int]:
    """How often what happens in the city from the first day to the last, by what it is."""
    first = build_city(persons, seed, FIRST_DAY)
    last = on_day(first, count)
    before, after = first.persons, last.persons
    since, until = (np.datetime64(city.as_of, "D") for city in (first, last))
    born, founded = (
        (days > since) & (days <= until) for days in (before.birth.astype("datetime64[D]"), first.firms.established)
    )
    return {
        "births": int(born.sum()),
        "deaths": int((after.dead & ~before.dead).sum()),
        "people moved": int((after.house != before.house).sum()),
        "marriages": int((after.household != before.household).sum()),
        "new names": int((after.name != before.name).sum()),
        "new phones": int((after.phone != before.phone).sum()),
        "homes sold": int((last.tenure.owner != first.tenure.owner).sum()),
        "firms founded": int(founded.sum()),
        "firms closed": int((last.firms.status != first.firms.status).sum()),
    }


def compare(day: str, former: Path, library: Path) -> Iterator[Fate]:
    """The fates of the ids of every kind between two releases."""
    with duckdb.connect() as con:
        con.execute(f"attach '{former}' as former (read_only)")
        con.execute(f"attach '{library.resolve()}' as library (read_only)")
        (reused,) = con.execute(REUSED).fetchone() or (0,)
        for kind in KINDS:
            before, after, kept, merged, withdrawn, split, new = (
                con.execute(FATES, {"kind": kind}).fetchone() or (0,) * 7
            )
            yield Fate(day, kind, before, after, kept, merged, withdrawn, split, new - split, reused)


def table(fates: list[Fate]) -> str:
    """The fates as a Markdown table, a line per day and kind."""
    head = "| day | kind | ids before | kept | merged | withdrawn | **lost** | split off | born | ids after |\n"
    head += "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    return head + "".join(
        f"| {f.day} | {KINDS[f.kind]} | {f.before:,} | {f.kept:,} | {f.merged:,} | {f.withdrawn:,} | {f.lost:,} "
        f"| {f.split:,} | {f.born:,} | {f.after:,} |\n"
        for f in fates
    )


def totals(fates: list[Fate]) -> list[Fate]:
    """Sums over the days, per kind."""
    summed = []
    for kind in KINDS:
        own = [f for f in fates if f.kind == kind]
        figures = [
            sum(getattr(f, name) for f in own) for name in ("kept", "merged", "withdrawn", "split", "born", "reused")
        ]
        summed.append(Fate("all", kind, sum(f.before for f in own), sum(f.after for f in own), *figures))
    return summed


def _run(inbox: Path, home: Path, log: Path) -> None:
    code = finish(inbox, home, log)
    if code:
        raise RuntimeError(f"the run ended with {code}:\n{log.read_text(encoding='utf-8')[-2000:]}")


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--out", type=Path, default=REPORT)
    asked = parser.parse_args()
    fates: list[Fate] = []
    with tempfile.TemporaryDirectory(prefix="onenet-days-") as folder:
        for today in days(asked.persons, asked.seed, asked.days, Path(folder)):
            fates += today
            print(table(today), flush=True)
    lived = ", ".join(f"{what} {times:,}" for what, times in happenings(asked.persons, asked.seed, asked.days).items())
    lost, reused = sum(f.lost for f in fates), sum(f.reused for f in fates)
    eventful = [f for f in fates if not f.before == f.kept == f.after]
    asked.out.write_text(
        f"# Ids over {asked.days} days\n\n"
        f"`python -m benchmarks.thirty_days --persons {asked.persons} --seed {asked.seed} --days {asked.days}`: a sample city "
        f"lives on for {asked.days} days ({lived}; and some 3 % of the records are put right), its platforms deliver "
        f"every day, and every day is a run on the same home. **Lost ids: {lost}. Retired ids given again: {reused}.** "
        "An id of the day before is kept, or merged (a redirect leads on), or withdrawn (no delivery holds its mentions any "
        "more); `link.history` tells it.\n\n## Sums\n\n"
        + table(totals(fates))
        + "\n## Days on which ids changed\n\nOn all other days every id was kept, and none was added.\n\n"
        + table(eventful),
        encoding="utf-8",
    )
    print(f"lost {lost}, given again {reused}")
    if lost or reused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

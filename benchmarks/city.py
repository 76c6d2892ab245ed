"""Mention tables of invented cities, made once and kept under `benchmarks/.work`.

Belongs here: writing a city, landing and standardising it, and making a bigger table out of one. Does not: matching.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from connectors.sample import write_city
from pipelines.settings import Settings
from pipelines.stages.landing import land_platform
from pipelines.stages.mentions import write_mentions
from warehouse.model import Home
from warehouse.model.data_model import shipped

WORK = Path(__file__).parent / ".work"

ID_NUMBERS = ("id_number", "id_number_legible")
PHONES = ("phone", "phone_2")
PLACES = ("community", "estate", "road", "dwelling")


def city(persons: int, seed: int, noise: float = 1.0) -> tuple[Home, Path]:
    """Home with the mention tables of a sample city, and the folder of its truth."""
    folder = WORK / f"city-{persons}-{seed}-{noise:g}"
    home = Home(folder / "home")
    if not home.stage("mention", "person").exists():
        write_city(persons, seed, folder, noise=noise)
        settings = Settings(folder / "deliveries", home)
        for platform in settings.platforms:
            land_platform(settings, platform)
        write_mentions(settings)
    return home, folder / "truth"


def multiplied(home: Home, times: int) -> Home:
    """Home with the person mentions of `home` so many times over, as different people in different places.

    Numbers, phones and places get the letter of their copy; names are dealt out anew among the bearers of a surname, so that
    families keep together and no copy of a person shares name and birth date with the other.
    """
    out = Home(home.root.with_name(f"{home.root.name}-x{times}"))
    path = out.stage("mention", "person")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(f"{_copied(c)} as {c}" for c in shipped().mention("person").names)
        contract = shipped().mention("person")
        with duckdb.connect() as con, pq.ParquetWriter(aside := path.with_suffix(".writing"), contract.arrow) as writer:
            con.execute(NAMES.format(source=home.stage("mention", "person")))
            for k in range(times):  # copy by copy: all of them at once would not fit
                rows = con.sql(COPY.format(k=k, columns=columns)).to_arrow_table()
                writer.write_table(contract.conform(rows))
        aside.rename(path)
    return out


NAMES = """
create temp table mention as
    select *, count(*) over () as n, case when name_form = 'full' then name_key end as full_name
    from read_parquet('{source}');
create temp table name as
    select name_key, any_value(name_pinyin) as name_pinyin, surname,
           row_number() over (partition by surname order by md5(name_key)) - 1 as i,
           count(*) over (partition by surname) as names
    from mention where full_name is not null group by name_key, surname
"""
COPY = """
with other as (
    select name_key, (i + {k} * 7) % names as i, surname from name
), renamed as (
    select other.name_key as full_name, any_value(name.name_key) as name_key, any_value(name.name_pinyin) as name_pinyin
    from other join name on name.surname = other.surname and name.i = other.i group by all
)
select {columns}
from (select *, {k} as k from mention) m
left join renamed new using (full_name)
order by m.mention_id
"""


def _copied(column: str) -> str:
    """SQL of a column in copy `k`: the same length, other values where copies must differ."""
    if column == "mention_id":
        return "k * n + m.mention_id"
    letter = "chr((65 + k)::int)"
    if column in ID_NUMBERS:  # both halves: either is a key
        return f"{letter} || substr(m.{column}, 2, 14) || {letter} || substr(m.{column}, 17)"
    if column in PHONES:
        return f"{letter} || substr(m.{column}, 2)"
    if column in PLACES:
        return f"{letter} || m.{column}"
    if column in ("name_key", "name_pinyin"):
        return f"coalesce(new.{column}, m.{column})"
    return "null::bigint" if column in ("housing_mention_id", "enterprise_mention_id") else f"m.{column}"

"""How often the golden value is the true one, against simpler rules, with the true clusters given.

usage: python -m benchmarks.survivorship --home HOME --truth DIR [--threads N] [--export FILE]

HOME holds the stage files of mentions (and of the grid tree, where there is one) of a city whose truth lies in DIR: who every
row is about, and what is true of every person, home and enterprise. The clusters are taken from the truth, so that only the
choice among claims is measured, not the matching.

For every attribute, over the entities for which at least one valid claim is made and the truth is known:

    golden        the rules of `pipelines.resolution.rules`
    newest        the newest valid claim; among equally new ones the most trusted
    authority     the most trusted valid claim; among equally trusted ones the newest
    majority      the value most platforms say; among equals the newest
    oracle        the true value is among the claims at all: no rule can do better
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.registry import load_platforms
from pipelines.resolution.authority import authority_table
from pipelines.resolution.survivorship import write_golden
from warehouse.model import Home
from warehouse.model.link import ENTITY

KINDS = ("housing", "person", "enterprise")

TRUE_ENTITIES = """
select m.mention_id,
       coalesce('{letter}' || lpad(r.true_id::varchar, 9, '0'), '{letter}?' || lpad(m.mention_id::varchar, 9, '0')) as entity_id,
       null::double as match_probability
from '{mentions}' m
left join '{truth}/records.parquet' r
  on r.kind = '{kind}' and r.true_id >= 0 and r.platform = m.platform and r.file = m.file_name
 and coalesce(r.sheet, '') = m.sheet_name and r.row = m.row_number and r.role = m.role
order by m.mention_id
"""

TRUE_VALUES = """
with home as (select housing_id, address from '{golden}/housing.parquet'),
person as (select *, 'P' || lpad(person_id::varchar, 9, '0') as entity_id from '{truth}/persons.parquet'),
firm as (select *, 'E' || lpad(firm_id::varchar, 9, '0') as entity_id from '{truth}/firms.parquet'),
house as (select *, 'H' || lpad(house_id::varchar, 9, '0') as entity_id from '{truth}/houses.parquet')
select entity_id, 'person' as kind, 'name' as attribute, name as value from person
union all select entity_id, 'person', 'former_name', former_name from person
union all select entity_id, 'person', 'id_number', id_no from person
union all select entity_id, 'person', 'sex', if(sex = 1, '男', '女') from person
union all select entity_id, 'person', 'birth_date', strftime(birth, '%Y-%m-%d') from person
union all select entity_id, 'person', 'phone', phone from person
union all select entity_id, 'person', 'ethnicity', ethnic from person
union all select p.entity_id, 'person', 'residence', h.address from person p join home h on h.housing_id = 'H' || lpad(p.house::varchar, 9, '0')
union all select p.entity_id, 'person', 'registered_address', h.address from person p join home h on h.housing_id = 'H' || lpad(p.hukou_house::varchar, 9, '0') where p.local
union all select entity_id, 'enterprise', 'name', name from firm
union all select entity_id, 'enterprise', 'credit_code', uscc from firm
union all select entity_id, 'enterprise', 'phone', phone from firm
union all select f.entity_id, 'enterprise', 'legal_rep_name', p.name from firm f join person p on p.person_id = f.rep
union all select f.entity_id, 'enterprise', 'address', h.address from firm f join home h on h.housing_id = 'H' || lpad(f.house::varchar, 9, '0')
union all select entity_id, 'housing', 'area', printf('%.2f', area) from house
union all select entity_id, 'housing', 'unit_number', unit_no from house
"""

SCORES = """
with claim as (
    select a.*, folded(a.value) as said, folded(t.value) as truth
    from attribute a
    join true_value t on t.kind = a.entity_kind and t.entity_id = a.entity_id and t.attribute = a.attribute
    where a.is_valid and a.value is not null and t.value is not null
),
voice as (
    select entity_kind, attribute, entity_id, said, count(distinct platform) as platforms, max(claimed_on) as newest
    from claim group by all
),
majority as (
    select entity_kind, attribute, entity_id, arg_max(said, (platforms, newest, said)) as said from voice group by all
),
chosen as (
    select
        entity_kind, attribute, entity_id, any_value(truth) as truth,
        any_value(said) filter (is_source) as golden,
        arg_max(said, (claimed_on, authority, -row_number)) as newest,
        arg_max(said, (authority, claimed_on, -row_number)) as authority,
        max(said = truth) as oracle
    from claim group by all
)
select
    entity_kind as kind, attribute, count(*) as entities,
    avg((c.golden = truth)::int) as golden, avg((c.newest = truth)::int) as newest, avg((c.authority = truth)::int) as authority,
    avg((m.said = truth)::int) as majority, avg(oracle::int) as oracle
from chosen c
join majority m using (entity_kind, attribute, entity_id)
group by all
order by kind, attribute
"""

FOLDED = """
create macro folded(value) as
    replace(replace(regexp_replace(value, '[·•‧．.・（）()\\s]', '', 'g'), '有限责任公司', '有限公司'), '?', '')
"""


def main() -> None:
    """Measure and print a Markdown table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--truth", type=Path, required=True)
    asked.add_argument("--threads", type=int)
    asked.add_argument("--keep", type=Path, help="leave the stage files here")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        measure(Home(given.home), Home(given.keep or Path(aside)), given.truth, given.threads)


def measure(source: Home, aside: Home, truth: Path, threads: int | None) -> None:
    """Golden records of the true clusters into `aside`, then their scores on standard output."""
    con = duckdb.connect()
    authority = authority_table(aside.data_model, load_platforms())
    for kind in KINDS:
        mentions = aside.stage("mention", kind)
        mentions.parent.mkdir(parents=True, exist_ok=True)
        mentions.unlink(missing_ok=True)
        mentions.symlink_to(source.stage("mention", kind).resolve())
        query = TRUE_ENTITIES.format(letter=kind[0].upper(), kind=kind, mentions=mentions, truth=truth)
        entities: pa.Table = con.sql(query).to_arrow_table()
        ENTITY.write(entities, aside.stage("entity", kind))
    grid = aside.stage("grid", "tree")
    if source.stage("grid", "tree").exists() and not grid.exists():
        grid.parent.mkdir(parents=True, exist_ok=True)
        grid.symlink_to(source.stage("grid", "tree").resolve())
    for kind in KINDS:
        start = time.perf_counter()
        counts = write_golden(aside, kind, authority, threads=threads)
        print(f"{kind}: {counts} in {time.perf_counter() - start:.1f} s")
    con.execute(FOLDED)
    con.execute(f"create view attribute as select * from '{aside.stage('attribute', '*')}'")
    folder = aside.stage("golden", "x").parent
    con.execute(f"create table true_value as {TRUE_VALUES.format(golden=folder, truth=truth)}")
    print("\n| kind | attribute | entities | golden | newest | authority | majority | oracle |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for kind, attribute, entities_, *shares in con.sql(SCORES).fetchall():
        print(f"| {kind} | {attribute} | {entities_} | " + " | ".join(f"{share:.4f}" for share in shares) + " |")


if __name__ == "__main__":
    main()

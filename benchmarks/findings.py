"""Are the corrections sent to departments right? Every line under 更正 of all extracts of a home against the truth, per attribute.

usage: python -m benchmarks.findings HOME:TRUTH [HOME:TRUTH ...]

    sent     corrections of which the truth knows the right value
    right    share that is the true value; `kept`: share where the department's own value is the true one and would be lost
    checked  the same share of what is sent to be checked only (待核实): what was held back
    unknown  corrections of attributes the truth says nothing about

and the order of the platforms by score against that by truth (Spearman's rank correlation), over the platforms with a hundred such
claims or more. By truth: the share of what they claim that is right, of every attribute whose truth is known, of all kinds. Right is the
true value in any wording, and a part that fits it (the month of a birth date, an address that stops at the building), since nobody is
asked for more than his form has; what cannot be read is wrong; what is borrowed from somebody else in the row is not judged. By score:
`quality.scorecard` of the same attributes, weighted by the same claims.
Homes are compared by the entity an address names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from warehouse.extracts.work_list import CHECK, CORRECT
from warehouse.model import Home
from warehouse.model.sql import parquet
from warehouse.verification.findings import finding_path

TRUE_IDS = """
create table place as
select platform, file, coalesce(sheet, '') as sheet, row, role, kind, true_id from read_parquet('{truth}/records.parquet') where true_id >= 0
"""
HOMES = """
create table address as
with cell as (
    select m.entity_id, p.true_id, count(*) as n
    from lib.link.mention m
    join place p
        on p.kind = 'housing' and m.entity_kind = 'housing' and p.platform = m.platform and p.file = m.file_name and p.sheet = m.sheet_name
        and p.row = m.row_number and p.role = m.role
    group by all
)
select h.address, max_by(c.true_id, c.n) as house from cell c join lib.base.housing h on h.housing_id = c.entity_id
where h.address is not null group by h.address
"""
TRUE_VALUES = """
create table true_value as
with person as (from '{truth}/persons.parquet'), firm as (from '{truth}/firms.parquet'), home as (from '{truth}/houses.parquet')
select 'person' as kind, person_id as true_id, 'name' as attribute, name as value from person
union all select 'person', person_id, 'id_number', id_no from person
union all select 'person', person_id, 'sex', if(sex = 1, '男', '女') from person
union all select 'person', person_id, 'birth_date', strftime(birth, '%Y-%m-%d') from person
union all select 'person', person_id, 'phone', phone from person
union all select 'person', person_id, 'ethnicity', ethnic from person
union all select 'person', person_id, 'residence', house::varchar from person where not dead
union all select 'person', person_id, 'registered_address', hukou_house::varchar from person where local
union all select 'enterprise', firm_id, 'name', name from firm
union all select 'enterprise', firm_id, 'credit_code', uscc from firm
union all select 'enterprise', firm_id, 'phone', phone from firm
union all select 'enterprise', firm_id, 'address', house::varchar from firm
union all select 'enterprise', firm_id, 'legal_rep_name', p.name from firm f join person p on p.person_id = f.rep
union all select 'enterprise', firm_id, 'capital', capital::varchar from firm
union all select 'enterprise', firm_id, 'staff_count', staff::varchar from firm
union all select 'housing', house_id, 'area', round(area)::int::varchar from home
union all select 'housing', house_id, 'unit_number', unit_no from home
"""
JUDGED = """
create table judged as
select
    f.action, f.entity_kind as kind, f.attribute, t.value is not null as is_known,
    case when f.attribute in ('residence', 'registered_address', 'address') then a.house::varchar
         when f.attribute in ('area', 'capital') then round(try_cast(f.value as double))::int::varchar
         else folded(f.value) end = folded(t.value) as is_right,
    coalesce(folded(f.written) = folded(t.value), false) as is_kept
from finding f
left join place p
    on p.kind = f.entity_kind and p.platform = f.platform and p.file = f.file_name and p.sheet = f.sheet_name and p.row = f.row_number
    and p.role = f.role
left join true_value t on t.kind = f.entity_kind and t.true_id = p.true_id and t.attribute = f.attribute
left join address a on a.address = f.value
"""
SCORE = """
with golden as (
    select entity_kind, entity_id, attribute, any_value(value) as value from attribute where is_source group by all
),
said as (
    select a.platform, a.entity_kind, a.attribute, a.comparison, folded(t.value) as truth,
        {a} as said, {g} as golden
    from attribute a
    join place p on p.kind = a.entity_kind and p.platform = a.platform and p.file = a.file_name and p.sheet = a.sheet_name
        and p.row = a.row_number and p.role = a.role
    join true_value t on t.kind = p.kind and t.true_id = p.true_id and t.attribute = a.attribute and t.value is not null
    left join golden g on g.entity_kind = a.entity_kind and g.entity_id = a.entity_id and g.attribute = a.attribute
    left join address ad on ad.address = a.value
    left join address gd on gd.address = g.value
    where a.comparison not in ('missing', 'incomparable')
),
claim as (
    select platform, entity_kind, attribute, count(*) as n,
        avg((coalesce(said = truth, false) or comparison in ('equivalent', 'incomplete') and coalesce(golden = truth, false))::int) as right_share,
        avg((coalesce(said = truth, false) or comparison = 'equivalent' and coalesce(golden = truth, false))::int) as whole_share
    from said group by all
),
score as (
    select platform, entity_kind, attribute, sum(score * claims) / sum(claims) as score from lib.quality.scorecard group by all
),
measured as (
    select platform, sum(right_share * n) / sum(n) as truth, sum(whole_share * n) / sum(n) as whole, sum(score * n) / sum(n) as score
    from claim join score using (platform, entity_kind, attribute) group by platform having sum(n) >= 100
),
ranked as (
    select rank() over (order by truth) as truth, rank() over (order by whole) as whole, rank() over (order by score) as score,
        rank() over (order by quality_score) as published
    from measured join lib.catalogue.platform using (platform)
)
select corr(truth, score), corr(truth, published), corr(whole, score), count(*) from ranked
"""
COMPARED = """case when a.attribute in ('residence', 'registered_address', 'address') then {place}.house::varchar
         when a.attribute in ('area', 'capital') then round(try_cast({value} as double))::int::varchar else folded({value}) end"""
SCORE = SCORE.replace("{a}", COMPARED.format(place="ad", value="a.value")).replace(
    "{g}", COMPARED.format(place="gd", value="g.value")
)


def measure(home: Home, truth: Path) -> None:
    """Print the tables of one city."""
    found = sorted(finding_path(home, "*").parent.glob("*.parquet"))
    with duckdb.connect() as con:
        con.execute(f"attach '{home.library}' as lib (read_only)")
        con.execute(
            "create macro folded(v) as nullif(regexp_replace(replace(v, '有限责任公司', '有限公司'), '[·•‧．.・（）()\\s]', '', 'g'), '')"
        )
        con.execute(f"create view finding as from {parquet(found)}")
        con.read_parquet(str(home.stage("attribute", "*"))).create_view("attribute")
        for text in (TRUE_IDS, HOMES, TRUE_VALUES, JUDGED):
            con.execute(text.replace("{truth}", str(truth)))
        print(
            f"\n{home.root.name}\n{'kind':12}{'attribute':22}{'sent':>7}{'right':>8}{'kept':>8}{'checked':>9}{'right':>8}"
        )
        query = (
            "select kind, attribute, count(*) filter (action = $sent and is_known) as sent,"
            " avg(coalesce(is_right, false)::int) filter (action = $sent and is_known),"
            " avg(is_kept::int) filter (action = $sent and is_known),"
            " count(*) filter (action = $checked and is_known), avg(coalesce(is_right, false)::int) filter (action = $checked and is_known),"
            " count(*) filter (action = $sent and not is_known) from judged group by all order by kind, sent desc"
        )
        unknown = {}
        for kind, attribute, sent, right, kept, checked, held, rest in con.execute(
            query, {"sent": CORRECT, "checked": CHECK}
        ).fetchall():
            if sent or checked:
                print(f"{kind:12}{attribute:22}{sent:7d}{_share(right)}{_share(kept)}{checked:9d}{_share(held)}")
            if rest:
                unknown[f"{kind}.{attribute}"] = rest
        print("unknown:", unknown)
        actions = con.execute("select action, count(*) from finding group by 1 order by 2 desc").fetchall()
        print("all findings:", dict(actions))
        same, published, whole, platforms = con.execute(SCORE).fetchall()[0]
        print(
            f"rank correlation of score and truth over {platforms} platforms: {same:.2f}; of the published score, which counts"
            f" attributes of unknown truth too, {published:.2f}; where parts of a value count as wrong {whole:.2f}"
        )


def _share(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:8.3f}"


def main() -> None:
    """Measure every city named."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("cities", nargs="+", metavar="HOME:TRUTH")
    for city in asked.parse_args().cities:
        home, truth = city.split(":")
        measure(Home.of(Path(home)), Path(truth))


if __name__ == "__main__":
    main()

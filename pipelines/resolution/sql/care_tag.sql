-- table:  care_tag      grain: person_id, tag, platform, delivery_id, file_name, sheet_name, row_number
-- reads:  delivered, rule, golden (golden/person), claim (attribute/person), withheld
-- What platforms say, and what follows from golden values of those who are not deregistered. A value that only claims which are
-- not shared stand behind is secret, and so is what follows from it.
with household as (
    select residence_housing_id, count(*) as persons
    from golden
    where residence_housing_id is not null and deregistered is null
    group by residence_housing_id
),
secret as (
    select c.entity_id as person_id, c.attribute
    from claim c
    semi join withheld h on h.entity_kind = c.entity_kind and h.attribute = c.attribute
    left join withheld w
        on w.platform = c.platform and w.role = c.role and w.entity_kind = c.entity_kind and w.attribute = c.attribute
    where c.entity_kind = 'person' and c.attribute in ('birth_date', 'residence') and c.is_golden and c.value is not null
    group by c.entity_id, c.attribute
    having bool_and(w.platform is not null)
),
person as (
    select
        g.person_id, h.persons,
        case g.birth_date_precision
            when 'year' then make_date(year(g.birth_date), 12, 31)
            when 'month' then last_day(g.birth_date)
            else g.birth_date
        end as born,
        exists (select 1 from secret s where s.person_id = g.person_id and s.attribute = 'birth_date') as has_secret_birth,
        exists (select 1 from secret s where s.person_id = g.person_id and s.attribute = 'residence') as has_secret_home
    from golden g
    left join household h using (residence_housing_id)
    where g.deregistered is null
),
derived as (
    select
        p.person_id, r.tag,
        case
            when r.age_from is not null and p.has_secret_birth then 'none'
            when r.persons_at_most is not null and p.has_secret_home then 'none'
            else r.sharing
        end as sharing,
        case when r.persons_at_most is null then (p.born + to_years(r.age_from::integer))::date end as since
    from person p
    join rule r
        on (r.age_from is null or p.born + to_years(r.age_from::integer) <= date '{today}')
        and (r.persons_at_most is null or p.persons <= r.persons_at_most)
)
select
    person_id, tag, 'delivered' as basis, sharing, since, until,
    coalesce(since <= date '{today}', true) and coalesce(until >= date '{today}', true) as is_current,
    claimed_on, platform, department, delivery_id, file_name, sheet_name, row_number
from delivered
union all
select person_id, tag, 'derived', sharing, since, null, true, null, '', '', '', '', '', 0
from derived

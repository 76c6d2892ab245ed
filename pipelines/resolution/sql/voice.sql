-- table:  voice      grain: entity_id, attribute, platform, role
-- reads:  attribute (stage attribute/<kind>), disputed (attribute), model_day
-- {part} is the stretch of entities that is heard.
-- What every source says of every value that can be right or wrong: `class` 0 is the golden value, all wordings and parts of it
-- included; other values count from 1. Attributes that nobody disputes are left out. A platform that says several things in one role is heard with the newest. `age` is that of
-- the claim when the newest one was made, or on the day the model of the sources is of: 0 up to half a year, then twice as long and half a year more, class by class.
with compared as (
    select entity_id, attribute, platform, role, claimed_on, value,
        if(comparison = 'differs', value, null) as rival
    from attribute
    semi join disputed using (attribute)
    where comparison in ('equal', 'equivalent', 'incomplete', 'differs') and value is not null and {part}
),
said as (
    select entity_id, attribute, platform, role, max(claimed_on) as claimed_on,
        arg_max(rival, (coalesce(claimed_on, date '1900-01-01'), rival is null, value)) as rival
    from compared
    group by all
),
contested as (
    select distinct entity_id, attribute from said where rival is not null
),
classed as (
    select s.*,
        if(s.rival is null, 0, dense_rank() over (partition by s.entity_id, s.attribute order by s.rival nulls first)
            - if(count(*) filter (s.rival is null) over (partition by s.entity_id, s.attribute) = 0, 0, 1))::integer as class
    from said s
    semi join contested using (entity_id, attribute)
    union all
    select s.*, 0
    from said s
    anti join contested using (entity_id, attribute)
)
select c.entity_id, c.attribute, c.platform, c.role,
    coalesce(least(floor(log2(1 + greatest(n.day - c.claimed_on, 0) / 182.625)), 4), -1)::tinyint as age,
    c.class
from classed c
cross join model_day n

-- table:  claim_count      grain: platform, entity_kind, attribute, month
-- reads:  attribute (evidence.attribute), newest (day)
-- Counts of claims, of whole entities: those of some entities and those of the others add up to those of all. Two claims agree where their
-- values are equal or both agree with the golden value: then they differ in spelling at most. What has no golden value (an employer's name)
-- is compared by nobody, and what is of another sort contradicts nobody, so such claims have neither accuracy nor consistency.
with claim as materialized (
    select
        a.entity_kind,
        a.attribute,
        a.platform,
        a.department,
        coalesce(strftime(a.claimed_on, '%Y-%m'), '') as month,
        a.value is not null and a.comparison in ('equal', 'equivalent', 'incomplete', 'differs') as is_judged,
        a.value is not null and a.is_valid as is_standard,
        a.is_golden,
        hash(a.entity_kind, a.entity_id, a.attribute) as subject,
        -- values that agree share a class, the golden one the class 0
        case when a.is_golden then 0::ubigint else greatest(hash(a.value), 1::ubigint) end as class,
        -- a date beyond the newest delivery is mistyped, and as fresh as can be
        case when a.claimed_on > n.day then 0 else n.day - a.claimed_on end as age_days
    from attribute as a
    cross join newest as n
),
saying as (
    select subject, platform, min(age_days) as newest, min(class) as low, max(class) as high from claim where is_judged group by all
),
speaking as materialized (
    select subject, count(*) as platforms, min(newest) as newest, min(low) < max(high) as is_split from saying group by subject
),
-- where all say the same, those who agree are those who speak
agreeing as (
    select subject, class, count(distinct platform) as platforms
    from claim
    semi join (select subject from speaking where is_split) as split using (subject)
    where is_judged
    group by all
)

select
    c.platform,
    min(c.department) as department,
    c.entity_kind,
    c.attribute,
    c.month,
    count(*) as claims,
    count(*) filter (c.is_standard) as standard_claims,
    count(*) filter (c.is_judged) as judged_claims,
    count(*) filter (c.is_judged and c.is_golden) as golden_claims,
    coalesce(sum(s.platforms - 1) filter (c.is_judged), 0) as others,
    coalesce(sum(coalesce(a.platforms, s.platforms) - 1) filter (c.is_judged), 0) as others_agreeing,
    count(c.age_days) filter (c.is_judged and s.platforms > 1) as compared_claims,
    count(*) filter (c.is_judged and s.platforms > 1 and c.age_days = s.newest) as newest_claims,
    coalesce(sum(c.age_days - s.newest) filter (c.is_judged and s.platforms > 1), 0) as days_behind,
    sum(c.age_days) as age_sum,
    count(c.age_days) as ages
from claim as c
left join agreeing as a using (subject, class)
left join speaking as s using (subject)
group by all

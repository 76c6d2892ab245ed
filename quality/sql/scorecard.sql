-- table:  quality.scorecard      grain: platform, entity_kind, attribute, month
-- reads:  attribute (evidence.attribute, all kinds), reliability (evidence.reliability, all kinds), mention (link.mention),
--         reconciliation (quality.reconciliation), delivery (landing.delivery), platform (catalogue.platform)
-- Formulas and their source (GB/T 36344) are in docs/quality.md. Two claims agree where their values are equal or both agree
-- with the golden value: then they differ in spelling at most. What has no golden value (an employer's name) is compared by
-- nobody, and what is of another sort contradicts nobody, so such claims have neither accuracy nor consistency.
with newest as (
    select max(delivered_on) as day from delivery where state = 'landed'
),
claim as (
    select
        a.entity_kind,
        a.attribute,
        a.platform,
        a.department,
        a.delivery_id,
        a.sheet_name,
        a.role,
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
voice as (
    select subject, class, platform, min(age_days) as newest from claim where is_judged group by all
),
agreeing as (
    select subject, class, count(*) as platforms from voice group by all
),
speaking as (
    select subject, count(distinct platform) as platforms, min(newest) as newest from voice group by subject
),
counted as (
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
        coalesce(sum(a.platforms - 1) filter (c.is_judged), 0) as others_agreeing,
        count(c.age_days) filter (c.is_judged and s.platforms > 1) as compared_claims,
        count(*) filter (c.is_judged and s.platforms > 1 and c.age_days = s.newest) as newest_claims,
        coalesce(sum(c.age_days - s.newest) filter (c.is_judged and s.platforms > 1), 0) as days_behind,
        avg(c.age_days) as age_days
    from claim as c
    left join agreeing as a using (subject, class)
    left join speaking as s using (subject)
    group by all
),
-- a sheet and role has a place for an attribute where it ever fills it
place as (
    select distinct c.platform, c.entity_kind, m.dataset, c.role, c.attribute
    from (select distinct platform, entity_kind, delivery_id, sheet_name, role, attribute from claim) as c
    join (select distinct platform, entity_kind, delivery_id, sheet_name, role, dataset from mention) as m
        using (platform, entity_kind, delivery_id, sheet_name, role)
),
asked as (
    select p.platform, p.entity_kind, p.attribute, m.month, sum(m.mentions) as mentions
    from place as p
    join (
        select platform, entity_kind, dataset, role, coalesce(strftime(claimed_on, '%Y-%m'), '') as month, count(*) as mentions
        from mention group by all
    ) as m using (platform, entity_kind, dataset, role)
    group by all
),
access as (
    select
        platform,
        count(distinct delivery_id) filter (state <> 'rejected') / count(distinct delivery_id)
        * coalesce(sum(rows_landed) / nullif(sum(rows_delivered), 0), 1) as accessibility
    from reconciliation group by platform
),
-- a platform that is late by once its cadence is half as timely
punctual as (
    select p.platform,
        cadence_days(p.cadence) as cadence_days,
        if(p.last_delivered_on is null, null, pow(0.5, greatest(n.day - p.last_delivered_on - cadence_days, 0) / cadence_days)) as timeliness
    from platform as p
    cross join newest as n
),
trusted as (
    -- summed as whole ten-thousandths: floating sums differ with the number of threads
    select platform, entity_kind, attribute, sum(round(reliability * 1e4)::bigint * claims) / 1e4 / sum(claims) as reliability
    from reliability group by all
),
dimension as (
    select
        c.*,
        greatest(a.mentions, c.claims) as mentions,
        c.standard_claims / c.claims as conformity,
        c.claims / greatest(a.mentions, c.claims) as completeness,
        c.golden_claims / nullif(c.judged_claims, 0) as agreement,
        coalesce(t.reliability, agreement) as accuracy,
        c.others_agreeing / nullif(c.others, 0) as consistency,
        punctual.timeliness,
        access.accessibility
    from counted as c
    left join asked as a using (platform, entity_kind, attribute, month)
    left join trusted as t using (platform, entity_kind, attribute)
    left join punctual using (platform)
    left join access using (platform)
)
select
    platform,
    department,
    entity_kind,
    attribute,
    month,
    mentions,
    claims,
    standard_claims,
    judged_claims,
    golden_claims,
    others,
    others_agreeing,
    compared_claims,
    newest_claims,
    days_behind,
    age_days,
    conformity,
    completeness,
    accuracy,
    consistency,
    timeliness,
    accessibility,
    -- half of it is whether what is said is right
    (coalesce(accuracy, list_avg([conformity, completeness, consistency, timeliness, accessibility]))
        + list_avg([conformity, completeness, consistency, timeliness, accessibility])) / 2 as score
from dimension
order by platform, entity_kind, attribute, month

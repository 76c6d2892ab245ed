-- table:  quality.scorecard      grain: platform, entity_kind, attribute, month
-- reads:  claim_count, claim_place, mention_count (each may have several rows of one grain, which add up), reliability
--         (evidence.reliability, all kinds), reconciliation (quality.reconciliation), newest (day), platform (catalogue.platform)
-- Formulas and their source (GB/T 36344) are in docs/quality.md.
with counted as (
    select
        platform,
        min(department) as department,
        entity_kind,
        attribute,
        month,
        sum(claims)::bigint as claims,
        sum(standard_claims)::bigint as standard_claims,
        sum(judged_claims)::bigint as judged_claims,
        sum(golden_claims)::bigint as golden_claims,
        sum(others)::bigint as others,
        sum(others_agreeing)::bigint as others_agreeing,
        sum(compared_claims)::bigint as compared_claims,
        sum(newest_claims)::bigint as newest_claims,
        sum(days_behind)::bigint as days_behind,
        sum(age_sum)::bigint / nullif(sum(ages), 0)::bigint as age_days
    from claim_count
    group by all
),
place as (
    select distinct c.platform, c.entity_kind, m.dataset, c.role, c.attribute
    from (select distinct platform, entity_kind, delivery_id, sheet_name, role, attribute from claim_place) as c
    join (select distinct platform, entity_kind, delivery_id, sheet_name, role, dataset from mention_count) as m
        using (platform, entity_kind, delivery_id, sheet_name, role)
),
asked as (
    select p.platform, p.entity_kind, p.attribute, m.month, sum(m.mentions)::bigint as mentions
    from place as p
    join (
        select
            platform, entity_kind, dataset, role, coalesce(strftime(claimed_on, '%Y-%m'), '') as month,
            sum(mentions) as mentions
        from mention_count group by all
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

-- table:  candidate      grain: entity_no, attribute_no, key
-- reads:  contest, rule, source, agreement
-- Every distinct value; of those that have a rival the weight: each platform speaks once for it, by authority and by the age of
-- what it says; the heaviest voice counts in full, others by the attribute's agreement.
-- Weights are whole numbers, so that no order of addition can change an outcome. Ages count from 2000: only the ratio of
-- two ages matters.
with weighed as (
    select
        c.*, s.platform_no, r.agreement, c.authority >= r.authoritative_from and c.is_valid and c.completeness = 0 as makes_it,
        round(100 * c.authority
            * pow(2, least(greatest(coalesce(date_diff('day', date '2000-01-01', c.claimed_on), 0) / 365.25, -20), 40)
                / greatest(r.half_life, 0.5)))::hugeint as weight
    from contest c
    join source s using (source_no)
    join rule r using (attribute_no)
),
voice as (
    select
        entity_no, attribute_no, key, platform_no,
        max(weight) as weight, max(rank) as rank, max(authority) as authority, max(claimed_on) as newest,
        arg_max(mention_id, rank) as mention_id, arg_max(value, rank) filter (value is not null) as value,
        max(is_valid) as is_valid, min(completeness) as completeness, min(partial) as partial, max(can_conflict) as can_conflict,
        any_value(agreement) as agreement, max(makes_it) as makes_it, min(equivalence) as equivalence
    from weighed
    group by all
)
select
    entity_no, attribute_no, key,
    max(weight) + round((sum(weight) - max(weight)) * any_value(agreement))::hugeint as weight,
    count(*)::integer as platforms, sum(authority)::integer as authority, max(newest) as newest,
    arg_max(mention_id, rank) filter (value is not null) as mention_id,
    arg_max(value, rank) filter (value is not null) as value,
    max(is_valid) as is_valid, min(completeness) as completeness, min(partial) as partial, max(can_conflict) as can_conflict, max(makes_it) as makes_it, min(equivalence) as equivalence
from voice
group by all
union all
select
    entity_no, attribute_no, key, null, null, null, null, mention_id, value,
    is_valid, completeness, partial, can_conflict, false, equivalence
from agreement
where not is_contested

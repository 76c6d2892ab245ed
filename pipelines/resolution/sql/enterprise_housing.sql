-- table:  link.enterprise_housing      grain: enterprise_id, housing_id, relation
-- reads:  enterprise_mention, enterprise_entity, enterprise_golden, dwelling_index, authority
with sited as (
    select
        e.entity_id as enterprise_id, m.dwelling, unnest(list_distinct(m.housing_relations)) as relation,
        m.platform, m.dataset, m.role, m.claimed_on, 'address' as attribute
    from enterprise_mention m
    join enterprise_entity e using (mention_id)
    where m.dwelling is not null and m.housing_relations is not null
    union all
    select
        e.entity_id, m.operating_dwelling, 'operates',
        m.platform, m.dataset, m.role, m.claimed_on, 'operating_address'
    from enterprise_mention m
    join enterprise_entity e using (mention_id)
    where m.operating_dwelling is not null
),
voice as (
    select
        s.enterprise_id, d.housing_id, s.relation, s.platform,
        coalesce(max(a.authority), 50) as authority,
        count(*) as claims, min(s.claimed_on) as first_claimed_on, max(s.claimed_on) as last_claimed_on
    from sited s
    join dwelling_index d using (dwelling)
    left join authority a
        on a.platform = s.platform and a.dataset = s.dataset and a.role = s.role and a.attribute = s.attribute
    group by all
),
relation as (
    select
        enterprise_id, housing_id, relation,
        list(platform order by authority desc, platform) as platforms,
        sum(claims)::bigint as claims,
        min(first_claimed_on) as first_claimed_on,
        max(last_claimed_on) as last_claimed_on
    from voice
    group by all
)
select
    r.*,
    r.relation <> 'registered' or coalesce(g.housing_id = r.housing_id, false) as is_current
from relation r
left join enterprise_golden g using (enterprise_id)
order by r.enterprise_id, r.housing_id, r.relation

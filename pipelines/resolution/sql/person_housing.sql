-- table:  link.person_housing      grain: person_id, housing_id, relation
-- reads:  person_mention, person_entity, person_golden, housing_entity, dwelling_index, authority
with claim as (
    select
        e.entity_id as person_id,
        coalesce(tied.entity_id, known.housing_id) as housing_id,
        unnest(list_distinct(p.housing_relations)) as relation,
        p.platform, p.dataset, p.role, p.claimed_on
    from person_mention p
    join person_entity e on e.mention_id = p.mention_id
    left join housing_entity tied on tied.mention_id = p.housing_mention_id
    left join dwelling_index known on known.dwelling = if(p.housing_mention_id is null, p.dwelling, null)
    where p.housing_relations is not null
),
voice as (
    select
        c.person_id, c.housing_id, c.relation, c.platform,
        coalesce(max(a.authority), 50) as authority,
        count(*) as claims, min(c.claimed_on) as first_claimed_on, max(c.claimed_on) as last_claimed_on
    from claim c
    left join authority a
        on a.platform = c.platform and a.dataset = c.dataset and a.role = c.role and a.attribute = 'address'
    where c.housing_id is not null
    group by all
),
relation as (
    select
        person_id, housing_id, relation,
        list(platform order by authority desc, platform) as platforms,
        sum(claims)::bigint as claims,
        min(first_claimed_on) as first_claimed_on,
        max(last_claimed_on) as last_claimed_on
    from voice
    group by all
)
select
    r.*,
    case r.relation
        when 'resides' then coalesce(g.residence_housing_id = r.housing_id, false)
        when 'registered' then coalesce(g.registered_housing_id = r.housing_id, false)
        else true
    end as is_current
from relation r
left join person_golden g using (person_id)
order by r.person_id, r.housing_id, r.relation

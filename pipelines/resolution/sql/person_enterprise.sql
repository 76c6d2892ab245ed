-- table:  link.person_enterprise      grain: person_id, enterprise_id, relation
-- reads:  person_mention, person_entity, enterprise_entity, enterprise_golden, enterprise_index, authority
with claim as (
    select
        e.entity_id as person_id,
        coalesce(tied.entity_id, known.enterprise_id) as enterprise_id,
        unnest(list_distinct(p.enterprise_relations)) as relation,
        p.platform, p.dataset, p.role, p.claimed_on
    from person_mention p
    join person_entity e on e.mention_id = p.mention_id
    left join enterprise_entity tied on tied.mention_id = p.enterprise_mention_id
    left join enterprise_index known on known.name_key = if(p.enterprise_mention_id is null, p.employer_key, null)
    where p.enterprise_relations is not null
),
voice as (
    select
        c.person_id, c.enterprise_id, c.relation, c.platform,
        coalesce(max(a.authority), 50) as authority,
        count(*) as claims, min(c.claimed_on) as first_claimed_on, max(c.claimed_on) as last_claimed_on
    from claim c
    left join authority a
        on a.platform = c.platform and a.dataset = c.dataset and a.role = c.role and a.attribute = 'name'
    where c.enterprise_id is not null
    group by all
),
relation as (
    select
        person_id, enterprise_id, relation,
        list(platform order by authority desc, platform) as platforms,
        sum(claims)::bigint as claims,
        min(first_claimed_on) as first_claimed_on,
        max(last_claimed_on) as last_claimed_on
    from voice
    group by all
)
select
    r.*,
    r.relation <> 'legal_rep' or g.legal_rep_person_id is null or g.legal_rep_person_id = r.person_id as is_current
from relation r
left join enterprise_golden g using (enterprise_id)
order by r.person_id, r.enterprise_id, r.relation

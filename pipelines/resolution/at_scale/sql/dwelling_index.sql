-- table:  dwelling_index      grain: dwelling
-- reads:  housing_mention, housing_entity
-- Which home a dwelling key names. Where several do, the one most mentions know.
with known as (
    select m.dwelling, e.entity_id as housing_id, count(*) as mentions
    from housing_mention as m
    join housing_entity as e on e.mention_id = m.mention_id
    where m.dwelling is not null
    group by m.dwelling, e.entity_id
),
ranked as (
    select dwelling, housing_id,
           row_number() over (partition by dwelling order by mentions desc, housing_id desc) as place
    from known
)
select dwelling, housing_id
from ranked
where place = 1

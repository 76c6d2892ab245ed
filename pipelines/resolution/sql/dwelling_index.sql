-- table:  dwelling_index      grain: dwelling
-- reads:  housing_mention, housing_entity
-- Which home a dwelling key names. Where several do (a home not fully resolved), the one most mentions know.
with known as (
    select m.dwelling, e.entity_id as housing_id, count(*) as mentions
    from housing_mention m
    join housing_entity e using (mention_id)
    where m.dwelling is not null
    group by all
)
select dwelling, arg_max(housing_id, (mentions, housing_id)) as housing_id
from known
group by dwelling
order by dwelling

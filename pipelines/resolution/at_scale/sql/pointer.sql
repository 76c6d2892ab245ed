-- table:  pointer      grain: bucket, dwelling, home
-- reads:  delivered, answer, answered, member_{kind}
-- The homes that the mentions of a bucket speak of: by the key of their address, or by the row they stand in. A mention that says
-- what is right lies in the bucket of the one it mends.
with spoken as (
    select m.mention_id, {dwelling} as dwelling, {home} as home
    from delivered as m
    union all
    select r.mention_id, {dwelling} as dwelling, {home} as home
    from answer as m
    join answered as r on r.answer_id = m.mention_id
)
select distinct s.bucket, p.dwelling, p.home
from spoken as p
join member_{kind} as s on s.mention_id = p.mention_id
where p.dwelling is not null or p.home is not null

-- table:  clustered      grain: mention_id
-- reads:  cluster, told, register, successor
-- Every mention with its cluster and the id it had before, if it had one, or that of the one it goes on from.
-- Where rows share a key that should name one of them, a mention is the former one of that key that tells most of the same
-- things; where it tells none of them, the one of its number, if nobody else goes on from that.
with shared as (
    select platform, dataset, role, row_key from told where repeat > 0
    union
    select platform, dataset, role, row_key from register where repeat > 0
),
alike as (
    select t.mention_id, r.repeat, r.entity_id, r.born, t.repeat = r.repeat as same_number,
        coalesce(t.name = r.name, false)::int + coalesce(t.number = r.number, false)::int
        + coalesce(t.thing_1 = r.thing_1, false)::int + coalesce(t.thing_2 = r.thing_2, false)::int
        + coalesce(t.thing_3 = r.thing_3, false)::int as things,
        t.platform, t.dataset, t.role, t.row_key
    from shared
    join told t using (platform, dataset, role, row_key)
    join register r using (platform, dataset, role, row_key)
),
likest as (
    select * from alike where things > 0
    qualify row_number() over (partition by mention_id order by things desc, same_number desc, repeat) = 1
),
one_of_several as (
    select mention_id, entity_id, born from likest
    union all
    select a.mention_id, a.entity_id, a.born
    from alike a
    anti join likest l using (mention_id)
    anti join likest taken using (platform, dataset, role, row_key, repeat)
    where a.same_number
),
only_one as (
    select t.mention_id, r.entity_id, r.born
    from told t
    join register r using (key)
    anti join shared s
        on s.row_key = t.row_key and s.role = t.role and s.dataset = t.dataset and s.platform = t.platform
),
former as (
    select * from only_one
    union all
    select * from one_of_several
)
select
    c.mention_id, c.cluster_id,
    coalesce(f.entity_id, s.entity_id) as former_id,
    case when f.entity_id is null then s.born else f.born end as born
from cluster c
left join former f using (mention_id)
left join successor s using (mention_id)

-- table:  link.redirect      grain: old_id, new_id
-- reads:  redirect, fate, heir, moved_now, told, clustered, named
-- Retired ids and where their mentions are now, also after what they were merged into has come apart again. Where none of an
-- id's mentions is here, its redirect goes on to the successors of the id it led to, so nobody ever follows a chain; one to an
-- id that was withdrawn leads nowhere and ends.
with retired as (
    select old_id, new_id from fate where not lives
),
found as (
    select m.old_id, n.entity_id as new_id
    from moved_now m
    join told t using (platform, dataset, role, row_key, repeat)
    join clustered c using (mention_id)
    join named n using (cluster_id)
    union
    select old_id, new_id from retired
),
carried as (
    select r.old_id, coalesce(f.new_id, h.entity_id) as new_id
    from redirect r
    left join retired f on f.old_id = r.new_id
    left join heir h on h.entity_id = r.new_id
    where r.old_id not in (select old_id from found)
),
known as (
    select old_id, min(since_release) as since_release from redirect group by old_id
)
select '{kind}' as entity_kind, old_id, new_id, coalesce(k.since_release, '{release}') as since_release
from (select * from found union select * from carried where new_id is not null)
left join known k using (old_id)
order by old_id, new_id

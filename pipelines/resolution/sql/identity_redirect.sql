-- table:  link.redirect      grain: old_id, new_id
-- reads:  redirect, fate, heir
-- Retired ids and where their mentions are now. A redirect to an id that has since been retired goes on to that id's own
-- successors, so nobody ever follows a chain; one to an id that was withdrawn leads nowhere and ends.
with retired as (
    select old_id, new_id from fate where not lives
),
carried as (
    select r.old_id, coalesce(f.new_id, h.entity_id) as new_id, r.since_release, 0 as fresh
    from redirect r
    left join retired f on f.old_id = r.new_id
    left join heir h on h.entity_id = r.new_id
),
all_ as (
    select * from carried where new_id is not null
    union all
    select old_id, new_id, '{release}' as since_release, 1 as fresh from retired
)
select '{kind}' as entity_kind, old_id, new_id, arg_min(since_release, fresh) as since_release
from all_
group by old_id, new_id
order by old_id, new_id

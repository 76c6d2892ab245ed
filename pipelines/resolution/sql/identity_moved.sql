-- table:  moved_now      grain: old_id, platform, dataset, role, row_key, repeat
-- reads:  moved, register, fate, successor, told
-- The mentions every retired id had when it was retired, under the names they have now.
with known as (
    select old_id, platform, dataset, role, row_key, repeat from moved
    union
    select f.old_id, r.platform, r.dataset, r.role, r.row_key, r.repeat
    from register r
    join (select distinct old_id from fate where not lives) f on f.old_id = r.entity_id
),
gone_on as (
    select t.platform, t.dataset, t.role, s.was_row_key, s.was_repeat, t.row_key, t.repeat
    from successor s
    join told t using (mention_id)
    where s.was_row_key is not null
)
select distinct
    k.old_id, k.platform, k.dataset, k.role,
    coalesce(g.row_key, k.row_key) as row_key, coalesce(g.repeat, k.repeat) as repeat
from known k
left join gone_on g
    on g.platform = k.platform and g.dataset = k.dataset and g.role = k.role
    and g.was_row_key = k.row_key and g.was_repeat = k.repeat
order by all

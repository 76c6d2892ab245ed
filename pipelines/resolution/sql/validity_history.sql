-- table:  link.mention_history      grain: entity_kind, platform, dataset, role, row_key, repeat, from_delivery_id
-- reads:  known, period (platform, dataset, row_key, repeat and when the row held)
select
    '{kind}' as entity_kind, k.entity_id, k.platform, k.dataset, k.role, k.row_key, k.repeat,
    case when p.is_open then coalesce(k.began_on, p.valid_from) else p.valid_from end as valid_from,
    case when not p.is_open then p.valid_to when not k.is_current then k.ended_on end as valid_to,
    p.is_open and k.is_current as is_current,
    case when p.is_open then coalesce(k.began_with, p.from_delivery_id) else p.from_delivery_id end as from_delivery_id,
    case when not p.is_open then p.to_delivery_id when not k.is_current then k.ended_with end as to_delivery_id
from known k
join period p using (platform, dataset, row_key, repeat)
where p.is_open or k.began_on is null or p.valid_to > k.began_on
order by k.entity_id, k.platform, k.dataset, k.role, k.row_key, k.repeat, valid_from nulls first, from_delivery_id

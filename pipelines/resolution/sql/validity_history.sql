-- table:  link.mention_history      grain: entity_kind, platform, dataset, role, row_key, repeat, from_delivery_id
-- reads:  known, period (platform, dataset, row_key, repeat and when the row held)
-- A mention held while its row did, but not before its role appeared in the row, nor after it vanished from it.
with held as (
    select k.*, p.valid_from, p.valid_to, p.is_open, p.from_delivery_id, p.to_delivery_id,
           k.began_with is not null and (p.is_open or p.valid_to > k.began_on)
               and coalesce(k.began_on >= p.valid_from, true) as began_here,
           k.ended_with is not null and (p.is_open or p.valid_to > k.ended_on) as ended_here
    from known k
    join period p
        on p.platform = k.platform and p.dataset = k.dataset and p.row_key = split_part(k.row_key, '.', 1) and p.repeat = k.repeat
    where (p.is_open or k.began_on is null or p.valid_to > k.began_on)
      and coalesce(p.valid_from < k.ended_on, true)
)
select
    '{kind}' as entity_kind, entity_id, platform, dataset, role, row_key, repeat,
    case when began_here then coalesce(began_on, valid_from) else valid_from end as valid_from,
    case when ended_here then ended_on when not is_open then valid_to end as valid_to,
    is_open and is_current as is_current,
    case when began_here then began_with else from_delivery_id end as from_delivery_id,
    case when ended_here then ended_with when not is_open then to_delivery_id end as to_delivery_id
from held
order by entity_id, platform, dataset, role, row_key, repeat, valid_from nulls first, from_delivery_id

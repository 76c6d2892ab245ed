-- table:  fate      grain: old_id, new_id
-- reads:  overlap, named, heir
-- Former ids whose mentions now lie under another id; `lives` where the former id still stands elsewhere.
select distinct o.entity_id as old_id, n.entity_id as new_id, h.entity_id is not null as lives
from overlap o
join named n using (cluster_id)
left join heir h on h.entity_id = o.entity_id
where n.entity_id <> o.entity_id

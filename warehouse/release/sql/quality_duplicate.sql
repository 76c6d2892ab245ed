-- table:  quality.duplicate      grain: platform, dataset, entity_kind, entity_id
-- reads:  link.mention, catalogue.dataset
-- Only the subject of a row counts: an owner of two homes stands in two rows rightly. Of events it is their reports
-- (quality.duplicate_report tells what knowing that saves).
select m.platform, m.dataset, m.entity_kind, m.entity_id, count(*) as rows, max(m.claimed_on) as last_claimed_on
from link.mention m
join catalogue.dataset d on d.platform = m.platform and d.dataset = m.dataset and d.subject = m.role
group by m.platform, m.dataset, m.entity_kind, m.entity_id
having count(*) > 1

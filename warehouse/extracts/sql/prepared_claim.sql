-- table: claim      grain: one row per mention and attribute it claims about which its department has something to do
-- reads: claimed, claim_state, numbered_mention, entitlement
-- Where a row asserts an attribute twice its best claim counts, and of what is written amiss the first.
with amiss as (
    select mention, number, min(written) as written, min(reason) as reason
    from claimed
    where state in (1, 2, 3, 5)
    group by mention, number
)
select
    m.platform, m.delivery_id, m.file_name, m.sheet_name, m.row_number, m.role, m.entity_kind, m.entity_id,
    e.attribute, s.state, a.written, a.reason
from amiss a
join claim_state s on s.mention = a.mention and s.number = a.number and s.state in (1, 2, 3, 5)
join numbered_mention m on m.number = a.mention
join entitlement e on e.platform = m.platform and e.entity_kind = m.entity_kind and e.number = a.number

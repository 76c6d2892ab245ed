-- table: mention      grain: one row per mention
-- reads: numbered_mention, packed_state, subject (platform, dataset, role), alone (entities that one platform alone knows)
-- is_subject: the row is about the entity; repeats: how many current rows of the platform name the same entity in the same role;
-- states_<n>: how what it claims stands to the golden values (`states`).
with repeated as (
    select platform, role, entity_kind, entity_id, count(*) as repeats
    from numbered_mention
    group by all
    having count(*) > 1
)
select
    m.platform, m.dataset, m.delivery_id, m.file_name, m.sheet_name, m.row_number, m.role, m.entity_kind, m.entity_id,
    u.role is not null as is_subject,
    a.entity_id is not null as is_alone,
    coalesce(r.repeats, 1) as repeats,
    coalesce(columns('^states_'), 0)
from numbered_mention m
left join packed_state p on p.mention = m.number
left join subject u on u.platform = m.platform and u.dataset = m.dataset and u.role = m.role
left join alone a on a.entity_kind = m.entity_kind and a.entity_id = m.entity_id
left join repeated r on r.platform = m.platform and r.role = m.role and r.entity_kind = m.entity_kind and r.entity_id = m.entity_id

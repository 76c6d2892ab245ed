-- table: quality.verification_request      grain: request_id
-- reads: request, mention (with its entity)
select
    r.request_id, r.verification_state, r.department, r.sources, r.platform, r.entity_kind, m.entity_id, r.attribute,
    m.delivery_id, m.sheet_name, m.row_number, r.role, r.gives_value, r.requested_on, r.due_on, r.replied_on,
    r.own_value, r.golden_value, r.right_value, r.reply_value, r.reply_why
from request r
left join mention m
    on m.entity_kind = r.entity_kind and m.platform = r.platform and m.dataset = r.dataset and m.role = r.role
    and m.row_key = r.row_key and m.repeat = r.repeat
order by r.request_id

-- table:  trust      grain: source_no, attribute_no
-- reads:  source, rule, authority
-- How far a source is believed on an attribute, 0–100; 50 where nothing is declared; whether it is somebody else's.
select s.source_no, r.attribute_no, coalesce(max(a.authority), 50)::integer as authority, coalesce(bool_or(a.borrowed), false) as borrowed
from source s
cross join rule r
left join authority a
    on a.platform = s.platform and a.dataset = s.dataset and a.role = s.role and a.attribute = r.authority
group by all

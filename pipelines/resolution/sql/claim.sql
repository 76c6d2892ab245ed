-- table:  claim      grain: mention_id, attribute_no, rule_no
-- reads:  asserted, answered
-- What mentions assert, and which of it is known to be superseded: its own department says so, and the row still says it. Of a
-- mention that says what is right in the place of another one only that attribute counts, as long as the other one says what it did.
with said as (
    select mention_id, attribute_no, nullif(trim(coalesce(value_raw, value)), '') as text
    from asserted
    semi join answered using (mention_id, attribute_no)
),
holding as (
    select a.mention_id, a.attribute_no, a.supersedes, a.answer_id, nullif(trim(a.own_value), '') as text
    from answered a
    left join said s using (mention_id, attribute_no)
    group by all
    having if(nullif(trim(a.own_value), '') is null, count(s.text) = 0, bool_or(s.text = nullif(trim(a.own_value), '')))
)
select
    c.* replace (c.can_conflict and not coalesce(h.supersedes, false) as can_conflict),
    coalesce(h.supersedes, false) as is_superseded
from asserted c
left join holding h
    on h.mention_id = c.mention_id and h.attribute_no = c.attribute_no
    and h.text is not distinct from nullif(trim(coalesce(c.value_raw, c.value)), '')
where c.mention_id not in (select answer_id from answered where answer_id is not null)
    or (c.mention_id, c.attribute_no) in (select (answer_id, attribute_no) from holding)

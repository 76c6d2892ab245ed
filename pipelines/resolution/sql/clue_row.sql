-- table:  clue_row      grain: mention, value of the clue
-- reads:  mention, entity, tied
-- Rows that share a clue with others: what they share, whether a question may be asked about them, and what a steward would read. What very many entities
-- share tells nothing and is left out.
with t as (select * from tied)
select m.*, e.entity_id, {shares} as clue_value, coalesce({of}, false) as is_asked,
    md5(concat_ws(chr(31), m.role, {said})) as said
from mention m
join entity e using (mention_id)
{through}
where {shares} is not null
qualify
    bool_or(is_asked) over (partition by clue_value)
    and count(*) over (partition by clue_value) between 2 and 500

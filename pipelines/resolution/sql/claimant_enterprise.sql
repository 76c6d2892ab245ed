-- table:  claimant      grain: mention_id
-- reads:  mine, place, tree, officer
-- The enterprise mentions of a slice with all that the rules look at. The representative a row names is a person: the one
-- of that role in the same row, else the only person of that name tied to the enterprise. A row whose person is merely a
-- manager says less about the legal representative than one that names the office.
with in_row as (
    select
        enterprise_mention_id,
        arg_max(person_id, (is_legal_rep, -mention_id)) as person_id,
        arg_max(name_raw, (is_legal_rep, -mention_id)) as name_raw,
        max(is_legal_rep) as is_legal_rep
    from officer
    where enterprise_mention_id in (select mention_id from mine)
    group by enterprise_mention_id
),
by_name as (
    select m.entity_no, o.name_key, min(o.person_id) as person_id
    from officer o
    join mine m on m.mention_id = o.enterprise_mention_id
    where o.name_key is not null
    group by all
    having count(distinct o.person_id) = 1
)
select
    m.*, a.* exclude (mention_id), t.grid_code as tree_code,
    coalesce(r.person_id, b.person_id) as legal_rep_person_id,
    coalesce(r.name_raw, m.legal_rep_name) as legal_rep_raw,
    if(r.is_legal_rep = 0, 1, 0) as legal_rep_completeness
from mine m
left join place a using (mention_id)
left join tree t on t.grid_code = m.grid_code
left join in_row r on r.enterprise_mention_id = m.mention_id
left join by_name b on b.entity_no = m.entity_no and b.name_key = m.legal_rep_name

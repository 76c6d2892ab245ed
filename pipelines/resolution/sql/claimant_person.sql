-- table:  claimant      grain: mention_id
-- reads:  mention, member, source, place, tree
-- The person mentions of a slice with all that the rules look at.
select
    n.entity_no, n.entity_id, s.source_no,
    p.* exclude (
        row_key, repeat, name_pinyin, street, community, road, road_number, estate, building, unit, room, dwelling, dwelling_level
    ),
    a.* exclude (mention_id), t.grid_code as tree_code
from mention p
join member n using (mention_id)
join source s on s.platform = p.platform and s.dataset = p.dataset and s.role = p.role
left join place a using (mention_id)
left join tree t on t.grid_code = p.grid_code
where n.slice_no = {slice_no}

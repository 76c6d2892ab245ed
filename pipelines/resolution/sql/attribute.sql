-- table:  evidence.attribute      grain: mention, attribute it asserts
-- reads:  claim, claimant, verdict, rule, trust
-- Entity, attribute and where the row stands are numbers here: what they stand for is looked up at the end (`spelling`).
select
    c.entity_no,
    c.attribute_no,
    c.value,
    c.value_raw,
    c.is_valid,
    coalesce(v.is_golden, false) and r.is_golden_column as is_golden,
    case
        when c.value is null and coalesce(trim(c.value_raw), '') = '' then 'missing'
        when c.is_superseded and not coalesce(v.is_golden, false) then 'superseded'
        else v.comparison
    end as comparison,
    coalesce(v.is_chosen and v.source_mention_id = c.mention_id and c.value is not null, false) and r.is_golden_column as is_source,
    if(c.is_superseded and not coalesce(v.is_golden, false), 'superseded', v.reason) as reason,
    t.authority,
    c.claimed_on,
    m.origin_no,
    m.row_number
from claim c
join claimant m using (mention_id)
join rule r using (attribute_no)
join trust t on t.source_no = c.source_no and t.attribute_no = c.attribute_no
left join verdict v on v.entity_no = c.entity_no and v.attribute_no = c.attribute_no and v.key = c.key
order by c.entity_no, c.attribute_no, c.mention_id, c.rule_no

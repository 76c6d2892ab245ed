-- table:  verdict      grain: entity_no, attribute_no, key
-- reads:  candidate, winner, rule, placement
-- How every distinct value stands to the chosen one, and why. The grid of an entity is the one its home lies in where
-- that is known, so grid claims are measured by that (`placement`).
select
    c.entity_no, c.attribute_no, c.key,
    w.mention_id as source_mention_id,
    c.key = coalesce(p.key, w.key) as is_chosen,
    c.key = coalesce(p.key, w.key)
        or (c.partial and coalesce(p.key, w.key) like c.key)
        or coalesce(c.equivalence = w.equivalence, false)
        or (r.tolerance > 0 and coalesce(
            abs(try_cast(c.value as double) - try_cast(w.value as double))
                <= r.tolerance * abs(try_cast(w.value as double)), false)) as is_golden,
    case
        when not r.is_golden_column or (w.key is null and p.key is null) then if(c.is_valid, 'unvalued', 'invalid')
        when c.key = coalesce(p.key, w.key) then 'equal'
        when not c.is_valid then 'invalid'
        when c.partial and coalesce(p.key, w.key) like c.key then 'incomplete'
        when coalesce(c.equivalence = w.equivalence, false) then 'equivalent'
        when r.tolerance > 0 and coalesce(
            abs(try_cast(c.value as double) - try_cast(w.value as double))
                <= r.tolerance * abs(try_cast(w.value as double)), false) then 'equivalent'
        when not (c.can_conflict and coalesce(w.can_conflict, true)) then 'incomparable'
        else 'differs'
    end as comparison,
    case
        when not r.is_golden_column then if(c.is_valid, 'only', 'invalid')
        when w.key is null then if(c.is_valid, 'ended', 'invalid')  -- a valid value without a winner: see `winner`
        when c.key = w.key then w.reason
        when not c.is_valid then 'invalid'
        when w.completeness_rank = -1 then 'authority'
        when c.completeness > w.completeness_rank or (c.partial and w.key like c.key) then 'complete'
        when w.platforms > c.platforms then 'majority'
        when w.authority // w.platforms > c.authority // c.platforms then 'authority'
        when coalesce(c.newest, date '1900-01-01') < w.newest then 'newest'
        else 'authority'
    end as reason
from candidate c
join rule r using (attribute_no)
left join winner w using (entity_no, attribute_no)
left join placement p using (entity_no, attribute_no)

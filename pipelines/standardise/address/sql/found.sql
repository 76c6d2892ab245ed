-- table:  found      grain: row
-- reads:  placed, dwelling
-- Addresses that name a standard dwelling as they stand: nearly all of them, which keeps the rest cheap.
select l.row, l.place, l.building, l.unit, l.room, d.grid_code
from placed as l
join dwelling as d using (place, building, unit, room)
where not l.lost and l.misplaced is not true and not (l.village and l.bare and l.formal)
order by l.row

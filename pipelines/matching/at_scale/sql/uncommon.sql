-- reads:  bin, other
-- The values whose bin is not the commonest of their column.
select b.place, b.value, b.bin
from bin as b
join other as o on o.place = b.place
where b.bin <> o.bin

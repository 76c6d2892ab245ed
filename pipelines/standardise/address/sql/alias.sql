-- table:  alias      grain: place, aliases
-- reads:  reference, place
select distinct p.place, r.aliases
from reference as r
join place as p
  on r.street is not distinct from p.street
 and r.community is not distinct from p.community
 and r.estate = p.estate
where r.aliases is not null
order by p.place, r.aliases

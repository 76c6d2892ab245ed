-- table:  chosen      grain: entity_no
-- reads:  winner, claimant
-- The winners side by side: one struct of value and source mention for every attribute of the kind.
select
    entity_no,
    {columns}
from winner
group by entity_no

-- table:  record_number      grain: record
-- reads:  copies, before
-- Records are numbered from 0 in order of their first rows, as the engine in memory does.
select c.content_hash, c.content_hash_2, c.alone, c.position, c.copies,
       b.records + row_number() over (partition by c.position >> 16 order by c.position) - 1 as record
from copies as c
join before as b on b.stretch = c.position >> 16

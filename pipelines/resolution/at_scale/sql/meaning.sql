-- table:  meaning_{name}_{key}      grain: bucket, key
-- reads:  {left}_mention, member_{left}, {index}
-- What the addresses or names of a bucket mean.
with spoken as (
    {spoken}
)
select distinct s.bucket, i.{key}, i.{right}_id
from spoken as p
join member_{left} as s on s.mention_id = p.mention_id
join {index} as i on i.{key} = p.text

-- table:  row_cluster      grain: mention_id
-- reads:  row_record, member, accept
-- Every row with its cluster. Rows of one record whose tie is no link by itself stay apart, unless another record joins them.
with crowd as (
    select label, count(*) as records
    from member
    group by label
)
select r.mention_id, r.record,
       case when m.self_weight < t.weight and c.records = 1 and r.position <> m.position then -1 - r.position
            else m.label end as cluster
from row_record as r
join member as m on m.record = r.record
join crowd as c on c.label = m.label
cross join accept as t

-- table: effect      grain: one row per mention and attribute whose last record asks something of a run
-- reads: record
-- Who accepts, gives a right value, or concedes says that the row is wrong. A right value is a claim of whoever gives it, made
-- that day; a source that stands by its value makes its claim anew.
with last as (
    select *
    from record
    where event in ('accepted', 'refused', 'confirmed', 'conceded', 'withdrawn')
    qualify row_number() over (
        partition by entity_kind, attribute, platform, dataset, role, row_key, repeat order by place_no desc
    ) = 1
)
select
    entity_kind, attribute, platform, dataset, role, row_key, repeat, own_value,
    event in ('accepted', 'conceded') or event = 'refused' and right_value is not null as supersedes,
    right_value as value,
    said_at::date as said_on
from last
where event in ('accepted', 'conceded', 'confirmed') or event = 'refused' and right_value is not null
order by all

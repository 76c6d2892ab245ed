-- table:  successor      grain: mention_id
-- reads:  told, register
-- New mentions that go on where a former one ended: in the same role of the same dataset both tell at least three of the same
-- things, the name or the number among them. The row counts as one of the things. Where mentions of two entities could be
-- meant, none is. `was_row_key` and `was_repeat` name the former mention where only one could be meant, else they are null.
with fresh as (
    select t.*, split_part(t.row_key, '.', 1) as row
    from told t anti join register r using (key)
),
ended as (
    select r.*, split_part(r.row_key, '.', 1) as row
    from register r anti join told t using (key)
),
alike as (
    select f.mention_id, e.entity_id, e.born, e.row_key as was_row_key, e.repeat as was_repeat, f.row = e.row as row, f.name = e.name as name, f.number = e.number as number,
           f.thing_1 = e.thing_1 as thing_1, f.thing_2 = e.thing_2 as thing_2, f.thing_3 = e.thing_3 as thing_3
    from fresh f join ended e on e.platform = f.platform and e.dataset = f.dataset and e.role = f.role and e.name = f.name
    union all
    select f.mention_id, e.entity_id, e.born, e.row_key, e.repeat, f.row = e.row, f.name = e.name, f.number = e.number,
           f.thing_1 = e.thing_1, f.thing_2 = e.thing_2, f.thing_3 = e.thing_3
    from fresh f join ended e on e.platform = f.platform and e.dataset = f.dataset and e.role = f.role and e.number = f.number
)
select
    mention_id, any_value(entity_id) as entity_id, any_value(born) as born,
    if(count(distinct (was_row_key, was_repeat)) = 1, any_value(was_row_key), null) as was_row_key,
    if(count(distinct (was_row_key, was_repeat)) = 1, any_value(was_repeat), null) as was_repeat
from alike
where row::int + coalesce(name, false)::int + coalesce(number, false)::int
    + coalesce(thing_1, false)::int + coalesce(thing_2, false)::int + coalesce(thing_3, false)::int >= 3
group by mention_id
having count(distinct entity_id) = 1

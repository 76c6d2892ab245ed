-- table:  place      grain: mention_id
-- reads:  addressed, dwelling_index, housing_golden
-- Where the address of a mention is: the home it names, one text and one key for all spellings of it, and how far it
-- reaches. An incomplete address has a pattern as key: whatever lies in that building fits it, and in any estate whose
-- name begins so, since addresses are cut short in the middle of a name. Where a home has several cities, keys begin with the city.
with linked as (
    select a.*, coalesce(a.tied_housing_id, d.housing_id) as housing_id, coalesce(a.city || '/', '') as within
    from addressed a
    left join dwelling_index d on d.dwelling = a.dwelling
),
written as (
    select
        l.*,
        coalesce(
            g.address,
            standard_address(l.street, l.road, l.road_number, l.estate, l.building, l.unit, l.room),
            l.address_raw
        ) as text,
        coalesce(g.dwelling, l.dwelling) as place_dwelling
    from linked l
    left join housing_golden g using (housing_id)
)
select
    mention_id,
    housing_id as place_id,
    address_raw as place_raw,
    text as place_text,
    case
        when place_dwelling is not null then place_dwelling
        when housing_id is not null then '#' || housing_id
        when estate is not null and building is not null
            then within || coalesce(community, '%') || '/' || estate || '/' || building || '/%'
        when estate is not null then within || coalesce(community, '%') || '/' || estate || '%'
        when community is not null and dwelling_level = 'community' then within || community || '/%'
        else text
    end as place_key,
    case
        when housing_id is not null then 0
        when dwelling is not null then 1
        when estate is not null and building is not null then 2
        when estate is not null then 3
        else 4
    end as place_completeness,
    housing_id is null and place_dwelling is null and (estate is not null or dwelling_level = 'community') as place_partial,
    housing_id is not null or estate is not null as place_can_conflict,
    housing_id is not null or coalesce(dwelling_level, 'none') <> 'none' as place_valid
from written

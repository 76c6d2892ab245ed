-- table:  area_place      grain: place_no
-- reads:  area_home, event_mention
-- Where a building lies: in the middle of what was reported there, else of what was reported in its estate. One report may be
-- placed anywhere, so a building needs three.
with spot as (
    select coalesce(m.city, '') as city, k.key as community_key, m.estate, coalesce(m.building, '') as building, m.location_lng as lng, m.location_lat as lat
    from event_mention m
    left join community_keys k on k.community = m.community
    where m.location_lng is not null and m.location_lat is not null and m.estate is not null
),
of_building as (
    select city, community_key, estate, building, median(lng) as lng, median(lat) as lat
    from spot
    where building <> ''
    group by city, community_key, estate, building
    having count(*) >= 3
),
of_estate as (
    select city, community_key, estate, median(lng) as lng, median(lat) as lat from spot group by city, community_key, estate
),
place as (select distinct place_no, coalesce(city, '') as city, community_key, estate, building from area_home)
select p.place_no, coalesce(b.lng, s.lng) as lng, coalesce(b.lat, s.lat) as lat
from place p
join of_estate s using (city, community_key, estate)
left join of_building b using (city, community_key, estate, building)
order by p.place_no

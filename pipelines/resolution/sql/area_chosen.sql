-- table:  area_chosen      grain: place_no, platform
-- reads:  area_home, areas, inside
-- The area of each place. An area that lists the estate comes before one that lists the whole community; among several the
-- one whose shape holds the place. An area lists places of its own city. candidates: the areas that could be meant.
with place as (select distinct place_no, city, community_key, estate from area_home),
listed_estate as (select area_no, city, communities, unnest(estates) as estate from areas),
listed_community as (select area_no, city, unnest(communities) as community_key from areas where len(estates) = 0),
candidate as (
    select p.place_no, l.area_no, 1 as rank
    from place p
    join listed_estate l on l.estate = p.estate and l.city is not distinct from p.city
    where len(l.communities) = 0 or list_contains(l.communities, p.community_key)
    union
    select p.place_no, l.area_no, 2
    from place p
    join listed_community l on l.community_key = p.community_key and l.city is not distinct from p.city
    union
    select i.place_no, i.area_no, 3 from inside i join areas a using (area_no) where len(a.communities) + len(a.estates) = 0
),
closest as (
    select c.place_no, a.platform, c.area_no, a.division_code, i.area_no is not null as holds
    from candidate c
    join areas a using (area_no)
    left join inside i on i.place_no = c.place_no and i.area_no = c.area_no
    qualify c.rank = min(c.rank) over (partition by c.place_no, a.platform)
)
select
    place_no, platform,
    case when count(*) = 1 then min(area_no) when count(*) filter (holds) = 1 then min(area_no) filter (holds) end as area_no,
    string_agg(division_code, ' ' order by division_code) as candidates
from closest
group by place_no, platform

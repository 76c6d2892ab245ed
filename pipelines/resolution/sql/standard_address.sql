-- macro:  standard_address(street, road, road_number, estate, building, unit, room)
-- An address as it is written on a door plate register: town, road and number, estate, building, unit, room. In a village
-- (an estate without buildings) the room is the door number and the road does not belong to the address.
create or replace temp macro standard_address(street, road, road_number, estate, building, unit, room) as
    nullif(concat(
        street,
        if(estate is null or building is not null, concat(road, road_number || '号'), ''),
        estate,
        building || '幢',
        unit || '单元',
        room || if(building is null, '号', '室')
    ), '')

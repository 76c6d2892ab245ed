"""The grammar of the two ends of an address: province to community on the left, building to room on the right.

An address is read as `head + tail`. The tail (幢, 单元, 层, 室, door number) has a regular grammar, so one RE2 pass in
Arrow takes it off; the heads left over are few, since everybody in an estate shares one. What lies between community and
building (road and number, estate, village) is for `locate` and the `gazetteer`.

Belongs here: words and patterns. Does not belong here: names of particular places below the province.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address.divisions import PROVINCES
from pipelines.standardise.numerals import NUMERALS

TAIL_COLUMNS = ("head", "lost", "building", "building_mark", "unit", "unit_mark", "floor", "room", "room_mark")

_ID = rf"[A-Za-z]{{0,2}}[0-9]+[A-Za-z]?|[A-Za-z]|[{NUMERALS}]+"
_PLAIN_ID = r"[A-Za-z]{0,2}[0-9]+[A-Za-z]?|[A-Za-z]"
_BUILDING_SLIP = "号[搂娄漏]|[东冬懂洞撞壮状]"
_UNIT = "[单丹][元园圆源远原员袁苑]|单|元"
_ROOM_SLIP = "[市是事式]"
"""Marks as they are mistyped by sound; between two numbers they can be nothing else."""

_TAIL = (
    r"^(?P<head>.*?)(?P<lead>-)?"
    rf"(?:第?(?:(?P<building>{_ID}|[甲乙丙丁])(?P<building_mark>幢楼?|栋楼?|棟|号楼|座|\#楼?|号|{_BUILDING_SLIP}|楼)-?"
    rf"|(?P<building_dash>{_PLAIN_ID})-|(?P<building_lost>幢|栋|号楼)))?"
    rf"(?:第?(?:(?P<unit>{_ID}|[甲乙丙丁东西南北中])(?:{_UNIT}|门洞|门|梯)-?|(?P<unit_dash>{_PLAIN_ID})-|{_UNIT}))?"
    rf"(?:第?(?P<floor>-?[0-9]+|[{NUMERALS}]+)(?:层|楼|[Ff])-?)?"
    rf"(?:(?P<room>{_ID})(?P<room_mark>号室|室|{_ROOM_SLIP}|号房间?|房间?|号户|户|号)|(?P<room_bare>[A-Za-z]?[0-9]+[A-Za-z]?)|室)?$"
)
"""A mark without its number (幢2单元303室) belongs to the tail all the same; the number is lost, not the mark."""


ROAD_WORDS = "大道|大街|支路|公路|马路|路|街|道|巷|弄|胡同|里弄|线"
_NOT_ADMIN = "0-9省市区县镇乡路街道号村"
ADMIN = re.compile(
    r"^(?:中国|中华人民共和国)?"
    rf"(?P<province>(?:{'|'.join(PROVINCES)})(?:省|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|市(?=[^0-9]{{1,8}}[区县]))|[^0-9省]{{2,3}}省)?"
    rf"(?P<city>[^{_NOT_ADMIN}]{{1,6}}?(?:自治州|地区|盟|(?<![超都城门])市(?!场|民|政)))?(?:市辖区|市区|城区)?"
    rf"(?P<county>[^{_NOT_ADMIN}]{{1,6}}?(?:自治县|自治旗|县(?!城)|(?<![小社校厂矿库园景片营发业])区(?!间)|(?<![超都城门])市(?!场|民|政)|旗))?"
)
"""Province, city and county at the beginning of an address; each may be missing."""

STREET = re.compile(r"^(?P<street>[^0-9路号]{1,6}?(?:街道办事处|街道|镇(?![东西南北中]?路)|乡(?!路)))")
COMMUNITY = re.compile(
    r"^(?P<community>[^0-9路号]{1,8}?(?:社区居委会|社区居民委员会|社区|居委会|居民委员会|村村委会?|村民委员会|村委会))"
)
VILLAGE = re.compile(r"^(?P<community>[^0-9路号]{1,4}?村)(?=.*[^0-9号])")
ROAD_NUMBER = re.compile(
    rf"^(?P<before>.*?)(?P<number>[0-9]+(?:-[0-9]+)?(?:弄|支弄)(?:[0-9]+(?:-[0-9]+)?(?=号))?|[0-9]+(?:-[0-9]+)?|[{NUMERALS}]+(?=号))"
    r"(?P<mark>号院?|-)?$"
)
"""A number that ends its stretch of text: 虹桥路12号, 虹桥路12弄3号."""

GATE = re.compile(rf"^(?P<left>.*?(?:[0-9]|[{NUMERALS}](?=号))(?:号院?|弄))(?P<rest>[^0-9]{{2,}})$")
"""A road with its number, and what lies behind that gate: 虹桥路12号 | 花园新村."""

ROAD = re.compile(rf"^(?P<road>[^号]*?(?:{ROAD_WORDS}))$")
GROUP = re.compile(rf"第?(?P<group>[0-9]+|[{NUMERALS}]+)(?:(?:村民|居民)?小?(?P<kind>组)|(?:生产)?(?P<team>队))$")


def split_tail(folded: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Take building, unit, floor and room off the end of folded addresses.

    Args:
        folded: Addresses as `fold_text` leaves them, nullable.

    Returns:
        One row per address with the columns `TAIL_COLUMNS`, nullable strings but `lost`. `room_mark` is null for a bare
        number, `building_mark` and `unit_mark` are `-` where only a dash
        follows. `lost` says that the building's number is missing where
        one was written (花园新村-2-502, 花园新村幢2单元502室). Numbers are still as written.
    """
    if isinstance(folded, pa.ChunkedArray):
        folded = folded.combine_chunks()
    fields = pc.extract_regex(folded.cast(pa.string()), pattern=_TAIL)

    def field(name: str) -> pa.Array:
        values = pc.struct_field(fields, name)
        return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)

    blank = pa.scalar(None, pa.string())
    unit = pc.coalesce(field("unit"), field("unit_dash"))
    mark = pc.coalesce(field("building_mark"), pc.if_else(pc.is_valid(field("building_dash")), "-", blank))
    # 5楼2单元 is building 5 with its 号 lost; 5楼502室 is the fifth floor
    is_floor = pc.fill_null(pc.and_(pc.equal(mark, "楼"), pc.is_null(unit)), False)
    building = pc.coalesce(field("building"), field("building_dash"))
    columns = {
        "head": field("head"),
        "lost": pc.or_(pc.is_valid(field("lead")), pc.is_valid(field("building_lost"))),
        "building": pc.if_else(is_floor, blank, building),
        "building_mark": pc.if_else(is_floor, blank, mark),
        "unit": unit,
        "unit_mark": pc.if_else(pc.is_valid(field("unit_dash")), "-", pc.if_else(pc.is_valid(unit), "单元", blank)),
        "floor": pc.coalesce(field("floor"), pc.if_else(is_floor, building, blank)),
        "room": pc.coalesce(field("room"), field("room_bare")),
        "room_mark": field("room_mark"),
    }
    return pa.table({name: columns[name] for name in TAIL_COLUMNS})

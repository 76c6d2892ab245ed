"""What a cell holds besides one address: a phone, a second address, a list of rooms, a car park, the order turned round.

A list of rooms is no room, and neither is half of one: what names several dwellings, or a part of one, keeps its building and
loses its room, so that it never passes for a dwelling of the register. Belongs here: cutting a cell down to one address.
Does not: how that address is written (`notation`) and read (`grammar`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address.notation import LONGEST, plain_characters, tidy
from pipelines.standardise.folding import none_longer, unescaped, without_markup
from pipelines.standardise.numerals import CAPITALS

_PHONE = r"(?:(?:\+?86[\s-]?)?1[3-9][0-9][\s-]?[0-9]{4}[\s-]?[0-9]{4}|0[0-9]{2,3}-[0-9]{7,8}|[0-9]{17}[0-9Xx])"
_CALLED = r"(?:收件人?|收|联系电话|联系方式|联系人|电话号?码?|手机号?码?|(?i:tel|mobile|phone)\.?|身份证号?)?[:\s]*"
_NO_PLACE = r"[^\s0-9()苑园村区路街巷镇里城庄湾府庭厦厂店楼号室幢栋]"
_NAME, _CONTACT = f"{_NO_PLACE}{{0,6}}", f"{_NO_PLACE}{{2,6}}"
_BUILDING_MARK = r"(?:幢楼?|栋楼?|座|号楼|#楼?)"
_MARK_BEFORE_ROOM = rf"(?:{_BUILDING_MARK}|单元|楼|层|梯|门)"
_ROOM = r"(?:[A-Za-z]?[0-9]{3,5}[A-Za-z]?|[零〇一二三四五六七八九]{3,4})"
_ROOM_MARK = r"(?:室|号|房间?|户)?"
_BETWEEN = r"\s?[-~–—至到、,，/和及与&+.\s]\s?"
_CAR = (
    r"(?:地下|地上|负?[一二三1-3]层|-[1-3][层楼]|[BＢ][1-3])?(?:非机动车|机动车|自行车|电动车|汽车|私家|公共)?"
    r"(?:停车[库位棚场]|车[库位棚]|储[藏物][室间]|杂物[室间]|地下室|人防)"
)
_PART_OF_ROOM = r"[\s,，]?(?:[#/＃-]?\s?[0-9A-Za-z]{1,2}(?:号?[床间室铺]位?)?|[^0-9A-Za-z\s幢栋路街村苑()]{1,6})"
"""What stands behind a room and is not the room: 北间, 阁楼, #1, 1号床."""
_DATE = (
    r"(?:(?:19|20)[0-9]{2}(?:-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])|/[0-9]{1,2}/[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
    r"(?:\s?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?|[0-9]{1,2}月[0-9]{1,2}日)"
)

_LISTED = (
    (r"^\s*①(.{6,}?)②.*$", r"\1"),
    (r"^\s*[(（]?1[.、)）．:：]\s?(.{6,}?[^0-9.])[\s;；,，、]*[(（]?2[.、)）．:：].*$", r"\1"),
    (r"^\s*[(（]?[1-9][、)）．](\s?\p{Han})", r"\1"),
)
"""A list of addresses down to its first: half width ① is a number of the address."""

_STEPS = (
    # of several addresses the first
    (r"^([^;；|]{4,})[;；|].*$", r"\1"),
    (r"^(.*?[0-9A-Za-z](?:室|户))[、,，/和及\s]\s?\p{Han}{2,}.*(?:幢|栋|座|号楼|单元|室|号).*$", r"\1"),
    # phones and whom to ask for
    (rf"^{_NAME}[\s,，:]*{_CALLED}{_PHONE}[\s,，:/-]+", ""),
    (rf"(室|户|房|层|楼|号|[\s,，])[\s,，:(/-]*{_NAME}[\s,，:]*{_CALLED}{_PHONE}(?:[^0-9][^0-9]{{0,12}})?$", r"\1"),
    (rf"(室|户|房|层|楼|号|[\s,，])[\s,，:(/-]*{_NAME}[\s,，:]*{_CALLED}{_PHONE}(?:[^0-9][^0-9]{{0,12}})?$", r"\1"),
    (rf"([0-9])[\s,，:(/-]*{_CONTACT}[\s,，:]*{_CALLED}{_PHONE}(?:[^0-9][^0-9]{{0,12}})?$", r"\1"),
    (rf"([^0-9\s,，:(/-])[\s,，:(/-]*{_CALLED}{_PHONE}[)\s]*$", r"\1"),
    (r"(室|户|房|层|楼|号)[\s,，:/-]+[2-8][0-9]{6,7}$", r"\1"),
    (r"[\s,，:(/-]*(?:邮政编码|邮编)[:\s]*[0-9]{6}\)?$", ""),
    (
        rf"((?:{_ROOM})(?:室|房|户))[\s,，(-]*(?:(?:烦?请?(?:转|交)|由)\p{{Han}}{{1,4}}(?:转交|代收|收)?|\p{{Han}}{{2,4}}\s?\(?(?:代?收|转)\)?)\)?$",
        r"\1",
    ),
    (
        rf"({_ROOM}(?:室|房|户))[\s,，]+(?:联系人|收件人|户主|房主|业主|租客)?[:\s]*\p{{Han}}[^\s0-9间楼室房层库床厅户]{{1,2}}$",
        r"\1",
    ),
    # what a spreadsheet made of 1-6
    (rf"{_DATE}$", ""),
    # from the room up to the estate
    (
        rf"^({_ROOM}(?:室|房))[\s,，-]*([0-9A-Za-z]+单元)?[\s,，-]*([0-9A-Za-z]+{_BUILDING_MARK})[\s,，-]*(\p{{Han}}.+)$",
        r"\4\3\2\1",
    ),
    # a place for a car or for things is no home, nor is the room it belongs to named by it
    (
        rf"(?:{_ROOM}室)?[\s-]*(?:地下|地上)?(?:-?[一二三1-3][层楼])?[\s-]*[A-Za-z]{{0,2}}[0-9]{{0,4}}-?[0-9]{{1,5}}号?(?:停?车[位库])$",
        "",
    ),
    (
        rf"(?:{_ROOM}室?)?[\s(-]*{_CAR}[\s-]*[A-Za-z]{{0,2}}[0-9]{{0,5}}(?:-[0-9A-Za-z]{{1,5}})?(?:号|室|位|号位)?\)?$",
        "",
    ),
    # 第 before a room, and a room in numerals without its mark
    (r"第([0-9A-Za-z零〇一二三四五六七八九十百]+(?:室|户))$", r"\1"),
    (rf"({_MARK_BEFORE_ROOM}-?)([零〇一二三四五六七八九]{{3,5}})$", r"\1\2室"),
    (r"村村委([0-9第一二三四五六七八九十]+组)", r"村\1"),
    (r"([组队]\s?)([0-9]{1,4})$", r"\1\2号"),
    # several units, several rooms, part of a room, several buildings
    (rf"({_BUILDING_MARK}[\s-]?)[0-9A-Z]{{1,2}}(?:单元)?{_BETWEEN}[0-9A-Z]{{1,2}}单元.*$", r"\1"),
    (rf"({_BUILDING_MARK}[\s-]?)[0-9A-Z]{{1,2}}单元{_ROOM}室?{_BETWEEN}[0-9A-Z]{{1,2}}单元.*$", r"\1"),
    (rf"({_MARK_BEFORE_ROOM}[\s-]?){_ROOM}(?:-[0-9]{{1,2}})?{_ROOM_MARK}{_BETWEEN}{_ROOM}.*$", r"\1"),
    (
        rf"({_MARK_BEFORE_ROOM}[\s-]?){_ROOM}\s?(?:(?:室|号)?之[一二三四五六七八九十0-9]{{1,2}}|室\s?-?\s?[0-9A-Za-z]{{1,2}}(?:室|床|间)?"
        r"|-[0-9A-Za-z]{1,2}室?)$",
        r"\1",
    ),
    (rf"({_MARK_BEFORE_ROOM}[\s-]?){_ROOM}室{_PART_OF_ROOM}$", r"\1"),
    (rf"^(.*[0-9A-Za-z]-[0-9]{{1,2}})-{_ROOM}室{_PART_OF_ROOM}$", r"\1单元"),
    (rf"^(.*[^0-9A-Za-z路街道巷弄-][0-9A-Za-z]{{1,3}})-{_ROOM}室{_PART_OF_ROOM}$", r"\1幢"),
    (r"^(.*[0-9A-Za-z]-[0-9]{1,2})-[0-9]{3,5}-[0-9]{1,2}室?$", r"\1单元"),
    (r"^(.*[^0-9A-Za-z路街道巷弄-][0-9A-Za-z]{1,3})-[0-9]{3,5}-[0-9]{1,2}室?$", r"\1幢"),
    (rf"([^0-9路街道巷弄-])(?:[0-9]{{1,3}}{_BUILDING_MARK}?{_BETWEEN})+[0-9]{{1,3}}{_BUILDING_MARK}", r"\1幢"),
    (rf"([^A-Z路街道巷弄-])[A-Z]{_BUILDING_MARK}?{_BETWEEN}[A-Z]{_BUILDING_MARK}", r"\1幢"),
)

_MAY_HOLD_MORE = (
    rf"[0-9]{{7}}|[0-9]{{3}}[\s-][0-9]{{4}}|[;；|]|(?:室|户){_BETWEEN}|室.|[户房].*[收转交)]$|邮编|邮政|村村委[^会]|[组队]\s?[0-9]+$|[0-9A-Z](?:单元)?{_BETWEEN}[0-9A-Z]{{1,2}}单元|之|车|储|杂物|地下|人防|[年月/][0-9]|[0-9]{{4}}-[0-9]{{1,2}}-"
    rf"|^{_ROOM}(?:室|房)|[0-9]{{3,5}}[A-Za-z]?{_BETWEEN}[0-9A-Za-z]|[零〇一二三四五六七八九]{{3}}(?:{_BETWEEN}|$)|第[^号楼幢栋座单元组]+$"
    rf"|[0-9A-Z]{_BUILDING_MARK}?{_BETWEEN}[0-9A-Z]{{1,3}}{_BUILDING_MARK}"
)
"""What every step below needs at least; most cells have none of it."""

_FLOOR_TO_FLOOR = rf"[0-9]{{3,5}}室?{_BETWEEN}[0-9]{{3,5}}室?$"
_TWO_ROOMS = re.compile(r"-?([0-9]{3,5})室?\s?[-~–—至到、,，/和及与&+.\s]\s?([0-9]{3,5})室?$")
_UNIT_BEFORE = re.compile(r"[0-9A-Za-z]-[0-9]{1,2}$")
_BUILDING_BEFORE = re.compile(r"[^0-9A-Za-z路街道巷弄-][0-9A-Za-z]{1,3}$")
_NUMBER_IN_CAPITALS = re.compile(
    r"([零〇壹贰叁肆伍陆柒捌玖拾佰]+)(?=幢|栋|座|号楼|单元|室|层|组|户|号)|[零〇壹贰叁肆伍陆柒捌玖]{3,5}$"
)
_CAPITAL = "[壹贰叁肆伍陆柒捌玖拾]"


def one_address(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Cut cells down to one address each.

    Args:
        values: Strings, nullable.

    Returns:
        Strings as `fold_text` leaves them, of the same length: of several addresses the first; without phones; without
        the room where the cell names several or a part of one, and without the building where it names several (their
        mark stays: 锦鲤花园3-5幢 is 锦鲤花园幢). Null also where a cell is no address for its length.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    encoded = values.cast(pa.string()).dictionary_encode()
    text = none_longer(unescaped(encoded.dictionary), LONGEST)
    text = without_markup(pc.replace_substring_regex(text, r"(?:[\r\n]|<br ?/?>)+", ";"))
    for pattern, replacement in _LISTED:
        text = pc.replace_substring_regex(text, pattern, replacement)
    text = plain_characters(text)
    text = _numbers_in_capitals(pc.utf8_trim_whitespace(text))
    more = pc.match_substring_regex(text, _MAY_HOLD_MORE)
    cut = text.filter(more)
    for pattern, replacement in _STEPS:
        cut = pc.replace_substring_regex(cut, pattern, replacement)
    return pc.take(tidy(pc.replace_with_mask(text, more, _without_two_rooms(cut))), encoded.indices)


def _numbers_in_capitals(text: pa.StringArray) -> pa.StringArray:
    """叁幢 as 三幢, where a mark says that it is a number: 陆家村 is a name."""
    capital = pc.match_substring_regex(text, _CAPITAL)
    if not pc.any(capital).as_py():
        return text
    plain = [
        _NUMBER_IN_CAPITALS.sub(lambda m: m.group().translate(CAPITALS), cell)
        for cell in text.filter(capital).to_pylist()
    ]
    return pc.replace_with_mask(text, capital, pa.array(plain, pa.string()))


def _without_two_rooms(text: pa.StringArray) -> pa.StringArray:
    """Two rooms of one floor without a mark before them: 501-502. 101-502 is a building and its room."""
    listed = pc.match_substring_regex(text, _FLOOR_TO_FLOOR)
    if not pc.any(listed).as_py():
        return text

    def cut(cell: str) -> str:
        match = _TWO_ROOMS.search(cell)
        if match is None or match[1] == match[2] or match[1][:-2] != match[2][:-2]:
            return cell
        before = cell[: match.start()]
        if cell[match.start()] != "-":
            return before
        return before + ("单元" if _UNIT_BEFORE.search(before) else "幢" if _BUILDING_BEFORE.search(before) else "")

    return pc.replace_with_mask(text, listed, pa.array(map(cut, text.filter(listed).to_pylist()), pa.string()))

"""Any Chinese address cut into labelled segments, from the grammar alone.

Where the reference knows the city, `resolve` is the better reader. This one is for addresses of anywhere: enterprises'
seats in other cities, delivery notes, free text. It reads from the left as far as divisions, community and road go, from
the right as far as room, floor, unit and building go, and calls what stays between a site (estate, village, company, shop).

Belongs here: the order and shape of segments. Does not belong here: which names exist, beyond provinces and cities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.standardise.address.divisions import CITIES, COUNTIES, PROVINCES
from pipelines.standardise.numerals import NUMERALS

LABELS = (
    *("country", "province", "city", "county", "zone", "street", "community", "group", "road", "road_number"),
    *("lane", "lane_number", "site", "part", "building", "unit", "floor", "room", "aside", "contact", "separator"),
)
"""What a segment can be. `zone` is a development zone, `group` a group of a village (3组), `lane` a second road, `part` a part of a site (二期, 东区), `aside` a
relation (对面, 与…交叉口), `contact` whom to ask for, `separator` what carries nothing (dashes, repetitions, 电联)."""

_N = rf"(?:[0-9]+|[{NUMERALS}]+)"
_ID = rf"(?:[A-Za-z]{{0,2}}[0-9]+[A-Za-z]?|[A-Za-z]|[{NUMERALS}]+)"
_SEPARATOR = re.compile(r"[\s\-_,，、。;；:：.()（）~—/#*]+")
_NOISE = re.compile(r"电联|null|请?(?:电话)?联系.{0,4}$|转$|市辖区|丰巢$", re.IGNORECASE)
_COUNTRY = re.compile(r"中国|中华人民共和国")
_PROVINCE = re.compile(rf"(?:{'|'.join(PROVINCES[4:])})(?:省|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区)?")
_CITY = re.compile(
    rf"(?:{'|'.join(sorted(CITIES, key=lambda name: (-len(name), name)))})(?:市|地区)?|[^0-9省市区县镇乡路街号村]{{2,4}}?(?:自治州|地区|盟)"
)
_COUNTY = re.compile(
    rf"[^0-9A-Za-z\-路号街道村{NUMERALS}][^0-9A-Za-z\-路号街道园苑省]{{0,4}}?(?:自治县|自治旗|县(?!城|前|学|后|东|西)"
    rf"|(?<![小社校厂矿库园景片营发业新术{NUMERALS}])区(?!间|块|政)|(?<![超都门夜])市(?!场|民|政|北|心|区|中)|旗(?!舰))"
)
_STREET = re.compile(
    r"[^0-9A-Za-z\-路号][^0-9A-Za-z\-路号]{0,4}?(?:街道办事处|街道(?!口)|镇(?![东西南北中]{0,2}[路街村])|乡(?!路|村|镇)|苏木)"
)
_ZONE = re.compile(
    r"[^0-9\-路号街镇村]{0,6}?(?:经济技术开发区|经济开发区|高新技术开发区|高新技术产业开发区|高新区|开发区|新区(?!块)|保税区|度假区)"
)
_COMMUNITY = re.compile(
    r"[^0-9A-Za-z\-路号街园城][^0-9A-Za-z\-路号街园城]{0,4}?(?:社区居委会|社区居民委员会|居民委员会|居委会|社区(?!卫生|服务|医)|行政村|自然村"
    rf"|(?<![新{NUMERALS}])村(?!委|路|口|[0-9{NUMERALS}]{{1,2}}[区期]|小学|镇|镇))"
)
_ROAD_END = r"(?:大道|大街|公路|马路|支路|胡同|(?<!铁)路(?!口|灯|桥|段)|街(?!道|区|口|坊|心|舞)|(?<![隧轨人频渠])(?<!车行)巷(?!口)|弄(?![0-9])|(?:线|道|堤)(?=[0-9]+号))"
_ROAD = re.compile(
    rf"(?:[0-9]{{2,3}}[国省县]道|[GSX][0-9]{{2,3}}|[^0-9A-Za-z\-号与和\s]{{1,4}}[0-9]{{1,2}}号?(?:路(?!口)|大道|街)|[^0-9A-Za-z\-号与和\s]{{1,6}}?{_ROAD_END}(?:[东西南北]?[东西南北中一二三四五]段|[{NUMERALS}][巷弄路街])?)"
)
_ROAD_NAME = re.compile(
    rf"(?P<place>[^{NUMERALS}0-9]{{2,}}?)(?:[^{NUMERALS}0-9]{{2}}[{NUMERALS}]?|[^0-9][{NUMERALS}])[东西南北中]?(?:大道|大街|支路|路|街|巷|弄)"
)
_ROAD_INSIDE = re.compile(
    rf"(?P<before>.{{2,}}?)(?P<road>(?:[^0-9A-Za-z\-]{{2}}|[^0-9A-Za-z\-][{NUMERALS}])[东西南北中]?(?:大道|大街|路(?!口|灯|桥|段)|街(?!道|区|口|坊)|巷(?!口)))$"
)
_ASIDE = re.compile(
    r"(?:与|和(?=[^0-9]{1,6}(?:路|街|道|巷)))|(?:交叉路?口|交汇处|交界处?|路口)(?:[东西南北]{1,2}[侧面角]?)?|(?:斜?对面|对过|附近|旁边?|边上|隔壁"
    r"|门口|楼下|楼上|楼梯口|后面|前面|里面|院内|(?<=[城场园区院厦厂村])[内里](?![东西南北])|[东西南北]{1,2}侧|以[东西南北]{1,2}|往?[东西南北]{1,2}[0-9]+米|[0-9]+米(?:处|左右)?)"
)
_PART = re.compile(
    rf"(?P<part>(?P<quarter>(?:[东西南北中]{{1,2}}|{_N}|[A-Za-z]|[东西南北]{_N})区)"
    rf"|(?:[东西南北中]{{1,2}}|{_N}|[A-Za-z]|[东西南北]{_N})(?:期|苑区|组团)|[东西南北前后]{{1,2}}(?:大门|门|楼)|地下室|综合楼"
    r"|写字楼|住院部|门诊部?|行政楼|商铺|店面|门卫室?|传达室)$"
)
_SITE_WITHIN = re.compile(
    r"[^0-9]{2,}?(?:工业园区?|工业区|开发区|科技园区?|产业园区?|创业园区?|物流园区?|软件园|市场|商城|贸城|小区|花园|家园|广场|大厦"
    r"|公寓|医院|大学(?!城|路|生)|学院|宾馆|酒店|饭店|中心(?!小学|医院|校|幼|广场|村|街|城|商)|机电城|皮革城|轻纺城|步行街)(?=[^0-9区路街]{3})"
)
"""A site that has another name behind it: a company in an industrial park, a building of an estate."""

_ESTATE_END = re.compile(r"(?:区|园|苑|城|期|公寓|小区|新村|家园|花园|庭|府|湾|广场|大厦|中心|楼)$")
_ANCHOR = re.compile(
    rf"(?P<building>第?{_ID}(?:号楼|幢|栋|棟|座(?!落)|排))"
    r"|(?P<unit>第?(?:[A-Za-z]{0,2}[0-9]+|[%s]+|[A-Za-z东西南北中甲乙丙丁])(?:单元|号门))"
    % NUMERALS
    + rf"|(?P<floor>第?[负\-]?{_N}(?:楼|层)(?!梯)|[0-9]+[Ff](?![A-Za-z0-9])|架空层|底楼)"
    rf"|(?P<group>第?{_N}(?:村民小组|居民小组|小组|组(?!团)|队|社(?!区)))"
    rf"|(?P<room>{_ID}(?:号?室|号房间?|房(?![产地])|铺(?!子)|店面|号铺))"
    rf"|(?P<number>(?:附|甲|乙)?(?:[0-9]+(?:[\-至_][0-9]+)*|[{NUMERALS}]+|[A-Za-z][0-9]+)号(?!线|码|店|馆|院)(?:院)?)"
    r"|(?P<lane>[0-9]+(?:弄|支弄|巷))"
    r"|(?P<plain>[A-Za-z]{0,2}[0-9]+[A-Za-z]?(?![A-Za-z0-9%年元届吨米路街组社队期区])|(?<![A-Za-z0-9])[A-Za-z](?=\-[0-9]|[0-9]))"
    rf"|(?P<noise>{_NOISE.pattern})|(?P<aside>{_ASIDE.pattern})|(?P<separator>{_SEPARATOR.pattern})"
)


_COUNTY_SUFFIX = re.compile(
    r"[^0-9省市区县镇乡路街道号]{0,6}自治[县旗]|县(?!城(?!关|[东西南北厢])|前|学|后)|区(?!间|块|政)|市(?!场|民|政|心|北区|中区|区)|旗(?!舰)|林区|特区"
)
_NO_DIVISION = re.compile(
    r"[东西南北中]?(?:路|街|大道|巷|村|镇|县|大厦|商|银行|小区|花园|湾|大学|新城|[^0-9]{0,2}公司)"
)
"""What makes the name of a division before it the beginning of another name."""

_STEPS = ("country", "province", "city", "county", "zone", "street", "zone", "community", "road")
_PATTERNS = {
    **{"country": _COUNTRY, "province": _PROVINCE, "city": _CITY, "county": _COUNTY, "zone": _ZONE},
    **{"street": _STREET, "community": _COMMUNITY, "road": _ROAD},
}
_BEFORE_NUMBER = frozenset(("road", "lane", "community", "group", "street", "county", "zone", "", "aside"))


class Segment(NamedTuple):
    """A labelled stretch of an address: `text[start:end]`."""

    label: str
    start: int
    end: int


def segment(text: str) -> list[Segment]:
    """Cut an address into labelled segments that cover it from end to end.

    Args:
        text: One address as written; full-width characters should be folded before.

    Returns:
        Segments in order, without gaps; labels are those of `LABELS`.
    """
    left = _from_left(text)
    return left + list(_rest(text, left))


def _from_left(text: str) -> list[Segment]:
    """Divisions, community and road, in their order; a division given again takes the place of the one before."""
    found: list[Segment] = []
    at, step = 0, 0
    while step < len(_STEPS):
        for pattern in (_SEPARATOR, _NOISE):
            skipped = pattern.match(text, at)
            if skipped:
                found.append(Segment("separator", at, skipped.end()))
                at = skipped.end()
        again = _again(text, at, step, found)
        label, end = again or (_STEPS[step], _end_of(_STEPS[step], text, at, found))
        if end == at:
            step += 1
            continue
        if again:
            found, label = _replaced(text, found, Segment(label, at, end))
            step = step if label == "separator" else _STEPS.index(label)
        split = at
        if label == "street" and _two_names(text[at:end], found):
            split = at + 2
            found.append(Segment("county", at, split))
        elif label == "road":
            split = at + _before_road(text[at:end])
            found += [Segment(_place_before_road(found, split - at), at, split)] if split > at else []
        found.append(Segment(label, split, end))
        step, at = step + 1 if label != "separator" else step, end
    return found


def _end_of(label: str, text: str, at: int, found: list[Segment]) -> int:
    """Where a division, community or road that begins at `at` ends; `at` itself where none begins there."""
    if label == "county":
        end = _known_county(text, at, bare=any(s.label in ("province", "city") for s in found))
        if end > at:
            return end
    match = _PATTERNS[label].match(text, at)
    return match.end() if match and _plausible(label, text, match.group(), match.end()) else at


def _known_county(text: str, at: int, bare: bool) -> int:
    """The end of a county of the list; `bare` allows it without its suffix, as it is written after a city."""
    for length in (4, 3, 2):
        core = text[at : at + length]
        if len(core) < length or core not in COUNTIES:
            continue
        suffix = _COUNTY_SUFFIX.match(text, at + length)
        if suffix:
            return suffix.end()
        if bare and not _NO_DIVISION.match(text, at + length):
            return at + length
    return at


def _again(text: str, at: int, step: int, found: list[Segment]) -> tuple[str, int] | None:
    """A division above `step` that begins here: one given before, or a province or city written out."""
    for label in ("country", "province", "city", "county"):
        if _STEPS.index(label) >= step:
            return None
        end = _end_of(label, text, at, found)
        words = {text[s.start : s.end].rstrip("省市县区") for s in found if s.label in (label, "separator")}
        if end > at and (text[at:end].rstrip("省市县区") in words or (label != "county" and text[end - 1] in "省市国")):
            return label, end
    return None


def _replaced(text: str, found: list[Segment], new: Segment) -> tuple[list[Segment], str]:
    """What was found before a division given again, and the label of the new one.

    A drop-down's prefix stands before what was typed, and the typed one goes on: the later counts, unless it is a mere
    short form of the earlier.
    """
    before = [s for s in found if s.label == new.label]
    word, earlier = text[new.start : new.end], text[before[-1].start : before[-1].end] if before else ""
    if earlier.startswith(word) and len(word) < len(earlier):
        return found, "separator"
    below = _STEPS[_STEPS.index(new.label) :]
    return [Segment("separator", s.start, s.end) if s.label in below else s for s in found], new.label


def _two_names(word: str, found: list[Segment]) -> bool:
    """Whether a street's name is so long after a city that a county without its suffix stands before it: 安吉递铺镇."""
    core = re.sub(r"(?:街道办事处|街道|镇|乡)$", "", word)
    return len(core) == 4 and any(s.label == "city" for s in found) and not any(s.label == "county" for s in found)


def _before_road(words: str) -> int:
    """How many characters of a long road's name are a place before it: roads have two or three (下沙|月雅路)."""
    name = _ROAD_NAME.fullmatch(words)
    return name.end("place") if name else 0


def _place_before_road(found: list[Segment], length: int) -> str:
    """What stands without its suffix before a road: a town after a county, a community after a town, else a site."""
    labels = {s.label for s in found}
    if length > 3 or "community" in labels:
        return "site"
    return "community" if "street" in labels else "street"


def _plausible(label: str, text: str, word: str, end: int) -> bool:
    """Whether what follows lets a name stand: 南通 in 南通路 is no city, 南湖 in 南湖区 neither."""
    if label in ("province", "city") and (word in CITIES or word in PROVINCES):
        return not _NO_DIVISION.match(text, end)
    if label in ("county", "street", "community"):
        return len(word) >= 2 and not re.match(r"[东西南北中]?(?:路|大道)", text[end:])
    return label != "road" or len(word) >= 2


def _rest(text: str, left: list[Segment]) -> Iterator[Segment]:
    """Site and tail: what the anchors (numbers with and without marks, asides, separators) are, and what is between."""
    at = left[-1].end if left else 0
    previous = next((s.label for s in reversed(left) if s.label != "separator"), "")
    anchors = list(_ANCHOR.finditer(text, at))
    for i, anchor in enumerate(anchors):
        if anchor.start() > at:
            for piece in _between(text, at, anchor.start(), previous):
                yield piece
                previous = piece.label
        following = [a for a in anchors[i + 1 :] if a.lastgroup not in ("separator", "noise")]
        tight = anchor.end() < len(text) and text[anchor.end()] in "-_"
        label = _meaning(anchor, previous, text[at - 1 : at], following, tight and bool(following))
        yield Segment(label, anchor.start(), anchor.end())
        if label != "separator":
            previous = label
        at = anchor.end()
    if at < len(text):
        yield from _between(text, at, len(text), previous)


def _meaning(anchor: re.Match[str], previous: str, before: str, following: list[re.Match[str]], tight: bool) -> str:
    """What a number or mark is, by what stands before it and whether more numbers follow."""
    kind = anchor.lastgroup or ""
    if kind in ("separator", "noise"):
        return "separator"
    if kind == "building" and previous in ("building", "unit") and not following:
        return "room"
    if kind in ("group", "building", "unit", "floor", "room", "aside"):
        return kind
    if kind == "lane":
        return "road_number" if previous == "road" else "lane"
    if previous in _BEFORE_NUMBER:
        return "lane_number" if previous == "lane" else "road_number"
    return _marked(previous, before, following) if kind == "number" else _bare(anchor, previous, following, tight)


def _marked(previous: str, before: str, following: list[re.Match[str]]) -> str:
    """A number with 号 that belongs to no road."""
    if previous == "site":
        return "building" if _ESTATE_END.search(before) or following else "road_number"
    if previous in ("part", "road_number", "lane_number"):
        return "building"
    return "unit" if previous == "building" and following else "room"


def _bare(anchor: re.Match[str], previous: str, following: list[re.Match[str]], tight: bool) -> str:
    """A number without a mark: 3-2-502."""
    if previous in ("unit", "floor", "room"):
        return "room"
    if previous == "building":
        return "unit" if tight else "room"
    return "building" if tight or len(anchor.group()) < 3 or following else "room"


def _between(text: str, start: int, end: int, previous: str) -> Iterator[Segment]:
    """Words between numbers: a site and its part at first, after floor and room whom to ask for."""
    if previous in ("floor", "room"):
        yield Segment("contact", start, end)
        return
    words = text[start:end]
    road = _ROAD.fullmatch(words) if previous in ("site", "aside", "part", "road") else None
    if road and previous == "road":
        yield Segment("separator", start, end)
        return
    inside = _ROAD_INSIDE.match(words) if previous not in ("road", "road_number", "building") else None
    if road:
        yield Segment("lane" if previous == "aside" else "road", start, end)
    elif inside:
        yield Segment("site", start, start + inside.end("before"))
        yield Segment("road", start + inside.end("before"), end)
    elif previous in ("building", "unit"):
        yield Segment("part", start, end)
    else:
        cut = start + _part_begins(words)
        yield Segment("site", start, cut)
        if cut < end:
            yield Segment("part", cut, end)


def _part_begins(words: str) -> int:
    """Where a part of a site begins in its name, or the name's end: 锦鲤花园|二期, 锦鲤工业园|云溪公司, but 听雨一区."""
    site = _SITE_WITHIN.match(words)
    if site:
        return site.end()
    part = _PART.search(words)
    if part and part.start() > 1 and (not part["quarter"] or _ESTATE_END.search(words[: part.start()])):
        return part.start()
    return len(words)

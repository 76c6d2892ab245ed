"""The particulars of a report: plate, floor, hour of the day, size, since when, whose shop.

Reports of one event repeat these in other words (`车牌尾号210`, `牌照最后三位210`); reports of another event of its sort give others.

Belongs here: reading them out of a text. Does not: what an agreement is worth (`pipelines.kinds.event`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address.notation import name_key

_PLATE = re.compile(
    r"(?:尾号|末尾|[后末][0-9]位)(?:数字|数)?[是为:：]?([A-Z0-9]{1,6})(?![0-9])|(?:车牌|牌照|号牌)号?[是为:：]?[一-龥]?([A-Z0-9]{4,7})"
)
_POST = re.compile(
    r"([0-9]{2,5})号(?:灯杆|电杆|杆|井|箱)|(?:灯杆|电杆|杆|井|箱)(?:上)?(?:写着|编号|号)?[^0-9，。,]{0,4}([0-9]{2,5})"
)
_FLOOR = re.compile(r"(?<![0-9号-])([0-9]{1,2})(?:楼|层)(?!道|顶|栋)")
_HOUR = re.compile(r"(?<![0-9])([0-9]{1,2})(?:点|时(?!间))(?:钟|半)?")
_SIZE = re.compile(r"([0-9]{1,4})(?:来)?个?(平方米?|平米|平|公分|厘米|米|公里)")
_MONEY = re.compile(r"([0-9]{1,6})(?:多|来|余)?(千|万)?(?:多|来|余)?(?:块钱?|元)")
_COUNT = re.compile(r"([0-9]{1,3})(?:多|来)?(?:(个)(?:月|人|工人|房间|小时)?|([名位张辆盏间袋桶户头条台只次]))")
_DAYS = re.compile(r"(?:已经|有|连着|快|将近|都)?([0-9]{1,3})(?:多)?天(?:了)?")
_DATE = re.compile(r"(?<![0-9])([0-9]{1,2})月([0-9]{1,2})(?:号|日)")
_WEEKDAY = re.compile(r"(上)?(?:周|星期|礼拜)([一二三四五六日天1-6])")
_TODAY = re.compile(r"(今天|今早|今日|刚才|刚刚)|(昨天|昨晚|昨日)|(前天)")
_TRADES = "小吃|水果|服装|理发|五金|早餐|早点|便利|药|饭|烧烤|烤串|火锅|面|奶茶|快餐|百货|食品|修理|建材|美容|美发|足浴|洗车|维修|文具|网吧|超市|餐饮|熟食|卤味|蔬菜|海鲜|家具|家电|手机|烟酒|茶|花|布艺|窗帘|灯具|幼教|宾馆"
_SHOP = re.compile(r"店(?![外里内门口])|馆|铺(?![着位])|超市|公司|厂|工地|部(?!门)|餐厅|酒楼|传媒|科技|门市")
_TRADE = re.compile(rf"(?:{_TRADES})+$")
_LONGEST_NAME = 8
_FAMILY = re.compile(r"([一-龥]{1,2}[^大自我你他她谁国人全各一那这几有管当每搬住回在到])家(?![里属长具电中用庭园的])")
_NAME_STOP = re.compile(
    r"^.*(?:那家|这家|有家|一家|当事人|楼下|对面|门口|附近|旁边|楼|的|在|给|有|路|口|这里|店|巡查到|看到|反映|查看)"
)
_CHARACTERS = re.compile(r"[一-龥]+$")
_NO_NAME = frozenset(
    "上下 小旅 晚上 什么 我们 他们 你们 有关 相关 附近 旁边 公共 楼上 楼下 对面 这个 那个 小区 门口 物业 施工 附属 一个 出租".split()
)
EPOCH = date(1970, 1, 1)
_WEEK = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(6)}


class Particulars(NamedTuple):
    """What one text tells beside class and place; all nullable.

    Attributes:
        mark: digits of a plate, a post or another marked thing.
        floor: number of a storey.
        hour: of the day at which it happens.
        size: a measure with its unit.
        quantity: of persons, things or money, with the unit.
        firm: the two last characters of the name of a shop or firm, its trade apart.
        since: how long it lasts, as `d3` (days before the report), `m1005` (month and day) or `w2` (the last such weekday).
    """

    mark: str | None = None
    floor: str | None = None
    hour: str | None = None
    size: str | None = None
    quantity: str | None = None
    firm: str | None = None
    since: str | None = None


def particulars(text: str, plain: str | None = None) -> Particulars:
    """The first of each sort in a text; `plain` is its `name_key`, where that is known already.

    >>> particulars("车牌尾号210，已经三天了").mark, particulars("车牌尾号210，已经三天了").since
    ('210', 'd3')
    """
    plain = name_key(text) if plain is None else plain
    plate, post = _PLATE.search(plain), _POST.search(plain)
    hour, floor, size = _HOUR.search(plain), _FLOOR.search(plain), _SIZE.search(plain)
    return Particulars(
        mark=(plate[1] or plate[2]) if plate else (post[1] or post[2]) if post else None,
        floor=floor[1] if floor else None,
        hour=hour[1] if hour else None,
        size=size[1] + size[2][0] if size else None,
        quantity=_count(plain),
        firm=_firm(text),
        since=_since(plain, text),
    )


def _count(plain: str) -> str | None:
    if money := _MONEY.search(plain):
        return f"{money[1]}{money[2] or ''}元"
    counted = [m for m in _COUNT.finditer(plain) if int(m[1]) > 1]
    return counted[0][1] + (counted[0][2] or counted[0][3]) if counted else None


def _firm(text: str) -> str | None:
    for found in _SHOP.finditer(text):
        before = _CHARACTERS.search(text[max(0, found.start() - _LONGEST_NAME) : found.start()])
        name = _NAME_STOP.sub("", _TRADE.sub("", before[0])) if before else ""
        if len(name) >= 2 and name[-2:] not in _NO_NAME:
            return name[-2:]
    for family in _FAMILY.finditer(text):
        name = _NAME_STOP.sub("", family[1])
        if len(name) >= 2 and name[-2:] not in _NO_NAME:
            return name[-2:]
    return None


def _since(plain: str, text: str) -> str | None:
    if day := _DATE.search(plain):
        return f"m{int(day[1]):02d}{int(day[2]):02d}"
    if days := _DAYS.search(plain):
        return f"d{int(days[1])}"
    if weekday := _WEEKDAY.search(text):
        return f"{'v' if weekday[1] else 'w'}{_WEEK[weekday[2]]}"
    if near := _TODAY.search(text):
        return "d0" if near[1] else "d1" if near[2] else "d2"
    return None


def onset(since: str | None, on: date | None) -> date | None:
    """The day something began, from `Particulars.since` and the day of the report; null where either says nothing."""
    if since is None or on is None:
        return None
    if since[0] == "d":
        return on - timedelta(days=int(since[1:]))
    if since[0] == "m":
        try:
            day = date(on.year, int(since[1:3]), int(since[3:]))
        except ValueError:
            return None
        return day if day <= on + timedelta(days=1) else day.replace(year=on.year - 1) if since[1:] != "0229" else None
    back = (on.weekday() - int(since[1:])) % 7
    if since[0] == "v":
        return on - timedelta(days=on.weekday() + 7 - int(since[1:]))
    return on - timedelta(days=back)


def onset_days(since: pa.Array, hours: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """`onset` in days since 1970, NaN for none; `hours` are those of the reports since 1970."""
    days = np.floor(hours / 24)
    out = np.full(len(days), np.nan)
    begun: dict[tuple[str, float], float] = {}
    for i in np.flatnonzero(np.asarray(pc.is_valid(since)) & ~np.isnan(days)).tolist():
        key = since[i].as_py(), float(days[i])
        if key not in begun:
            day = onset(key[0], EPOCH + timedelta(days=int(key[1])))
            begun[key] = np.nan if day is None else float((day - EPOCH).days)
        out[i] = begun[key]
    return out

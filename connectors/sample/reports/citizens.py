"""What citizens report: calls to the hotline 12345, and snapshots (城市啄木鸟).

Belongs here: the columns of these two. Does not: what they hear (`hearing`).
"""

from __future__ import annotations

import numpy as np

from connectors.gcj02 import gcj02
from connectors.sample.draws import Draws, Floats, Ints, Texts, chosen, known, texts
from connectors.sample.event_words import DEPARTMENTS
from connectors.sample.people import surname_of
from connectors.sample.reports.hearing import Hearing, hear
from connectors.sample.reports.stages import stages
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, sheet
from connectors.sample.where import here

_SENT_WRONG = 0.08
"""Share of tickets that go to a department that does not answer for them."""
_SHIFTED, _SWAPPED, _FROM_HOME = 0.07, 0.006, 0.02
"""Snapshots in GCJ-02, with longitude and latitude the wrong way round, or sent later from elsewhere."""


def _caller_cells(heard: Hearing) -> tuple[Texts, Texts, Ints]:
    """Name and number of who called, and who it was; who wants to stay unknown leaves neither, and is nobody (-1)."""
    persons, caller, draws = heard.desk.city.persons, heard.tickets.reporter, heard.draws
    polite = texts(
        [
            surname_of(n) + ("先生" if s else "女士")
            for n, s in zip(persons.name[caller], persons.sex[caller], strict=True)
        ]
    )
    way = draws.weighted("caller", [0.66, 0.20, 0.05, 0.09])
    name = chosen(way == 0, persons.name[caller], chosen(way == 1, polite, chosen(way == 2, "匿名")))
    return name, chosen(way < 3, persons.phone[caller]), np.where(way < 3, caller, -1)


def _division_codes(heard: Hearing) -> Texts:
    """Divisions of twelve digits; the hotline has codes of its own for every third street."""
    grids = heard.desk.city.grids
    number = grids.street_number[heard.grid].tolist()
    codes = grids.street_code[heard.grid]
    return texts(
        [f"{here().division}9{n:02d}000" if n % 3 == 2 else f"{c}000" for n, c in zip(number, codes, strict=True)]
    )


def _earlier_tickets(heard: Hearing, numbers: Texts) -> Texts:
    """The number of the first ticket of the same incident, where a later caller gives it."""
    gives = heard.draws.chance("gives earlier", 0.25) & (heard.tickets.event >= 0)
    first: dict[int, str] = {}
    cells: list[str | None] = []
    for event, number, gave in zip(heard.tickets.event.tolist(), numbers, gives, strict=True):
        earlier = first.setdefault(event, number)
        cells.append(earlier if gave and earlier != number else None)
    return texts(cells)


def _dispatched_to(heard: Hearing) -> Texts:
    """The street of the place for most, else a department: the one that answers for the class it is filed under, or a wrong one."""
    draws = heard.draws
    by_class = texts([DEPARTMENTS.get(name) for name in heard.filed])
    department = chosen(
        draws.chance("dispatched wrong", _SENT_WRONG), draws.pick("wrong one", list(DEPARTMENTS.values())), by_class
    )
    named = draws.chance("to a department", 0.4) & known(by_class)
    return chosen(named, department, heard.desk.city.grids.street[heard.grid])


def _satisfaction(heard: Hearing) -> Texts:
    """What the caller says: the longer it took, the less satisfied; most do not answer."""
    draws = heard.draws
    hours = (heard.done - heard.tickets.time).astype("timedelta64[h]").astype(np.int64)
    unhappy = np.array([0.07, 0.17, 0.36, 0.6])[np.searchsorted([24, 72, 168], hours)]
    answer = chosen(draws.chance("unhappy", unhappy), "不满意", draws.pick("happy", ["满意", "满意", "基本满意"]))
    return chosen(draws.chance("no answer", 0.4) | ~heard.settled, "未评价", answer)


def _outcome(heard: Hearing) -> Texts:
    """What came of it: questions are answered, and where nothing is, nothing is seen."""
    real = heard.tickets.event >= 0
    none = np.where([kind is None for kind in heard.kinds], "已答复", "到场未见反映情况")
    outcome = heard.draws.pick("outcome", ["已处理完毕", "已联系反映人", "责任单位已整改", "正在协调"])
    return chosen(heard.settled, np.where(real, outcome, none).astype(object))


def hotline(desk: Desk) -> File:
    """12345 公共服务热线: knows who called, unless the caller would not say."""
    heard = hear(desk, "rexian_12345", 0.43, 0.75, 3.0, 0.0176)
    draws, time, way = heard.draws, heard.tickets.time, stages(heard)
    name, phone, caller = _caller_cells(heard)
    kinds, numbers = heard.kinds, heard.numbers("JY202611{:09d}")
    days = np.array([k.hotline[2] if k else 3 for k in kinds]).astype("timedelta64[D]")
    estate = desk.city.houses.estate[heard.tickets.house]
    geocode = draws.chance("geocoded", 0.45) & known(heard.place)
    back = heard.done + draws.between("call back", 120, 1500).astype("timedelta64[m]")
    none = [heard.none(part) for part in (0, 1)]
    columns: dict[str, Column] = {
        "工单编号": numbers,
        "来电人": name,
        "来电号码": phone,
        "诉求类别": texts([k.hotline[0] if k else n for k, n in zip(kinds, none[0], strict=True)]),
        "诉求内容": heard.wording,
        "事发地址": heard.place,
        "受理时间": heard.times(time),
        "办结时限": heard.times(time.astype("datetime64[D]") + days + np.timedelta64(18, "h")),
        "办结时间": heard.times(heard.done, heard.settled),
        "承办单位": _dispatched_to(heard),
        "状态": chosen(heard.settled, "已办结", "办理中"),
        "满意度": _satisfaction(heard),
        "诉求类别编码": texts([k.hotline[1] if k else n for k, n in zip(kinds, none[1], strict=True)]),
        "工单类型": np.where([k is None for k in kinds], "咨询", draws.pick("kind", ["投诉", "求助", "举报"])),
        "来源渠道": texts(["电话", "微信", "网站"])[draws.weighted("channel", [0.8, 0.15, 0.05])],
        "区划编码": _division_codes(heard),
        "经度": chosen(geocode, _degrees(desk.city.estates.lon[estate])),
        "纬度": chosen(geocode, _degrees(desk.city.estates.lat[estate])),
        "派单时间": way.column("派遣"),
        "回访时间": heard.times(back, heard.settled & (back <= heard.now) & draws.chance("called back", 0.8)),
        "办理结果": _outcome(heard),
        "关联工单": _earlier_tickets(heard, numbers),
    }
    mentions = [Mention("subject", "event", heard.tickets.true_id), Mention("caller", "person", caller)]
    content = sheet(columns, mentions, heard.shown)
    options = {"encoding": "gb18030", "line_end": "\r\n"}
    return File(
        "rexian_12345", f"12345工单_{desk.date}.csv", "delimited", (content,), options, delta={"": Delta(("工单编号",))}
    )


def _degrees(column: Floats) -> Texts:
    return texts([f"{degrees:.4f}" for degrees in column.tolist()])


def _phone_position(heard: Hearing) -> tuple[Floats, Floats]:
    """Where the phone was: WGS-84 for most, and for a few not, or the wrong way round, or at home."""
    draws, level, city = heard.draws, heard.desk.level, heard.desk.city
    lon, lat = heard.around(20)
    home = city.houses.estate[city.persons.house[heard.tickets.reporter]]
    later = draws.befalls("sent from home", _FROM_HOME * level)
    lon, lat = np.where(later, city.estates.lon[home], lon), np.where(later, city.estates.lat[home], lat)
    shifted, swapped = (draws.befalls(n, r * level) for n, r in (("shifted", _SHIFTED), ("swapped", _SWAPPED)))
    other = gcj02(lon, lat)
    lon, lat = np.where(shifted, other[0], lon), np.where(shifted, other[1], lat)
    first: Floats = np.where(swapped, lat, lon)
    second: Floats = np.where(swapped, lon, lat)
    return first.round(6), second.round(6)


def snapshots(desk: Desk) -> File:
    """城市啄木鸟: citizens' snapshots with a position and times in epoch milliseconds."""
    heard = hear(desk, "chengshi_zhuomuniao", 0.30, 0.25, 7.3, 0.02)
    draws, tickets = heard.draws, heard.tickets
    lon, lat = _phone_position(heard)
    created = tickets.time.astype("datetime64[ms]").astype(np.int64)
    promised = created + draws.between("promise", 24, 48) * 3_600_000
    replied = heard.done.astype("datetime64[ms]").astype(np.int64)
    word = draws.uniform("kind").tolist()
    none = heard.none(0)
    # the same person has the same account, whose number tells nothing of the person
    accounts = Draws(desk.city.seed, "accounts", len(desk.first.persons.name)).order("number")
    user = texts([f"{n * 37 + 100_003}" for n in accounts[tickets.reporter].tolist()])
    columns: dict[str, Column] = {
        "id": heard.numbers("ZMN-{}"),
        "kind": texts(
            [k.snapshot[int(u * len(k.snapshot))] if k else n for k, u, n in zip(heard.kinds, word, none, strict=True)]
        ),
        "content": heard.wording,
        "lng": lon,
        "lat": lat,
        "addr": heard.place,
        "createTime": created,
        "wxNick": "用户" + user,
        "state": np.where(heard.settled, 3, 1),
        "openId": "o" + user,
        "replyBy": promised,
        "replyTime": chosen(heard.settled, replied.astype(object)),
    }
    content = sheet(columns, [Mention("subject", "event", tickets.true_id)], heard.shown)
    return File(
        "chengshi_zhuomuniao", f"woodpecker_{desk.date}.ndjson", "ndjson", (content,), delta={"": Delta(("id",))}
    )

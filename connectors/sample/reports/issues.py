"""The same incident on six platforms: hotline, grid events, citizens' snapshots, 综治e通, law enforcement, patrols.

Belongs here: which incidents each hears of, how it words and codes them, when it says they happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from connectors.sample import noise
from connectors.sample import vocabulary as words
from connectors.sample.addresses import chinese_number
from connectors.sample.draws import Bools, Draws, Ints, Texts, chosen, texts
from connectors.sample.people import surname_of
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, sheet


@dataclass(frozen=True)
class Hearing:
    """The incidents one platform heard of: which, where, in which words, and when it took them down."""

    desk: Desk
    event: Ints
    draws: Draws
    place: Texts
    wording: Texts
    time: npt.NDArray[np.datetime64]
    done: npt.NDArray[np.datetime64]
    settled: Bools
    shown: Bools

    @property
    def category(self) -> Texts:
        """The true category of each."""
        return self.desk.city.events.category[self.event]

    @property
    def grid(self) -> Ints:
        """The grid each happened in."""
        return self.desk.city.houses.grid[self.desk.city.events.house[self.event]]

    def numbers(self, pattern: str) -> Texts:
        """Running numbers in the order they were taken down."""
        return texts([pattern.format(n) for n in range(len(self.event))])

    def times(self, moments: npt.NDArray[np.datetime64]) -> Texts:
        """Moments as local text."""
        return texts([m.replace("T", " ") for m in np.datetime_as_string(moments.astype("datetime64[s]")).tolist()])

    def closing(self) -> Texts:
        """When each was settled, None while it is open."""
        return chosen(self.settled, self.times(self.done))


def _place(desk: Desk, house: int, mark: str, depth: int, chinese: bool) -> str:
    """Where it happened, as a passer-by says: the estate, its building, perhaps the room."""
    houses, estates = desk.city.houses, desk.city.estates
    name = estates.name[houses.estate[house]]
    if depth == 0:
        return str(name)
    if not houses.urban[house]:
        return f"{name}{houses.door[house]}{'号' if mark else ''}"
    building = int(houses.building[house])
    number = chinese_number(building) if chinese else str(building)
    return f"{name}{number}{mark or ('' if depth == 1 else '幢')}{houses.room[house] if depth == 2 else ''}"


def hear(desk: Desk, platform: str, share: float, delay: float, missing: float) -> Hearing:
    """What a platform hears: a share of all incidents, 4 % of them twice, on average `delay` hours late."""
    city = desk.city
    known = np.flatnonzero(Draws(city.seed, f"{platform} covers", len(city.events.house)).chance("known", share))
    again = known[Draws(city.seed, f"{platform} twice", len(known)).chance("twice", 0.04 * desk.level)]
    event = np.concatenate([known, again])
    draws = desk.draws(platform, len(event))
    time = city.events.time[event] + (draws.exponential("delay", delay) * 60).astype("timedelta64[m]")
    by_time = np.argsort(time, kind="stable")
    event, time = event[by_time], time[by_time]
    house = city.events.house[event]
    marks, depth = (
        draws.pick("mark", ["幢", "号楼", "幢", "号楼", "号", ""]),
        draws.weighted("depth", [0.08, 0.17, 0.75]),
    )
    chinese = draws.chance("chinese", 0.02 * desk.level)
    place = texts(
        [
            _place(desk, h, m, d, c)
            for h, m, d, c in zip(house.tolist(), marks, depth.tolist(), chinese.tolist(), strict=True)
        ]
    )
    for label, rate, mishap in (("full width", 0.012, noise.full_width), ("slip", 0.02, noise.slip_or_gap)):
        place = noise.spoil(place, draws, label, rate * desk.level, mishap)
    phrase = texts(
        [
            words.EVENTS[c][2][k]
            for c, k in zip(city.events.category[event], draws.below("phrase", 4).tolist(), strict=True)
        ]
    )
    wording = place + draws.pick("where", words.EVENT_WHERE) + phrase + draws.pick("tail", words.EVENT_TAILS)
    slack = draws.normal("slack") * 12
    done = time + (np.maximum(0.5, city.events.hours[event] + slack) * 60).astype("timedelta64[m]")
    now = desk.today + np.timedelta64(24 * 60 - 1, "m")
    return Hearing(
        desk=desk,
        event=event,
        draws=draws,
        place=noise.blank(place, draws, "place missing", missing * desk.level),
        wording=wording,
        time=time,
        done=done,
        settled=(done <= now) & draws.chance("settled", 0.94),
        shown=time <= now,
    )


def hotline(desk: Desk) -> File:
    """12345 公共服务热线: knows who called, unless the caller would not say."""
    heard = hear(desk, "rexian_12345", 0.43, 3.0, 0.0176)
    draws, persons = heard.draws, desk.city.persons
    caller = desk.city.events.reporter[heard.event]
    polite = texts(
        [
            surname_of(n) + ("先生" if s else "女士")
            for n, s in zip(persons.name[caller], persons.sex[caller], strict=True)
        ]
    )
    way = draws.weighted("caller", [0.705, 0.207, 0.088])
    columns: dict[str, Column] = {
        "工单编号": heard.numbers("JY202611{:09d}"),
        "来电人": np.select([way == 0, way == 1], [persons.name[caller], polite], texts(["匿名"] * draws.n)),
        "来电号码": persons.phone[caller],
        "诉求类别": texts([words.EVENTS[c][0] for c in heard.category]),
        "诉求内容": heard.wording,
        "事发地址": heard.place,
        "受理时间": heard.times(heard.time),
        "办结时限": heard.times(heard.time + np.timedelta64(72, "h")),
        "办结时间": heard.closing(),
        "承办单位": desk.city.grids.street[heard.grid],
        "状态": chosen(heard.settled, "已办结", "办理中"),
        "满意度": texts(["满意", "基本满意", "不满意", "未评价"])[draws.weighted("satisfied", [0.44, 0.22, 0.2, 0.14])],
    }
    mentions = [Mention("subject", "event", heard.event), Mention("caller", "person", caller)]
    content = sheet(columns, mentions, heard.shown)
    options = {"encoding": "gb18030", "line_end": "\r\n"}
    return File(
        "rexian_12345", f"12345工单_{desk.date}.csv", "delimited", (content,), options, delta={"": Delta(("工单编号",))}
    )


_STEPS = ["发现", "立案", "派遣", "处置", "核查", "结案"]


def grid_events(desk: Desk) -> File:
    """网格化平台 事件: found by grid staff, with the grid's code and the steps taken."""
    heard = hear(desk, "wangge_shijian", 0.44, 2.4, 0.003)
    steps = np.empty(heard.draws.n, dtype=object)
    steps[:] = [_STEPS if done else _STEPS[:3] for done in heard.settled]
    columns: dict[str, Column] = {
        "eventId": heard.numbers("WG{:08d}"),
        "eventType": heard.category,
        "gridCode": desk.city.grids.grid_code[heard.grid],
        "desc": heard.wording,
        "address": heard.place,
        "reportTime": heard.times(heard.time),
        "finishTime": heard.closing(),
        "limitHours": np.full(heard.draws.n, 48),
        "status": chosen(heard.settled, "FINISHED", "PROCESSING"),
        "steps": steps,
    }
    content = sheet(columns, [Mention("subject", "event", heard.event)], heard.shown)
    return File(
        "wangge_shijian",
        f"grid_events_{desk.date}.json",
        "json",
        (content,),
        {"rows": "rows"},
        delta={"": Delta(("eventId",))},
    )


def snapshots(desk: Desk) -> File:
    """城市啄木鸟: citizens' snapshots with a position and a time in epoch milliseconds."""
    heard = hear(desk, "chengshi_zhuomuniao", 0.30, 7.3, 0.02)
    estates = desk.city.estates
    estate = desk.city.houses.estate[desk.city.events.house[heard.event]]
    columns: dict[str, Column] = {
        "id": heard.numbers("ZMN-{}"),
        "kind": heard.category,
        "content": heard.wording,
        "lng": np.round(estates.lon[estate] + 0.002 * heard.draws.normal("lng"), 6),
        "lat": np.round(estates.lat[estate] + 0.002 * heard.draws.normal("lat"), 6),
        "addr": heard.place,
        "createTime": heard.time.astype("datetime64[ms]").astype(np.int64),
        "wxNick": heard.numbers("用户{}"),
        "state": np.where(heard.settled, 3, 1),
    }
    content = sheet(columns, [Mention("subject", "event", heard.event)], heard.shown)
    return File(
        "chengshi_zhuomuniao", f"woodpecker_{desk.date}.ndjson", "ndjson", (content,), delta={"": Delta(("id",))}
    )


def public_order(desk: Desk) -> File:
    """综治e通: entered by the grid, named by the grid."""
    heard = hear(desk, "zongzhi_etong", 0.25, 9.7, 0.005)
    columns: dict[str, Column] = {
        "serialNumber": heard.numbers("ZZ{:07d}"),
        "subject": heard.category,
        "issueContent": heard.wording,
        "occurLocation": heard.place,
        "occurDate": heard.times(heard.time),
        "occurOrg": desk.city.grids.grid[heard.grid],
        "status": chosen(heard.settled, "已办结", "办理中"),
    }
    content = sheet(columns, [Mention("subject", "event", heard.event)], heard.shown)
    options = {"encoding": "GBK", "root": "issues", "row": "issue"}
    return File(
        "zongzhi_etong", f"zongzhi_{desk.date}.xml", "xml", (content,), options, delta={"": Delta(("serialNumber",))}
    )


def enforcement(desk: Desk) -> File:
    """综合执法系统: cases with a party and a fine."""
    heard = hear(desk, "zonghe_zhifa", 0.23, 13.0, 0.005)
    draws, persons = heard.draws, desk.city.persons
    adults = np.flatnonzero(persons.age > 20)
    party = persons.name[adults[draws.below("party", len(adults))]]
    columns: dict[str, Column] = {
        "案件编号": heard.numbers("ZF{:07d}"),
        "案由": heard.category,
        "案发地点": heard.place,
        "案情描述": heard.wording,
        "立案时间": heard.times(heard.time),
        "结案时间": heard.closing(),
        "当事人": chosen(draws.chance("party known", 0.46), party),
        "处罚金额": draws.between("fine", 0, 19) * 100,
    }
    content = sheet(columns, [Mention("subject", "event", heard.event)], heard.shown)
    options = {"encoding": "gbk", "line_end": "\r\n"}
    return File(
        "zonghe_zhifa", f"执法案件_{desk.date}.csv", "delimited", (content,), options, delta={"": Delta(("案件编号",))}
    )


def patrols(desk: Desk) -> File:
    """公安巡防系统: found on patrol."""
    heard = hear(desk, "gongan_xunfang", 0.145, 5.0, 0.017)
    officer = heard.draws.between("officer", 83_000, 89_999)
    columns: dict[str, Column] = {
        "xfbh": heard.numbers("XF{:07d}"),
        "lb": heard.category,
        "ms": heard.wording,
        "dz": heard.place,
        "fxsj": heard.times(heard.time),
        "czjg": chosen(heard.draws.chance("handled", 0.94), "已处置", "移交"),
        "jh": texts([f"0{n}" for n in officer.tolist()]),
    }
    content = sheet(columns, [Mention("subject", "event", heard.event)], heard.shown)
    return File("gongan_xunfang", f"巡防记录_{desk.date}.ndjson", "ndjson", (content,), delta={"": Delta(("xfbh",))})

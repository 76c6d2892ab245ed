"""What staff report of the city's incidents: the grid platform, 综治e通, law enforcement, police patrols.

Belongs here: the columns of these four. Does not: what they hear (`hearing`) or the stages (`stages`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from connectors.gcj02 import gcj02
from connectors.sample.draws import Texts, chosen, texts
from connectors.sample.reports.hearing import Hearing, hear
from connectors.sample.reports.libraries import component_numbers
from connectors.sample.reports.stages import stages
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, sheet
from connectors.sample.where import here

_HOURS = {"紧急工作时": 1, "工作时": 1, "工作日": 8}


def _wardens(heard: Hearing) -> Texts:
    """Staff numbers of the grid's own wardens, two or three a grid."""
    codes = heard.desk.city.grids.grid_code[heard.grid]
    nth = heard.draws.between("warden", 1, 3).tolist()
    return texts([f"{code}-{n}" for code, n in zip(codes, nth, strict=True)])


def _component_numbers(heard: Hearing) -> Texts:
    """The number of the component an incident is about, where the warden gave it."""
    events = heard.desk.city.events
    row = np.where(heard.tickets.event >= 0, events.component[heard.tickets.event], -1)
    gives = (row >= 0) & heard.draws.chance("gives component", 0.7)
    return chosen(gives, component_numbers(heard.desk.city.components)[row])


def grid_events(desk: Desk) -> File:
    """网格化平台 事件: what wardens come upon, with the grid's code and the way it went."""
    heard = hear(desk, "wangge_shijian", 0.44, 0.13, 2.4, 0.003)
    draws, way, kinds, warden = heard.draws, stages(heard), heard.kinds, _wardens(heard)
    none = np.array([k is None for k in kinds])
    alone = none | desk.city.habits.on_the_spot(heard.filed, heard.grid, draws)
    handler, verifier = way.staff("CZ{:03d}", 90, "处置"), way.staff("HC{:03d}", 30, "核查")
    users = {"发现": warden, "立案": texts(["受理台"] * draws.n), "派遣": texts(["派遣台"] * draws.n)}
    users |= {"处置": handler, "核查": verifier, "结案": texts(["受理台"] * draws.n)}
    flows = way.flow(users, alone)
    lon, lat = heard.around(6)
    flow, steps = (np.empty(draws.n, dtype=object) for _ in range(2))
    flow[:] = flows
    steps[:] = [[step["node"] for step in line] for line in flows]
    columns: dict[str, Column] = {
        "eventId": heard.numbers("WG{:08d}"),
        "eventType": texts([k.grid[1] if k else n for k, n in zip(kinds, heard.none(0), strict=True)]),
        "gridCode": desk.city.grids.grid_code[heard.grid],
        "desc": heard.wording,
        "address": heard.place,
        "reportTime": heard.times(heard.tickets.time),
        "finishTime": heard.times(heard.done, heard.settled),
        "limitHours": _column([k.grid[2] * _HOURS[k.grid[3]] if k else None for k in kinds]),
        "status": chosen(heard.settled, "FINISHED", "PROCESSING"),
        "steps": steps,
        "eventKind": texts([k.grid[0] if k else "其他" for k in kinds]),
        "limitValue": _column([k.grid[2] if k else None for k in kinds]),
        "limitUnit": texts([k.grid[3] if k else None for k in kinds]),
        "lng": np.round(lon, 6),
        "lat": np.round(lat, 6),
        "objCode": _component_numbers(heard),
        "source": texts(["网格员巡查", "群众上报", "视频监控"])[draws.weighted("source", [0.8, 0.15, 0.05])],
        "reporter": warden,
        "handler": chosen(alone, warden, handler),
        "verifier": chosen(~alone, verifier),
        "selfHandle": alone,
        "returnCount": np.where(alone, 0, way.returns()),
        "flow": flow,
    }
    content = sheet(columns, [Mention("subject", "event", heard.tickets.true_id)], heard.shown)
    return File(
        "wangge_shijian",
        f"grid_events_{desk.date}.json",
        "json",
        (content,),
        {"rows": "rows"},
        delta={"": Delta(("eventId",))},
    )


def _column(values: list[int | None]) -> npt.NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def public_order(desk: Desk) -> File:
    """综治e通: entered by the grid, named by the grid; a few know the day alone."""
    heard = hear(desk, "zongzhi_etong", 0.25, 0.1, 9.7, 0.005)
    way, kinds = stages(heard), heard.kinds
    orders = [k.order if k else (n, None, 10) for k, n in zip(kinds, heard.none(0), strict=True)]
    day_alone = heard.draws.befalls("day alone", 0.02 * desk.level)
    occurred = np.where(day_alone, heard.tickets.time.astype("datetime64[D]"), heard.tickets.time)
    columns: dict[str, Column] = {
        "serialNumber": heard.numbers("ZZ{:07d}"),
        "subject": texts([subject for subject, _, _ in orders]),
        "issueContent": heard.wording,
        "occurLocation": heard.place,
        "occurDate": heard.times(occurred.astype("datetime64[m]")),
        "occurOrg": desk.city.grids.grid[heard.grid],
        "status": chosen(heard.settled, "已办结", "办理中"),
        "issueCode": texts([code for _, code, _ in orders]),
        "limitDays": np.array([days for _, _, days in orders]),
        "acceptDate": way.column("立案"),
        "assignDate": way.column("派遣"),
        "handleDate": way.column("处置"),
        "verifyDate": way.column("核查"),
        "closeDate": heard.times(heard.done, heard.settled),
        "reporter": _wardens(heard),
        "handler": way.staff("CZ{:03d}", 90, "处置"),
        "verifier": way.staff("HC{:03d}", 30, "核查"),
        "returnCount": way.returns(),
    }
    content = sheet(columns, [Mention("subject", "event", heard.tickets.true_id)], heard.shown)
    options = {"encoding": "GBK", "root": "issues", "row": "issue"}
    return File(
        "zongzhi_etong", f"zongzhi_{desk.date}.xml", "xml", (content,), options, delta={"": Delta(("serialNumber",))}
    )


def _city_grids(heard: Hearing) -> Texts:
    """The grid of city management each spot lies in."""
    cells = heard.desk.city.city_grids
    row = cells.holding(*heard.around(0))
    return chosen(row >= 0, cells.code[row])


def enforcement(desk: Desk) -> File:
    """综合执法系统: cases with a party and a fine."""
    heard = hear(desk, "zonghe_zhifa", 0.23, 0.08, 13.0, 0.005)
    draws, persons, way, time = heard.draws, desk.city.persons, stages(heard), heard.tickets.time
    adults = np.flatnonzero(persons.age > 20)
    party = persons.name[adults[draws.below("party", len(adults))]]
    causes = texts([k.case[0] if k else None for k in heard.kinds])
    street = desk.city.grids.street_number[heard.grid]
    officer = way.staff("ZF{:03d}", 60, "处置")
    noticed = time - draws.between("noticed before", 5, 240).astype("timedelta64[m]")
    columns: dict[str, Column] = {
        "案件编号": heard.numbers("ZF{:07d}"),
        "案由": causes,
        "案发地点": heard.place,
        "案情描述": heard.wording,
        "立案时间": heard.times(time),
        "结案时间": heard.times(heard.done, heard.settled),
        "当事人": chosen(draws.chance("party known", 0.46), party),
        "处罚金额": draws.between("fine", 0, 19) * 100,
        "发现时间": heard.times(noticed),
        "派案时间": way.column("派遣"),
        "处置时间": way.column("处置"),
        "核查时间": way.column("核查"),
        "办理时限": texts([k.case[1] if k else None for k in heard.kinds]),
        "发现人": _wardens(heard),
        "办案人": officer,
        "核查人": way.staff("HC{:03d}", 30, "核查"),
        "退回次数": way.returns(),
        "责任网格": _city_grids(heard),
        "街道代码": texts([f"{here().division}7{n + 1:02d}" for n in street.tolist()]),
        "承办中队": texts([f"{s[:2]}中队" for s in desk.city.grids.street[heard.grid]]),
        "案件来源": draws.pick("source", ["日常巡查", "热线转办", "群众举报", "部门移交"]),
    }
    content = sheet(columns, [Mention("subject", "event", heard.tickets.true_id)], heard.shown)
    options = {"encoding": "gbk", "line_end": "\r\n"}
    return File(
        "zonghe_zhifa", f"执法案件_{desk.date}.csv", "delimited", (content,), options, delta={"": Delta(("案件编号",))}
    )


def patrols(desk: Desk) -> File:
    """公安巡防系统: found on patrol, in the police's own areas and in GCJ-02."""
    heard = hear(desk, "gongan_xunfang", 0.145, 0.15, 5.0, 0.017)
    areas, draws = desk.city.police_areas, heard.draws
    officer = draws.between("officer", 83_000, 89_999)
    lon, lat = gcj02(*heard.around(12))
    estate = desk.city.houses.estate[heard.tickets.house]
    outcome = chosen(draws.chance("handled", 0.94), "已处置", "移交")
    columns: dict[str, Column] = {
        "xfbh": heard.numbers("XF{:07d}"),
        "lb": texts([k.patrol if k else n for k, n in zip(heard.kinds, heard.none(0), strict=True)]),
        "ms": heard.wording,
        "dz": heard.place,
        "fxsj": heard.times(heard.tickets.time),
        "czjg": np.where(heard.tickets.event >= 0, outcome, "无异常").astype(object),
        "jh": texts([f"0{n}" for n in officer.tolist()]),
        "jwq": areas.code[areas.of_estate[estate]],
        "jd": np.round(lon, 6),
        "wd": np.round(lat, 6),
    }
    content = sheet(columns, [Mention("subject", "event", heard.tickets.true_id)], heard.shown)
    return File("gongan_xunfang", f"巡防记录_{desk.date}.ndjson", "ndjson", (content,), delta={"": Delta(("xfbh",))})

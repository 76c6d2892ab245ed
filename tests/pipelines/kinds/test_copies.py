"""Which certificates, components, public bodies and reports of events are one, pair by pair, beside hundreds that are not."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from pipelines.kinds import specification
from pipelines.kinds.certificate_columns import INPUTS as CERTIFICATES
from pipelines.kinds.component_columns import INPUTS as COMPONENTS
from pipelines.kinds.enterprise_columns import INPUTS as ENTERPRISES
from pipelines.kinds.event_columns import INPUTS as EVENTS
from pipelines.matching.engine.link import link
from pipelines.standardise.certificates import standardise_certificate_numbers
from pipelines.standardise.enterprise import EnterpriseNames
from warehouse.model.data_model import shipped

METRE = 1 / 96_000
"""Degrees of longitude at 30° north."""


@dataclass(frozen=True)
class Stored:
    """Mentions as they are stored, to an input that reads nothing else."""

    table: pa.Table
    threads: int = 1

    def columns(self) -> pa.Table:
        return self.table


def certificates(lines: list[list[Any]]) -> pa.Table:
    kind, number, name, holder, day = (pa.array(column, pa.string()) for column in zip(*lines, strict=True))
    read = standardise_certificate_numbers(number)
    days = pa.array([datetime.date.fromisoformat(d) for d in day.to_pylist()], pa.date32())
    columns = {"certificate_type": kind, "number": read["number"], "number_digits": read["digits"]}
    return pa.table(columns | {"holder_name": name, "holder_number": holder, "issued_on": days})


def components(lines: list[list[Any]]) -> pa.Table:
    number, name, survey, east = (list(column) for column in zip(*lines, strict=True))
    columns = {"source_code": number, "name": name, "survey": survey}
    place = {"location_lng": [120 + float(e) * METRE for e in east], "location_lat": [30.0] * len(east)}
    return pa.table(columns | place)


def other_certificates() -> list[list[Any]]:
    """Certificates of others, every third with a second copy."""
    one = [
        [f"证{i % 7}", f"QT{i * 7919 % 10**8:08d}", f"乙{i}", f"33010219{i * 104729 % 10**10:010d}", f"20{20 + i % 9}-0{1 + i % 9}-11"]
        for i in range(300)
    ]  # fmt: skip
    return one + one[::3]


def other_components() -> list[list[Any]]:
    """Components far from the pair and from each other, every twentieth counted twice."""
    first = [[f"3301020{100 + i % 20}{i:06d}", f"部件{i % 20}", "首次普查", 1000 + 50 * i] for i in range(400)]
    again = [[f"{c[:10]}{900000 + i}", n, "补充普查", e + 0.4] for i, (c, n, _, e) in enumerate(first[::20])]
    return first + again


REPORT = (
    *("event_class", "event_class_reach", "event_class_kind", "estate", "building", "room", "occurred_at", "closed_at"),
    *("content", "event_class_mark", "event_class_hour", "event_class_firm", "event_class_since", "reporter_phone"),
)


def events(lines: list[list[Any]]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        name: pa.array(column, pa.string()) for name, column in zip(REPORT, zip(*lines, strict=True), strict=True)
    }
    for name in ("occurred_at", "closed_at"):
        moments = [v and datetime.datetime.fromisoformat(v) for v in columns[name].to_pylist()]
        columns[name] = pa.array(moments, pa.timestamp("us"))
    slow = [name == "油烟扰民" for name in columns["event_class"].to_pylist()]
    columns["event_class_pace"] = pa.array([4 if s else 1 for s in slow], pa.int64())
    columns["source_code"] = pa.array([f"G{i:05d}" for i in range(len(lines))])
    columns["community"] = pa.array(["松风社区"] * len(lines))
    for name in EVENTS.columns:
        if name not in columns:
            coordinate = name in ("location_lng", "location_lat")
            columns[name] = pa.nulls(len(lines), pa.float64() if coordinate else pa.string())
    return pa.table(columns)


def other_events() -> list[list[Any]]:
    """Events of two years at forty estates, every second told twice."""
    classes = [
        ("占道经营", "spot"),
        ("停水停电", "area"),
        ("邻里纠纷", "door"),
        ("机动车乱停放", "spot"),
        ("油烟扰民", "area"),
    ]
    lines = []
    for i in range(500):
        name, reach = classes[i % 5]
        at = datetime.datetime(2025, 1, 1, 6) + datetime.timedelta(hours=35 * i)
        for hours in (0, 3)[: 1 + i % 2]:
            moment = (at + datetime.timedelta(hours=hours)).isoformat(" ")
            firm = f"店{i}" if i % 3 == 0 else None
            lines.append([name, reach, "incident", f"某小区{i * 7919 % 40}", str(i % 9), None, moment, None, f"事由{i}甲{hours}乙", None, None, firm, "d1", None])  # fmt: skip
    return lines


NAMES = EnterpriseNames.of_places(["云岭市", "沙洲镇", "河口镇", "临溪街道"])


def enterprises(lines: list[list[Any]]) -> pa.Table:
    name, code, phone, home = (pa.array(column, pa.string()) for column in zip(*lines, strict=True))
    parts = NAMES(name).drop_columns(["name"])
    columns = dict(zip(parts.column_names, parts.columns, strict=True))
    organisation = pa.array([c and c[8:17] for c in code.to_pylist()], pa.string())
    columns |= {"code_raw": code, "code_legible": code, "credit_code": code, "organisation_code": organisation}
    columns |= {"phone": phone, "dwelling": home}
    return pa.table(columns | {c: pa.nulls(len(lines), pa.string()) for c in ENTERPRISES.columns if c not in columns})


def other_enterprises() -> list[list[Any]]:
    """Firms with their codes, every third named again without, and a body that every project of its town names."""
    brands = [
        f"{a}{b}"
        for a in "恒禾永丰瑞祥嘉泰"
        for b in "源长凯众润吉通德新康茂海绿星宝联良科福远江盛隆创利鑫灵景光达顺华"
    ]
    firms = [
        [f"云岭市{brand}{'纺织包装机械'[i % 3 * 2 : i % 3 * 2 + 2]}有限公司", f"91330299A{i:08d}X", f"139{i:08d}", f"h{100 + i}"]
        for i, brand in enumerate(brands)
    ]  # fmt: skip
    again = [[name, None, phone, home] for name, _, phone, home in firms[::3]]
    return firms + again + firms[::4] + [["云岭市河口镇政府", None, None, None]] * 40


KINDS = {
    "enterprises": (ENTERPRISES, enterprises, other_enterprises),
    "events": (EVENTS, events, other_events),
    "certificates": (CERTIFICATES, certificates, other_certificates),
    "components": (COMPONENTS, components, other_components),
}
CASES = [
    pytest.param(name, left, right, verdict == "same", id=why)
    for name in KINDS
    for verdict, pairs in yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")).items()
    for left, right, why in pairs
]


@pytest.mark.parametrize(("name", "left", "right", "same"), CASES)
def test_two_lines_are_one_thing_or_two(name: str, left: list[Any], right: list[Any], same: bool) -> None:
    first, second = clusters_of(name, left, right)
    assert (first == second) == same


def test_a_body_without_a_code_does_not_bring_two_codes_together() -> None:
    body = "云岭市沙洲镇人民政府"
    mentions = [[body, code, None, None] for code in ("11330299B00000001X", "11330299B00000002X", None)]
    one, other, neither = clusters_of("enterprises", *mentions)
    assert one != other
    assert neither in {one, other}


def clusters_of(name: str, *lines: list[Any]) -> list[int]:
    """The clusters of these mentions, which stand beside those of others."""
    inputs, table, others = KINDS[name]
    stored = table([*lines, *others()])
    stored = stored.append_column("mention_id", pa.array(range(stored.num_rows), pa.int64()))
    found = link(inputs.view(Stored(stored)), specification(shipped(), name.removesuffix("s")), id_column="mention_id")
    cluster = dict(zip(found.clusters["mention_id"].to_pylist(), found.clusters["cluster_id"].to_pylist(), strict=True))
    return [cluster[i] for i in range(len(lines))]

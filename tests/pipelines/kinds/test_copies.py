"""Which certificates and components are one, pair by pair, beside hundreds of others that are not."""

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
from pipelines.matching.engine.link import link
from pipelines.standardise.certificates import standardise_certificate_numbers
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


KINDS = {
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
    inputs, table, others = KINDS[name]
    stored = table([left, right, *others()])
    stored = stored.append_column("mention_id", pa.array(range(stored.num_rows), pa.int64()))
    found = link(inputs.view(Stored(stored)), specification(shipped(), name.removesuffix("s")), id_column="mention_id")
    cluster = dict(zip(found.clusters["mention_id"].to_pylist(), found.clusters["cluster_id"].to_pylist(), strict=True))
    assert (cluster[0] == cluster[1]) == same

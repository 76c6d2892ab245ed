"""Invented rows in every format, and a way to describe a file of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors import registry
from connectors.describe import describe
from connectors.spec import Platform
from pipelines.standardise.recognition import Recognition
from warehouse.model.data_model import shipped

Row = dict[str, str]


def id_number(random: random.Random) -> str:
    """An invented identity number whose check digit holds (GB 11643); division 999999 does not exist."""
    body = f"810000{random.randint(1940, 2010)}{random.randint(1, 12):02}{random.randint(1, 28):02}{random.randint(0, 999):03}"
    total = sum(int(d) * w for d, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return body + "10X98765432"[total % 11]


@pytest.fixture(scope="session")
def people() -> list[Row]:
    """Forty invented insured persons."""
    draw = random.Random(5)
    rows = []
    for n in range(40):
        number = id_number(draw)
        rows.append(
            {
                "个人编号": f"YB{n + 1000:06}",
                "姓名": draw.choice("王李张刘陈") + draw.choice("晓建志秀海") + draw.choice("明芳强兰波"),
                "证件号码": number,
                "性别": "12"[int(number[16]) % 2 == 0],
                "手机号码": f"139{draw.randint(10000000, 99999999)}",
                "居住地址": f"澄江路{n + 1}号{n % 9 + 1}幢{n % 4 + 1}0{n % 3 + 1}室",
                "单位名称": draw.choice(["江南试验有限公司", "云陵机械厂", "石埠百货商店"]),
                "参保状态": draw.choice(["正常参保", "暂停参保", "终止参保"]),
                "更新时间": f"2026-10-{n % 28 + 1:02} 08:00:00",
            }
        )
    return rows


@pytest.fixture(scope="session")
def recognition() -> Recognition:
    """The recogniser of the shipped standardisers."""
    return Recognition()


@pytest.fixture
def described(tmp_path: Path, recognition: Recognition) -> Callable[..., tuple[Platform, str]]:
    """Writes a file, describes it and loads the description: the platform and the text."""

    def of(content: bytes | Path, name: str = "医保参保_20261101.csv") -> tuple[Platform, str]:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        text = describe(path, "yibao", shipped(), registry.load_code_tables(), recognition)
        (tmp_path / "yibao.yaml").write_text(text, encoding="utf-8")
        return registry.load_platform(tmp_path / "yibao.yaml"), text

    return of


def as_text(rows: list[Row], separator: str = ",", title: str = "") -> str:
    """Rows as delimited text."""
    lines = [separator.join(rows[0]), *(separator.join(row.values()) for row in rows)]
    return title + "\r\n".join(lines) + "\r\n"


def attributes(platform: Platform, role: str = "subject") -> dict[str, Any]:
    """The attributes of a role as they would be written."""
    declared = platform.datasets[0].roles[role]
    return {name: source.model_dump(exclude_defaults=True) for name, source in declared.attributes.items()}


def comments(text: str) -> list[str]:
    """The comments of a description."""
    assert isinstance(yaml.safe_load(text), dict)
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]

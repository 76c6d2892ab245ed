"""`onenet describe` and `onenet try`, and the guides that lead through them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from connectors.registry import load_platform
from pipelines.city import City
from tests.connectors.describe.conftest import as_text, id_number

Onenet = Callable[..., Result]

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = [("add-a-platform.md", "add-a-kind.md"), ("add-a-platform.zh-CN.md", "add-a-kind.zh-CN.md")]


def blocks(guide: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (DOCS / guide).read_text(encoding="utf-8"), flags=re.S)


@pytest.fixture(scope="module", params=GUIDES, ids=["English", "Chinese"])
def guided(request: pytest.FixtureRequest, onenet: Onenet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a city after both guides, without their platforms; they lie beside it."""
    folder = tmp_path_factory.mktemp("guide")
    city = folder / "mycity"
    assert onenet("init", city).exit_code == 0
    insurance, codes, insured = blocks(request.param[0])
    vehicle, vehicles = blocks(request.param[1])
    (city / "kinds" / "person_insurance.yaml").write_text(insurance, encoding="utf-8")
    (city / "codes.yaml").write_text(codes, encoding="utf-8")
    (city / "kinds" / "vehicle.yaml").write_text(vehicle, encoding="utf-8")
    (folder / "yibao_canbao.yaml").write_text(insured, encoding="utf-8")
    (folder / "cheguan.yaml").write_text(vehicles, encoding="utf-8")
    draw = random.Random(2)
    people, cars = [], []
    for n in range(12):
        number = id_number(draw)
        name = draw.choice("王李张刘") + draw.choice("晓建志秀") + draw.choice("明芳强兰")
        people.append(
            {
                "个人编号": f"YB{n}", "姓名": name, "证件号码": number, "性别": "12"[n % 2], "手机号码": f"1390000{n:04}",
                "居住地址": f"澄江路{n + 1}号2幢301室", "单位名称": "江南试验有限公司", "参保状态": "1234"[n % 4], "更新时间": "2026-10-01",
            }
        )  # fmt: skip
        firm = {"所有人": "江南试验有限公司", "所有人证件号码": "91320281MA1XYZ1234"}
        owner = {"所有人": name, "所有人证件号码": number}
        kind = {"号牌号码": f"苏B{n + 10000}", "车辆类型": "小型轿车"}
        cars.append({**kind, **(owner if n % 4 else firm), "注册登记日期": "2020-05-06", "更新时间": "2026-10-01"})
    (folder / "医保参保_20261101.csv").write_bytes(as_text(people).encode("gb18030"))
    (folder / "机动车_20261101.csv").write_text(as_text(cars), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("platform", "file"), [("yibao_canbao", "医保参保_20261101.csv"), ("cheguan", "机动车_20261101.csv")]
)
def test_describing_the_file_of_a_guide_leads_to_the_description_of_the_guide(
    onenet: Onenet, guided: Path, platform: str, file: str
) -> None:
    city = City(guided / "mycity")
    out = guided / "mycity" / "platforms" / f"{platform}.yaml"
    result = onenet("describe", guided / file, "--city", guided / "mycity", "--out", out)
    assert result.exit_code == 0, result.output
    (drafted,) = load_platform(out, city.data_model, city.code_tables).datasets
    (edited,) = load_platform(guided / f"{platform}.yaml", city.data_model, city.code_tables).datasets
    out.unlink()
    assert drafted.key == edited.key
    assert drafted.changed_at == edited.changed_at
    assert set(drafted.columns) == set(edited.columns)
    for name, role in edited.roles.items():
        assert drafted.roles[name].attributes == role.attributes
        assert drafted.roles[name].ties == role.ties


def test_trying_shows_rows_values_and_mentions_under_masks(onenet: Onenet, guided: Path) -> None:
    result = onenet("try", guided / "yibao_canbao.yaml", guided / "医保参保_20261101.csv", "--city", guided / "mycity")
    assert result.exit_code == 0, result.output
    assert "12" in result.output
    state = next(line for line in result.output.splitlines() if "insurance_state" in line and "│" in line)
    assert re.findall(r"\d+", state) == ["12", "9", "3"]  # a fourth code is in no table
    assert not re.search(r"\d{17}[\dX]|1390000\d{4}", result.output)
    assert "810000************" in result.output


def test_a_party_is_a_person_or_an_enterprise_row_by_row(onenet: Onenet, guided: Path) -> None:
    result = onenet(
        "try", guided / "cheguan.yaml", guided / "机动车_20261101.csv", "--city", guided / "mycity", "--rows", 0
    )
    counts = dict(re.findall(r"│ (owner\w*) +│ +(\d+)", result.output))
    assert counts == {"owner": "9", "owner_enterprise": "3"}


def test_trying_names_columns_that_are_missing_and_not_declared_and_rows_sent_back(
    onenet: Onenet, guided: Path, tmp_path: Path
) -> None:
    declared = yaml.safe_load((guided / "yibao_canbao.yaml").read_text(encoding="utf-8"))
    columns = declared["datasets"][0]["columns"]
    columns["险种"] = {"en": "insurance", "optional": True}
    del columns["单位名称"]
    del declared["datasets"][0]["roles"]["subject"]["enterprise"]
    path = tmp_path / "yibao_canbao.yaml"
    path.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    text = (guided / "医保参保_20261101.csv").read_bytes().decode("gb18030").replace("YB3,", ",").replace("YB4,", ",")
    file = tmp_path / "any name.csv"
    file.write_bytes(text.encode("gb18030"))
    result = onenet("try", path, file, "--city", guided / "mycity")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert any("险种" in line and "missing" in line for line in lines)
    # what nobody declared is named by its place: it may be no heading at all
    assert any("未声明列7" in line and "not declared" in line for line in lines)
    assert any("退回 2" in line and "个人编号" in line for line in lines)


def test_a_wrong_description_or_file_ends_with_the_remedy(onenet: Onenet, guided: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "yibao_canbao.yaml"
    wrong.write_text(
        (guided / "yibao_canbao.yaml").read_text(encoding="utf-8").replace("cadence", "cadense"), encoding="utf-8"
    )
    file = guided / "医保参保_20261101.csv"
    result = onenet("try", wrong, file, "--city", guided / "mycity")
    assert result.exit_code == 2
    assert "cadence" in result.output
    result = onenet("try", guided / "yibao_canbao.yaml", guided / "机动车_20261101.csv", "--city", guided / "mycity")
    assert result.exit_code == 2
    assert "表头" in result.output or "缺少列" in result.output or "编码" in result.output
    assert onenet("try", tmp_path / "none.yaml", file).exit_code == 2
    assert onenet("describe", tmp_path / "none.csv").exit_code == 2
    assert onenet("describe", file, "--out", wrong).exit_code == 2  # it is there already
    assert onenet("describe", file, "--out", tmp_path / "Not-Allowed.yaml").exit_code == 2


def test_every_file_the_guides_point_to_exists() -> None:
    for guide in (name for pair in GUIDES for name in pair):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (DOCS / guide).read_text(encoding="utf-8")):
            assert (DOCS / target).exists(), f"{guide}: {target}"

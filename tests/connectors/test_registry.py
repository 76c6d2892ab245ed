"""Platform descriptions: what is shipped holds, what is wrong is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from connectors.registry import ConfigurationError, load_code_tables, load_platforms
from connectors.spec import AddressSource, Platform
from warehouse.model.data_model import shipped

GOOD = """\
platform: roll
title: {zh: 名册, en: Roll}
department: {code: office, zh: 某局, en: Some Office}
cadence: daily
sharing: conditional
files: "roll_{date}.csv"
format: {kind: delimited, encoding: gb18030}
delivery: {semantics: snapshot}
datasets:
  - name: roll
    title: {zh: 名册, en: Roll}
    columns: {编号: number, 姓名: name, 地址: address}
    roles:
      subject:
        kind: person
        attributes: {name: 姓名, address: 地址}
entitlements:
  person: [name]
"""


def problems(folder: Path, text: str, name: str = "roll.yaml") -> tuple[str, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_platforms(folder)
    return caught.value.problems


def test_a_good_description_loads(tmp_path):
    (tmp_path / "roll.yaml").write_text(GOOD, encoding="utf-8")
    assert list(load_platforms(tmp_path)) == ["roll"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cadence: daily", "cadence: dayly", ["roll.yaml:4: cadence", "'dayly'", "weekly", "did you mean 'daily'"]),
        (
            "cadence: daily",
            "cadense: daily",
            ["cadense: unknown key", "did you mean 'cadence'", "cadence: is required"],
        ),
        ("    columns:", "    colums:", ["roll.yaml:12: datasets.0.colums", "did you mean 'columns'"]),
        ("name: 姓名,", "nam: 姓名,", ["nam", "nothing a person asserts", "former_name"]),
        ("name: 姓名,", "name: 名,", ["roles.subject", "'名'", "not among columns", "姓名"]),
        ("gb18030", "gb18031", ["roll.yaml:7: format.encoding", "'gb18031'", "gb18030"]),
        ("gb18030", "base64", ["format.encoding", "no text encoding"]),
        ("gb18030}", 'gb18030, separator: "||"}', ["format.separator", "one character"]),
        ("kind: delimited", "kind: csv", ["format.kind", "'csv'", "delimited", "geojson"]),
        ("encoding: gb18030", "encodin: gb18030", ["format.encodin: unknown key", "did you mean 'encoding'"]),
        ("roll_{date}", "roll_{day}", ["roll.yaml:6: files", "'day'", "{date}", "{scope}"]),
        ("roll_{date}", "roll_{date}_{date}", ["files", "twice"]),
        ("roll_{date}", "roll_{date", ["files", "brace"]),
        ("platform: roll", "platform: rol", ["roll.yaml:1: platform", "not the name of its file"]),
        ("snapshot", "delta", ["delta needs a key"]),
        ("person: [name]", "person: [name, salary]", ["entitlements.person", "salary", "allowed"]),
        (
            "name: 姓名,",
            "name: {column: 姓名, codes: sexx},",
            ["attributes.name.codes", "'sexx'", "did you mean 'sex'", "code_tables"],
        ),
        ("name: 姓名,", "name: {colum: 姓名},", ["colum", "unknown key", "did you mean 'column'"]),
        ("cadence: daily", "cadence: daily\ncadence: weekly", ["roll.yaml:5: cadence", "twice"]),
        ("cadence: daily", "cadence: [daily", ["roll.yaml:", "not YAML"]),
        ("kind: person", "kind: persn", ["roles.subject: kind: 'persn'", "person"]),
        (
            "attributes: {name: 姓名, address: 地址}",
            "attributes: {name: 姓名}\n        housing: {relation: [owns], name: 地址}",
            ["roles.subject", "housing.name", "holds no name", "tied_by: housing"],
        ),
    ],
)
def test_a_wrong_description_says_where_what_and_what_is_allowed(tmp_path, old, new, said):
    assert old in GOOD
    message = "\n".join(problems(tmp_path, GOOD.replace(old, new, 1)))
    for part in said:
        assert part in message, message


def test_all_faults_of_all_files_are_shown_at_once(tmp_path):
    (tmp_path / "other.yaml").write_text(GOOD.replace("cadence: daily", "cadence: x"), encoding="utf-8")
    found = problems(tmp_path, GOOD.replace("sharing: conditional", "sharing: y"))
    assert {p.split(":")[0] for p in found} == {"other.yaml", "roll.yaml"}


def test_an_empty_folder_and_a_file_that_is_no_utf8_are_faults(tmp_path):
    with pytest.raises(ConfigurationError, match="no platform description"):
        load_platforms(tmp_path)
    (tmp_path / "roll.yaml").write_bytes("platform: 名".encode("gbk"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_platforms(tmp_path)


def test_a_folder_named_like_a_description_is_a_fault(tmp_path):
    (tmp_path / "d.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"d\.yaml.*YAML"):
        load_platforms(tmp_path)


def test_an_unquoted_code_is_a_fault(tmp_path):
    path = tmp_path / "codes.yaml"
    path.write_text("sex: {1: 男}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="quotes around 1"):
        load_code_tables(path)


def test_the_shipped_descriptions_load():
    platforms = load_platforms()
    assert len(platforms) == 27
    assert list(platforms) == sorted(platforms)


def test_every_shipped_delta_has_a_key_and_only_keys_are_mandatory():
    for platform in load_platforms().values():
        for dataset in platform.datasets:
            mandatory = {name for name, spec in dataset.columns.items() if spec.mandatory}
            assert mandatory <= set(dataset.key), platform.platform
            assert dataset.key or platform.delivery.semantics == "snapshot"


def test_only_departments_with_a_duty_read_identity_numbers():
    readers = {p.department.code for p in load_platforms().values() if "id_number" in p.entitlements.get("person", ())}
    assert readers == {"gongan", "weijian", "minzheng", "renshe", "ziran", "zhujian", "zhengfa", "shenpi"}


def test_one_reference_for_addresses_and_one_for_grids():
    references = [d.reference for p in load_platforms().values() for d in p.datasets if d.reference]
    assert sorted(references) == ["address", "grid"]


def test_every_authority_belongs_to_an_attribute_the_role_has_or_takes_from_another_role_of_its_row():
    kinds = shipped().kinds
    for platform in load_platforms().values():
        for dataset in platform.datasets:
            for name, role in dataset.roles.items():
                taken = {kinds[role.kind].ties[other].inherits for other, tie in role.ties.items() if tie.role}
                assert set(role.authority) <= set(role.attributes) | taken, (platform.platform, name)


def test_an_address_in_parts_names_its_columns():
    role = load_platforms()["wangge_caiji"].dataset("房屋").roles["subject"]
    source = role.attributes["address"]
    assert isinstance(source, AddressSource)
    assert source.columns == {"text": "地址", "building": "幢", "unit": "单元", "room": "室"}


def test_code_tables_hold_all_56_nationalities_under_code_and_label():
    table = load_code_tables()["ethnicity"]
    assert len(set(table.values())) == 56
    assert {f"{i:02d}" for i in range(1, 57)} <= set(table)
    assert set(table.values()) <= set(table)
    assert (table["01"], table["1"], table["汉"], table["汉族"], table["56"]) == ("汉族",) * 4 + ("基诺族",)


def test_shipped_files_are_plain_yaml():
    folder = Path(__file__).parents[2] / "connectors" / "platforms"
    for path in folder.glob("*.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["platform"] == path.stem


@pytest.mark.parametrize("columns", [["id", "ID"], ["row_number"], ["Delivery_ID"]])
def test_columns_that_landing_could_not_tell_apart_are_refused_at_load(columns):
    from tests.connectors.conftest import build_platform

    with pytest.raises(ValueError, match="at most in case"):
        build_platform({"kind": "ndjson"}, columns)


@pytest.mark.parametrize("name", ["../../x", "a/b", "..", ".", "a\\b", "a\0b", "x" * 61])
def test_a_dataset_whose_name_is_no_name_of_a_file_is_refused_at_load(name):
    with pytest.raises(ValueError, match="datasets"):
        build_named(dataset=name)


@pytest.mark.parametrize("name", ["delivery", "code", "kept", "newest", "a__0"])
def test_a_platform_with_a_name_of_our_own_is_refused_at_load(name):
    with pytest.raises(ValueError, match="choose another"):
        build_named(platform=name)


def build_named(platform="shebao", dataset="参保"):
    label = {"zh": "试", "en": "Trial"}
    return Platform.model_validate(
        {
            "platform": platform,
            "title": label,
            "department": {"code": "shebao", **label},
            "cadence": "daily",
            "sharing": "conditional",
            "files": "{date}.csv",
            "format": {"kind": "delimited"},
            "delivery": {"semantics": "snapshot"},
            "datasets": [{"name": dataset, "title": label, "columns": {"姓名": {"zh": "姓名", "en": "name"}}}],
        },
        context={"data_model": shipped()},
    )


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 10)}]\n" for i in range(30))


@pytest.mark.parametrize("text", ["a: &a [*a]", "&a {platform: *a}", BOMB, "[" * 5_000 + "]" * 5_000])
def test_yaml_that_holds_itself_or_grows_without_end_is_refused_at_once(tmp_path, text):
    (tmp_path / "shebao.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"shebao\.yaml:\d+: not YAML: .*(alias|levels)"):
        load_platforms(tmp_path)

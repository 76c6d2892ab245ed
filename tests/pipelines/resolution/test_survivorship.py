from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.resolution.rules import rules
from pipelines.resolution.survivorship import GoldenResult, Resolved, golden, write_golden
from warehouse.model import Home
from warehouse.model.base import SIZE
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE, CONFLICT
from warehouse.model.link import ENTITY

Build = Callable[..., pa.Table]
OLD, NEW = date(2015, 1, 1), date(2026, 1, 1)


@pytest.fixture
def person(mentions: Build, entities: Build, authority: Build) -> Callable[..., GoldenResult]:
    """All rows are one person."""

    def run(
        rows: Sequence[Mapping[str, Any]],
        trust: Mapping[tuple[str, str], int] | None = None,
        borrowed: Sequence[tuple[str, str]] = (),
        **known: Any,
    ) -> GoldenResult:
        whole = entities({"P1": range(len(rows))})
        trusted = authority(trust, borrowed=borrowed)
        return golden("person", mentions("person", rows), whole, trusted, threads=1, **known)

    return run


def value(result: GoldenResult, attribute: str) -> Any:
    assert result.golden.num_rows == 1
    return result.golden[attribute][0].as_py()


def claims(result: GoldenResult, attribute: str) -> list[dict[str, Any]]:
    return [line for line in result.attributes.to_pylist() if line["attribute"] == attribute]


def rivals(result: GoldenResult, attribute: str) -> list[str]:
    return [line["value"] for line in result.conflicts.to_pylist() if line["attribute"] == attribute]


@pytest.mark.parametrize("kind", sorted(shipped().kinds))
def test_every_golden_column_has_a_rule_or_is_made_from_one_that_has(kind: str) -> None:
    model = shipped()
    made = {f"{kind}_id", "community_code", "street_code", *(column.name for column in SIZE)}
    for name, attribute in model.kinds[kind].attributes.items():
        made |= set(attribute.beside)
        if attribute.golden:
            made |= {name + column.suffix for column in model.type_of(kind, name).golden if column.suffix}
    ruled = {rule.attribute for rule in rules(model, kind)}
    assert ruled == set(model.attributes(kind))
    assert set(model.golden(kind).names) - made <= ruled


def test_a_valid_identity_number_beats_any_number_of_invalid_and_damaged_ones(
    person: Callable[..., GoldenResult],
) -> None:
    good = "990101198503121237"
    broken = {
        "id_number_raw": "990101198503121299",
        "id_number_legible": "990101198503121299",
        "id_number_state": "invalid",
    }
    masked = {
        "id_number_raw": "990101********1237",
        "id_number_legible": "990101********1237",
        "id_number_state": "damaged",
    }
    rows = [broken | {"platform": p} for p in ("yiyuan", "shebao", "wangge")] + [
        masked | {"platform": "dengji"},
        {"platform": "jingcha", "id_number": good, "id_number_raw": good, "claimed_on": OLD},
    ]
    result = person(rows)
    assert value(result, "id_number") == good
    lines = claims(result, "id_number")
    assert [(c["platform"], c["is_valid"], c["is_golden"], c["reason"]) for c in lines] == [
        ("yiyuan", False, False, "invalid"),
        ("shebao", False, False, "invalid"),
        ("wangge", False, False, "invalid"),
        ("dengji", False, True, "invalid"),
        ("jingcha", True, True, "only"),
    ]
    assert rivals(result, "id_number") == []


def test_a_full_birth_date_beats_a_year_and_a_year_that_fits_is_no_conflict(
    person: Callable[..., GoldenResult],
) -> None:
    year = {"birth_date": date(1985, 1, 1), "birth_date_precision": "year", "birth_date_raw": "1985-01-01"}
    full = {"birth_date": date(1985, 3, 12), "birth_date_raw": "1985/3/12", "platform": "yiyuan", "claimed_on": OLD}
    result = person([year, year | {"platform": "shebao"}, full])
    assert value(result, "birth_date") == date(1985, 3, 12)
    assert value(result, "birth_date_precision") == "day"
    assert [c["is_golden"] for c in claims(result, "birth_date")] == [True, True, True]
    assert [c["reason"] for c in claims(result, "birth_date")] == ["complete", "complete", "complete"]
    assert rivals(result, "birth_date") == []


def test_a_year_that_does_not_fit_is_a_conflict(person: Callable[..., GoldenResult]) -> None:
    year = {"birth_date": date(1986, 1, 1), "birth_date_precision": "year"}
    result = person([{"birth_date": date(1985, 3, 12)}, year | {"platform": "yiyuan"}])
    assert rivals(result, "birth_date") == ["1985-03-12", "1986"]
    assert value(result, "conflict_count") == 1


def test_a_valid_number_tells_birth_date_and_sex_where_no_row_does(person: Callable[..., GoldenResult]) -> None:
    result = person([{"id_number": "990101198503121237", "id_number_raw": "990101198503121237"}])
    assert value(result, "birth_date") == date(1985, 3, 12)
    assert value(result, "sex") == "男"


def test_neither_newest_nor_most_trusted_alone_decides_a_phone(person: Callable[..., GoldenResult]) -> None:
    rows = [
        {"platform": "jingcha", "phone": "13800000001", "claimed_on": date(2010, 1, 1)},
        {"platform": "yiyuan", "phone": "13800000002", "claimed_on": date(2025, 6, 1)},
        {"platform": "shebao", "phone": "13800000002", "claimed_on": date(2025, 5, 1)},
        {"platform": "wangge", "phone": "13800000003", "claimed_on": date(2025, 12, 1)},
    ]
    result = person(rows, {("jingcha", "phone"): 70})
    assert value(result, "phone") == "13800000002"
    assert {c["value"]: c["reason"] for c in claims(result, "phone")} == {
        "13800000001": "majority",
        "13800000002": "majority",
        "13800000003": "majority",
    }
    assert [c["platform"] for c in claims(result, "phone") if c["is_source"]] == ["yiyuan"]


def test_a_platform_speaks_once_however_often_it_repeats_itself(person: Callable[..., GoldenResult]) -> None:
    rows = [{"platform": "wangge", "phone": "13800000003"}] * 5 + [
        {"platform": "yiyuan", "phone": "13800000002"},
        {"platform": "shebao", "phone": "13800000002"},
    ]
    assert value(person(rows), "phone") == "13800000002"


@pytest.mark.parametrize(
    ("trust", "winner", "reason"), [({}, "乙", "newest"), ({("jingcha", "ethnicity"): 95}, "甲", "authority")]
)
def test_one_against_one_authority_then_age_decides(
    person: Callable[..., GoldenResult], trust: dict[tuple[str, str], int], winner: str, reason: str
) -> None:
    rows = [{"ethnicity": "甲", "claimed_on": OLD}, {"ethnicity": "乙", "claimed_on": NEW, "platform": "yiyuan"}]
    result = person(rows, trust)
    assert value(result, "ethnicity") == winner
    assert {c["reason"] for c in claims(result, "ethnicity")} == {reason}
    assert rivals(result, "ethnicity") == ["乙", "甲"]


@pytest.mark.parametrize(("first", "second", "winner"), [(OLD, NEW, "女"), (NEW, OLD, "男"), (None, OLD, "女")])
def test_of_two_equal_voices_that_do_not_age_the_newer_stands(
    person: Callable[..., GoldenResult], first: date | None, second: date, winner: str
) -> None:
    rows = [{"sex": "男", "claimed_on": first}, {"sex": "女", "claimed_on": second, "platform": "yiyuan"}]
    for order in (rows, rows[::-1]):
        result = person(order)
        assert value(result, "sex") == winner
        assert {c["reason"] for c in claims(result, "sex")} == {"newest"}


def test_of_what_one_platform_says_the_newer_stands_and_is_the_source(person: Callable[..., GoldenResult]) -> None:
    rows = [
        {"ethnicity": "甲", "claimed_on": NEW},
        {"ethnicity": "甲", "claimed_on": OLD},
        {"ethnicity": "乙", "claimed_on": OLD},
    ]
    result = person(rows)
    assert value(result, "ethnicity") == "甲"
    assert [(c["value"], c["claimed_on"]) for c in claims(result, "ethnicity") if c["is_source"]] == [("甲", NEW)]


def test_a_name_that_another_row_calls_a_former_one_gives_way(person: Callable[..., GoldenResult]) -> None:
    rows = [
        {"name": "易大山", "platform": "yiyuan"},
        {"name": "易大山", "platform": "shebao"},
        {
            "name": "易小山",
            "platform": "jingcha",
            "former_name": "易大山",
            "former_name_raw": "易大山",
            "claimed_on": OLD,
        },
    ]
    result = person(rows)
    assert value(result, "name") == "易小山"
    assert value(result, "former_name") == "易大山"
    assert rivals(result, "name") == ["易大山", "易小山"]


def test_a_damaged_name_that_fits_supports_the_full_one_and_contradicts_nobody(
    person: Callable[..., GoldenResult],
) -> None:
    rows = [
        {"name": "欧阳丹青"},
        {"name": "欧阳?青", "name_form": "damaged", "platform": "yiyuan", "surname": "欧阳"},
        {"name": "欧女士", "name_key": "欧女士", "name_form": "surname_only", "platform": "shebao", "surname": "欧阳"},
    ]
    result = person(rows)
    assert value(result, "name") == "欧阳丹青"
    assert [c["is_golden"] for c in claims(result, "name")] == [True, True, True]
    assert rivals(result, "name") == []


def test_departments_that_agree_with_themselves_only_are_no_conflict(person: Callable[..., GoldenResult]) -> None:
    rows = [{"phone": "13800000001"}, {"phone": "13800000002"}]
    assert rivals(person(rows), "phone") == []


def test_what_a_platform_wrote_stays_though_nothing_can_be_read_from_it(person: Callable[..., GoldenResult]) -> None:
    result = person([{"birth_date_raw": "不详"}, {"name_raw": "匿名", "platform": "yiyuan"}])
    assert value(result, "birth_date") is None
    assert [(c["value"], c["value_raw"], c["is_valid"], c["reason"]) for c in claims(result, "birth_date")] == [
        (None, "不详", False, "invalid")
    ]
    assert [c["value_raw"] for c in claims(result, "name")] == ["匿名"]


@pytest.fixture
def homes(mentions: Build, entities: Build, authority: Build, grid: pa.Table) -> Resolved:
    rows = [
        {
            "dwelling": "甲社区/桃李园/3/2/502",
            "street": "河东街道",
            "road": "长风路",
            "road_number": "12",
            "grid_code": "990101001001002",
            "grid_raw": "990101001001002",
        },
        {"dwelling": "甲社区/桃李园/3/2/502", "platform": "wangge"},
        {
            "dwelling": "乙社区/柳家塘///8",
            "street": "河东街道",
            "grid_code": "990101001002001",
            "grid_raw": "990101001002001",
        },
    ]
    lines, whole = mentions("housing", rows), entities({"H1": [0, 1], "H2": [2]})
    return Resolved(lines, whole, golden("housing", lines, whole, authority(), grid=grid, threads=1).golden)


def test_a_home_has_one_address_whose_parts_fit_each_other(homes: Resolved) -> None:
    assert isinstance(homes.golden, pa.Table)
    first, second = homes.golden.to_pylist()
    assert first["address"] == "河东街道长风路12号桃李园3幢2单元502室"
    assert (first["estate"], first["building"], first["unit"], first["room"]) == ("桃李园", "3", "2", "502")
    assert second["address"] == "河东街道柳家塘8号"
    assert (second["grid_code"], second["community_code"], second["street_code"]) == (
        "990101001002001",
        "990101001002",
        "990101001",
    )


def test_a_person_lives_where_most_say_and_lies_in_the_grid_of_that_home(
    person: Callable[..., GoldenResult], homes: Resolved, grid: pa.Table
) -> None:
    lives = {"housing_relations": ["resides"]}
    rows = [
        lives | {"dwelling": "乙社区/柳家塘///8", "platform": "yiyuan", "grid_code": "990101001002001"},
        lives | {"dwelling": "甲社区/桃李园/3/2/502", "platform": "shebao"},
        lives | {"housing_mention_id": 1, "platform": "wangge"},
        {"dwelling": "乙社区/柳家塘///8", "housing_relations": ["registered"]},
    ]
    result = person(rows, known={"housing": homes}, grid=grid)
    assert value(result, "residence") == "河东街道长风路12号桃李园3幢2单元502室"
    assert value(result, "residence_housing_id") == "H1"
    assert value(result, "registered_housing_id") == "H2"
    assert value(result, "grid_code") == "990101001001002"
    assert [c["is_golden"] for c in claims(result, "residence")] == [False, True, True]
    assert rivals(result, "residence") == ["河东街道柳家塘8号", "河东街道长风路12号桃李园3幢2单元502室"]


def test_the_dead_live_nowhere_and_lie_in_no_grid_but_what_was_said_stays(
    person: Callable[..., GoldenResult], homes: Resolved, grid: pa.Table
) -> None:
    home = {"dwelling": "甲社区/桃李园/3/2/502"}
    rows = [
        home | {"housing_relations": ["resides"], "grid_code": "990101001001002", "grid_raw": "990101001001002"},
        home | {"housing_relations": ["resides"], "dwelling": "乙社区/柳家塘///8", "platform": "yiyuan"},
        home | {"housing_relations": ["registered"], "deregistered": "死亡", "platform": "jingcha"},
    ]
    result = person(rows, known={"housing": homes}, grid=grid)
    assert value(result, "deregistered") == "死亡"
    assert [value(result, c) for c in ("residence", "residence_housing_id", "grid_code")] == [None, None, None]
    assert value(result, "registered_housing_id") == "H1"
    assert [(c["is_golden"], c["is_source"], c["reason"]) for c in claims(result, "residence")] == [
        (False, False, "ended")
    ] * 2
    assert {c["reason"] for c in claims(result, "grid_code")} == {"ended"}
    assert rivals(result, "residence") == []
    living = person([row | {"deregistered": "迁出"} for row in rows], known={"housing": homes}, grid=grid)
    assert value(living, "residence_housing_id") is not None


def test_an_address_that_stops_at_the_building_agrees_with_a_home_in_it(
    person: Callable[..., GoldenResult], homes: Resolved
) -> None:
    lives = {"housing_relations": ["resides"]}
    short = {"address_raw": "桃李园3幢", "estate": "桃李园", "building": "3", "dwelling_level": "building"}
    other = {"address_raw": "柳家塘", "estate": "柳家塘", "dwelling_level": "estate"}
    rows = [
        lives | {"dwelling": "甲社区/桃李园/3/2/502"},
        lives | short | {"platform": "yiyuan"},
        lives | other | {"platform": "shebao"},
    ]
    result = person(rows, known={"housing": homes})
    assert [c["is_golden"] for c in claims(result, "residence")] == [True, True, False]
    assert rivals(result, "residence") == ["柳家塘", "河东街道长风路12号桃李园3幢2单元502室"]


def test_an_unreadable_address_is_still_the_residence_where_there_is_no_other(
    person: Callable[..., GoldenResult],
) -> None:
    result = person([{"address_raw": "河边第三家", "dwelling_level": "none", "housing_relations": ["resides"]}])
    assert value(result, "residence") == "河边第三家"
    assert value(result, "residence_housing_id") is None
    assert claims(result, "residence")[0]["is_valid"] is False


def test_a_grid_that_is_not_in_the_tree_places_nobody(person: Callable[..., GoldenResult], grid: pa.Table) -> None:
    result = person([{"grid_code": "990101009009009", "grid_raw": "990101009009009"}], grid=grid)
    assert value(result, "grid_code") is None
    assert claims(result, "grid_code")[0]["is_valid"] is False


@pytest.fixture
def firm(mentions: Build, entities: Build, authority: Build) -> Callable[..., GoldenResult]:
    """All rows are one enterprise."""

    def run(
        rows: Sequence[Mapping[str, Any]], trust: Mapping[tuple[str, str], int] | None = None, **known: Any
    ) -> GoldenResult:
        whole = entities({"E1": range(len(rows))})
        return golden("enterprise", mentions("enterprise", rows), whole, authority(trust), threads=1, **known)

    return run


def test_the_registered_name_beats_the_sign_over_the_door(firm: Callable[..., GoldenResult]) -> None:
    rows = [
        {"name": "云州市长乐面馆", "platform": "dengji", "claimed_on": OLD},
        {"name": "老张拉面", "name_form": "sign", "platform": "wangge"},
        {"name": "老张拉面", "name_form": "sign", "platform": "xiaofang"},
    ]
    result = firm(rows)
    assert value(result, "name") == "云州市长乐面馆"
    assert rivals(result, "name") == []


def test_the_legal_representative_is_a_person_not_a_spelling_and_a_manager_is_no_rival(
    firm: Callable[..., GoldenResult], mentions: Build, entities: Build
) -> None:
    rows = [
        {"name": "云州市长乐面馆", "platform": "dengji", "legal_rep_name": "易大山"},
        {"name": "云州市长乐面馆", "platform": "shuiwu", "legal_rep_name": "易大珊"},
        {"name": "长乐面馆", "platform": "xiaofang", "legal_rep_name": "柳青"},
    ]
    people = [
        {"name": "易大山", "enterprise_mention_id": 0, "enterprise_relations": ["legal_rep"], "role": "legal_rep"},
        {"name": "易大珊", "enterprise_mention_id": 1, "enterprise_relations": ["legal_rep"], "role": "legal_rep"},
        {"name": "柳青", "enterprise_mention_id": 2, "enterprise_relations": ["manager"], "role": "manager"},
    ]
    known = Resolved(mentions("person", people), entities({"P1": [0, 1], "P2": [2]}))
    result = firm(rows, {("dengji", "legal_rep_name"): 90}, known={"person": known})
    assert value(result, "legal_rep_name") == "易大山"
    assert value(result, "legal_rep_person_id") == "P1"
    assert rivals(result, "legal_rep_name") == []
    assert [c["is_golden"] for c in claims(result, "legal_rep_name")] == [True, True, False]


def test_a_firm_called_without_its_region_is_called_the_same_and_the_register_says_how_it_is_written(
    firm: Callable[..., GoldenResult],
) -> None:
    parts = {"brand": "长乐", "trade": "面", "legal_form": "馆"}
    rows = [
        parts | {"name": "云州市长乐面馆", "region": "云州市", "platform": "dengji"},
        parts | {"name": "云州长乐面馆", "region": "云州", "platform": "shuiwu"},
        parts | {"name": "云州长乐面馆", "region": "云州", "platform": "shebao"},
        parts | {"name": "云州市常乐面馆", "brand": "常乐", "platform": "wangge"},
    ]
    result = firm(rows, {("dengji", "name"): 95})
    assert value(result, "name") == "云州市长乐面馆"
    assert [c["is_golden"] for c in claims(result, "name")] == [True, True, True, False]
    assert {c["reason"] for c in claims(result, "name")} == {"authority"}
    assert rivals(result, "name") == ["云州市常乐面馆", "云州市长乐面馆"]


def test_a_number_that_lost_its_last_digits_in_a_spreadsheet_contradicts_nobody_though_its_check_digit_holds(
    person: Callable[..., GoldenResult],
) -> None:
    rows = [
        {"id_number": "990101194210058000", "platform": "wangge"},
        {"id_number": "990101194210058473", "platform": "jingcha", "claimed_on": OLD},
    ]
    result = person(rows)
    assert value(result, "id_number") == "990101194210058473"
    assert [c["is_golden"] for c in claims(result, "id_number")] == [True, True]
    assert rivals(result, "id_number") == []


def test_what_changes_is_not_decided_by_platforms_that_were_all_left_behind(
    person: Callable[..., GoldenResult],
) -> None:
    lives = {"housing_relations": ["resides"]}
    rows = [
        lives | {"dwelling": "甲社区/桃李园/3/2/502", "platform": "wangge", "claimed_on": NEW},
        lives | {"dwelling": "乙社区/柳家塘///8", "platform": "yiyuan", "claimed_on": date(2021, 1, 1)},
        lives | {"dwelling": "乙社区/柳家塘///8", "platform": "shebao", "claimed_on": date(2022, 1, 1)},
    ]
    result = person(rows, {("wangge", "address"): 80})
    assert value(result, "residence") == "桃李园3幢2单元502室"
    assert {c["reason"] for c in claims(result, "residence")} == {"authority"}


def test_areas_that_differ_by_rounding_agree(mentions: Build, entities: Build, authority: Build) -> None:
    rows = [
        {"area": 98.62, "area_raw": "98.62"},
        {"area": 99.0, "area_raw": "99", "platform": "wangge"},
        {"area": 40.0, "platform": "yiyuan"},
    ]
    result = golden(
        "housing",
        mentions("housing", rows),
        entities({"H1": [0, 1, 2]}),
        authority({("jingcha", "area"): 90}),
        threads=1,
    )
    assert value(result, "area") == 98.62
    assert [c["is_golden"] for c in claims(result, "area")] == [True, True, False]
    assert rivals(result, "area") == ["40.00", "98.62"]


def test_no_mention_gives_no_golden_record(mentions: Build, entities: Build, authority: Build) -> None:
    result = golden("person", mentions("person", []), entities({}), authority(), threads=1)
    assert (result.golden.num_rows, result.attributes.num_rows, result.conflicts.num_rows) == (0, 0, 0)


def test_writing_to_a_home_gives_what_memory_gives(
    tmp_path: Path, mentions: Build, entities: Build, authority: Build, homes: Resolved
) -> None:
    home = Home(tmp_path)
    shipped().mention("housing").write(homes.mentions, home.stage("mention", "housing"))
    ENTITY.write(homes.entities, home.stage("entity", "housing"))
    in_memory = golden("housing", homes.mentions, homes.entities, authority(), threads=1)
    counts = write_golden(home, "housing", authority(), threads=2, slice_size=1)
    assert counts == {"golden": 2, "attribute": in_memory.attributes.num_rows, "conflict": 0}
    assert shipped().golden("housing").read(home.stage("golden", "housing")).equals(in_memory.golden)
    assert ATTRIBUTE.read(home.stage("attribute", "housing")).equals(in_memory.attributes)
    assert CONFLICT.read(home.stage("conflict", "housing")).equals(in_memory.conflicts)


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "platform": st.sampled_from(["jingcha", "yiyuan", "shebao"]),
            "name": st.sampled_from(["易大山", "易小山", None]),
            "phone": st.sampled_from(["13800000001", "13800000002", None]),
            "birth_date": st.sampled_from([date(1985, 3, 12), date(1985, 3, 21), None]),
            "education": st.sampled_from(["本科", None]),
            "claimed_on": st.sampled_from([OLD, NEW, None]),
            "group": st.sampled_from(["P1", "P2"]),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(derandomize=True, max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, st.randoms(use_true_random=False))
def test_golden_values_are_asserted_claims_are_kept_and_neither_order_nor_slices_nor_threads_matter(
    mentions: Build, entities: Build, authority: Build, rows: list[dict[str, Any]], chance: Any
) -> None:
    lines = mentions("person", rows)
    groups = {g: [n for n, row in enumerate(rows) if row["group"] == g] for g in ("P1", "P2")}
    whole, trust = entities(groups), authority({("jingcha", "name"): 90})
    result = golden("person", lines, whole, trust, threads=1)
    order = list(range(len(rows)))
    chance.shuffle(order)
    again = golden("person", lines.take(order), whole.take(order[::-1]), trust, threads=2, slice_size=1)
    assert again.golden.equals(result.golden)
    assert again.attributes.equals(result.attributes)
    assert again.conflicts.equals(result.conflicts)
    told = result.attributes.to_pylist()
    for attribute in ("name", "phone", "birth_date", "education"):
        given_ = [row for row in rows if row[attribute] is not None]
        kept = [c for c in told if c["attribute"] == attribute]
        assert len(kept) == len(given_)
        for line in result.golden.to_pylist():
            asserted = {str(row[attribute]) for row in given_ if row["group"] == line["person_id"]}
            chosen = line[attribute]
            assert (chosen is None) == (not asserted)
            assert chosen is None or str(chosen) in asserted
            sources = [c for c in kept if c["entity_id"] == line["person_id"] and c["is_source"]]
            assert [c["value"] for c in sources] == ([] if chosen is None else [str(chosen)])


def compared(result: GoldenResult, attribute: str) -> dict[str, str]:
    return {c["platform"]: c["comparison"] for c in claims(result, attribute)}


def test_every_claim_says_how_it_stands_to_the_golden_value(person: Callable[..., GoldenResult]) -> None:
    rows = [
        {
            "platform": "jingcha",
            "birth_date": date(1985, 3, 12),
            "birth_date_precision": "day",
            "birth_date_raw": "1985-03-12",
        },
        {
            "platform": "yiyuan",
            "birth_date": date(1985, 1, 1),
            "birth_date_precision": "year",
            "birth_date_raw": "1985",
        },
        {
            "platform": "wangge",
            "birth_date": date(1958, 3, 12),
            "birth_date_precision": "day",
            "birth_date_raw": "1958-03-12",
        },
        {"platform": "shebao", "birth_date_raw": "八五年"},
    ]
    told = compared(person(rows, {("jingcha", "birth_date"): 95}), "birth_date")
    assert told == {"jingcha": "equal", "yiyuan": "incomplete", "wangge": "differs", "shebao": "invalid"}


def test_a_phone_of_somebody_else_in_the_row_contradicts_nobody(person: Callable[..., GoldenResult]) -> None:
    rows = [{"platform": "jingcha", "phone": "13800000001"}, {"platform": "shuiwu", "phone": "13800000002"}]
    trust = {("jingcha", "phone"): 90, ("shuiwu", "phone"): 20}
    assert compared(person(rows, trust), "phone") == {"jingcha": "equal", "shuiwu": "differs"}
    lent = person(rows, trust, borrowed=[("shuiwu", "phone")])
    assert compared(lent, "phone") == {"jingcha": "equal", "shuiwu": "incomparable"}
    assert rivals(lent, "phone") == []


def test_a_validity_without_end_is_a_value_and_no_error(mentions: Build, entities: Build, authority: Build) -> None:
    rows = [{"role": "subject", "platform": "zhengzhao", "source_code": "Z1", "valid_until_raw": " 长期"}]
    result = golden("certificate", mentions("certificate", rows), entities({"D1": [0]}), authority(), threads=1)
    (claim,) = claims(result, "valid_until")
    assert (claim["value"], claim["is_valid"], claim["comparison"]) == ("长期", True, "equal")
    assert value(result, "valid_until") is None

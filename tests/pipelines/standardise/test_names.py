from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.characters import simplified, syllables
from pipelines.standardise.names import standardise_names
from pipelines.standardise.surnames import READINGS, surname_of

CASES = "names.yaml"

han = st.text(alphabet="孟晓岚陈徐欧阳于於张乾单曾安康明文小海清", min_size=2, max_size=4)


def one(cell: str) -> dict[str, str | None]:
    return standardise_names(pa.array([cell])).to_pylist()[0]


def test_a_cell_names_somebody_or_nobody(case):
    assert one(case["cell"]) == {
        "name": case.get("name"),
        "name_form": case.get("form"),
        "name_key": case.get("key"),
        "name_pinyin": case.get("pinyin"),
        "surname": case.get("surname"),
        "title_sex": case.get("title_sex"),
    }


@given(han)
def test_standardising_a_standard_name_changes_nothing(name):
    once = one(name)
    assert once["name"] is not None
    again = one(once["name"])
    assert again == {**once, "title_sex": again["title_sex"]}


@given(han, st.sampled_from([" ", "　", "\u200b", "\t"]), st.integers(0, 4))
def test_blanks_of_any_kind_and_place_are_no_part_of_a_name(name, blank, place):
    assert one(name[:place] + blank + name[place:]) == one(name)


@given(st.text(max_size=12))
def test_no_cell_makes_the_reader_fail_and_all_columns_are_null_together(cell):
    found = one(cell)
    empty = {found[column] is None for column in ("name", "name_form", "name_key", "name_pinyin", "surname")}
    assert len(empty) == 1


@given(han)
def test_the_pinyin_has_a_syllable_for_every_character(name):
    found = one(name)
    assert len(str(found["name_pinyin"]).split()) == len(str(found["name_key"]))


def test_homophones_fold_to_the_same_pinyin():
    assert len({one(name)["name_pinyin"] for name in ("孟晓岚", "孟小兰", "孟笑蓝")}) == 1


def test_a_surname_read_in_its_own_way_is_read_so_only_as_a_surname():
    assert one("曾小曾")["name_pinyin"] == "zeng xiao ceng"
    assert one("曾小曾")["name_pinyin"].split()[0] == READINGS["曾"]


def test_a_damaged_double_surname_is_not_guessed():
    assert surname_of("陈徐?夏") == "陈"


def test_folding_leaves_length_and_other_scripts_alone():
    assert simplified(["陳Ab1", "於乾"]) == ["陈Ab1", "於乾"]
    assert syllables(["", "Ab 1"]) == ["", "ab 1"]

"""How cells go wrong: each mishap does what it says, and befalls the share it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sample import noise, write_city
from connectors.sample.addresses import AddressBook, Hand, Manner, chinese_number
from connectors.sample.city import build_city
from connectors.sample.draws import Draws, chosen, texts

NUMBERS = st.from_regex(
    r"[1-9][0-9]{5}(19[3-9][0-9]|20[0-2][0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9X]", fullmatch=True
)
CHANCE = st.floats(0, 1, exclude_max=True)
QUICK = settings(max_examples=60, derandomize=True, deadline=None)


@QUICK
@given(NUMBERS, CHANCE)
def test_a_wrong_digit_is_one_digit(number: str, u: float) -> None:
    assert sum(a != b for a, b in zip(number, noise.wrong_digit(number, u), strict=True)) == 1


@QUICK
@given(NUMBERS, CHANCE)
def test_swapped_neighbours_are_two_places_side_by_side(number: str, u: float) -> None:
    swapped = noise.neighbours_swapped(number, u)
    places = [i for i in range(18) if swapped[i] != number[i]]
    assert sorted(swapped) == sorted(number)
    assert places[1] - places[0] == 1


@QUICK
@given(NUMBERS)
def test_only_people_born_before_2000_have_an_old_number(number: str) -> None:
    old = noise.fifteen_digits(number, 0.0)
    assert old == (number[:6] + number[8:17] if number[6:8] == "19" else number)


def test_spreadsheets_write_long_numbers_their_own_way() -> None:
    assert noise.scientific("330291198503127361", 0) == "3.30291E+17"
    assert noise.rounded("330291198503127361", 0) == "330291198503127000"
    assert noise.scientific("33029119850312736X", 0) == "33029119850312736X"
    assert noise.masked("330291198503127361", 0) == "330291********7361"


@pytest.mark.parametrize("u", [0.0, 0.3, 0.6, 0.99])
def test_a_stray_space_leaves_the_characters_as_they_are(u: float) -> None:
    assert noise.stray_space("王小明", u).replace(" ", "").replace("\u3000", "") == "王小明"


def test_a_name_slip_hits_one_given_character() -> None:
    slips = {noise.name_slip("王国伟", u) for u in np.linspace(0.05, 0.99, 40)}
    assert all(len(s) == 3 and s[0] == "王" for s in slips)
    assert all(sum(a != b for a, b in zip(s, "王国伟", strict=True)) == 1 for s in slips)


def test_other_formats_keep_the_number() -> None:
    for u in np.linspace(0, 0.99, 20):
        assert "13800000000" in "".join(c for c in noise.other_format("13800000000", u).split("/")[0] if c.isdigit())


def test_another_birth_date_is_a_date() -> None:
    assert {noise.other_day(date(2000, 2, 29), u) for u in (0.0, 0.2, 0.9)} == {
        date(2000, 3, 1),
        date(2000, 2, 28),
        date(2001, 2, 28),
    }


@pytest.mark.parametrize(("n", "written"), [(3, "三"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")])
def test_chinese_numerals(n: int, written: str) -> None:
    assert chinese_number(n) == written


def test_a_mishap_befalls_the_share_it_is_told_to_and_the_same_rows_each_time() -> None:
    draws, column = Draws(1, "somewhere", 50_000), texts(["330291198503127361"] * 50_000)
    for rate in (0.004, 0.06, 0.3):
        spoilt = noise.spoil(column, draws, "wrong", rate, noise.wrong_digit)
        assert abs(np.mean(spoilt != column) - rate) < 4 * (rate / 50_000) ** 0.5
        assert (noise.spoil(column, draws, "wrong", rate, noise.wrong_digit) == spoilt).all()
    assert (noise.spoil(column, draws, "wrong", 0.0, noise.wrong_digit) == column).all()


def test_a_row_put_right_meets_no_mishap_and_the_others_keep_theirs() -> None:
    column = texts(["330291198503127361"] * 2000)
    mended = np.arange(2000) % 2 == 0
    before = noise.spoil(column, Draws(1, "x", 2000), "wrong", 0.5, noise.wrong_digit)
    after = noise.spoil(column, Draws(1, "x", 2000, mended), "wrong", 0.5, noise.wrong_digit)
    assert (after[mended] == column[mended]).all()
    assert (after[~mended] == before[~mended]).all()


def test_an_empty_cell_stays_empty() -> None:
    column = chosen(np.array([True, False]), "王小明")
    assert noise.spoil(column, Draws(1, "x", 2), "slip", 0.95, noise.character_slip)[1] is None


def test_one_home_is_written_in_four_manners() -> None:
    city = build_city(600, 2, date(2026, 11, 1))
    book = AddressBook(city)
    home = int(np.flatnonzero(city.houses.urban & (city.houses.unit > 0))[0])
    full, road, estate, dashes = (
        book.compose(m, home, Hand()) for m in (Manner.FULL, Manner.ROAD, Manner.ESTATE, Manner.DASHES)
    )
    assert full.startswith("浙江省云陵市")
    assert road in full.replace(str(city.estates.name[city.houses.estate[home]]), "")
    assert estate.endswith("单元101室")
    assert dashes.endswith("1-1-101")
    assert "单元" not in book.compose(Manner.FULL, home, Hand(unit=False))
    assert "一栋" in book.compose(Manner.ESTATE, home, Hand(mark="栋", chinese=True))


def _share(folder: Path, column: str, pattern: str) -> float:
    from python_calamine import CalamineWorkbook

    cells: list[str] = []
    for path in folder.glob("deliveries/wangge_caiji/*.xlsx"):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_name("人口").to_python(skip_empty_area=False)
        at = rows[4].index(column)
        cells += [str(row[at]) for row in rows[5:]]
    return float(np.mean([pattern in c if pattern else c == "" for c in cells]))


def test_noise_scales_the_rates(tmp_path: Path) -> None:
    for level in (1.0, 1.5):
        write_city(1000, 9, tmp_path / str(level), noise=level)
    missing = [_share(tmp_path / str(level), "身份证号码*", "") for level in (1.0, 1.5)]
    assert missing[0] == pytest.approx(0.252, abs=0.055)
    assert missing[1] == pytest.approx(0.378, abs=0.06)


def test_a_few_offices_have_not_heard_that_a_firm_is_struck_off(tmp_path: Path, read_all: Callable) -> None:
    write_city(4000, 9, tmp_path / "noisy")
    write_city(4000, 9, tmp_path / "clean", noise=0.0)

    def running(folder: Path, platform: str, code: str, state: str) -> tuple[int, int]:
        """Of the firms struck off at the registry: how many the platform has, and has as running."""
        rows = read_all(folder / "deliveries")
        (registry,) = [r for (p, _, _), r in rows.items() if p == "shichang_dengji"]
        struck = {r["UNISCID"] for r in registry if r["REGSTATE"] != "存续"} - {""}
        found = [
            r[state]
            for (p, _, sheet), rs in rows.items()
            if p == platform and sheet in ("", "AB01")
            for r in rs
            if r[code] in struck
        ]
        return len(found), found.count("正常")

    for platform, code, state in (("shuiwu_nashuiren", "NSRSBH", "NSRZT"), ("renshe_shebao", "AAB003", "AAB051")):
        known, unheard = running(tmp_path / "noisy", platform, code, state)
        assert 0 < unheard <= max(0.25 * known, 10), platform
        assert running(tmp_path / "clean", platform, code, state)[1] == 0, platform


def test_platforms_hold_some_people_twice_and_some_in_old_homes(tmp_path: Path) -> None:
    write_city(2000, 9, tmp_path)
    records = pq.read_table(tmp_path / "truth" / "records.parquet").to_pylist()
    held = [r["true_id"] for r in records if r["platform"] == "weijian_jiankang"]
    assert 0.005 < 1 - len(set(held)) / len(held) < 0.04

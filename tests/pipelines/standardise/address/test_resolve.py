"""What holds of every address, whoever wrote it."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.address.resolve import PART_COLUMNS, STANDARD_COLUMNS

WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
SPOKEN = str.maketrans("0123456789", "〇一二三四五六七八九")
FEW = settings(max_examples=8, derandomize=True, deadline=None)
pick = st.integers(0, 10_000)


def resolve(texts: list[str | None], gazetteer: Gazetteer, **columns: list[str | None]) -> list[dict[str, str | None]]:
    table = pa.table(
        {"text": pa.array(texts, pa.string()), **{k: pa.array(v, pa.string()) for k, v in columns.items()}}
    )
    return standardise_addresses(table, gazetteer).to_pylist()


def written(row: dict[str, str | None]) -> str:
    """The full form of a standard dwelling."""
    if not row["building"] and not row["room"]:
        return f"云州市{row['street']}{row['community']}{row['estate']}{row['road_number']}号"
    building = f"{row['building']}幢" if row["building"] else ""
    unit = f"{row['unit']}单元" if row["unit"] else ""
    return f"云州市{row['street']}{row['road']}{row['road_number']}号{row['estate']}{building}{unit}{row['room']}室"


@FEW
@given(pick)
def test_the_full_form_leads_back_to_its_dwelling(reference: pa.Table, gazetteer: Gazetteer, i: int) -> None:
    row = reference.slice(i % reference.num_rows, 1).to_pylist()[0]
    (found,) = resolve([written(row)], gazetteer)
    room = row["room"] or row["road_number"]
    assert found["dwelling"] == f"{row['community']}/{row['estate']}/{row['building'] or ''}/{row['unit'] or ''}/{room}"
    assert found["grid_code"] == row["grid_code"]


@FEW
@given(pick)
def test_parsing_the_standard_form_changes_nothing(reference: pa.Table, gazetteer: Gazetteer, i: int) -> None:
    row = reference.slice(i % reference.num_rows, 1).to_pylist()[0]
    (once,) = resolve([written(row)], gazetteer)
    parts = {k: [once[k]] for k in PART_COLUMNS if k in once}
    (twice,) = resolve([None], gazetteer, **parts)
    assert twice == once


@FEW
@given(pick)
def test_full_width_and_half_width_are_one(reference: pa.Table, gazetteer: Gazetteer, i: int) -> None:
    text = written(reference.slice(i % reference.num_rows, 1).to_pylist()[0])
    narrow, wide = resolve([text, text.translate(WIDE)], gazetteer)
    assert narrow == wide


@FEW
@given(pick)
def test_chinese_numerals_are_digits(reference: pa.Table, gazetteer: Gazetteer, i: int) -> None:
    text = written(reference.slice(i % reference.num_rows, 1).to_pylist()[0])
    if "78-1" in text:
        return
    digits, spoken = resolve([text, text.translate(SPOKEN)], gazetteer)
    assert digits == spoken


@FEW
@given(
    st.lists(
        st.text(alphabet="云溪街道望月路号锦鲤花园幢单元室0123456789三-#（） ", max_size=24), min_size=1, max_size=8
    )
)
def test_one_row_in_is_one_row_out_whatever_it_says(gazetteer: Gazetteer, texts: list[str]) -> None:
    alone = resolve(texts[:1], gazetteer)
    together = resolve([*texts, *texts[::-1]], gazetteer)
    assert len(together) == 2 * len(texts)
    assert together == together[::-1]
    assert together[:1] == alone


def test_columns_of_their_own_say_what_a_text_says(gazetteer: Gazetteer) -> None:
    (row,) = resolve([None], gazetteer, estate=["金雀小区"], building=["3"], unit=["2"], room=["502"])
    assert row["dwelling"] == "松风社区居委会/锦鲤花园/3/2/502"
    (door,) = resolve([None], gazetteer, estate=["石塘里"], room=["34"])
    assert door["dwelling"] == "下田村村委会/石塘里///34"


def test_a_column_of_its_own_wins_over_the_text(gazetteer: Gazetteer) -> None:
    (row,) = resolve(["听雨苑3幢201室"], gazetteer, room=["302"])
    assert row["dwelling"] == "松风社区居委会/听雨苑/3//302"


def test_a_declared_grid_tells_estates_of_one_name_apart(gazetteer: Gazetteer) -> None:
    texts = ["锦鲤花园1幢2单元201室"] * 3
    rows = resolve(texts, gazetteer, grid_code=["990101001001001", "990101002002001", "990101009009009"])
    assert [row["community"] for row in rows] == ["松风社区居委会", "上田村村委会", None]
    assert rows[2]["dwelling"] is None


def test_a_declared_grid_is_kept_and_a_missing_one_filled(gazetteer: Gazetteer) -> None:
    rows = resolve(["听雨苑3幢201室"] * 3, gazetteer, grid_code=["990101001001009", None, "第3网格"])
    assert [row["grid_code"] for row in rows] == ["990101001001009", "990101001001002", "990101001001002"]


def test_a_missing_unit_is_not_filled_where_rooms_repeat_in_every_unit() -> None:
    """The other unit's room may only be missing from the reference."""
    rows = [("1", "101"), ("1", "102"), ("2", "101")]
    reference = pa.table(
        {"estate": ["听雨苑"] * 3, "building": ["1"] * 3, "unit": [u for u, _ in rows], "room": [r for _, r in rows]}
    )
    (row,) = resolve(["听雨苑1幢102室"], Gazetteer.from_reference(reference))
    assert (row["dwelling"], row["building"], row["unit"], row["room"]) == (None, "1", None, "102")


def test_a_missing_unit_is_filled_where_rooms_are_numbered_through() -> None:
    rows = [("1", "101"), ("1", "102"), ("2", "103"), ("2", "104")]
    reference = pa.table(
        {"estate": ["听雨苑"] * 4, "building": ["1"] * 4, "unit": [u for u, _ in rows], "room": [r for _, r in rows]}
    )
    (row,) = resolve(["听雨苑1幢103室"], Gazetteer.from_reference(reference))
    assert row["dwelling"] == "/听雨苑/1/2/103"


def test_an_address_of_another_city_is_not_ours(gazetteer: Gazetteer) -> None:
    ours, theirs = resolve(["云州市听雨苑3幢201室", "江苏省海州市月台区听雨苑3幢201室"], gazetteer)
    assert ours["community"] == "松风社区居委会"
    assert theirs["community"] is None
    assert theirs["dwelling"] != ours["dwelling"]


def test_no_rows_give_no_rows(gazetteer: Gazetteer) -> None:
    empty = standardise_addresses(pa.table({"text": pa.array([], pa.string())}), gazetteer)
    assert (empty.num_rows, empty.column_names) == (0, STANDARD_COLUMNS)

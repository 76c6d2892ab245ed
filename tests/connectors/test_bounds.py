"""What a delivery may cost: wide, deep and dense files are sent back with the true reason."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import xlsxwriter

COLUMNS = ["编号", "姓名", "电话"]
DEEP = 200_000


def book(replace: dict[bytes, bytes]) -> bytes:
    """A workbook of one row; then texts of its parts are replaced."""
    source, target = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(source, {"in_memory": True}) as made:
        page = made.add_worksheet("名册")
        for number, row in enumerate([COLUMNS, ["1", "甲", "13"], ["FAR"]]):
            page.write_row(number, 0, row)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            for before, after in replace.items():
                part = part.replace(before, after)
            new.writestr(name, part)
    return target.getvalue()


def geojson(inner: str) -> str:
    return '{"type": "FeatureCollection", "features": [{"properties": {"id": "1"}, "geometry": ' + inner + "}]}"


@pytest.mark.parametrize(
    ("layout", "content", "code"),
    [
        ({"kind": "geojson"}, geojson("[" * DEEP + "]" * DEEP), "too_deep"),
        ({"kind": "json", "rows": "rows"}, '{"rows": ' + "[" * DEEP, "too_deep"),
        ({"kind": "xml", "row": "r"}, "<a>" + "<b>" * DEEP + "</b>" * DEEP + "</a>", "too_deep"),
        ({"kind": "xml", "row": "r"}, "<a><r><id>" + "x" * 11_000_000 + "</id></r></a>", "cell_too_long"),
        ({"kind": "delimited"}, ",".join(["id", *map(str, range(10_000))]) + "\n1\n", "too_many_columns"),
        ({"kind": "ndjson"}, "\n".join(json.dumps({"id": "1", f"k{i}": 1}) for i in range(3000)), "too_many_columns"),
    ],
    ids=["geojson", "json", "xml", "long text", "columns", "keys"],
)
def test_a_file_beyond_any_real_one_is_sent_back(desk, build, layout, content, code):
    assert desk.land(build(layout, ["id"]), content).rejected_deliveries[0][1] == code


def test_brackets_inside_text_are_no_nesting(desk, build):
    platform = build({"kind": "json", "rows": "rows"}, ["id"])
    desk.land(platform, json.dumps({"rows": [{"id": '"' + "[" * 500 + '\\"'}]}))
    assert desk.rows(platform).num_rows == 1


def test_a_line_that_nests_too_deep_costs_one_row(desk, build):
    lines = ['{"id": "1"}', '{"id": ' + "[" * DEEP + "]" * DEEP + "}", '{"id": ' + "[" * 100 + "]" * 100 + "}"]
    desk.land(build({"kind": "ndjson"}, ["id"]), "\n".join(lines) + "\n")
    assert [code for _, _, code in desk.refused()] == ["too_deep", "too_deep"]


@pytest.mark.parametrize(
    "replace",
    [
        {b'"A3"': b'"A1048576"', b'<row r="3"': b'<row r="1048576"'},
        {b'"A3"': b'"A4000000000"', b'<row r="3"': b'<row r="4000000000"'},
        {b'"A3"': b'"A4000000000"'},
        {b'r="A3"': b"\nr='A4000000000'", b'<row r="3"': b"<row\n r='4000000000'"},
        {b'"A3"': b'"ZZZZ3"'},
    ],
    ids=["last row", "beyond", "cell alone", "other quotes", "column"],
)
def test_a_cell_far_out_is_named_and_not_decoded(desk, build, replace):
    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册")
    assert desk.land(platform, book(replace)).rejected_deliveries[0][1] == "sheet_too_large"


def test_a_part_denser_than_any_export_is_not_unpacked(desk, build):
    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册")
    content = book({b"FAR": b"x" * (100 << 20)})
    assert desk.land(platform, content).rejected_deliveries[0][1] == "packed_too_densely"


def test_a_wide_table_is_read_in_smaller_batches(desk, build):
    wide = [f"c{i}" for i in range(1500)]
    platform = build({"kind": "delimited"}, wide)
    rows = "".join(",".join(["x"] * 1500) + "\n" for _ in range(3000))
    assert desk.land(platform, ",".join(wide) + "\n" + rows).rows_landed == 3000

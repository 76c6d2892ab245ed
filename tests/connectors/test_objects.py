"""NDJSON, JSON, GeoJSON and XML: objects whose columns may differ from row to row."""

from __future__ import annotations

import json

import pytest

from connectors.rows import BATCH_ROWS

LINES = {"kind": "ndjson"}
ROWS = {"kind": "json", "rows": "data.rows"}
XML = {"kind": "xml", "row": "issue"}


def ndjson(*objects: object) -> str:
    return "\n".join(json.dumps(o, ensure_ascii=False) for o in objects) + "\n"


def test_numbers_keep_their_digits_and_nested_values_are_json(desk, build):
    platform = build(LINES, ["id", "lng", "ms", "ok", "steps", "none"])
    desk.land(
        platform,
        '{"id": 1, "lng": 120.10, "ms": 1791012720000, "ok": true, "steps": ["发现", {"n": 1.5}], "none": null}\n',
    )
    assert desk.cells(platform) == [
        {"id": "1", "lng": "120.10", "ms": "1791012720000", "ok": "true", "steps": '["发现",{"n":1.5}]', "none": None}
    ]


def test_a_key_may_be_absent_in_a_row_but_not_in_the_file(desk, build):
    platform = build(LINES, ["id", "phone"])
    desk.land(platform, ndjson({"id": "1"}, {"id": "2", "phone": "13"}))
    assert desk.cells(platform) == [{"id": "1", "phone": None}, {"id": "2", "phone": "13"}]
    report = desk.land(platform, ndjson({"id": "1"}), "roll_20260102")
    assert report.rejected_deliveries[0][1] == "column_missing"


def test_an_optional_key_may_be_absent_altogether(desk, build):
    platform = build(LINES, {"id": "id", "phone": {"en": "phone", "optional": True}})
    desk.land(platform, ndjson({"id": "1"}))
    assert desk.cells(platform) == [{"id": "1", "phone": None}]


def test_a_key_that_appears_late_gets_its_column(desk, build):
    platform = build(LINES, ["id"])
    rows = [{"id": str(i)} for i in range(BATCH_ROWS + 2)]
    rows[-1]["wx"] = "x"
    report = desk.land(platform, ndjson(*rows))
    table = desk.rows(platform)
    assert table.num_rows == len(rows)
    assert table["未声明键1"].to_pylist()[-1] == "x"
    assert table["row_number"].to_pylist()[-1] == len(rows)
    assert any("1个未声明的键" in warning for warning in report.warnings)
    assert not any("wx" in warning for warning in report.warnings)


def test_a_damaged_line_costs_one_row(desk, build):
    platform = build(LINES, ["id"])
    content = b'\xef\xbb\xbf{"id": "1"}\n{"id": "2"\n\n[3]\n{"id": "\xff"}\n{"id": "5"}'
    report = desk.land(platform, content)
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 5]
    assert [code for _, _, code in desk.refused()] == ["not_json", "not_an_object", "undecodable"]
    assert (report.rows_delivered, report.rows_landed, report.rows_rejected) == (5, 2, 3)


def test_json_rows_lie_under_their_path(desk, build):
    platform = build(ROWS, ["id", "v"])
    desk.land(
        platform, json.dumps({"code": 0, "data": {"total": 2, "rows": [{"id": 1, "v": 1e2}, 7, {"id": 2, "v": [1.5]}]}})
    )
    assert desk.cells(platform) == [{"id": "1", "v": "100.0"}, {"id": "2", "v": "[1.5]"}]
    assert desk.refused() == [(2, None, "not_an_object")]


def test_an_empty_array_is_a_delta_of_nothing(desk, build):
    platform = build(ROWS, ["id"], key=["id"], delivery={"semantics": "delta"})
    report = desk.land(platform, '{"data": {"rows": []}}')
    assert (report.rows_delivered, report.rejected_deliveries) == (0, ())
    assert report.warnings


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"data": {"list": []}}', "rows_not_found"),
        (b'{"data": {"rows": [{"id": 1}', "not_json"),
        ('{"data": {"rows": [{"id": "甲"}]}}'.encode("gbk"), "not_json"),
        (b"", "not_json"),
    ],
)
def test_a_json_file_that_is_not_as_declared_is_refused(desk, build, content, code):
    report = desk.land(build(ROWS, ["id"]), content)
    assert report.rejected_deliveries[0][1] == code


def test_points_add_longitude_and_latitude(desk, build):
    platform = build({"kind": "geojson"}, ["id", "lng", "lat"])
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [120.1, 31.9]}, "properties": {"id": "1"}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": []}, "properties": {"id": "2"}},
        {"type": "Feature", "geometry": None, "properties": None},
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
            "properties": {"id": "4"},
        },
    ]
    desk.land(platform, json.dumps({"type": "FeatureCollection", "features": features}))
    rows = desk.rows(platform).to_pylist()
    assert [(r["id"], r["lng"], r["lat"]) for r in rows] == [("1", "120.1", "31.9"), ("4", None, None)]
    assert json.loads(rows[1]["geometry"])["type"] == "LineString"
    assert [code for _, _, code in desk.refused()] == ["bad_geometry", "not_a_feature"]


def test_xml_in_gbk_with_attributes_repeats_and_nesting(desk, build):
    platform = build(XML, ["no", "place", "tag", "more"])
    body = (
        '<?xml version="1.0" encoding="GBK"?><r xmlns="urn:x"><issue id="7"><no>1</no><place>东&amp;街</place><tag>甲</tag>'
        "<tag>乙</tag><more><a>1</a></more></issue><issue><no>2</no><!-- 无 --><place/></issue></r>"
    )
    desk.land(platform, body.encode("gbk"))
    first, second = desk.rows(platform).to_pylist()
    assert (first["no"], first["place"], first["tag"], first["未声明键1"]) == ("1", "东&街", '["甲","乙"]', "7")
    assert "<a" in first["more"]
    assert (second["no"], second["place"], second["row_number"]) == ("2", None, 2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<r><issue><no>1</no></issue>", "not_xml"),
        ('<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><r><issue><no>&e;</no></issue></r>', "xml_doctype"),
        ("<r><row><no>1</no></row></r>", "rows_not_found"),
        ("not xml", "not_xml"),
        ("", "not_xml"),
    ],
)
def test_an_xml_file_that_is_not_as_declared_is_refused(desk, build, body, code):
    assert desk.land(build(XML, ["no"]), body).rejected_deliveries[0][1] == code


def test_an_xml_delta_without_rows_lands_empty(desk, build):
    platform = build(XML, ["no"], key=["no"], delivery={"semantics": "delta"})
    assert desk.land(platform, "<r></r>").rejected_deliveries == ()


def test_control_characters_and_numbers_that_are_none_lose_no_document(desk, build):
    platform = build(ROWS, ["id", "v"])
    body = '{"data": {"rows": [{"id": "1", "v": "a\nb\tc"}, {"id": NaN, "v": -Infinity}, {"id": "3", "v": "NaN \\"\x01"}]}}'
    desk.land(platform, body)
    assert [list(r.values()) for r in desk.cells(platform)] == [["1", "a\nb\tc"], ["3", 'NaN "\x01']]
    assert [code for _, _, code in desk.refused()] == ["blank_row"]


def test_a_raw_tab_in_a_line_of_json_is_a_tab(desk, build):
    platform = build(LINES, ["id", "v"])
    desk.land(platform, '{"id": "1", "v": "a\tb"}\n{"id": "2", "v": ["c\td"]}\n')
    assert [r["v"] for r in desk.cells(platform)] == ["a\tb", '["c\\td"]']


def test_a_broken_document_says_after_which_row(desk, build):
    ((_, _, reason),) = desk.land(
        build(ROWS, ["id"]), '{"data": {"rows": [{"id": 1}, {"id": 2}, {"i'
    ).rejected_deliveries
    assert "第2条" in reason


def test_keys_that_differ_only_in_case_lose_no_value(desk, build):
    platform = build(LINES, ["id", "IDCARD"])
    desk.land(
        platform, ndjson({"id": 1, "IDCARD": "a"}, {"id": 2, "idCard": "b"}, {"id": 3, "idCard": "c", "IDCARD": "d"})
    )
    table = desk.rows(platform)
    assert table["IDCARD"].to_pylist() == ["a", "b", "d"]
    assert table["未声明键1"].to_pylist() == [None, None, "c"]


def test_a_last_line_that_breaks_off_holds_the_delivery(desk, build):
    report = desk.land(build(LINES, ["id"]), '{"id": 1}\n{"id": 2}\n{"id"')
    assert (report.rows_landed, report.rows_rejected, len(report.held)) == (2, 1, 1)


@pytest.mark.parametrize("label", ["GB2312", "gbk", "GB18030"])
def test_xml_under_any_label_of_the_gb_family_is_gb_18030(desk, build, label):
    platform = build(XML, ["no", "place"])
    body = f'<?xml version="1.0" encoding="{label}"?><r><issue><no>1</no><place>镕喆㛃䶮</place></issue></r>'
    desk.land(platform, body.encode("gb18030"))
    assert desk.cells(platform) == [{"no": "1", "place": "镕喆㛃䶮"}]


def test_a_bad_byte_in_xml_costs_its_row_and_a_control_character_none(desk, build):
    platform = build(XML, ["no", "place"])
    body = '<?xml version="1.0" encoding="GBK"?><r><issue><no>1</no><place>东@街</place></issue><issue><no>2</no><place>西\x0b街</place></issue></r>'
    desk.land(platform, body.encode("gbk").replace(b"@", b"\xff"))
    assert desk.cells(platform) == [{"no": "2", "place": "西街"}]
    assert desk.refused() == [(1, None, "undecodable")]

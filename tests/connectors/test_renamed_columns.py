"""A column whose heading changes: `also` lists what it was called before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

CSV = {"kind": "delimited", "encoding": "utf-8-sig"}
OLD = {"编号": "number", "手机": "phone", "备注": "remark"}
NEW = {"编号": "number", "联系手机": {"en": "phone", "also": ["手机"]}, "备注": "remark"}


def test_a_file_with_the_old_heading_is_read_under_the_declared_name(desk, build):
    platform = build(CSV, NEW)
    desk.land(platform, "编号,手机*,备注\n1,a,b\n")
    assert desk.cells(platform) == [{"编号": "1", "联系手机": "a", "备注": "b"}]


def test_old_and_new_heading_together_are_an_error_that_names_both(desk, build):
    platform = build(CSV, NEW)
    ((_, code, reason),) = desk.land(platform, "编号,手机,联系手机,备注\n1,a,b,c\n").rejected_deliveries
    assert code == "column_repeated"
    assert "手机" in reason
    assert "联系手机" in reason


def test_a_heading_that_was_never_declared_is_still_missing(desk, build):
    platform = build(CSV, NEW)
    ((_, code, reason),) = desk.land(platform, "编号,电话,备注\n1,a,c\n").rejected_deliveries
    assert code == "column_missing"
    assert "联系手机" in reason


def as_csv(folder: Path, rows: list[dict[str, str]]) -> bytes:
    return "\n".join([",".join(rows[0]), *(",".join(r.values()) for r in rows)]).encode()


def as_ndjson(folder: Path, rows: list[dict[str, str]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def as_json(folder: Path, rows: list[dict[str, str]]) -> bytes:
    return json.dumps({"data": {"list": rows}}).encode()


def as_geojson(folder: Path, rows: list[dict[str, str]]) -> bytes:
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def as_xml(folder: Path, rows: list[dict[str, str]]) -> bytes:
    cells = ("".join(f"<{k}>{v}</{k}>" for k, v in row.items()) for row in rows)
    return f"<doc>{''.join(f'<row>{row}</row>' for row in cells)}</doc>".encode()


def as_sqlite(folder: Path, rows: list[dict[str, str]]) -> bytes:
    path = folder / "one.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table roll ({', '.join(rows[0])})")
        connection.executemany(
            f"insert into roll values ({', '.join('?' * len(rows[0]))})", [(*r.values(),) for r in rows]
        )
    connection.close()
    return path.read_bytes()


FORMATS: dict[str, tuple[dict[str, Any], Callable[[Path, list[dict[str, str]]], bytes]]] = {
    "csv": (CSV, as_csv),
    "ndjson": ({"kind": "ndjson"}, as_ndjson),
    "json": ({"kind": "json", "rows": "data.list"}, as_json),
    "geojson": ({"kind": "geojson"}, as_geojson),
    "xml": ({"kind": "xml", "row": "row"}, as_xml),
    "sqlite": ({"kind": "sql"}, as_sqlite),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("semantics", "keyed"), [("snapshot", True), ("snapshot", False), ("delta", True)])
def test_renaming_a_column_withdraws_nothing_and_keeps_the_identity_of_rows(
    desk, build, tmp_path, name, semantics, keyed
):
    layout, written = FORMATS[name]
    more = {"delivery": {"semantics": semantics}} | ({"key": ["编号"]} if keyed else {})
    before, after = build(layout, OLD, **more), build(layout, NEW, **more)
    desk.land(before, written(tmp_path, [{"编号": n, "手机": f"p{n}", "备注": "x"} for n in "12"]))
    was = desk.rows(before)
    # the description changes first: what has been landed under the old name is read under the new one
    assert desk.cells(after) == [{"编号": n, "联系手机": f"p{n}", "备注": "x"} for n in "12"]
    assert desk.rows(after)["row_key"].to_pylist() == was["row_key"].to_pylist()
    again = written(tmp_path, [{"编号": "1", "联系手机": "p1", "备注": "x"}])
    desk.land(after, again, name="roll_20260102")
    keys = dict(zip(was["编号"].to_pylist(), was["row_key"].to_pylist(), strict=True))
    now = desk.rows(after)
    assert dict(zip(now["编号"].to_pylist(), now["联系手机"].to_pylist(), strict=True)) == (
        {"1": "p1", "2": "p2"} if semantics == "delta" else {"1": "p1"}
    )
    assert all(keys[n] == k for n, k in zip(now["编号"].to_pylist(), now["row_key"].to_pylist(), strict=True))


def test_a_renamed_key_and_date_column_still_replace_the_former_row(desk, build):
    more = {"delivery": {"semantics": "delta"}}
    before = build(CSV, ["编号", "更新"], key=["编号"], changed_at="更新", **more)
    after = build(
        CSV, {"证号": {"en": "n", "also": ["编号"]}, "更新时间": {"en": "d", "also": ["更新"]}}, key=["证号"],
        changed_at="更新时间", **more,
    )  # fmt: skip
    desk.land(before, "编号,更新\n1,2026-01-01\n2,2025-12-31\n")
    desk.land(after, "证号,更新时间\n1,2026-01-02\n", name="roll_20260102")
    rows = desk.rows(after)
    assert sorted(rows["证号"].to_pylist()) == ["1", "2"]
    assert {str(day) for day in rows["claimed_on"].to_pylist()} == {"2026-01-02", "2025-12-31"}


def test_names_in_different_batches_of_one_document_are_an_error_too(desk, build, monkeypatch):
    monkeypatch.setattr("connectors.rows.BATCH_ROWS", 2)
    platform = build({"kind": "ndjson"}, NEW)
    rows = [{"编号": "1", "手机": "a", "备注": "b"}] * 3 + [{"编号": "2", "联系手机": "a", "备注": "b"}] * 3
    ((_, code, _),) = desk.land(platform, as_ndjson(Path(), rows)).rejected_deliveries
    assert code == "column_repeated"


@pytest.mark.parametrize("also", [["编号"], ["联系手机"], ["电话", "电话"]])
def test_a_former_name_belongs_to_one_column_only(build, also):
    with pytest.raises(ValidationError, match="also"):
        build(CSV, {"编号": "number", "联系手机": {"en": "phone", "also": also}})

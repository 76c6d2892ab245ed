"""Law 1 on damaged text: every line offered is a row delivered, and a row delivered is landed or refused."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.conftest import Desk, build_platform

COLUMNS = ["编号", "姓名", "电话", "住址", "备注"]
CELLS = st.sampled_from(["", "甲", "东街1号", "13", "x y", "一，二"])
DAMAGE = st.sampled_from(['"', '""', ",", ' "', '"x', 'x"', "\t", '="'])
FULL = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def damaged_lines(draw) -> list[str]:
    """Lines of five fields, in some of which something was inserted."""
    lines = [
        ",".join([f"1100{i:02d}", *draw(st.lists(CELLS, min_size=4, max_size=4))])
        for i in range(draw(st.integers(1, 9)))
    ]
    for _ in range(draw(st.integers(0, 5))):
        i = draw(st.integers(0, len(lines) - 1))
        at = draw(st.integers(0, len(lines[i])))
        lines[i] = lines[i][:at] + draw(DAMAGE) + lines[i][at:]
    return lines


@FULL
@given(lines=damaged_lines(), end=st.sampled_from(["\n", "\r\n"]), closed=st.booleans())
def test_stray_quotes_and_separators_never_swallow_a_line(tmp_path_factory, lines, end, closed):
    desk = Desk(tmp_path_factory.mktemp("lines"))
    platform = build_platform({"kind": "delimited", "encoding": "utf-8"}, COLUMNS)
    text = end.join([",".join(COLUMNS), *lines]) + (end if closed else "")
    report = desk.land(platform, text)
    landed = desk.landed(platform, report)
    refused = {number for number, *_ in desk.refused() if number is not None}
    assert report.rows_delivered == report.rows_landed + report.rows_rejected == len(lines)
    if landed:
        assert {row["row_number"] for row in landed} | refused == set(range(1, len(lines) + 1))
        assert len(landed) + len(refused) == len(lines)
        assert not any("\n" in (cell or "") for row in landed for cell in list(row.values()) if isinstance(cell, str))


@FULL
@given(lines=damaged_lines(), bad=st.binary(min_size=1, max_size=3), at=st.integers(0, 400))
def test_bytes_that_are_no_text_never_take_a_row_out_of_the_count(tmp_path_factory, lines, bad, at):
    desk = Desk(tmp_path_factory.mktemp("bytes"))
    platform = build_platform({"kind": "delimited", "encoding": "gb18030"}, COLUMNS)
    body = ("\n".join(lines) + "\n").encode("gb18030")
    report = desk.land(platform, (",".join(COLUMNS) + "\n").encode("gb18030") + body[:at] + bad + body[at:])
    assert report.rows_delivered == report.rows_landed + report.rows_rejected
    landed = desk.landed(platform, report)
    refused = {number for number, *_ in desk.refused() if number is not None}
    if landed:
        assert len(landed) + len(refused) == report.rows_delivered
        assert {row["row_number"] for row in landed} | refused == set(range(1, report.rows_delivered + 1))

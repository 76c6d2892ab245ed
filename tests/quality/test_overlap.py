"""The silo picture: who knows what others know, and where they disagree."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import overlap_chart as drawing
from quality.overlap import overlap
from quality.overlap_chart import overlap_chart, overlap_markdown
from tests.quality.conftest import filled
from warehouse.model import Home
from warehouse.model.evidence import CONFLICT
from warehouse.model.link import MENTION
from warehouse.model.quality import OVERLAP

KNOWN = {"P1": "aab", "P2": "a", "P3": "bc", "P4": "abc"}
"""Entity → platforms that mention it, once or twice."""

TITLES = {"a": "梧桐户籍", "b": "梧桐网格", "c": "梧桐社保"}


def write_city(home: Home, known: dict[str, str], conflicts: list[tuple[str, str, str, str]]) -> Home:
    mentions = [
        {"entity_kind": "person", "entity_id": entity, "platform": platform, "row_number": row}
        for entity, platforms in known.items()
        for row, platform in enumerate(platforms)
    ]
    rival = [
        {"entity_kind": "person", "entity_id": e, "attribute": a, "value": v, "platforms": list(ps), "departments": []}
        for e, a, v, ps in conflicts
    ]
    MENTION.write(filled(MENTION, mentions), home.stage("link", "mention"))
    CONFLICT.write(filled(CONFLICT, rival), home.stage("conflict", "person"))
    return home


CONFLICTS = [
    ("P1", "phone", "1", "a"),
    ("P1", "phone", "2", "b"),
    ("P1", "residence", "x", "a"),
    ("P1", "residence", "y", "b"),
    ("P4", "phone", "3", "ab"),
    ("P4", "phone", "4", "bc"),
]


@pytest.fixture
def table(tmp_path) -> pa.Table:
    return overlap(write_city(Home(tmp_path), KNOWN, CONFLICTS), 1)


def test_pairs_share_what_both_mention_and_know_the_rest_alone(table):
    assert table.schema.equals(OVERLAP.arrow)
    counts = [
        (
            r["left_platform"],
            r["right_platform"],
            r["known_to_both"],
            r["known_to_left_alone"],
            r["known_to_right_alone"],
        )
        for r in table.to_pylist()
    ]
    assert counts == [("a", "b", 2, 1, 1), ("a", "c", 1, 2, 1), ("b", "c", 2, 1, 0)]


def test_platforms_disagree_where_they_stand_by_rival_values_and_share_none(table):
    told = [(r["disagree"], r["disagreements"]) for r in table.to_pylist()]
    # of P4's phone, a and b share one value, b and c another; a and c share none
    assert told == [(1, [("phone", 1), ("residence", 1)]), (1, [("phone", 1)]), (0, [])]


def test_platforms_that_share_nothing_have_a_line_too(tmp_path):
    (row,) = overlap(write_city(Home(tmp_path), {"P1": "a", "P2": "b"}, [])).to_pylist()
    assert (row["known_to_both"], row["known_to_left_alone"], row["known_to_right_alone"]) == (0, 1, 1)


def test_a_city_without_mentions_has_no_overlap(tmp_path):
    found = overlap(Home(tmp_path))
    assert found.num_rows == 0
    assert overlap_chart(found, {}).startswith("<?xml")


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.sampled_from([f"P{i}" for i in range(9)]), st.text("abcd", min_size=1, max_size=5), min_size=1)
)
def test_counts_are_those_of_the_sets(tmp_path_factory, known):
    sets = {p: {e for e, platforms in known.items() if p in platforms} for p in "abcd"}
    for r in overlap(write_city(Home(tmp_path_factory.mktemp("city")), known, [])).to_pylist():
        left, right = sets[r["left_platform"]], sets[r["right_platform"]]
        assert r["known_to_both"] == len(left & right)
        assert r["known_to_left_alone"] == len(left - right)
        assert r["known_to_right_alone"] == len(right - left)


def test_the_chart_is_the_same_each_time_and_needs_nothing_from_elsewhere(table):
    svg = overlap_chart(table, TITLES)
    assert svg == overlap_chart(table, TITLES)
    assert re.findall(r'(?:href|src)="(?!#|data:)[^"]*"', svg) == []
    assert "67%" in svg  # b knows two of a's three


def test_the_chart_speaks_english_where_no_font_has_chinese(table, monkeypatch):
    monkeypatch.setattr(drawing, "FONTS", ("A Font Nobody Has",))
    svg = overlap_chart(table, TITLES)
    assert "persons: share known to the column too" in svg
    assert not re.search("[\u4e00-\u9fff]", svg)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_the_chart_speaks_chinese_where_a_font_has_it(table, monkeypatch):
    monkeypatch.setattr(drawing, "FONTS", ("DejaVu Sans",))  # matplotlib brings it along
    assert "梧桐户籍" in overlap_chart(table, TITLES)


def test_the_table_for_the_run_lists_the_widest_pairs_first(table):
    lines = overlap_markdown(table, limit=2).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| person | a | b | 2 | 1 | 1 | 1 |"

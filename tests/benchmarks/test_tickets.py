"""Copies of tickets lie in other months and places, and nobody complains in two places at once."""

from __future__ import annotations

import re

from benchmarks.tickets import APART, MONTHS, elsewhere, later, moves_to


def test_days_and_milliseconds_of_a_text_move_and_nothing_else_does() -> None:
    text = '[{"time": "2026-11-01 08:30:00"}, "20261101", 1793520000000, "13800112233", "编号2026"]'
    moved = later(-62)(text)
    assert moved == '[{"time": "2026-08-31 08:30:00"}, "20260831", 1788163200000, "13800112233", "编号2026"]'


def test_names_and_phones_of_a_copy_are_others() -> None:
    other = elsewhere(re.compile("花园新村|桥东路"), "东南")
    changed = other("花园新村3幢，桥东路口，13800112233，花园")
    assert changed.startswith("东南花园新村3幢，东南桥东路口，138")
    assert "13800112233" not in changed
    assert elsewhere(re.compile("花园新村"), "东")("13800112233") != elsewhere(re.compile("花园新村"), "西")(
        "13800112233"
    )


def test_a_place_is_copied_month_by_month_before_the_next_one_is() -> None:
    moves = moves_to(10_000, 100)
    assert len(moves) == 100
    assert moves[:2] == [(0, ""), (-APART, "")]
    assert len({before for _, before in moves}) == -(-100 // MONTHS)

"""Addresses of anywhere are cut into their segments; golden cases stand beside those of the city."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.address_text import segment

CASES = Path(__file__).parents[1] / "pipelines" / "standardise" / "address" / "cases.yaml"
GOLDEN: dict[str, Any] = yaml.safe_load(CASES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["segments"], ids=lambda golden: golden.split("|")[0])
def test_an_address_of_anywhere_is_cut_into_its_segments(golden: str) -> None:
    text, *expected = golden.split("|")
    assert [f"{s.label} {text[s.start : s.end]}" for s in segment(text)] == expected


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="浙江省杭州市余杭区街道镇村社路与号幢楼层室AB0123456789-—电联旁对面 ", max_size=30))
def test_segments_cover_the_address_without_gaps(text: str) -> None:
    segments = segment(text)
    assert "".join(text[s.start : s.end] for s in segments) == text
    assert all(a.end == b.start for a, b in pairwise(segments))

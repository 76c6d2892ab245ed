"""What departments say of their claims (校核), in the golden records of the next run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.resolution.survivorship import Answers, GoldenResult, golden
from warehouse.model.data_model import shipped
from warehouse.model.verification import ANSWER

Build = Callable[..., pa.Table]
OURS, THEIRS, RIGHT = "13800000001", "13900000002", "13700000003"


def said(mention: int, own: str | None, answer: int | None = None, *, supersedes: bool = True) -> pa.Table:
    line = {
        "mention_id": mention,
        "attribute": "phone",
        "own_value": own,
        "supersedes": supersedes,
        "answer_id": answer,
    }
    return ANSWER.conform(pa.Table.from_pylist([line], schema=ANSWER.arrow))


@pytest.fixture
def person(mentions: Build, entities: Build, authority: Build) -> Callable[..., GoldenResult]:
    """One person of two rows, ours first; an answer that gives a value is a third mention."""

    def run(answered: pa.Table, given: str | None = None, ours: str | None = OURS) -> GoldenResult:
        rows: list[dict[str, Any]] = [
            {"platform": "yiyuan", "phone": ours, "phone_raw": ours, "name": "甲一"},
            {"platform": "wangge", "phone": THEIRS, "phone_raw": THEIRS, "claimed_on": date(2020, 1, 1)},
            {"platform": "yiyuan", "phone": given, "phone_raw": given, "name": "乙二", "claimed_on": date(2026, 6, 1)},
        ]
        every = mentions("person", rows)
        right = every.slice(2) if given else shipped().mention("person").empty()
        return golden(
            "person", every.slice(0, 2), entities({"P1": [0, 1]}), authority(),
            answers=Answers(answered, right), threads=1,
        )  # fmt: skip

    return run


def phones(result: GoldenResult) -> dict[str, tuple[str, str, bool]]:
    return {
        line["value_raw"]: (line["comparison"], line["reason"], line["is_golden"])
        for line in result.attributes.to_pylist()
        if line["attribute"] == "phone"
    }


def test_a_value_its_own_department_calls_wrong_weighs_nothing(person: Callable[..., GoldenResult]) -> None:
    assert person(ANSWER.empty()).golden["phone"].to_pylist() == [OURS]
    result = person(said(0, OURS))
    assert result.golden["phone"].to_pylist() == [THEIRS]
    assert phones(result)[OURS] == ("superseded", "superseded", False)
    assert result.conflicts.num_rows == 0


def test_a_right_value_is_a_claim_of_the_department_that_gives_it(person: Callable[..., GoldenResult]) -> None:
    result = person(said(0, OURS, 2), RIGHT)
    assert result.golden["phone"].to_pylist() == [RIGHT]
    assert phones(result)[OURS][0] == "superseded"
    assert phones(result)[RIGHT][2]
    # The rest of the row it was given for is said once, and the row counts once.
    assert result.golden["name"].to_pylist() == ["甲一"]
    assert result.golden["mention_count"].to_pylist() == [2]


def test_a_row_that_was_mended_has_the_last_word(person: Callable[..., GoldenResult]) -> None:
    result = person(said(0, OURS, 2), RIGHT, ours="13600000004")
    assert result.golden["phone"].to_pylist() == ["13600000004"]
    assert RIGHT not in phones(result)


def test_an_empty_place_is_filled_until_the_department_fills_it(person: Callable[..., GoldenResult]) -> None:
    assert person(said(0, None, 2), RIGHT, ours=None).golden["phone"].to_pylist() == [RIGHT]
    assert RIGHT not in phones(person(said(0, None, 2), RIGHT, ours=OURS))


def test_a_value_that_others_claim_stands_though_one_of_them_takes_it_back(
    person: Callable[..., GoldenResult],
) -> None:
    result = person(said(1, THEIRS), ours=THEIRS)
    assert result.golden["phone"].to_pylist() == [THEIRS]
    assert {reason for _, reason, _ in phones(result).values()} == {"only"}

"""How certain a contested golden value is, learned from who agrees with whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.resolution.certainty import Estimate, SourceModel, certainty
from warehouse.model.evidence import ATTRIBUTE

DAY = date(2026, 10, 1)
HEAD = {
    "entity_kind": "person",
    "attribute": "phone",
    "is_valid": True,
    "is_source": False,
    "reason": "only",
    "authority": 50,
}
PLACE = {"department": "d", "delivery_id": "1", "file_name": "f", "sheet_name": "", "role": "subject"}


def claims(said: Iterable[tuple[str, str, str, str]], **more: Any) -> pa.Table:
    """(entity, platform, value, comparison) of each claim as a table under `ATTRIBUTE`."""
    lines = [
        HEAD | PLACE | {"entity_id": entity, "platform": platform, "value": value, "comparison": comparison,
         "is_golden": comparison != "differs", "row_number": number, "claimed_on": DAY} | more
        for number, (entity, platform, value, comparison) in enumerate(said)
    ]  # fmt: skip
    return ATTRIBUTE.conform(pa.Table.from_pylist(lines, schema=ATTRIBUTE.arrow))


def town(people: int, reliable: dict[str, float], seed: int = 1) -> tuple[pa.Table, dict[str, bool]]:
    """Platforms of given reliability that speak of the same people, the golden value being one of those most say; whether it is right."""
    random = np.random.default_rng(seed)
    said, right = [], {}
    for person in range(people):
        values = {p: "true" if random.random() < r else f"wrong {random.integers(3)}" for p, r in reliable.items()}
        told = list(values.values())
        golden = max(random.permutation(sorted(set(told))).tolist(), key=told.count)
        right[f"P{person}"] = golden == "true"
        said += [(f"P{person}", p, v, "equal" if v == golden else "differs") for p, v in values.items()]
    return claims(said), right


def test_what_everybody_says_alike_is_contested_by_nobody() -> None:
    assert certainty("person", claims([("P1", "a", "1", "equal"), ("P1", "b", "1", "equal")])).certainty.num_rows == 0


def test_values_of_another_sort_parts_and_wordings_contest_nothing() -> None:
    said = [
        ("P1", "a", "1", "equal"),
        ("P1", "b", "2", "incomparable"),
        ("P1", "c", "3", "equivalent"),
        ("P1", "d", "4", "incomplete"),
    ]
    assert certainty("person", claims(said)).certainty.num_rows == 0


def test_a_certainty_of_nine_in_ten_is_right_nine_times_in_ten() -> None:
    table, right = town(4_000, {"a": 0.95, "b": 0.9, "c": 0.7, "d": 0.55})
    found = {line["entity_id"]: line["certainty"] for line in certainty("person", table).certainty.to_pylist()}
    for low, high in ((0.3, 0.6), (0.6, 0.9), (0.9, 0.97), (0.97, 1.0)):
        within = [(c, right[entity]) for entity, c in found.items() if low <= c < high]
        assert len(within) > 50
        said, true = (sum(column) / len(within) for column in zip(*within, strict=True))
        assert said == pytest.approx(true, abs=0.06)


def test_who_is_often_alone_with_what_it_says_is_known_to_be_unreliable() -> None:
    table, _ = town(2_000, {"a": 0.95, "b": 0.9, "c": 0.6})
    found = {line["platform"]: line["reliability"] for line in certainty("person", table).reliability.to_pylist()}
    assert found == {
        "a": pytest.approx(0.95, abs=0.04),
        "b": pytest.approx(0.9, abs=0.04),
        "c": pytest.approx(0.6, abs=0.04),
    }


def test_both_sides_are_counted_by_platforms() -> None:
    said = [
        ("P1", "a", "1", "equal"),
        ("P1", "b", "1", "equal"),
        ("P1", "c", "2", "differs"),
        ("P1", "c", "2", "differs"),
    ]
    (line,) = certainty("person", claims(said)).certainty.to_pylist()
    assert (line["platforms"], line["rivals"]) == (2, 1)


def test_the_order_of_claims_and_threads_do_not_matter() -> None:
    table, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.6})
    shuffled = table.take(pa.array(np.random.default_rng(2).permutation(table.num_rows)))
    one, other = certainty("person", table, threads=1), certainty("person", shuffled, threads=3)
    assert one.certainty.equals(other.certainty)
    assert one.reliability.equals(other.reliability)


def test_no_claims_give_no_certainty() -> None:
    found = certainty("person", claims([]))
    assert found.certainty.num_rows == found.reliability.num_rows == 0


def test_under_a_held_model_a_certainty_changes_with_what_is_said_of_its_entity_alone() -> None:
    table, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.7})
    before = certainty("person", table)
    news = claims([("new", "a", "1", "equal"), ("new", "b", "1", "equal"), ("new", "c", "2", "differs")])
    after = certainty("person", pa.concat_tables([table, news]), before.model)
    former = {line["entity_id"]: line["certainty"] for line in before.certainty.to_pylist()}
    assert {e: c for e, c in _certainties(after).items() if e != "new"} == former
    assert "new" in _certainties(after)
    assert after.model is before.model


def test_a_model_says_of_the_claims_it_comes_from_what_was_estimated() -> None:
    table, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.7})
    estimate = certainty("person", table)
    read = SourceModel.of_json(estimate.model.to_json())
    assert certainty("person", table, read).certainty.equals(estimate.certainty)


def test_under_a_held_model_no_claim_grows_older() -> None:
    table, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.7})
    before = certainty("person", table)
    years_later = claims([("other", "a", "1", "equal"), ("other", "b", "1", "equal")], claimed_on=date(2030, 1, 1))
    after = certainty("person", pa.concat_tables([table, years_later]), before.model)
    assert _certainties(after) == _certainties(before)


def test_a_source_no_model_knows_is_learned_when_it_says_much() -> None:
    table, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.7})
    held = certainty("person", table).model
    with_new, _ = town(500, {"a": 0.95, "b": 0.9, "c": 0.7, "new": 0.8})
    estimate = certainty("person", with_new, held)
    assert estimate.model is not held
    assert any(source[1] == "new" for source in estimate.model.reliability)


def _certainties(estimate: Estimate) -> dict[str, float]:
    return {line["entity_id"]: line["certainty"] for line in estimate.certainty.to_pylist()}


def test_a_city_heard_in_stretches_is_as_certain_as_one_heard_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = [
        (
            f"P{person:02d}",
            platform,
            "old" if (person * turn) % 7 == 0 else "new",
            "differs" if (person * turn) % 7 == 0 else "equal",
        )
        for person in range(40)
        for turn, platform in enumerate(("a", "b", "c"), start=1)
    ]
    table = claims(said)
    pq.write_table(table, path := tmp_path / "claims.parquet", row_group_size=10)
    at_once = certainty("person", path)
    monkeypatch.setattr("pipelines.resolution.certainty.STRETCH", 25)
    in_stretches = certainty("person", path)
    assert at_once.certainty.num_rows > 0
    assert in_stretches.certainty.equals(at_once.certainty)
    assert in_stretches.model == at_once.model == certainty("person", table).model

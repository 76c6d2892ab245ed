"""A pair that rests on weak comparisons alone is asked about, never linked, where others speak against it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pipelines.matching.engine.levels import Same
from pipelines.matching.engine.link import link
from pipelines.matching.engine.spec import Block, Comparison, Corroboration, MatchSpec, SpecError

WEIGHTS = {"name": 18.0, "home": -1.0, "phone": -1.0, "birth": 3.0}
RULE = Corroboration(weak=("name",), against=("home", "phone"))


def spec(*rules: Corroboration) -> MatchSpec:
    """A specification of fixed weights in which a name is worth more than all else."""
    comparisons = tuple(
        Comparison(name, (Same(),), fixed={"same": abs(weight), "different": min(weight, 0.0)})
        for name, weight in WEIGHTS.items()
    )
    return MatchSpec("person", (Block("name"),), comparisons, accept=0.95, review=0.1, corroborated=rules)


def outcome(other: dict[str, Any], *rules: Corroboration) -> str:
    """What becomes of 秦伟 and another of that name in a town of three hundred."""
    one = {"name": "秦伟", "home": "a", "phone": "1", "birth": "19800101"}
    strangers = [{"name": f"n{i}", "home": f"h{i}", "phone": f"p{i}", "birth": None} for i in range(300)]
    table = pa.Table.from_pylist([one, {**one, **other}, *strangers])
    pairs = link(table, spec(*rules), prior=0.003, refuse=False).pairs
    return str(pairs["outcome"][0])


def test_a_name_against_home_and_phone_is_no_link() -> None:
    stranger = {"home": "b", "phone": "2", "birth": None}
    assert (outcome(stranger), outcome(stranger, RULE)) == ("accepted", "review")


@pytest.mark.parametrize(
    "other", [{"home": "b", "birth": None}, {"home": "b", "phone": None, "birth": None}, {"home": "b", "phone": "2"}]
)
def test_one_that_agrees_or_is_silent_is_enough(other: dict[str, Any]) -> None:
    assert outcome(other, RULE) == "accepted"


def test_a_rule_names_comparisons_there_are() -> None:
    with pytest.raises(SpecError, match="corroborated names no comparison"):
        spec(Corroboration(("name",), ("adress",)))


def test_rows_that_are_all_told_twice_are_the_same(people_twice: pa.Table) -> None:
    """Copies are one record, so that no two records match; what is told twice alike is the same all the same."""
    found = link(people_twice, LEARNED)
    assert len(set(found.clusters["cluster_id"].to_pylist())) == people_twice.num_rows // 2


LEARNED = MatchSpec(
    "person",
    (Block("number"), Block("name")),
    (Comparison("number", (Same(),)), Comparison("name", (Same(),)), Comparison("phone", (Same(),))),
    accept=0.95,
    review=0.5,
    anchor="number",
)


@pytest.fixture
def people_twice() -> pa.Table:
    rows = [{"number": f"{i:06}", "name": f"n{i % 150}", "phone": f"p{i}"} for i in range(200)]
    return pa.Table.from_pylist(rows + rows)

"""`onenet explain` at the level of entities: how one was made, why two are two, what would make them one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

Onenet = Callable[..., Any]


def persons(home: Path, condition: str) -> list[str]:
    with duckdb.connect(str(home / "one_network.duckdb"), read_only=True) as con:
        query = f"select person_id from base.person where {condition} order by mention_count desc, person_id limit 2"
        return [row[0] for row in con.execute(query).fetchall()]


def test_a_constraint_is_told_as_such(finished_home: Path, onenet: Onenet) -> None:
    told = onenet("explain", *persons(finished_home, "id_number_token is not null"), "--home", finished_home)
    assert "约束 constraint: 公民身份号码" in told.output
    assert "--verdict same" in told.output


def test_two_that_nothing_brought_together_are_told_so(finished_home: Path, onenet: Onenet) -> None:
    one = persons(finished_home, "id_number_token is null")[0]
    other = persons(finished_home, "id_number_token is not null")[0]
    told = onenet("explain", one, other, "--home", finished_home)
    assert "约束" not in told.output
    assert f"{one} 与 {other} 是两个实体" in told.output


def test_an_entity_says_what_it_is_made_of_and_what_holds_it_least(finished_home: Path, onenet: Onenet) -> None:
    (one, _) = persons(finished_home, "platform_count > 2")
    told = onenet("explain", one, "--home", finished_home, "--limit", 1)
    assert "条提及合成" in told.output
    assert "系得最松的一条提及" in told.output

"""The states of many attributes are read back as they were packed."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from warehouse.extracts.states import any_state, number_attributes, packed, state


@pytest.mark.parametrize("attributes", [1, 21, 22, 50])
def test_states_of_any_number_of_attributes_are_read_back(attributes: int) -> None:
    names = [f"a{i:02}" for i in range(attributes)]
    numbers = number_attributes(
        pa.table({"entity_kind": ["person"] * attributes + ["event"], "attribute": [*names, "name"]})
    )
    assert sorted(numbers["person", name] for name in names) == list(range(attributes))
    draws = random.Random(attributes)
    said = {(mention, n): draws.randrange(8) for mention in range(3) for n in range(attributes)}
    with duckdb.connect() as con:
        con.execute("create table claim_state (mention bigint, number bigint, state tinyint)")
        con.executemany("insert into claim_state values (?, ?, ?)", [[*place, s] for place, s in said.items()])
        con.execute(f"create table p as select mention, {packed(numbers)} from claim_state group by mention")
        for (mention, number), expected in said.items():
            query = f"select {state('p', number)}, {any_state('p', 'n', numbers)} from p, (select {number} as n) where mention = {mention}"
            assert con.sql(query).fetchall() == [(expected, expected)]

"""From when to when a mention held, and whom it named while it did."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.resolution.validity import KNOWN, PERIOD, Validity, mention_history
from warehouse.model.data_model import shipped
from warehouse.model.landing import DELIVERY
from warehouse.model.link import ENTITY

KIND = "housing"


def day(number: int) -> date:
    return date(2026, 1, number)


def delivery(number: int) -> dict[str, Any]:
    head = {"delivery_id": f"d{number}", "platform": "shebao", "dataset": "main", "file_name": f"f{number}"}
    counts = {"rows_delivered": 1, "rows_landed": 1, "rows_rejected": 0, "bytes": 1}
    return (
        head | counts | {"sha256": "0", "scope": "", "sequence": number, "state": "landed", "delivered_on": day(number)}
    )


DELIVERIES = pa.Table.from_pylist([delivery(n) for n in range(1, 10)], schema=DELIVERY.arrow)


def mentions(rows: list[tuple[str, str, int]]) -> pa.Table:
    """(row key, role, delivery) of every mention that holds."""
    made = [
        {
            **{column.name: None for column in shipped().mention(KIND).columns},
            "mention_id": number,
            "platform": "shebao",
            "department": "renshe",
            "dataset": "main",
            "delivery_id": f"d{at}",
            "file_name": f"f{at}",
            "sheet_name": "",
            "row_number": number + 1,
            "role": role,
            "row_key": key,
            "repeat": 0,
        }
        for number, (key, role, at) in enumerate(rows)
    ]
    return pa.Table.from_pylist(made, schema=pa.schema([c.field for c in shipped().mention(KIND).columns]))


def entities(names: list[str]) -> pa.Table:
    rows = [{"mention_id": n, "entity_id": name, "match_probability": None} for n, name in enumerate(names)]
    return pa.Table.from_pylist(rows, schema=ENTITY.arrow)


def periods(rows: list[tuple[str, int, int | None]]) -> pa.Table:
    """(row key, first day, day of withdrawal) of every row."""
    made = [
        {
            "platform": "shebao", "dataset": "main", "row_key": key, "repeat": 0, "valid_from": day(first),
            "valid_to": last and day(last), "from_delivery_id": f"d{first}",
            "to_delivery_id": f"d{last}" if last else None, "is_open": last is None,
        }
        for key, first, last in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(made, schema=PERIOD.arrow)


def tell(held: list[tuple[str, str, int]], names: list[str], rows: pa.Table, former: pa.Table | None) -> Validity:
    return mention_history(KIND, mentions(held), entities(names), DELIVERIES, rows, former, threads=1)


def lines(told: Validity) -> list[tuple[Any, ...]]:
    columns = ["row_key", "role", "entity_id", "valid_from", "valid_to", "is_current"]
    found = [tuple(row.values()) for row in told.history.select(columns).to_pylist()]
    return sorted(
        (key, role, entity, first.day, last and last.day, now) for key, role, entity, first, last, now in found
    )


def test_a_mention_that_holds_is_open_from_the_delivery_its_row_came_with() -> None:
    told = tell([("a", "subject", 3)], ["H1"], periods([("a", 1, None)]), None)
    assert lines(told) == [("a", "subject", "H1", 1, None, True)]


def test_a_withdrawn_mention_keeps_its_dates_and_the_entity_it_last_belonged_to() -> None:
    first = tell(
        [("a", "subject", 1), ("b", "subject", 1)], ["H1", "H2"], periods([("a", 1, None), ("b", 1, None)]), None
    )
    second = tell([("a", "subject", 3)], ["H1"], periods([("a", 1, None), ("b", 1, 3)]), first.known)
    third = tell([("a", "subject", 5)], ["H7"], periods([("a", 1, None), ("b", 1, 3)]), second.known)
    assert lines(second) == [("a", "subject", "H1", 1, None, True), ("b", "subject", "H2", 1, 3, False)]
    assert lines(third) == [("a", "subject", "H7", 1, None, True), ("b", "subject", "H2", 1, 3, False)]


def test_a_mention_that_comes_back_has_two_periods() -> None:
    first = tell([("a", "subject", 1)], ["H1"], periods([("a", 1, None)]), None)
    gone = tell([], [], periods([("a", 1, 3)]), first.known)
    back = tell([("a", "subject", 5)], ["H9"], periods([("a", 1, 3), ("a", 5, None)]), gone.known)
    assert lines(back) == [("a", "subject", "H9", 1, 3, False), ("a", "subject", "H9", 5, None, True)]


def test_an_older_delivery_that_comes_late_moves_the_beginning() -> None:
    first = tell([("a", "subject", 4)], ["H1"], periods([("a", 4, None)]), None)
    late = tell([("a", "subject", 4)], ["H1"], periods([("a", 2, None)]), first.known)
    assert lines(late) == [("a", "subject", "H1", 2, None, True)]


def test_a_role_that_appears_in_a_row_begins_there_and_one_that_vanishes_ends_there() -> None:
    rows = periods([("a", 1, None)])
    first = tell([("a", "owner", 1)], ["H1"], rows, None)
    second = tell([("a", "owner", 3), ("a", "tenant", 3)], ["H1", "H2"], rows, first.known)
    assert lines(second) == [("a", "owner", "H1", 1, None, True), ("a", "tenant", "H2", 3, None, True)]
    third = tell([("a", "tenant", 5)], ["H2"], rows, second.known)
    assert lines(third) == [("a", "owner", "H1", 1, 5, False), ("a", "tenant", "H2", 3, None, True)]
    fourth = tell([("a", "tenant", 7)], ["H2"], rows, third.known)
    assert lines(fourth) == lines(third)
    ended = tell([], [], periods([("a", 1, 8)]), fourth.known)
    assert [line for line in lines(ended) if line[1] == "tenant"] == [("a", "tenant", "H2", 3, 8, False)]


def test_a_role_that_passes_to_somebody_else_ends_for_the_one_and_begins_for_the_other() -> None:
    rows = periods([("a", 1, None)])
    first = tell([("a", "subject", 1), ("a.11", "owner", 1)], ["H1", "H2"], rows, None)
    second = tell([("a", "subject", 4), ("a.22", "owner", 4)], ["H1", "H3"], rows, first.known)
    assert lines(second) == [
        ("a", "subject", "H1", 1, None, True),
        ("a.11", "owner", "H2", 1, 4, False),
        ("a.22", "owner", "H3", 4, None, True),
    ]
    gone = tell([], [], periods([("a", 1, 6)]), second.known)
    assert lines(gone)[1:] == [("a.11", "owner", "H2", 1, 4, False), ("a.22", "owner", "H3", 4, 6, False)]


def test_a_delivery_taken_out_again_leaves_no_gap() -> None:
    first = tell([("a", "subject", 1)], ["H1"], periods([("a", 1, None)]), None)
    gone = tell([], [], periods([("a", 1, 3)]), first.known)
    back = tell([("a", "subject", 1)], ["H1"], periods([("a", 1, None)]), gone.known)
    assert lines(back) == lines(first)


def test_a_row_that_no_release_ever_held_is_in_no_history() -> None:
    told = tell([("a", "subject", 5)], ["H1"], periods([("a", 5, None), ("b", 1, 5)]), None)
    assert [line[0] for line in lines(told)] == ["a"]


def test_the_register_is_the_same_on_any_number_of_threads() -> None:
    held = [(f"k{n}", "subject", 1) for n in range(50)]
    rows = periods([(f"k{n}", 1, None) for n in range(50)])
    tables = [
        mention_history(KIND, mentions(held), entities([f"H{n}" for n in range(50)]), DELIVERIES, rows, None, threads=n)
        for n in (1, 2)
    ]
    assert tables[0].known.equals(tables[1].known)
    assert tables[0].history.equals(tables[1].history)
    assert tables[0].known.schema.equals(KNOWN.arrow)

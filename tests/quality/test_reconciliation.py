"""Law 1: rows delivered = landed + rejected, mentions expected = resolved, per delivery, dataset and sheet."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.reconciliation import reconcile
from quality.suites import blocking_failures, run_suite
from warehouse.model import ContractError
from warehouse.model.landing import DELIVERY
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION

OFFICES = {"archive": "archive_office", "census": "census_office"}


def delivery(number, landed, rejected=0, *, platform="archive", dataset="people", state="landed", reason=None):
    return {
        "delivery_id": f"{platform}-{number}",
        "platform": platform,
        "dataset": dataset,
        "file_name": f"{platform}_{number}.csv",
        "sha256": "0",
        "bytes": 1,
        "scope": "",
        "sequence": number,
        "state": state,
        "reason_code": reason,
        "rows_delivered": landed + rejected,
        "rows_landed": landed,
        "rows_rejected": rejected,
    }


def place(number, count, *, sheet="", platform="archive", dataset="people"):
    return (platform, dataset, f"{platform}-{number}", sheet, count)


def counts(places, name):
    columns = list(zip(*places, strict=True)) if places else [[], [], [], [], []]
    types = [pa.string()] * 4 + [pa.int64()]
    names = ["platform", "dataset", "delivery_id", "sheet_name", name]
    return pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=names)


def resolved(places):
    rows = [
        {
            "entity_kind": "person",
            "entity_id": "P",
            "platform": platform,
            "department": "x",
            "dataset": dataset,
            "delivery_id": delivery_id,
            "file_name": f"{delivery_id}.csv",
            "sheet_name": sheet,
            "row_number": row + 1,
            "role": "subject",
        }
        for platform, dataset, delivery_id, sheet, count in places
        for row in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=MENTION.arrow)


def balance(deliveries, current, expected, lines=None, deltas=()):
    return reconcile(
        pa.Table.from_pylist(deliveries, schema=DELIVERY.arrow),
        counts(current, "rows_current"),
        counts(expected, "mentions_expected").append_column(
            "mentions_undecided", pa.array([0] * len(expected), pa.int64())
        ),
        lines if isinstance(lines, Path) else resolved(expected if lines is None else lines),
        OFFICES,
        deltas,
    )


def test_a_stage_file_of_mentions_is_counted_as_the_table_is(tmp_path):
    places = [place(1, 3), place(2, 2, sheet="a")]
    path = tmp_path / "mention.parquet"
    MENTION.write(resolved(places), path)
    told = balance([delivery(1, 3), delivery(2, 2)], places, places, path)
    assert told.equals(balance([delivery(1, 3), delivery(2, 2)], places, places))
    assert told["mentions_resolved"].to_pylist() == [3, 2]


def test_what_is_delivered_landed_and_resolved_balances():
    found = balance([delivery(1, 5, 2)], [place(1, 5)], [place(1, 6)])
    (row,) = found.to_pylist()
    assert found.schema.equals(RECONCILIATION.arrow)
    assert row["balanced"]
    assert (row["department"], row["rows_delivered"], row["rows_landed"], row["rows_rejected"]) == (
        "archive_office",
        7,
        5,
        2,
    )
    assert (row["rows_current"], row["mentions_expected"], row["mentions_resolved"]) == (5, 6, 6)


def test_a_row_that_vanished_between_file_and_landing_shows():
    lossy = {**delivery(1, 5), "rows_delivered": 6}
    (row,) = balance([lossy], [place(1, 5)], [place(1, 5)]).to_pylist()
    assert not row["balanced"]


def test_a_mention_that_vanished_shows_in_its_own_delivery_only():
    deliveries = [delivery(1, 3), delivery(2, 3)]
    both = [place(1, 3), place(2, 3)]
    found = balance(deliveries, both, both, [place(1, 3), place(2, 2)]).to_pylist()
    assert [(r["delivery_id"], r["balanced"]) for r in found] == [("archive-1", True), ("archive-2", False)]


def test_a_mention_lost_here_and_doubled_there_does_not_cancel_out():
    both = [place(1, 3), place(2, 3)]
    found = balance([delivery(1, 3), delivery(2, 3)], both, both, [place(1, 2), place(2, 4)]).to_pylist()
    assert [r["balanced"] for r in found] == [False, False]


def test_a_delivery_that_can_not_be_read_is_listed_with_its_reason():
    lost = delivery(1, 0, dataset="", state="rejected", reason="not_a_zip")
    found = balance([lost, delivery(1, 2, platform="census")], [place(1, 2, platform="census")], []).to_pylist()
    assert [(r["platform"], r["state"], r["reason_code"], r["balanced"]) for r in found] == [
        ("archive", "rejected", "not_a_zip", True),
        ("census", "landed", None, True),
    ]


def test_a_replaced_delivery_stays_on_the_sheet_with_no_current_rows():
    found = balance(
        [delivery(1, 4), delivery(2, 5)], [place(2, 5, sheet="人口")], [place(2, 5, sheet="人口")]
    ).to_pylist()
    assert [(r["sheet_name"], r["rows_delivered"], r["rows_current"], r["mentions_expected"]) for r in found] == [
        ("人口", 4, 0, 0),
        ("人口", 5, 5, 5),
    ]


def test_rows_that_stand_since_an_older_snapshot_are_confirmed_by_the_newest_and_rows_of_a_delta_are_not():
    days = [datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)]
    lines = [
        delivery(number, 4, platform=p) | {"delivered_on": day} for p in OFFICES for number, day in enumerate(days)
    ]
    since = [place(number, 2, platform=p) for p in OFFICES for number in (0, 1)]
    found = balance(lines, since, since, deltas=["census"]).to_pylist()
    assert {(r["platform"], r["delivery_id"][-1]): r["last_confirmed_on"] for r in found} == {
        ("archive", "0"): days[1],
        ("archive", "1"): days[1],
        ("census", "0"): days[0],
        ("census", "1"): days[1],
    }


def test_sheets_of_one_dataset_add_up_to_the_delivery():
    sheets = [place(1, 4, sheet="北"), place(1, 3, sheet="南")]
    found = balance([delivery(1, 7, 1)], sheets, sheets)
    assert found["rows_delivered"].to_pylist() == [8, 0]
    assert found["rows_current"].to_pylist() == [4, 3]
    assert all(found["balanced"].to_pylist())


def test_a_mention_of_a_delivery_nobody_made_never_balances():
    found = balance([delivery(1, 1)], [place(1, 1)], [place(1, 1), place(9, 1)]).to_pylist()
    assert [(r["delivery_id"], r["rows_delivered"], r["balanced"]) for r in found] == [
        ("archive-1", 1, True),
        ("archive-9", 0, False),
    ]


def test_an_imbalance_blocks_the_release(city):
    found = balance([delivery(1, 3)], [place(1, 3)], [place(1, 3)], [place(1, 2)])
    blocking = blocking_failures(run_suite("quality.reconciliation", {**city, "quality.reconciliation": found}))
    assert set(blocking["expectation"].to_pylist()) == {"mentions_expected_are_resolved", "balance_tells_the_truth"}


def test_a_column_that_is_missing_is_named():
    with pytest.raises(ContractError, match=r"current lacks \['rows_current'\]"):
        reconcile(DELIVERY.empty(), counts([], "rows"), counts([], "mentions_expected"), MENTION.empty(), OFFICES)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=5), st.randoms()
)
def test_totals_are_kept_whatever_the_order_of_the_input(cities, random):
    deliveries = [delivery(i, landed, rejected) for i, (landed, rejected, _) in enumerate(cities)]
    current = [place(i, landed) for i, (landed, _, _) in enumerate(cities)]
    expected = [place(i, mentions) for i, (_, _, mentions) in enumerate(cities)]
    found = balance(deliveries, current, expected)
    for shuffled in (deliveries, current, expected):
        random.shuffle(shuffled)
    assert found.equals(balance(deliveries, current, expected))
    assert sum(found["rows_delivered"].to_pylist()) == sum(a + b for a, b, _ in cities)
    assert sum(found["mentions_resolved"].to_pylist()) == sum(c for _, _, c in cities)
    assert all(found["balanced"].to_pylist())

"""The scorecard: each dimension counts what its formula says, from claims of an invented city."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from quality.scorecard import scorecard
from tests.quality.conftest import filled
from warehouse.model import Home
from warehouse.model.catalogue import PLATFORM
from warehouse.model.evidence import ATTRIBUTE, RELIABILITY
from warehouse.model.landing import DELIVERY
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION, SCORECARD

NEWEST = date(2026, 3, 1)


def claim(
    platform, entity, value, *, attribute="phone", golden=False, source=False, valid=True, on=NEWEST, row=1, how=None
):
    stands = "missing" if value is None else "invalid" if not valid else "equal" if golden else "differs"
    return {
        "comparison": how or stands,
        "entity_kind": "person",
        "entity_id": entity,
        "attribute": attribute,
        "value": value,
        "is_valid": valid,
        "is_golden": golden,
        "is_source": source,
        "claimed_on": on,
        **place(platform, row),
    }


def place(platform, row):
    return {
        "platform": platform,
        "department": f"{platform}_office",
        "dataset": platform,
        "delivery_id": f"{platform}-1",
        "file_name": f"{platform}.csv",
        "sheet_name": "",
        "row_number": row,
        "role": "subject",
    }


def mention(platform, row, on=NEWEST):
    return {"entity_kind": "person", "entity_id": "P", "claimed_on": on, **place(platform, row)}


def balance(platform, delivered, landed, state="landed", delivery="1"):
    return {
        "platform": platform,
        "delivery_id": f"{platform}-{delivery}",
        "state": state,
        "rows_delivered": delivered,
        "rows_landed": landed,
    }


def city(tmp_path, claims, mentions=(), balances=(), newest=NEWEST, platforms=(), reliable=()) -> Home:
    home = Home(tmp_path)
    PLATFORM.write(filled(PLATFORM, list(platforms)), home.stage("catalogue", "platform"))
    RELIABILITY.write(filled(RELIABILITY, list(reliable)), home.stage("reliability", "person"))
    ATTRIBUTE.write(filled(ATTRIBUTE, claims), home.stage("attribute", "person"))
    MENTION.write(filled(MENTION, list(mentions)), home.stage("link", "mention"))
    RECONCILIATION.write(filled(RECONCILIATION, list(balances)), home.stage("quality", "reconciliation"))
    delivery = {"delivery_id": "x-1", "platform": "x", "delivered_on": newest, "state": "landed", "warnings": []}
    DELIVERY.write(filled(DELIVERY, [delivery]), home.delivery("x", "x-1"))
    return home


def card(home: Home, platform: str, attribute: str = "phone") -> dict:
    (row,) = [r for r in scorecard(home, 1).to_pylist() if (r["platform"], r["attribute"]) == (platform, attribute)]
    return row


def test_conformity_is_the_share_of_claims_with_a_valid_standard_value(tmp_path):
    claims = [
        claim("a", "P1", "1", golden=True, source=True),
        claim("a", "P2", None, row=2),
        claim("a", "P3", "3", valid=False, row=3),
        claim("a", "P4", "4", golden=True, source=True, row=4),
    ]
    row = card(city(tmp_path, claims), "a")
    assert (row["claims"], row["standard_claims"], row["conformity"]) == (4, 2, 0.5)


def test_completeness_is_the_share_of_mentions_that_fill_it(tmp_path):
    home = city(tmp_path, [claim("a", "P1", "1", golden=True, source=True)], [mention("a", n) for n in (1, 2, 3, 4)])
    row = card(home, "a")
    assert (row["mentions"], row["completeness"]) == (4, 0.25)


def test_accuracy_is_how_often_the_value_is_the_one_that_won(tmp_path):
    claims = [
        claim("a", "P1", "1", golden=True, source=True),
        claim("a", "P2", "2", row=2),
        claim("b", "P2", "9", golden=True, source=True, row=2),
        claim("a", "P3", None, row=3),
    ]
    home = city(tmp_path, claims)
    assert (card(home, "a")["judged_claims"], card(home, "a")["accuracy"]) == (2, 0.5)
    assert card(home, "b")["accuracy"] == 1.0


def test_what_has_no_golden_value_is_neither_right_nor_wrong(tmp_path):
    claims = [claim(p, "P1", p, attribute="employer", how="unvalued") for p in "ab"]
    row = card(city(tmp_path, claims), "a", "employer")
    assert (row["accuracy"], row["consistency"]) == (None, None)


def test_consistency_is_agreement_with_each_other_platform(tmp_path):
    claims = [
        claim("a", "P1", "1", golden=True, source=True),
        claim("b", "P1", "1 ", golden=True),  # another spelling of the golden value
        claim("c", "P1", "2"),
        claim("d", "P1", "2"),
        claim("a", "P2", "7", golden=True, source=True, row=2),  # nobody else knows P2
    ]
    home = city(tmp_path, claims)
    assert (card(home, "a")["others"], card(home, "a")["others_agreeing"]) == (3, 1)
    assert card(home, "a")["consistency"] == pytest.approx(1 / 3)
    assert card(home, "c")["consistency"] == pytest.approx(1 / 3)


def test_a_city_counted_in_stretches_has_the_scores_of_one_counted_at_once(tmp_path, monkeypatch):
    claims = [
        claim(platform, f"P{number:02}", value, golden=value == "1")
        for number in range(40)
        for platform, value in (("a", "1"), ("b", "1" if number % 3 else "2"), ("c", None if number % 5 else "3"))
    ]
    home = city(tmp_path, claims, mentions=[mention(p, n) for p in "abc" for n in range(40)])
    at_once = scorecard(home)
    monkeypatch.setattr("quality.scorecard.stretches", lambda path: [f"entity_id {side} 'P20'" for side in ("<", ">=")])
    assert scorecard(home).equals(at_once)
    assert at_once.num_rows == 3


def test_a_platform_that_contradicts_itself_is_not_counted_as_another(tmp_path):
    claims = [claim("a", "P1", "1", golden=True, source=True), claim("a", "P1", "2", row=2)]
    assert card(city(tmp_path, claims), "a")["consistency"] is None


def test_a_platform_is_behind_by_the_days_to_the_newest_claim_on_the_same_entity(tmp_path):
    claims = [
        claim("a", "P1", "1", golden=True, source=True),
        claim("b", "P1", "1", golden=True, on=date(2026, 2, 19)),
        claim("b", "P2", "2", golden=True, source=True, on=date(2026, 2, 10), row=2),
        claim("a", "P2", "3", on=date(2026, 2, 8), row=2),
        claim("c", "P2", "2", golden=True, on=None),  # says not when
        claim("b", "P3", "4", golden=True, source=True, on=date(2026, 2, 1), row=3),  # nobody else knows P3
        claim("b", "P3", "5", on=date(2026, 2, 5), row=4),
    ]
    found = scorecard(city(tmp_path, claims), 1).to_pylist()
    counts = {
        p: [sum(r[c] for r in found if r["platform"] == p) for c in ("compared_claims", "newest_claims", "days_behind")]
        for p in "abc"
    }
    assert counts == {"a": [2, 1, 2], "b": [2, 1, 10], "c": [0, 0, 0]}


def test_what_is_of_another_sort_is_not_judged(tmp_path):
    claims = [claim("a", "P1", "正常", golden=True, source=True), claim("b", "P1", "存续", how="incomparable")]
    row = card(city(tmp_path, claims), "b")
    assert (row["judged_claims"], row["accuracy"], row["consistency"]) == (0, None, None)


def test_where_values_are_disputed_accuracy_is_the_reliability_of_the_platform(tmp_path):
    known = {"entity_kind": "person", "attribute": "phone", "platform": "a", "role": "subject"}
    reliable = [
        {**known, "age": 0, "reliability": 0.9, "claims": 30},
        {**known, "age": 1, "reliability": 0.5, "claims": 10},
    ]
    home = city(tmp_path, [claim("a", "P1", "1", golden=True, source=True)], reliable=reliable)
    assert card(home, "a")["accuracy"] == pytest.approx(0.8)


def test_timeliness_halves_with_every_cadence_a_platform_is_overdue(tmp_path):
    platforms = [
        {"platform": p, "cadence": "weekly", "last_delivered_on": day}
        for p, day in {"a": NEWEST, "b": date(2026, 2, 22), "c": date(2026, 2, 15), "d": None}.items()
    ]
    claims = [claim(p, "P1", "1", golden=True, source=p == "a", on=date(2020, 1, 1)) for p in "abcd"]
    home = city(tmp_path, claims, platforms=platforms)
    assert [card(home, p)["timeliness"] for p in "abcd"] == [1.0, 1.0, 0.5, None]


def test_the_age_of_claims_counts_back_from_the_newest_delivery(tmp_path):
    claims = [
        claim("a", "P1", "1", golden=True, source=True),
        claim("b", "P1", "1", golden=True, on=date(2025, 3, 1)),
        claim("c", "P1", "1", golden=True, on=None),
        claim("d", "P1", "1", golden=True, on=date(2030, 1, 1)),
    ]
    home = city(tmp_path, claims)
    assert [card(home, p)["age_days"] for p in "abcd"] == [0, 365, None, 0]
    assert [card(home, p)["month"] for p in "abcd"] == ["2026-03", "2025-03", "", "2030-01"]


def test_accessibility_is_what_could_be_read_of_what_was_delivered(tmp_path):
    balances = [
        balance("a", 10, 8),
        balance("a", 0, 0, state="rejected", delivery="2"),
        balance("b", 5, 5),
    ]
    claims = [claim(p, "P1", "1", golden=True, source=p == "a") for p in "ab"]
    home = city(tmp_path, claims, balances=balances)
    assert [card(home, p)["accessibility"] for p in "ab"] == [0.4, 1.0]


def test_half_of_the_score_is_accuracy(tmp_path):
    known = {"entity_kind": "person", "attribute": "phone", "platform": "a", "role": "subject", "age": 0}
    claims = [claim("a", "P1", "1", golden=True, source=True)]
    row = card(city(tmp_path, claims, [mention("a", 1)], reliable=[{**known, "reliability": 0.6, "claims": 9}]), "a")
    assert row["score"] == pytest.approx((0.6 + 1.0) / 2)


def test_the_score_is_the_mean_of_what_could_be_measured(tmp_path):
    row = card(city(tmp_path, [claim("a", "P1", "1", golden=True, source=True)], [mention("a", 1)]), "a")
    assert (row["consistency"], row["accessibility"]) == (None, None)
    assert row["score"] == 1.0


def test_months_are_apart_and_their_counts_add_up(tmp_path):
    days = [date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1)]
    claims = [claim("a", f"P{i}", "1", golden=True, source=True, on=day, row=i) for i, day in enumerate(days)]
    found = scorecard(city(tmp_path, claims, [mention("a", i, day) for i, day in enumerate(days)]), 1)
    assert found.schema.equals(SCORECARD.arrow)
    assert found["month"].to_pylist() == ["2026-01", "2026-02"]
    assert found["claims"].to_pylist() == found["mentions"].to_pylist() == [2, 1]


def test_the_same_on_any_number_of_threads(tmp_path):
    claims = [
        claim(
            f"p{i % 3}", f"P{i % 97}", str(i % 5), golden=i % 5 == 0, source=i < 97, on=date(2020, 1 + i % 12, 1), row=i
        )
        for i in range(3000)
    ]
    home = city(tmp_path, claims, [mention(f"p{i % 3}", i, date(2020, 1 + i % 12, 1)) for i in range(3000)])
    assert scorecard(home, 1).equals(scorecard(home, 4))


def test_a_city_without_claims_has_no_scores(tmp_path):
    assert scorecard(Home(tmp_path)).num_rows == 0
    assert isinstance(scorecard(Home(tmp_path)), pa.Table)

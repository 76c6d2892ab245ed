"""Which questions are asked, in which order, and what counts as one question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.kinds import clues_of
from pipelines.resolution.clues import clue_pairs
from pipelines.resolution.question_queue import (
    BARRED_SHARE,
    BELONGS,
    CUT,
    ODD,
    REVIEW,
    TURN,
    Asked,
    Pair,
    _in_turn,
    _once,
)
from pipelines.resolution.session import Session
from tests.warehouse.conftest import rows
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.link import ENTITY


def asked(low: str, high: str, *, p: float = 0.8, sizes: tuple[int, int] = (1, 1), **more: Any) -> Asked:
    number = int(low[1:]) * 100
    settles = more.pop("settles", sizes[0] * sizes[1])
    given = {"kind": "person", "outcome": REVIEW, "is_barred": False} | more
    pair = Pair(number, number + int(high[1:]), low, high, *sizes)
    return Asked(pairs=(pair,), probability=p, weight=2.0, levels={}, weights={}, settles=settles, **given)


def ends(questions: list[Asked]) -> list[tuple[str, str]]:
    return [(q.pairs[0].low, q.pairs[0].high) for q in questions]


def test_what_follows_from_the_answers_expected_is_not_asked() -> None:
    questions = _in_turn([asked("P1", "P2"), asked("P2", "P3"), asked("P1", "P3")])
    assert ends(questions) == [("P1", "P2"), ("P2", "P3")]


def test_a_row_is_asked_about_one_entity_at_a_time() -> None:
    first, second = (asked("P1", high, outcome=BELONGS) for high in ("P2", "P3"))
    second = Asked(**{**second.__dict__, "pairs": (second.pairs[0]._replace(left_id=first.left_id),)})
    assert ends(_in_turn([first, second])) == [("P1", "P2")]


def test_what_a_constraint_forbids_comes_last_and_is_capped() -> None:
    forbidden = [asked(f"P{n}", f"P{n + 1}", is_barred=True, outcome=CUT, sizes=(9, 9)) for n in range(100, 160, 2)]
    open_ = [asked(f"P{n}", f"P{n + 1}") for n in range(1, 41, 2)]
    questions = _in_turn([*forbidden, *open_])
    assert [q.is_barred for q in questions] == [False] * 20 + [True] * int(20 * BARRED_SHARE)


def test_the_kind_asked_about_least_has_its_turn() -> None:
    persons = [asked(f"P{n}", f"P{n + 1}", sizes=(5, 5)) for n in range(1, 41, 2)]
    homes = [asked(f"H{n}", f"H{n + 1}", kind="housing") for n in range(1, 9, 2)]
    kinds = [q.kind for q in _in_turn(sorted([*persons, *homes], key=lambda q: -q.worth))]
    assert [n for n, kind in enumerate(kinds[: 2 * TURN], start=1) if kind == "housing"] == [TURN, 2 * TURN]


def test_rows_that_read_the_same_are_one_question_about_all_of_them() -> None:
    fragments = [asked(f"E{n}", "E9", kind="enterprise", outcome=BELONGS, alike="hall") for n in (1, 2, 3)]
    (question,) = _once(fragments)
    assert len(question.pairs) == 3
    assert question.settles == 6, "four rows that become one are six pairs"


def test_the_odd_one_out_is_worth_what_parting_it_corrects() -> None:
    assert asked("V1", "V1", p=0.2, outcome=ODD, settles=4).worth == pytest.approx(3.2)


ANSWERED = pa.table({"low": pa.array([], pa.string()), "high": pa.array([], pa.string())})


def pairs_by_phone(
    lines: list[tuple[str, str, str | None, str]], answered: pa.Table = ANSWERED
) -> list[dict[str, Any]]:
    """Clue pairs of rows (entity, platform, name, phone)."""
    contract = shipped().mention("person")
    head = {
        name: {"department": "d"}.get(name, "missing") for c in contract.columns if not c.nullable for name in [c.name]
    }
    made = [
        {
            **head,
            **{"mention_id": n, "platform": platform, "dataset": "d", "role": "caller", "row_key": str(n), "repeat": 0},
            **{"delivery_id": "d", "file_name": "f", "sheet_name": "", "row_number": n, "phone": phone, "dwelling_level": "none"},
            **{"name": name, "name_key": name, "surname": name and name[0], "name_form": "full" if name else None},
        }
        for n, (_, platform, name, phone) in enumerate(lines, start=1)
    ]  # fmt: skip
    entities = [
        {"mention_id": n, "entity_id": e, "match_probability": None} for n, (e, *_) in enumerate(lines, start=1)
    ]
    clue = next(clue for clue in clues_of(shipped(), "person") if clue.name == "phone")
    with Session() as session:
        session.view("mention", rows(contract, *made), contract)
        session.view("entity", rows(ENTITY, *entities), ENTITY)
        session.con.register("answered", answered)
        return clue_pairs(session, Home(Path("nowhere")), "person", [clue])[0].to_pylist()


KNOWN = [("P1", "hukou", "王青禾", "13900000001"), ("P1", "shebao", "王青禾", "13900000001")]
ALONE = ("P2", "rexian", None, "13900000001")


def test_a_row_with_a_phone_alone_is_asked_about_beside_its_holder() -> None:
    (pair,) = pairs_by_phone([*KNOWN, ALONE])
    assert (pair["low"], pair["high"], pair["left_id"], pair["outcome"]) == ("P1", "P2", 3, BELONGS)
    assert dict(pair["levels"]) == {"phone": "held_by_1"}


def test_how_likely_it_is_follows_from_rows_that_others_placed() -> None:
    def likely(placed: str) -> float:
        others = [("P3", "hukou", "李宁", "13900000002"), ("P3", "shebao", "李宁", None)]
        lesson = [*others, (placed, "rexian", None, "13900000002"), ("P4", "hukou", "赵安", None), ("P4", "tax", "赵安", None)]  # fmt: skip
        found = pairs_by_phone([*KNOWN, ALONE, *lesson])  # type: ignore[list-item]
        return next(float(p["probability"]) for p in found if p["high"] == "P2")

    assert likely("P3") > likely("P4"), "a like row whose holder is somebody else speaks against it"


def test_two_entities_that_a_person_has_spoken_about_are_out_of_the_question() -> None:
    assert pairs_by_phone([*KNOWN, ALONE], pa.table({"low": ["P1"], "high": ["P2"]})) == []


def test_calls_that_read_the_same_are_alike() -> None:
    first, second = pairs_by_phone([*KNOWN, ALONE, ("P3", "rexian", None, "13900000001")])[:2]
    between = [p for p in pairs_by_phone([*KNOWN, ALONE, ("P3", "rexian", None, "13900000001")]) if p["low"] == "P1"]
    assert len({p["alike"] for p in between}) == 1
    assert first["alike"]
    assert second["alike"]

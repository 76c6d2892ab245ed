"""The desk: one question at a time, none to two stewards, verdicts into the judgements of the home, the last taken back."""

import pytest

from pipelines.stages.portal_review import HomeReview
from warehouse import judgements, ledger
from warehouse.portal import BusyError
from warehouse.portal.desk import Desk


@pytest.fixture
def desk(portal_home):
    return Desk(HomeReview(portal_home))


def judged(home):
    return [
        (line["verdict"], line["judged_by"], line["judgement_state"])
        for line in judgements.ledger_states(judgements.read(home)).to_pylist()
    ]


def test_a_question_stays_until_it_is_answered_and_is_nobody_elses(desk):
    mine = desk.next("li", "1")
    assert desk.next("li", "1").token == mine.token
    assert desk.next("wang", "1").token != mine.token


def test_a_verdict_is_a_judgement_of_the_home_and_can_be_taken_back(desk, portal_home):
    question = desk.next("li", "1")
    before = len(judged(portal_home))
    assert desk.decide("li", question.token, question.content, "same", "同一人")
    assert judged(portal_home)[before:] == [("same", "li", "in_force")]
    assert desk.progress("li")[0] == 1
    assert desk.next("li", "1").token != question.token
    assert desk.take_back("li").question.token == question.token
    assert judged(portal_home)[before:] == [("same", "li", "superseded"), ("withdrawn", "li", "open")]
    assert desk.next("li", "1").token == question.token
    assert desk.progress("li") == (0, None)
    assert ledger.verify(portal_home).whole


def test_what_was_not_shown_is_not_recorded(desk, portal_home):
    question = desk.next("li", "1")
    before = judged(portal_home)
    assert not desk.decide("wang", question.token, question.content, "same", "")
    assert not desk.decide("li", question.token, "another content", "same", "")
    assert not desk.decide("li", "no such question", question.content, "same", "")
    assert judged(portal_home) == before


def test_an_answered_question_is_not_asked_again_by_another_desk(desk, portal_home):
    question = desk.next("li", "1")
    desk.decide("li", question.token, question.content, "different", "")
    tokens = {q.token for q in HomeReview(portal_home).questions(10_000)}
    assert question.token not in tokens


def test_nothing_is_recorded_while_a_run_is_writing(desk, portal_home):
    import fcntl

    question = desk.next("li", "1")
    with portal_home.lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            desk.decide("li", question.token, question.content, "same", "")
    assert desk.decide("li", question.token, question.content, "unsure", "")
    assert desk.take_back("li")


def test_taking_back_without_a_verdict_does_nothing(desk):
    assert desk.take_back("nobody") is None


def test_the_page_shows_both_sides_and_takes_a_verdict(visit, app, portal_home):
    steward = visit("steward")
    text = steward.get("/review").text
    with app.state.shelf.release() as release:
        question = app.state.desk.next("steward", release.version)
    for _, left, right, _ in question.lines():
        assert (left or "—") in text
        assert (right or "—") in text
    before = len(judged(portal_home))
    answer = steward.post("/review", token=question.token, content=question.content, verdict="different", why="")
    assert answer.status_code == 303
    assert judged(portal_home)[before:] == [("different", "steward", "in_force")]
    assert steward.post("/review/undo").status_code == 303
    assert judged(portal_home)[before:][-1] == ("withdrawn", "steward", "open")
    assert len(judged(portal_home)) == before + 2
    steward.post("/review", token=question.token, content=question.content, verdict="withdrawn", why="")
    assert len(judged(portal_home)) == before + 2
    assert steward.get("/judgements").status_code == 200

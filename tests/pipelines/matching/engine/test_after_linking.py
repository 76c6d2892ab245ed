"""What can be asked of a result: all pairs, another threshold, why, how right, what to ask next, and pictures of it."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from pipelines.matching import InputError, MatchSpec, ModelError, charts, evaluate, link
from pipelines.matching.engine.thresholds import expected_precision_threshold
from tests.pipelines.matching.engine.households import SPEC, residents, scores

TABLE, TRUTH = residents(1500, twice=0.7, noise=0.25, towns=12, seed=7)
CHOSEN = replace(SPEC, accept=0.0, review=0.0)
NAMES = pa.array([f"row {i:04d}" for i in range(TABLE.num_rows)])
RESULT = link(TABLE, CHOSEN, threads=1)


def verdicts(pairs, truth=TRUTH):
    same = truth[np.asarray(pairs["left_id"])] == truth[np.asarray(pairs["right_id"])]
    return pairs.append_column("verdict", pa.array(np.where(same, "same", "different")))


def test_thresholds_that_nobody_gave_follow_from_the_model():
    assert 0.5 <= RESULT.spec.accept < 1
    assert 0 < RESULT.spec.review < RESULT.spec.accept
    assert RESULT.diagnostics.expected_precision >= 0.969
    counts, likely = np.array([100.0, 100.0, 50.0]), np.array([0.999, 0.9, 0.6])
    assert 0.6 < expected_precision_threshold(counts, likely, 0.94) <= 0.9
    assert 0.5 <= expected_precision_threshold(counts, likely, 0.5) < 0.6
    assert expected_precision_threshold(np.array([9.0]), np.array([0.2])) >= 0.5


def test_a_threshold_that_is_given_stands():
    result = link(TABLE, SPEC, threads=1)
    assert (result.spec.accept, result.spec.review) == (SPEC.accept, SPEC.review)
    assert MatchSpec("k", SPEC.blocks, SPEC.comparisons, accept=0.9).accept == 0.9


def test_a_run_that_others_go_on_from_needs_thresholds_of_its_own():
    with pytest.raises(InputError, match="accept="):
        link(TABLE, CHOSEN, threads=1, order=np.arange(TABLE.num_rows))


def test_another_threshold_gives_what_linking_again_would_give():
    for accept in (0.2, 0.99):
        again = link(TABLE, replace(SPEC, accept=accept, review=0.1), model=RESULT.model, threads=1)
        moved = RESULT.at(accept, 0.1)
        assert moved.clusters.equals(again.clusters)
        assert moved.pairs.equals(again.pairs)
        assert replace(moved.report, seconds={}) == replace(again.report, seconds={})
    assert RESULT.at(0.99).spec.accept == 0.99


def test_all_scored_pairs_hold_the_links_and_the_others():
    every = RESULT.scored_pairs()
    assert every.num_rows == RESULT.report.pairs_compared
    likely = {(r["left_id"], r["right_id"]): r["probability"] for r in every.to_pylist()}
    for row in RESULT.pairs.to_pylist():
        if row["rules"] and row["left_id"] in np.asarray(every["left_id"]):
            assert likely.get((row["left_id"], row["right_id"]), row["probability"]) == pytest.approx(
                row["probability"]
            )
    assert RESULT.scored_pairs(at_least=0.9).num_rows < every.num_rows


def test_any_two_rows_are_explained_linked_or_not_found_or_not():
    result = link(TABLE.append_column("key", NAMES), CHOSEN, id_column="key", threads=1)
    linked = result.pairs.to_pylist()[0]
    told = result.explain(linked["left_id"], linked["right_id"])
    assert told.linked
    assert told.probability == pytest.approx(linked["probability"])
    assert set(told.rules) == set(linked["rules"])
    found = {(r["left_id"], r["right_id"]) for r in result.scored_pairs().to_pylist()}
    stranger = next(n for n in NAMES.to_pylist()[1:] if ("row 0000", n) not in found and (n, "row 0000") not in found)
    told = result.explain("row 0000", stranger)
    assert not told.linked
    assert told.rules == ()
    assert sum(step.weight for step in told.steps) == pytest.approx(told.weight)
    assert {step.name for step in told.steps} >= {c.name for c in SPEC.comparisons}
    assert "no rule finds this pair" in str(told)
    with pytest.raises(InputError, match="no row"):
        result.explain("row 0000", "nobody")


def test_precision_and_recall_against_the_truth_are_those_of_the_clusters():
    told = evaluate(RESULT, truth=TRUTH)
    expected = scores(np.asarray(RESULT.clusters["cluster_id"]), TRUTH)
    assert (told.precision, told.recall, told.f1) == pytest.approx(expected)
    recall = told.curve["recall"].to_pylist()
    assert recall == sorted(recall, reverse=True)
    assert told.calibration_error < 0.1
    assert sum(told.calibration["pairs"].to_pylist()) == RESULT.scored_pairs(0.01).num_rows


def test_precision_and_recall_against_judged_pairs():
    judged = verdicts(RESULT.scored_pairs(0.01))
    told = evaluate(RESULT, judgements=judged)
    assert 0.8 < told.precision <= 1
    with pytest.raises(InputError, match="either"):
        evaluate(RESULT)
    with pytest.raises(InputError, match="one per row"):
        evaluate(RESULT, truth=TRUTH[:-1])
    with pytest.raises(InputError, match="no judged pair"):
        evaluate(RESULT, judgements=judged.slice(0, 0))


def test_two_tables_are_judged_by_pairs_across_them():
    left, right = TABLE.slice(0, 1200), TABLE.slice(1200)
    result = link(left, CHOSEN, right=right, threads=1, refuse=False)
    told = evaluate(result, truth=TRUTH)
    cluster, side = np.asarray(result.clusters["cluster_id"]), np.arange(len(TRUTH)) >= 1200
    across = [(i, j) for i in np.flatnonzero(~side) for j in np.flatnonzero(side) if TRUTH[i] == TRUTH[j]]
    found = sum(cluster[i] == cluster[j] for i, j in across)
    assert told.recall == pytest.approx(found / len(across))


def test_questions_are_open_pairs_none_of_which_was_answered():
    questions = RESULT.questions(40)
    assert questions.num_rows == 40
    p = np.asarray(questions["probability"])
    assert ((p > 0.02) & (p < 0.98)).mean() > 0.9
    again = link(TABLE, CHOSEN, judgements=verdicts(questions), threads=1, refuse=False).questions(40)
    pairs = [set(zip(q["left_id"].to_pylist(), q["right_id"].to_pylist(), strict=True)) for q in (questions, again)]
    assert not pairs[0] & pairs[1]


def test_verdicts_help_beyond_the_pairs_they_are_about():
    sample = np.sort(np.random.default_rng(1).choice(RESULT.scored_pairs(0.001).num_rows, 200, replace=False))
    judged = verdicts(RESULT.scored_pairs(0.001).take(pa.array(sample)))
    taught = link(TABLE, CHOSEN, judgements=judged, threads=1, refuse=False)
    alone = link(TABLE, CHOSEN, model=taught.model, threads=1)
    assert taught.model.factors
    assert evaluate(alone, truth=TRUTH).f1 > evaluate(RESULT, truth=TRUTH).f1 - 0.01
    assert evaluate(taught, truth=TRUTH).f1 > evaluate(RESULT, truth=TRUTH).f1
    (row,) = alone.scored_pairs().slice(0, 1).to_pylist()
    told = alone.explain(row["left_id"], row["right_id"])
    assert sum(step.weight for step in told.steps) == pytest.approx(row["weight"])


def test_a_run_of_a_schedule_keeps_no_pairs():
    result = link(TABLE, SPEC, threads=1, order=np.arange(TABLE.num_rows))
    with pytest.raises(ModelError, match="without order="):
        result.scored_pairs()


LOADS = re.compile(r"(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//|url\(|@import|<script", re.IGNORECASE)


def test_charts_stand_alone_and_are_the_same_every_time(tmp_path):
    evaluation = evaluate(RESULT, truth=TRUTH)
    sizes = RESULT.clusters["cluster_id"].value_counts().to_pylist()
    largest = max(sizes, key=lambda s: s["counts"])["values"]
    row = RESULT.pairs.to_pylist()[0]
    draw = (
        lambda: charts.weight_plot(RESULT),
        lambda: charts.match_weights(RESULT.model),
        lambda: charts.waterfall(RESULT.explain(row["left_id"], row["right_id"])),
        lambda: charts.unlinkables(RESULT),
        lambda: charts.threshold_curve(evaluation),
        lambda: charts.cluster_graph(RESULT, largest),
    )
    for one in draw:
        svg = one()
        assert "<svg" in svg
        assert not LOADS.search(svg.replace("url(#", ""))
        assert svg == one()
    charts.write_page(RESULT, tmp_path / "page.html", evaluation)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert not LOADS.search(page.replace("url(#", ""))
    with pytest.raises(InputError, match="0 rows"):
        charts.cluster_graph(RESULT, -5)

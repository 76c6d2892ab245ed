"""A run says whether its model makes sense, and stops where it does not."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.matching import Block, Comparison, ModelError, Same, link
from pipelines.matching.engine.blocking import BlockReport
from pipelines.matching.engine.diagnostics import NonsenseModelError, diagnose
from pipelines.matching.engine.model import LevelRates, Model
from tests.pipelines.matching.engine.households import SPEC, residents

PLAIN = replace(SPEC, blocks=(Block("a"),), comparisons=(Comparison("a", (Same(),)), Comparison("b", (Same(),))))


def model(weights=(5.0, -3.0), **facts):
    trained = {
        "records": 1000.0,
        "possible_pairs": 499_500.0,
        "expected_matches": 300.0,
        "unbound_matches": 300.0,
        "judged": 0.0,
        "rounds": 9.0,
        "change": 0.0,
        "converged": 1.0,
    }
    m, u = (0.8, 0.1) if weights[0] > 0 else (0.1, 0.8)
    levels = (LevelRates("same", m, u, weights[0]), LevelRates("different", 1 - m, 1 - u, weights[1]))
    return Model("k", "f", 0.3, {"a": levels, "b": levels}, (), {**trained, **facts})


def said(made, reports=(), probabilities=(1.0, 0.0), counts=(300.0, 700.0), **options):
    return diagnose(PLAIN, made, reports, np.array(counts), np.array(probabilities), trained=True, **options)


def test_a_sound_model_has_no_problem_and_says_how_right_its_links_should_be():
    sound = said(model(), probabilities=(0.99, 0.1))
    assert not sound.problems
    assert not sound.warnings
    assert sound.expected_precision == pytest.approx(0.99)
    assert sound.expected_recall == pytest.approx(297 / 367)
    sound.refuse("k")


@pytest.mark.parametrize(
    ("made", "options", "says"),
    [
        (model(expected_matches=9000.0), {}, "more|9,000 matches are expected where 1,000 pairs were compared"),
        (model((-3.0, 5.0)), {}, "agreement speaks against a match"),
        (model(), {"prior": 1e-8}, "the prior says 0 matches and the pairs say 300"),
        (model(unbound_matches=1.0), {"prior": 0.01}, "correct prior="),
    ],
)
def test_a_model_that_makes_no_sense_is_refused_with_what_to_do(made, options, says):
    diagnostics = said(made, **options)
    with pytest.raises(NonsenseModelError, match=says):
        diagnostics.refuse("k")
    assert issubclass(NonsenseModelError, ModelError)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"converged": 0.0}, "has not settled"),
        ({"possible_pairs": 1.0, "expected_matches": 0.5}, "no pair shows"),
    ],
)
def test_what_to_look_at_is_a_warning(facts, says):
    assert any(says in warning for warning in said(model(**facts)).warnings)


def test_links_that_chain_strangers_are_no_identity():
    sound = said(model())
    assert sound.with_clusters(accepted=300, implied=2900).problems == ()
    (problem,) = sound.with_clusters(accepted=300, implied=40_000).problems
    assert "40,000 pairs" in problem
    assert sound.with_clusters(accepted=3, implied=900).problems == ()


def test_few_matches_are_a_warning():
    assert any("too few to learn" in w for w in said(model(), probabilities=(0.01, 0.0)).warnings)


def test_a_cap_says_what_it_lost():
    report = BlockReport("surname", 10, 5, 2, 500, 62_000)
    (warning,) = said(model(), (report,)).warnings
    assert "2 keys" in warning
    assert "62,000 pairs of 500 records" in warning
    assert not said(model(), (replace(report, capped_pairs=20),)).warnings


def test_a_run_with_a_prior_far_off_stops_unless_it_has_to_go_on():
    table, _ = residents(600, twice=0.8, noise=0.1, seed=2)
    with pytest.raises(NonsenseModelError, match="refuse=False"):
        link(table, SPEC, prior=0.3, threads=1)
    assert link(table, SPEC, prior=0.3, threads=1, refuse=False).diagnostics.problems
    assert link(table, SPEC, prior=0.3, threads=1, order=np.arange(table.num_rows)).diagnostics.problems
    assert not link(table, SPEC, threads=1).diagnostics.problems

"""Training without an anchor, on an invented country in which strangers, kin and neighbours are far commoner than matches."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.matching import Dependence, Model, link
from pipelines.matching.engine.model import LevelRates
from pipelines.matching.engine.score import RELATIONS
from pipelines.matching.engine.train import is_identity
from tests.pipelines.matching.engine.households import SPEC, residents, scores

COUNTRIES = {
    "few towns": {"persons": 2000, "twice": 0.3, "noise": 0.3, "towns": 3, "years": 80, "seed": 9},
    "few matches": {"persons": 4000, "twice": 0.08, "noise": 0.3, "towns": 8, "years": 40, "seed": 8},
    "many matches": {"persons": 3000, "twice": 0.9, "noise": 0.2, "towns": 30, "years": 60, "seed": 4},
}


@pytest.mark.parametrize("country", COUNTRIES)
def test_kin_and_neighbours_are_not_taken_for_matches(country):
    table, truth = residents(**COUNTRIES[country])
    result = link(table, SPEC, threads=1)
    precision, recall, _ = scores(np.asarray(result.clusters["cluster_id"]), truth)
    matches = table.num_rows - COUNTRIES[country]["persons"]
    assert precision > 0.97
    assert recall > 0.35
    assert 0.4 * matches < result.model.trained_on["expected_matches"] < 1.1 * matches
    assert result.model.trained_on["converged"]


def test_probabilities_are_right_as_often_as_they_say():
    table, truth = residents(4000, twice=0.5, seed=5)
    result = link(table, replace(SPEC, accept=0.5, review=0.2), threads=1)
    pairs = result.pairs
    left, right, said = (np.asarray(pairs[c]) for c in ("left_id", "right_id", "probability"))
    same = truth[left] == truth[right]
    for low, high in ((0.5, 0.8), (0.8, 0.95), (0.95, 1.0)):
        some = (said >= low) & (said <= high)
        assert same[some].mean() > said[some].mean() - 0.05


def test_another_sample_gives_nearly_the_same_answer_and_other_threads_the_same():
    table, truth = residents(2000, twice=0.4, seed=3)
    found = [
        scores(np.asarray(link(table, SPEC, threads=1, seed=s).clusters["cluster_id"]), truth)[2] for s in (1, 2, 3)
    ]
    assert max(found) - min(found) <= 0.005
    one, other = link(table, SPEC, threads=1), link(table, SPEC, threads=3)
    assert one.model.to_json() == other.model.to_json()
    assert one.clusters.equals(other.clusters)


def test_a_prior_that_is_known_is_kept():
    table, _ = residents(1000, seed=6)
    possible = link(table, SPEC, threads=1).population.possible_pairs
    result = link(table, SPEC, prior=500 / possible, threads=1)
    assert result.model.trained_on["expected_matches"] == pytest.approx(500, rel=1e-6)


def test_a_declared_dependence_takes_away_what_two_columns_say_twice():
    table, truth = residents(**COUNTRIES["few towns"])
    # No rule joins suburb and postcode: only the declaration says that they are one fact.
    rules = tuple(b for b in SPEC.blocks if "postcode" not in b.leaves)
    spec = replace(SPEC, blocks=rules)
    declared = replace(spec, dependence=(Dependence("suburb", "postcode"),))
    f1 = [scores(np.asarray(link(table, s, threads=1).clusters["cluster_id"]), truth)[2] for s in (spec, declared)]
    assert f1[1] > f1[0] - 0.005
    relations = {r.name: r for r in link(table, declared, threads=1).model.relations}
    assert relations["suburb × postcode"].share > 0.1


def test_kin_are_not_taken_for_matches_where_half_of_the_matches_moved():
    table, truth = residents(2500, twice=0.8, noise=0.05, towns=30, years=90, seed=11)
    rng = np.random.default_rng(3)
    moved, elsewhere = rng.random(table.num_rows) < 0.3, rng.permutation(table.num_rows)
    for name in ("street", "suburb", "postcode"):
        column = table[name].to_pylist()
        values = [column[j] if gone else column[i] for i, (gone, j) in enumerate(zip(moved, elsewhere, strict=True))]
        table = table.set_column(table.schema.get_field_index(name), name, [values])
    found = [scores(np.asarray(link(table, SPEC, threads=1, seed=s).clusters["cluster_id"]), truth) for s in (1, 2)]
    assert min(precision for precision, _, _ in found) > 0.95
    assert abs(found[0][2] - found[1][2]) <= 0.005


def test_a_model_whose_matches_mostly_differ_is_no_identity():
    def model(matches, agreement):
        levels = (LevelRates("same", agreement, 0.001, 5.0), LevelRates("different", 1 - agreement, 0.999, -1.0))
        return Model("k", "f", 0.1, {"name": levels, "born": levels}, (), {"expected_matches": matches})

    assert is_identity(model(5000, 0.95), 1000)  # many copies of each, all alike
    assert is_identity(model(100, 0.6), 1000)
    assert not is_identity(model(900, 0.6), 1000)  # as common as kin
    assert not is_identity(model(100, 0.2), 1000)  # most of them differ, as kin do


def test_a_dependence_that_nobody_declared_is_seen_and_said():
    table, _ = residents(**COUNTRIES["many matches"])
    rules = tuple(b for b in SPEC.blocks if "postcode" not in b.leaves)
    result = link(table, replace(SPEC, blocks=rules), threads=1)
    assert "suburb × postcode" in {r.name for r in result.model.relations}
    (note,) = result.diagnostics.notes
    assert "Dependence('suburb', 'postcode')" in note
    declared = replace(SPEC, blocks=rules, dependence=(Dependence("suburb", "postcode"),))
    assert not link(table, declared, threads=1).diagnostics.notes


def test_relations_are_part_of_the_explanation_and_of_the_file(tmp_path):
    table, _ = residents(1000, seed=6)
    result = link(table, SPEC, threads=1)
    rows = result.pairs.to_pylist()
    prior = result.population.prior_weight(result.model)
    for row in rows[:20]:
        assert sum(w for _, w in row["weights"]) + prior == pytest.approx(row["weight"])
    assert any(name == RELATIONS for row in rows for name, _ in row["weights"])
    result.model.save(tmp_path / "model.json")
    assert Model.load(tmp_path / "model.json") == result.model
    assert sum(r.share for r in result.model.relations) <= 1

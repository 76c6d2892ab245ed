"""Training on patterns drawn from known rates."""

import numpy as np
import pytest

from pipelines.matching import Block, Comparison, Dependence, MatchSpec, Same, SpecError, Typo
from pipelines.matching.engine.compare import Layout
from pipelines.matching.engine.train import train

NAMES = ("name", "home", "phone", "number")


def spec(**options):
    comparisons = tuple(Comparison(n, (Same(), Typo(1))) for n in NAMES)
    return MatchSpec("test", (Block("name"),), comparisons, **options)


def drawn(rng, size, rates):
    """Levels (1 same, 2 typo, 3 different) of `size` pairs, one column per comparison."""
    return np.stack([rng.choice([1, 2, 3], p=r, size=size) for r in rates], axis=1)


def counted(made, levels, weight):
    patterns = levels @ Layout.of(made).radix
    distinct, inverse = np.unique(patterns, return_inverse=True)
    return distinct, np.bincount(inverse, weights=weight)


def test_em_finds_the_rates_patterns_were_drawn_with():
    rng = np.random.default_rng(1)
    m = [[0.9, 0.06, 0.04], [0.7, 0.1, 0.2], [0.8, 0.05, 0.15], [0.95, 0.03, 0.02]]
    u = [[0.01, 0.02, 0.97], [0.002, 0.01, 0.988], [0.001, 0.004, 0.995], [0.0005, 0.001, 0.9985]]
    made = spec()
    levels = np.concatenate([drawn(rng, 4000, m), drawn(rng, 400_000, u)])
    patterns, counts = counted(made, levels, np.ones(len(levels)))
    model = train(made, patterns, counts, np.zeros(len(counts)), records=3000)
    assert model.trained_on["converged"]
    assert model.trained_on["expected_matches"] == pytest.approx(4000, rel=0.03)
    for name, rates, others in zip(NAMES, m, u, strict=True):
        assert [r.m for r in model.comparisons[name]] == pytest.approx(rates, abs=0.02)
        assert [r.u for r in model.comparisons[name]] == pytest.approx(others, rel=0.2, abs=2e-4)


def test_what_a_family_shares_is_not_counted_twice():
    rng = np.random.default_rng(2)
    m = [[0.95, 0.03, 0.02], [0.8, 0.0, 0.2], [0.7, 0.05, 0.25], [0.97, 0.02, 0.01]]
    u = [[0.001, 0.002, 0.997], [0.0005, 0.0, 0.9995], [0.0005, 0.0005, 0.999], [0.0, 0.0, 1.0]]
    kin = [[0.0, 0.3, 0.7], [0.9, 0.0, 0.1], [0.6, 0.0, 0.4], [0.0, 0.0, 1.0]]
    levels = np.concatenate([drawn(rng, 4000, m), drawn(rng, 400_000, u), drawn(rng, 4000, kin)])

    def weight_of_kin(**options):
        made = spec(anchor="number", **options)
        patterns, counts = counted(made, levels, np.ones(len(levels)))
        model = train(made, patterns, counts, np.zeros(len(counts)), records=3000)
        from pipelines.matching.engine.score import Scorer

        scorer = Scorer(made, model, model.prior_weight(3000, 408_000))
        brother, self_ = (np.array([[2, 1, 1, 0], [1, 1, 1, 0]]) @ Layout.of(made).radix).reshape(2, 1)
        return scorer.weights(brother)[0], scorer.weights(self_)[0]

    brother, oneself = weight_of_kin(dependence=(Dependence("name", "home", "phone"),))
    assert brother < 0 < oneself
    assert weight_of_kin()[0] > brother + 5


def test_judged_pairs_move_the_weights():
    rng = np.random.default_rng(3)
    m = [[0.9, 0.06, 0.04], [0.7, 0.1, 0.2], [0.8, 0.05, 0.15], [0.95, 0.03, 0.02]]
    u = [[0.01, 0.02, 0.97], [0.002, 0.01, 0.988], [0.001, 0.004, 0.995], [0.0005, 0.001, 0.9985]]
    made = spec()
    levels = np.concatenate([drawn(rng, 1000, m), drawn(rng, 100_000, u)])
    patterns, counts = counted(made, levels, np.ones(len(levels)))
    plain = train(made, patterns, counts, np.zeros(len(counts)), records=1000)
    typos = np.full(60, np.array([2, 1, 1, 1]) @ Layout.of(made).radix)
    taught = train(made, patterns, counts, np.zeros(len(counts)), records=1000, labels=(typos, np.zeros(60)))
    assert taught.comparisons["name"][1].weight < plain.comparisons["name"][1].weight


def test_what_is_fixed_stays_and_no_pairs_are_no_error():
    made = MatchSpec("test", (Block("name"),), (Comparison("name", (Same(), Typo(1)), fixed={"typo": 1.5}),))
    model = train(made, np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), records=0)
    assert model.comparisons["name"][1].weight == 1.5


def test_rates_that_are_known_are_kept_and_the_others_learned():
    rng = np.random.default_rng(4)
    m = [[0.9, 0.06, 0.04], [0.7, 0.1, 0.2], [0.8, 0.05, 0.15], [0.95, 0.03, 0.02]]
    u = [[0.01, 0.02, 0.97], [0.002, 0.01, 0.988], [0.001, 0.004, 0.995], [0.0005, 0.001, 0.9985]]
    known = Comparison("name", (Same(), Typo(1)), m={"different": 0.3}, u={"same": 0.05})
    made = MatchSpec("test", (Block("name"),), (known, *spec().comparisons[1:]))
    levels = np.concatenate([drawn(rng, 4000, m), drawn(rng, 400_000, u)])
    patterns, counts = counted(made, levels, np.ones(len(levels)))
    rates = train(made, patterns, counts, np.zeros(len(counts)), records=3000).comparisons["name"]
    assert rates[2].m == pytest.approx(0.3)
    assert rates[0].u == pytest.approx(0.05)
    assert rates[0].m / rates[1].m == pytest.approx(15, rel=0.3)
    assert sum(r.m for r in rates) == pytest.approx(1)
    assert sum(r.u for r in rates) == pytest.approx(1)


@pytest.mark.parametrize("rates", [{"m": {"nope": 0.5}}, {"m": {"same": 1.2}}, {"u": {"same": 0.6, "typo": 0.6}}])
def test_rates_that_can_not_be_are_refused(rates):
    with pytest.raises(SpecError, match="Comparison 'name'"):
        Comparison("name", (Same(), Typo(1)), **rates)

"""The engine on invented tables that know nothing of China."""

import numpy as np
import pyarrow as pa
import pytest

from pipelines.matching import (
    Block,
    Comparison,
    Dependence,
    JaroWinkler,
    MatchSpec,
    Model,
    ModelError,
    Same,
    SpecError,
    Typo,
    link,
)
from pipelines.matching.engine.charts import weight_plot
from pipelines.matching.engine.decided_pairs import question_value
from warehouse.model.link import CLUSTER, PAIR

SPEC = MatchSpec(
    kind="customer",
    blocks=(Block("surname", "postcode"), Block("born"), Block("surname", "first")),
    comparisons=(
        Comparison("first", (Same(term_frequency=True), JaroWinkler(0.88))),
        Comparison("surname", (Same(term_frequency=True), JaroWinkler(0.88))),
        Comparison("born", (Same(), Typo(1))),
        Comparison("postcode", (Same(term_frequency=True),)),
    ),
    accept=0.9,
    review=0.3,
)


def customers(size=400, seed=2):
    """Customers twice, the second time with slips; the true number of each row."""
    rng = np.random.default_rng(seed)
    syllables = ["ka", "lo", "mi", "ren", "tas", "vel", "bo", "shi", "dun", "pra"]

    def word(k):
        return "".join(syllables[i] for i in rng.integers(10, size=k))

    rows, truth = [], []
    for i in range(size):
        row = [word(2), word(3), f"19{rng.integers(30, 99)}{rng.integers(1000, 9999)}", str(rng.integers(100, 160))]
        for copy in range(2):
            mine = list(row)
            if copy and rng.random() < 0.3:
                k = int(rng.integers(3))
                mine[k] = mine[k][:-2] + mine[k][-1] + mine[k][-2]
            if copy and rng.random() < 0.1:
                mine[int(rng.integers(4))] = None
            rows.append(mine)
            truth.append(i)
    order = rng.permutation(len(rows))
    columns = {
        c: pa.array([rows[j][k] for j in order], pa.string())
        for k, c in enumerate(("first", "surname", "born", "postcode"))
    }
    return pa.table(columns), np.array(truth)[order]


@pytest.fixture(scope="module")
def run():
    table, truth = customers()
    return table, truth, link(table, SPEC, threads=1)


def pairs_in(labels):
    labels = np.asarray(labels)
    return {(i, j) for i in range(len(labels)) for j in np.flatnonzero(labels == labels[i]).tolist() if i < j}


def test_a_stranger_finds_duplicates_in_ten_lines(run):
    _, truth, result = run
    found, real = pairs_in(result.clusters["cluster_id"]), pairs_in(truth)
    assert len(found & real) / len(found) > 0.99
    assert len(found & real) / len(real) > 0.97


def test_what_comes_back_keeps_the_contracts(run):
    table, _, result = run
    assert CLUSTER.conform(result.clusters).equals(result.clusters)
    assert PAIR.conform(result.pairs).equals(result.pairs)
    assert result.clusters["mention_id"].to_pylist() == list(range(table.num_rows))
    left, right = (np.asarray(result.pairs[c]) for c in ("left_id", "right_id"))
    assert (left < right).all()
    assert len(set(zip(left, right, strict=True))) == len(left)
    assert set(result.pairs["outcome"].to_pylist()) <= {"accepted", "review", "cut"}


def test_an_explanation_adds_up_to_the_weight(run):
    _, _, result = run
    for row in result.pairs.slice(0, 20).to_pylist():
        prior = result.population.prior_weight(result.model)
        assert sum(w for _, w in row["weights"]) + prior == pytest.approx(row["weight"])
        assert row["rules"]


def test_threads_change_nothing(run):
    table, _, result = run
    again = link(table, SPEC, threads=4)
    assert again.clusters.equals(result.clusters)
    assert again.pairs.equals(result.pairs)
    assert again.model.to_json() == result.model.to_json()


def test_a_saved_model_gives_the_same_result_without_training(run, tmp_path):
    table, _, result = run
    path = tmp_path / "model.json"
    result.model.save(path)
    again = link(table, SPEC, model=Model.load(path), threads=1)
    assert again.clusters.equals(result.clusters)
    with pytest.raises(ModelError, match="another specification"):
        link(table, MatchSpec("customer", SPEC.blocks, SPEC.comparisons[:2]), model=result.model)
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ModelError, match="train the model anew"):
        Model.load(path)


def test_the_order_of_rows_changes_no_cluster_once_the_model_is_there(run):
    table, _, result = run
    order = np.random.default_rng(9).permutation(table.num_rows)
    shuffled = link(table.take(pa.array(order)), SPEC, model=result.model, threads=1)
    back = {(int(order[i]), int(order[j])) for i, j in pairs_in(shuffled.clusters["cluster_id"])}
    assert {(min(p), max(p)) for p in back} == pairs_in(result.clusters["cluster_id"])


def test_rows_that_are_the_same_in_every_column_are_one_record_tied_to_its_first_row(run):
    table, _, _ = run
    twice = pa.concat_tables([table, table.slice(0, 50)])
    result = link(twice, SPEC, threads=1)
    labels = result.clusters["cluster_id"].to_pylist()
    assert all(labels[table.num_rows + i] == labels[i] for i in range(50))
    ties = {(r["left_id"], r["right_id"]) for r in result.pairs.to_pylist() if r["right_id"] >= table.num_rows}
    assert {(i, table.num_rows + i) for i in range(50)} <= ties
    assert result.report.records < twice.num_rows


def test_between_two_tables_each_row_matches_at_most_once(run):
    table, truth, _ = run
    left, right = table.slice(0, 400), table.slice(400)
    spec = MatchSpec(SPEC.kind, SPEC.blocks, SPEC.comparisons, accept=0.9, one_to_one=("side",))
    labels = np.asarray(link(left, spec, right=right, threads=1).clusters["cluster_id"])
    assert np.bincount(labels[:400]).max() == 1
    assert np.bincount(labels[400:]).max() == 1
    real = {(i, j) for i, j in pairs_in(truth) if i < 400 <= j}
    found = pairs_in(labels)
    assert all(i < 400 <= j for i, j in found)
    assert len(found & real) / len(real) > 0.95


def test_judgements_hold_and_teach(run):
    table, _, result = run
    a, b = (result.pairs[c][0].as_py() for c in ("left_id", "right_id"))
    apart = pa.table({"left_id": [a], "right_id": [b], "verdict": ["different"]})
    labels = link(table, SPEC, judgements=apart, threads=1).clusters["cluster_id"].to_pylist()
    assert labels[a] != labels[b]
    alone = np.flatnonzero(np.bincount(result.clusters["cluster_id"].to_numpy(), minlength=table.num_rows) == 1)[:2]
    same = pa.table({"left_id": [int(alone[1])], "right_id": [int(alone[0])], "verdict": ["same"]})
    judged = link(table, SPEC, judgements=same, threads=1)
    labels = judged.clusters["cluster_id"].to_pylist()
    assert labels[alone[0]] == labels[alone[1]]
    assert judged.model.to_json() != result.model.to_json()


def questions(result):
    """The pairs asked about, with what an answer to each settles, those that settle most first."""
    queued = result.pairs.filter(pa.compute.equal(result.pairs["outcome"], "review"))
    label = np.asarray(result.clusters["cluster_id"])
    size = np.bincount(label)[label]
    left, right, weight = (np.asarray(queued[c]) for c in ("left_id", "right_id", "weight"))
    value = question_value(weight, size[left], size[right])
    order = np.argsort(-value, kind="stable")
    return list(zip(left[order].tolist(), right[order].tolist(), value[order].tolist(), strict=True))


def curious(share):
    return MatchSpec(SPEC.kind, SPEC.blocks, SPEC.comparisons, accept=0.9999, review=0.001, review_share=share)


def test_questions_are_few_and_those_whose_answer_settles_most(run):
    table, _, _ = run
    every, some = (link(table, curious(share), threads=1) for share in (1.0, 0.02))
    assert 0 < len(questions(some)) <= np.ceil(0.02 * some.report.clusters) < len(questions(every))
    assert some.report.review == len(questions(some))
    assert [value for *_, value in questions(some)] == [value for *_, value in questions(every)][: len(questions(some))]


def test_what_a_person_has_called_different_takes_no_other_question_s_place(run):
    table, _, _ = run
    first = link(table, curious(0.02), threads=1)

    def asked(result):
        return [(left, right) for left, right, _ in questions(result)]

    answers = pa.table(dict(zip(("left_id", "right_id"), zip(*asked(first)[:5], strict=True), strict=True)))
    answers = answers.append_column("verdict", pa.array(["different"] * 5))
    again = link(table, curious(0.02), judgements=answers, model=first.model, population=first.population, threads=1)
    assert not set(asked(again)) & set(asked(first)[:5])
    assert len(asked(again)) == len(asked(first))
    assert set(asked(first)[5:]) < set(asked(again))


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_are_no_error(run, rows):
    table, _, _ = run
    result = link(table.slice(0, rows), SPEC, threads=1)
    assert result.clusters.num_rows == rows
    assert result.pairs.schema.equals(PAIR.arrow)
    assert link(table.slice(0, 0), SPEC, right=table.slice(0, rows)).clusters.num_rows == rows


def test_an_absent_column_is_named():
    with pytest.raises(KeyError, match="postcode"):
        link(pa.table({"first": ["a"], "surname": ["b"], "born": ["c"]}), SPEC)


def test_a_value_common_elsewhere_counts_as_common_here(run):
    table, _, result = run
    value = table["surname"][0].as_py()
    wider = {"surname": pa.table({"value": [value], "share": [0.25]})}
    common = link(table, SPEC, model=result.model, frequencies=wider, threads=1)

    def weight(of):
        return {
            (r["left_id"], r["right_id"]): dict(r["weights"])["surname"]
            for r in of.pairs.to_pylist()
            if dict(r["levels"])["surname"] == "same"
        }

    one, other = weight(result), weight(common)
    lighter = [p for p in one.keys() & other.keys() if other[p] < one[p]]
    assert all(table["surname"][p[0]].as_py() == value for p in lighter)
    assert {p for p in one if table["surname"][p[0]].as_py() == value} <= set(lighter) | (one.keys() - other.keys())


def test_the_distribution_of_weights_is_counted_and_drawn(run):
    _, _, result = run
    assert sum(result.weights["pairs"].to_pylist()) == result.report.pairs_compared
    assert weight_plot(result).lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (Block, "at least one column"),
        (lambda: Comparison("a", (Same(), Same())), "level names must differ"),
        (lambda: Comparison("a", (Same(),), fixed={"nope": 1.0}), "fixed names no level"),
        (lambda: MatchSpec("k", (), SPEC.comparisons), "at least one block"),
        (lambda: MatchSpec("k", SPEC.blocks, SPEC.comparisons, anchor="nope"), "anchor names no comparison"),
        (lambda: MatchSpec("k", SPEC.blocks, SPEC.comparisons, accept=0.5, review=0.6), "must hold"),
        (
            lambda: MatchSpec(
                "k",
                SPEC.blocks,
                SPEC.comparisons,
                dependence=(Dependence("first", "born"), Dependence("born", "surname")),
            ),
            "two dependence groups",
        ),
    ],
)
def test_a_specification_that_can_not_work_says_why(make, says):
    with pytest.raises(SpecError, match=says):
        make()

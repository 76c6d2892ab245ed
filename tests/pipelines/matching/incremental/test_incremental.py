"""Going on from the last run gives what a full run gives: random deliveries, orders and judgements on invented customers."""

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching import AnyOf, Block, Comparison, JaroWinkler, MatchResult, MatchSpec, Same, Typo, link
from pipelines.matching.engine.average_link import AverageLink
from pipelines.matching.engine.encode import encode
from pipelines.matching.engine.hashing import row_hashes, value_hashes
from pipelines.matching.engine.population import Population
from pipelines.matching.incremental import advance, initial_state
from pipelines.matching.incremental.candidates import nested
from pipelines.matching.inputs.rows import Dependency, Rows
from pipelines.matching.inputs.slots import stable_slots
from pipelines.matching.store import array_store
from pipelines.matching.store.state import State

COLUMNS = ("first", "surname", "born", "phone", "phone_2", "number")
SPEC = MatchSpec(
    kind="customer",
    blocks=(
        Block("number", cap=3),
        Block("surname", "born", cap=5, allow_conflict=True),
        Block("first", "surname", cap=4),
        Block("surname", AnyOf("phone", "phone_2"), cap=6),
    ),
    comparisons=(
        Comparison("first", (Same(term_frequency=True), JaroWinkler(0.88))),
        Comparison("surname", (Same(term_frequency=True),)),
        Comparison("born", (Same(), Typo(1))),
        Comparison("phone", (Same(term_frequency=True),)),
        Comparison("number", (Same(),), fixed={"different": -3.0}),
    ),
    distinct=("number",),
    accept=0.8,
    review=0.05,
    review_share=0.05,
)


def anybody(rng):
    """A row out of few values, so that keys get crowded, rows repeat and numbers clash."""
    few = lambda values, none: None if rng.random() < none else str(values[rng.integers(len(values))])  # noqa: E731
    return (
        few(["Ada", "Adah", "Bo", "Cleo", "Dag"], 0.05),
        few(["Ash", "Birch", "Cedar"], 0.05),
        few([f"19{y}0101" for y in range(40, 64)], 0.1),
        few([f"55501{n:02d}" for n in range(30)], 0.3),
        few([f"55501{n:02d}" for n in range(30)], 0.8),
        few([f"N{n:03d}" for n in range(25)], 0.6),
    )


def customer(rng):
    """One of fifty people as somebody wrote him down: some fields left out, some of somebody else."""
    person, slip = anybody(np.random.default_rng(int(rng.integers(50)))), anybody(rng)
    drawn = rng.random(len(person))
    return tuple(
        other if d < 0.08 else None if d < 0.2 else own for own, other, d in zip(person, slip, drawn, strict=True)
    )


def table_of(city, order):
    """The city, a dict of key → row, as a table in some order of its keys."""
    keys = [list(city)[i] for i in order]
    table = pa.table({c: pa.array([city[k][i] for k in keys], pa.string()) for i, c in enumerate(COLUMNS)})
    return table.append_column("id", pa.array(np.arange(len(keys)))), keys


def names_of(keys):
    return (value_hashes(pa.array([f"k{k}" for k in keys], pa.string())) >> np.uint64(1)).astype(np.int64)


def rows_of(table, keys, former=None, read_rows=None):
    """The rows of a table at the places they had in a former run, which tell what of them is looked at."""
    place, names = stable_slots(names_of([]) if former is None else np.asarray(former.row_key), names_of(keys))

    def laid(values, nothing):
        out = np.full(len(names), nothing, dtype=values.dtype)
        out[place] = values
        return out

    ids = laid(np.asarray(table["id"]), -1)

    def view(places):
        read_rows.extend(ids[places].tolist())
        return table.take(pa.array(ids[places]))

    return Rows(ids, names, laid(row_hashes(encode(table, COLUMNS), COLUMNS), 0), view)


def as_judgements(verdicts, keys):
    place = {k: i for i, k in enumerate(keys)}
    known = [(place[a], place[b], v) for (a, b), v in verdicts.items() if a in place and b in place]
    ends = [
        tuple(np.array([j[i] for j in known if j[2] == word], dtype=np.int64) for i in (0, 1))
        for word in ("different", "same")
    ]
    table = pa.table(
        {"left_id": [j[0] for j in known], "right_id": [j[1] for j in known], "verdict": [j[2] for j in known]},
        schema=pa.schema([("left_id", pa.int64()), ("right_id", pa.int64()), ("verdict", pa.string())]),
    )
    return tuple(ends), table


def outcome(result, keys):
    """Clusters as sets of keys, and pairs with all that is said of them, whatever ids the run used."""
    clusters = {}
    for row in result.clusters.to_pylist():
        clusters.setdefault(row["cluster_id"], set()).add(keys[row["mention_id"]])
    pairs = {
        (frozenset((keys[p["left_id"]], keys[p["right_id"]])), p["outcome"], p["weight"], *map(str, (p["rules"], p["levels"])))
        for p in result.pairs.to_pylist()
    }  # fmt: skip
    likely = {keys[r["mention_id"]]: r["match_probability"] for r in result.clusters.to_pylist()}
    return {frozenset(c) for c in clusters.values()}, pairs, likely


def full(city, order, verdicts, model=None, population=None, spec=SPEC):
    table, keys = table_of(city, order)
    rows = rows_of(table, keys)
    _, judgements = as_judgements(verdicts, keys)
    taken = rows.ids[rows.in_order]
    result = link(
        table, spec, id_column="id", model=model, population=population, order=taken, judgements=judgements, threads=1
    )
    judged = np.concatenate([np.asarray(judgements[c]) for c in ("left_id", "right_id")]).astype(np.int64)
    return result, keys, initial_state(result, rows, judged)


def onward(state, city, order, verdicts, model, population, spec=SPEC):
    table, keys = table_of(city, order)
    ends, _ = as_judgements(verdicts, keys)
    read_rows = []
    step = advance(spec, model, population, state, rows_of(table, keys, state, read_rows), judgements=ends)
    return step, keys, set(read_rows)


def result_of(step, model, population):
    """What a full run would return, from the state of a run that went on."""
    spec, rows = step.scorer.spec, step.rows.in_order
    state = step.state.compact()
    links, ids = state.links(spec, step.scorer, rows), step.rows.ids[rows]
    clustering = state.clustering(links)
    return MatchResult(
        clustering.clusters(ids),
        model,
        step.report,
        pa.table({"weight": [], "pairs": []}),
        spec,
        lambda: population,
        None,
        lambda: clustering.decided_pairs(ids),
        links.patterns,
        links.scorer,
        nested(spec.rules, state.block_keys),
    )


def in_order(state):
    """The same with rows, too, in order of their names, no place empty."""
    rows = state.row_slots[np.argsort(state.row_key[state.row_slots])]
    told = {name: np.asarray(getattr(state, name))[rows] for name in ("row_key", "source_hash")}
    few = {name: np.sort(state.row_key[getattr(state, name)]) for name in ("singletons", "judged_rows")}
    compact = state.compact()
    return replace(compact, **told | few, record_of_row=compact.record_of_row[rows])


def differences(one, other):
    """Names of the arrays in which two states differ, wherever their rows and records are placed."""
    one, other = in_order(one), in_order(other)

    def equal(name):
        a, b = ([v] if not isinstance(v, tuple) else v for v in (getattr(one, name), getattr(other, name)))
        return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))

    return [f.name for f in fields(State) if not equal(f.name)]


def through_files(state, folder):
    """What the next run reads of a state, however often the folder was saved to before."""
    state.save(folder, "stamp")
    return State.load(folder, "stamp")


def delivery(rng, city, next_key):
    """Withdraw, change and add some rows; sometimes bring back a withdrawn key."""
    after = {k: row for k, row in city.items() if rng.random() > 0.06}
    after = {k: customer(rng) if rng.random() < 0.06 else row for k, row in after.items()}
    for i in range(int(rng.integers(0, 12))):
        row = list(after.values())[int(rng.integers(len(after)))] if after and rng.random() < 0.3 else customer(rng)
        after[next_key + i if rng.random() < 0.8 else int(rng.integers(next_key))] = row
    return after, next_key + 12


@pytest.mark.parametrize("spec", [SPEC, replace(SPEC, average_link=AverageLink())], ids=["components", "average link"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 4))
def test_going_on_delivery_by_delivery_ends_where_a_full_run_ends(tmp_path_factory, spec, seed, steps):
    rng = np.random.default_rng(seed)
    city, verdicts = {i: customer(rng) for i in range(90)}, {}
    trained, _, state = full(city, range(len(city)), verdicts, spec=spec)
    model, population, next_key = trained.model, trained.population, 90
    homes = tmp_path_factory.mktemp("home")
    for _ in range(steps):
        city, next_key = delivery(rng, city, next_key)
        keys = list(city)
        for _ in range(int(rng.integers(0, 3))):
            a, b = rng.choice(len(keys), 2, replace=False).tolist()
            verdicts = {(keys[a], keys[b]): "different" if rng.random() < 0.5 else "same"}
        step, here, _ = onward(state, city, rng.permutation(len(city)), verdicts, model, population, spec)
        whole, there, whole_state = full(city, rng.permutation(len(city)), verdicts, model, population, spec)
        assert outcome(result_of(step, model, population), here) == outcome(whole, there)
        assert differences(step.state, whole_state) == []
        state = step.state if rng.random() < 0.5 else through_files(step.state, homes)


@pytest.fixture(scope="module")
def start():
    rng = np.random.default_rng(1)
    city = {i: customer(rng) for i in range(300)}
    result, _, state = full(city, range(300), {})
    return city, result, state


def test_nothing_new_costs_nothing_and_changes_nothing(start):
    city, trained, state = start
    order = np.random.default_rng(2).permutation(300)
    step, _, read_rows = onward(state, city, order, {}, trained.model, trained.population)
    assert (step.changed, step.withdrawn, step.records, step.compared, step.clustered) == (0, 0, 0, 0, 0)
    assert differences(step.state, state) == []
    assert not read_rows


def test_a_number_that_comes_to_be_held_by_too_many_no_longer_keeps_its_holders_from_others_and_does_again_later(start):
    city, trained, _ = start
    model, population = trained.model, trained.population
    one, other = (("Ada", "Ash", None, "5550101", None, number) for number in ("N901", "N902"))
    crowd = {1000 + i: (f"Xy{i}", f"Zz{i}", None, None, None, "N901") for i in range(3)}
    apart = city | {900: one, 901: other}
    _, _, state = full(apart, range(len(apart)), {}, model, population)
    for after in (apart | crowd, apart):
        step, here, _ = onward(state, after, range(len(after)), {}, model, population)
        whole, there, whole_state = full(after, range(len(after)), {}, model, population)
        assert outcome(result_of(step, model, population), here) == outcome(whole, there)
        assert differences(step.state, whole_state) == []
        assert len(in_order(step.state).left) != len(in_order(state).left)
        state = step.state


def test_going_on_with_answers_asks_what_a_full_run_with_them_asks(start):
    city, trained, state = start
    queued = trained.pairs.filter(pa.compute.equal(trained.pairs["outcome"], "review")).slice(0, 1).to_pylist()[0]
    verdicts = {tuple(list(city)[queued[end]] for end in ("left_id", "right_id")): "different"}
    step, here, _ = onward(state, city, range(300), verdicts, trained.model, trained.population)
    whole, there, _ = full(city, range(300), verdicts, trained.model, trained.population)
    assert outcome(result_of(step, trained.model, trained.population), here) == outcome(whole, there)


def test_only_what_shares_a_key_with_a_change_is_looked_at(start):
    city, trained, state = start
    lonely = ("Zoe", "Yew", "19990909", None, None, "N999")
    step, _, read_rows = onward(state, city | {999: lonely}, range(301), {}, trained.model, trained.population)
    assert (step.changed, step.compared, step.clustered) == (1, 0, 1)
    assert read_rows == {300}


def test_the_first_delivery_of_an_empty_home_and_the_last_withdrawal_are_no_errors(start):
    city, trained, state = start
    model, population = trained.model, trained.population
    emptied, _, _ = onward(state, {}, range(0), {}, model, population)
    assert emptied.withdrawn == 300
    assert result_of(emptied, model, population).clusters.num_rows == 0
    filled, keys, _ = onward(emptied.state, city, range(300), {}, model, population)
    whole, there, whole_state = full(city, range(300), {}, model, population)
    assert differences(filled.state, whole_state) == []
    assert outcome(result_of(filled, model, population), keys) == outcome(whole, there)


def test_state_and_population_come_back_from_disk_as_they_went(start, tmp_path):
    _, trained, state = start
    for _ in range(2):
        state.save(tmp_path / "customer", "stamp 1")
    assert differences(State.load(tmp_path / "customer", "stamp 1"), state) == []
    assert State.load(tmp_path / "customer", "stamp 2") is None
    assert State.load(tmp_path / "nobody", "stamp 1") is None
    assert {p.suffix for p in (tmp_path / "customer").iterdir()} == {"", ".000002"}
    trained.population.save(tmp_path / "population.parquet")
    again = Population.load(tmp_path / "population.parquet")
    assert again.prior_weight(trained.model) == trained.population.prior_weight(trained.model)
    values = value_hashes(pa.array(["Ada", "Ash", "5550101", "unheard of"]))
    for column, frequencies in trained.population.frequencies.items():
        assert np.array_equal(again.frequencies[column].bins_of(values), frequencies.bins_of(values))


def test_what_another_version_left_is_nothing_to_go_on_from(start, tmp_path):
    _, _, state = start
    state.save(tmp_path, "stamp")
    told = array_store.load(tmp_path)
    for arrays in (
        {**told, "mood": told["record_key"]},
        {name: array for name, array in told.items() if name != "record_key"},
    ):
        array_store.save(arrays, tmp_path, "stamp")
        assert State.load(tmp_path, "stamp") is None


def test_a_row_is_looked_at_again_when_something_is_told_of_what_it_points_to(start):
    city, trained, _ = start
    table, keys = table_of(city, range(300))
    read_rows = []
    pointers = np.where(np.arange(300) % 3 == 0, -1, np.arange(300) % 5).astype(np.int32)

    def rows(told):
        return replace(
            rows_of(table, keys, None, read_rows), dependencies=(Dependency(pointers, np.array(told, dtype=np.uint64)),)
        )

    before = rows([10, 11, 12, 13, 14])
    result = link(
        table, SPEC, id_column="id", model=trained.model, population=trained.population, order=before.ids, threads=1
    )
    state = initial_state(result, before, names_of([]))
    for told, moved in (([10, 11, 12, 13, 14], []), ([10, 11, 99, 13, 14, 15], [2])):
        read_rows.clear()
        step = advance(SPEC, trained.model, trained.population, state, rows(told))
        assert set(read_rows) == set(before.ids[np.isin(pointers, moved)])
        assert (step.changed, step.compared, step.clustered) == (0, 0, 0)

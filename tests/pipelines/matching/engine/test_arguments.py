"""What a stranger may hand to `link`, and what it says of what it can't use."""

import datetime
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.matching import (
    Block,
    Comparison,
    Crossed,
    JaroWinkler,
    Key,
    MatchSpec,
    Same,
    SpecError,
    Typo,
    Within,
    link,
)
from pipelines.matching.engine.arguments import InputError
from pipelines.matching.engine.levels import Different
from tests.pipelines.matching.engine.households import SPEC, residents

TABLE, TRUTH = residents(400, twice=0.9, noise=0.1, seed=12)
NAMES = pa.array([f"row {i:04d}" for i in range(TABLE.num_rows)])
NAMED = TABLE.append_column("key", NAMES)


def run(table=TABLE, spec=SPEC, **options):
    return link(table, spec, threads=1, refuse=False, **options)


PLAIN = run()


class Frame:
    """A frame of another library: all it has is Arrow's stream."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "other",
    [
        lambda t: t.to_pydict(),
        lambda t: t.to_pylist(),
        duckdb.from_arrow,
        lambda t: t.combine_chunks().to_batches()[0],
        Frame,
    ],
    ids=["dict", "rows", "duckdb", "batch", "frame"],
)
def test_any_table_gives_what_its_arrow_table_gives(other):
    assert run(other(TABLE)).clusters.equals(PLAIN.clusters)


@pytest.mark.parametrize("what", [3, "a table", [1, 2], object()])
def test_what_is_no_table_is_refused(what):
    with pytest.raises(InputError, match="is no table"):
        run(what)


def test_ids_may_be_texts_and_come_back_in_clusters_pairs_and_judgements():
    result = run(NAMED, id_column="key")
    names = np.array(NAMES.to_pylist())
    for column in ("mention_id", "cluster_id"):
        assert result.clusters[column].to_pylist() == names[np.asarray(PLAIN.clusters[column])].tolist()
    for column in ("left_id", "right_id"):
        assert result.pairs[column].to_pylist() == names[np.asarray(PLAIN.pairs[column])].tolist()
    left, right = (result.pairs[c][0].as_py() for c in ("left_id", "right_id"))
    apart = [
        {"left_id": left, "right_id": right, "verdict": "different"},
        {"left_id": "none", "right_id": left, "verdict": "same"},
    ]
    clusters = run(NAMED, id_column="key", judgements=apart).clusters.to_pydict()
    cluster = dict(zip(clusters["mention_id"], clusters["cluster_id"], strict=True))
    assert cluster[left] != cluster[right]


def test_ids_of_two_tables_are_one_set():
    left, right = NAMED.slice(0, 300), NAMED.slice(300)
    result = run(left, replace(SPEC, one_to_one=("side",)), right=right, id_column="key")
    assert sorted(result.clusters["mention_id"].to_pylist()) == sorted(NAMES.to_pylist())


@pytest.mark.parametrize("ids", [["a", "a", "b"], [1, 1, 2], [1, None, 2], ["a", None, "b"]])
def test_ids_that_repeat_or_lack_are_refused_without_being_quoted(ids):
    table = TABLE.slice(0, 3).append_column("key", pa.array(ids))
    with pytest.raises(InputError, match="id_column 'key'") as told:
        run(table, id_column="key")
    assert "'a'" not in str(told.value)


def test_a_misspelt_verdict_is_refused_and_unsure_decides_nothing():
    judged = {"left_id": [0], "right_id": [1]}
    with pytest.raises(InputError, match="1 verdicts are none of same, different, unsure"):
        run(judgements={**judged, "verdict": ["Same"]})
    with pytest.raises(InputError, match="verdict"):
        run(judgements=judged)
    assert run(judgements={**judged, "verdict": ["unsure"]}).clusters.equals(PLAIN.clusters)


def test_one_to_one_by_side_without_a_second_table_is_refused():
    with pytest.raises(InputError, match="pass right="):
        run(spec=replace(SPEC, one_to_one=("side",)))


def test_columns_of_records_and_columns_that_lack_on_the_right_are_named():
    nested = TABLE.set_column(0, "given_name", pa.array([{"first": "a"}] * TABLE.num_rows))
    with pytest.raises(InputError, match="given_name"):
        run(nested)
    with pytest.raises(KeyError, match="right: columns"):
        run(right=TABLE.drop_columns(["surname"]))
    with pytest.raises(KeyError, match="id_column 'nope'"):
        run(id_column="nope")


@pytest.mark.parametrize("prior", [0.0, -1.0, 0.5, 2.0])
def test_a_prior_that_is_no_such_probability_is_refused(prior):
    with pytest.raises(InputError, match="prior"):
        run(prior=prior)


def test_lists_and_a_missing_comma_are_understood():
    comparison = Comparison("name", Same())
    assert comparison == Comparison("name", [Same()]) == Comparison("name", (Same(),), columns="name")
    spec = MatchSpec("test", Block("name"), comparison, distinct="number", dependence=[])
    assert spec == MatchSpec("test", [Block("name")], [comparison], distinct=["number"])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Comparison("a", (Same,)), "is no level"),
        (lambda: MatchSpec("k", ("a",), (Comparison("a", (Same(),)),)), "blocks takes Block"),
        (lambda: MatchSpec("k", (Block("a"),), (Same(),)), "comparisons takes Comparison"),
        (lambda: MatchSpec("k", (Block("a"),), (Comparison("a", (Same(),)),), dependence=("a",)), "takes Dependence"),
        (lambda: Comparison("a", (JaroWinkler(0.8), JaroWinkler(0.9))), "strictest level first"),
        (lambda: Comparison("a", (Typo(2), Typo(1))), "'typo' can never hold behind 'typo_2'"),
        (lambda: Comparison("a", (Within(5), Within(1))), "strictest level first"),
        (lambda: Comparison("a", (JaroWinkler(0.9), Same())), "'same' can never hold"),
        (lambda: Comparison("a", (Different(), Same())), "can never hold behind 'different'"),
        (lambda: Comparison("a", (Typo(2), Typo(1, "a"))), "can never hold"),
    ],
)
def test_a_specification_that_can_not_work_says_what_to_write(make, says):
    with pytest.raises(SpecError, match=says):
        make()


def test_levels_on_other_columns_stand_in_any_order():
    Comparison(
        "n",
        (JaroWinkler(0.8, "a"), JaroWinkler(0.9, "b"), Same("c"), Typo(1, "a")),
        columns=("a", "b", "c"),
    )


def test_two_functions_of_one_name_are_refused():
    def first(values):
        return pc.utf8_slice_codeunits(values, 0, 1)

    def last(values):
        return pc.utf8_slice_codeunits(values, -1)

    def spec(*names):
        return MatchSpec(
            "k", tuple(Block(Key("a", f, n)) for f, n in zip((first, last), names, strict=True)), SPEC.comparisons
        )

    with pytest.raises(SpecError, match="name them apart"):
        spec("part", "part")
    spec("first", "last")


@pytest.mark.parametrize(
    "function",
    [
        lambda v: v.slice(1),
        lambda v: pc.unique(pc.utf8_slice_codeunits(v, 0, 1)),
        lambda v: v.to_pylist(),
        lambda _: None,
    ],
)
def test_a_key_function_that_does_not_give_a_key_per_value_is_refused(function):
    with pytest.raises(SpecError, match="Key 'part': its function gave"):
        run(spec=replace(SPEC, blocks=(Block(Key("surname", function, "part")),)))


DAYS = ["2020-01-01", "2020-01-03", "2021-06-01"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(DAYS),
        pa.array([d.replace("-", "/") for d in DAYS]),
        pa.array([d + " 08:30:00" for d in DAYS]),
        pa.array([d + "T08:30:00" for d in DAYS], pa.large_string()),
        pa.array([datetime.date.fromisoformat(d) for d in DAYS]),
        pa.array([datetime.datetime.fromisoformat(d) for d in DAYS]),
    ],
)
def test_dates_count_days_however_they_are_given(column):
    table = pa.table({"day": column, "key": pa.array(["k"] * 3)})
    spec = MatchSpec(
        "k", (Block("key"),), (Comparison("day", (Within(2),), fixed={"within_2": 40.0, "different": -40.0}),)
    )
    clusters = link(table, spec, threads=1).clusters["cluster_id"].to_pylist()
    assert clusters == [0, 0, 2]


def test_what_no_two_sides_have_in_common_is_missing_and_not_different():
    rows = [{"number": "1", "name": None}, {"number": None, "name": "x"}, {"number": "2", "name": "x"}]
    table = pa.Table.from_pylist([{**row, "key": "k"} for row in rows])
    who = Comparison("who", (Same("number"), Crossed("number", "name")), columns=("number", "name"))
    spec = MatchSpec("k", (Block("key"),), (who,), accept=0.5, review=1e-12)
    comparer = link(table, spec, threads=1).kept_pairs.comparer
    left, right = np.array([0, 0, 1], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    levels = comparer.layout.unpack(comparer.patterns(left, right))[:, 0]
    assert [who.level_names[i] for i in levels] == ["missing", "different", "different"]

"""A run on an engine gives the answers of the run in memory, whatever the engine, its partitions and the order of files."""

import shutil
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.engine import open_engine
from pipelines.matching import AnyOf, Block, Comparison, JaroWinkler, MatchSpec, Same, SpecError, TfIdf, Typo, link
from pipelines.matching.at_scale import link_at_scale
from pipelines.matching.at_scale.outcome import make_clusters
from pipelines.matching.at_scale.result import result_of
from pipelines.matching.engine.average_link import AverageLink
from pipelines.matching.engine.keys import rare_words

SPEC = MatchSpec(
    kind="customer",
    blocks=(
        Block("number", cap=6),
        Block("surname", "born", cap=5, allow_conflict=True),
        Block("first", "surname", cap=4),
        Block("surname", AnyOf("phone", "phone_2"), cap=6),
        Block("town", cap=20),
    ),
    comparisons=(
        Comparison("first", (Same(term_frequency=True), JaroWinkler(0.88))),
        Comparison("surname", (Same(term_frequency=True),)),
        Comparison("born", (Same(), Typo(1))),
        Comparison("phone", (Same(term_frequency=True),)),
        Comparison("number", (Same(),), fixed={"different": -3.0}),
        Comparison("nothing", (Same(term_frequency=True),)),
    ),
    distinct=("number",),
    accept=0.8,
    review=0.2,
)
COLUMNS = {
    "numbers and conflicts": SPEC,
    "no number": replace(SPEC, distinct=(), blocks=SPEC.blocks[1:], comparisons=SPEC.comparisons[:4]),
    "average links": replace(SPEC, average_link=AverageLink()),
    "one of each shop": replace(SPEC, one_to_one=("shop",)),
}


def customers(size=250, seed=4):
    """Customers two or three times, with slips, gaps and numbers; a town that all share, and a number that a dozen strangers have."""
    rng = np.random.default_rng(seed)
    syllables = ["ka", "lo", "mi", "ren", "tas", "vel", "bo", "shi", "dun", "pra"]
    word = lambda k: "".join(syllables[i] for i in rng.integers(10, size=k))  # noqa: E731
    rows = []
    for i in range(size):
        row = {
            "first": word(2), "surname": word(2), "born": f"19{rng.integers(30, 99)}{rng.integers(1000, 9999)}",
            "phone": f"139{rng.integers(10**4)}", "phone_2": f"139{rng.integers(10**4)}", "number": f"N{i}" if i % 20 else "N0",
            "town": "here" if i % 3 else word(1),
        }  # fmt: skip
        for _ in range(int(rng.integers(2, 4))):
            mine = dict(row)
            if rng.random() < 0.4:
                mine["first"] = mine["first"][:-2] + mine["first"][-1] + mine["first"][-2]
            for column in ("phone", "number", "phone_2", "born"):
                if rng.random() < 0.25:
                    mine[column] = None
            if rng.random() < 0.1:
                mine["number"] = f"N{rng.integers(size)}"
            rows.append({**mine, "shop": f"s{rng.integers(4)}", "nothing": None})
    types = {c: pa.string() for c in rows[0]}
    table = pa.table({c: pa.array([r[c] for r in rows], t) for c, t in types.items()})
    table = table.take(pa.array(rng.permutation(len(rows))))
    return table.append_column("mention_id", pa.array(rng.permutation(3 * len(rows))[: len(rows)].astype(np.int64)))


ROWS = customers()
ORDER = np.random.default_rng(9).permutation(ROWS.num_rows)
"""The order that breaks ties, another than that of the table."""


def verdicts(result):
    """People answer questions, cut some links, and tie some strangers."""
    asked = result.pairs.filter(pc.not_equal(result.pairs["outcome"], "accepted")).slice(0, 20)
    linked = result.pairs.filter(pc.equal(result.pairs["outcome"], "accepted")).slice(0, 60)
    pairs = [*zip(asked["left_id"].to_pylist(), asked["right_id"].to_pylist(), ["same", "different", "unsure"] * 7)]  # noqa: B905
    pairs += [
        (a, b, "different") for a, b in zip(*(linked[c].to_pylist()[::9] for c in ("left_id", "right_id")), strict=True)
    ]
    ids = ROWS["mention_id"].to_pylist()
    pairs += [(ids[0], ids[5], "same"), (ids[5], ids[9], "same"), (10**9, ids[3], "same")]
    return pa.table(dict(zip(("left_id", "right_id", "verdict"), map(list, zip(*pairs, strict=True)), strict=True)))


def in_memory(spec, **options):
    return link(ROWS, spec, id_column="mention_id", order=ORDER, threads=1, **options)


@pytest.fixture(scope="module")
def expected():
    """Specification by name → result of the run in memory, with the judgements it was given."""
    out = {}
    for name, spec in COLUMNS.items():
        judgements = verdicts(in_memory(spec))
        out[name] = in_memory(spec, judgements=judgements), judgements
    return out


def at_scale(url, folder, spec, rows=ROWS, files=3, engine_options=None, **options):
    """The run on an engine, of files in another order than that of rows."""
    position = np.empty(rows.num_rows, dtype=np.int64)
    position[ORDER[rows.num_rows > ORDER]] = np.arange(rows.num_rows)
    rows = rows.append_column("position", pa.array(position)).take(
        pa.array(np.random.default_rng(files).permutation(rows.num_rows))
    )
    (folder / "in").mkdir(parents=True)
    for number in range(files):
        pq.write_table(
            rows.slice(number * 200, 200 if number < files - 1 else None), folder / "in" / f"part-{number}.parquet"
        )
    engine = open_engine(url, folder / "tables", **(engine_options or {}))
    try:
        run = link_at_scale(engine, folder / "in", spec, **options)
        result = result_of(run)
        make_clusters(run)
        clusters = run.tables.fetch("select * from cluster order by mention_id")
        assert clusters.cast(result.clusters.schema).equals(result.clusters)
        return result, run
    finally:
        engine.stop()


def same(one, other):
    """What differs between two results; nothing where they are the same."""
    frequencies = [
        {c: (f.values.tolist(), f.bins.tolist(), f.other) for c, f in r.population.frequencies.items()}
        for r in (one, other)
    ]
    facts = [r.working.facts() for r in (one, other)]
    counted = ("mentions", "records", "blocks", "pairs_compared", "accepted", "review", "cut", "clusters")
    looked_at = {
        "model": one.model.to_json() == other.model.to_json(),
        "clusters": one.clusters.equals(other.clusters),
        "pairs": one.pairs.equals(other.pairs),
        "weights": one.weights.equals(other.weights),
        "report": all(getattr(one.report, c) == getattr(other.report, c) for c in counted),
        "diagnostics": one.diagnostics == other.diagnostics,
        "population": frequencies[0] == frequencies[1],
        "keys": all(np.array_equal(a, b) for x, y in zip(one.working.block_keys, other.working.block_keys, strict=True) for a, b in zip(x, y, strict=True)),
        "content": np.array_equal(facts[0].content, facts[1].content),
        "self patterns": np.array_equal(facts[0].self_pattern, facts[1].self_pattern),
    }  # fmt: skip
    return [name for name, equal in looked_at.items() if not equal]


def test_the_invented_customers_show_what_is_to_be_shown(expected):
    result = expected["numbers and conflicts"][0]
    assert {b.rule for b in result.report.blocks if b.capped_keys} >= {"number", "town"}
    assert all(getattr(result.report, figure) > 0 for figure in ("accepted", "review", "cut"))
    assert result.report.records < result.report.mentions
    assert expected["no number"][0].model.relations


@pytest.mark.parametrize("name", [name for name in COLUMNS if COLUMNS[name] is not SPEC])
def test_an_engine_gives_the_answers_of_memory(tmp_path, expected, name):
    result, judgements = expected[name]
    assert same(at_scale("duckdb", tmp_path, COLUMNS[name], judgements=judgements)[0], result) == []


@pytest.mark.parametrize(
    ("url", "files", "options"),
    [
        ("duckdb", 1, {"threads": 1}),
        ("duckdb", 4, {"threads": 4, "rows": 300}),
        ("sail", 4, {"partitions": 7, "rows": 100}),
    ],
)
def test_partitions_files_and_batches_change_nothing(request, tmp_path, expected, url, files, options):
    url = request.getfixturevalue("sail") if url == "sail" else url
    result, judgements = expected["numbers and conflicts"]
    made = at_scale(url, tmp_path, SPEC, files=files, engine_options=options, judgements=judgements)[0]
    assert same(made, result) == []


@pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java, which is not installed")
def test_spark_itself_gives_the_answers_of_memory(tmp_path, expected):
    pytest.importorskip("py4j", reason="the whole of PySpark is not installed, only its client")
    result, judgements = expected["numbers and conflicts"]
    options = {"partitions": 2}
    assert (
        same(at_scale("spark://local[2]", tmp_path, SPEC, engine_options=options, judgements=judgements)[0], result)
        == []
    )


def test_components_are_the_same_where_no_machine_sees_all_links(tmp_path, expected):
    result, judgements = expected["numbers and conflicts"]
    made, run = at_scale("duckdb", tmp_path, SPEC, judgements=judgements, driver_edges=0)
    assert same(made, result) == []
    assert "edge_2" in run.tables.seconds


def test_keys_too_wide_to_clash_find_the_same_pairs(tmp_path, expected):
    run = at_scale_only(tmp_path, SPEC, judgements=expected["numbers and conflicts"][1], wide_keys=True)
    result = expected["numbers and conflicts"][0]
    assert run.pairs.reports == result.report.blocks
    assert run.scorer.model.to_json() == result.model.to_json()


def at_scale_only(folder, spec, **options):
    """A run on DuckDB that nobody brings to one machine."""
    pq.write_table(ROWS.append_column("position", pa.array(np.argsort(ORDER))), (folder / "in.parquet"))
    (folder / "in").mkdir()
    (folder / "in.parquet").rename(folder / "in" / "part-0.parquet")
    engine = open_engine("duckdb", folder / "tables")
    try:
        return link_at_scale(engine, folder / "in", spec, **options)
    finally:
        engine.stop()


def test_a_held_model_weighs_as_it_did(tmp_path, expected):
    held = expected["numbers and conflicts"][0]
    options = {"model": held.model, "population": held.population}
    assert same(at_scale("duckdb", tmp_path, SPEC, **options)[0], in_memory(SPEC, **options)) == []


def test_a_table_without_rows_is_no_trouble(engine_url, tmp_path):
    made = at_scale(engine_url, tmp_path, SPEC, ROWS.slice(0, 0), 1)[0]
    assert (made.clusters.num_rows, made.pairs.num_rows, made.report.clusters) == (0, 0, 0)


def test_a_run_that_was_killed_goes_on_from_its_last_table(tmp_path, expected, monkeypatch):
    result, judgements = expected["numbers and conflicts"]
    monkeypatch.setattr("pipelines.matching.at_scale.link._learned", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        at_scale("duckdb", tmp_path / "one", SPEC, judgements=judgements, stamp="s")
    monkeypatch.undo()
    (tmp_path / "one" / "tables").rename(tmp_path / "tables")
    made, run = at_scale("duckdb", tmp_path, SPEC, judgements=judgements, stamp="s")
    assert same(made, result) == []
    assert {"link", "label"} <= set(run.tables.seconds)
    assert not {"row", "record", "key", "block_pair", "pair", "holding", "pattern"} & set(run.tables.seconds)


@pytest.mark.parametrize(
    "spec",
    [
        replace(SPEC, comparisons=(Comparison("first", (TfIdf(0.5),)), *SPEC.comparisons[1:])),
        replace(SPEC, blocks=(*SPEC.blocks, Block(rare_words("first")))),
        replace(SPEC, comparisons=(*SPEC.comparisons, Comparison("copies", (Same(),)))),
    ],
)
def test_what_needs_a_whole_column_is_refused(tmp_path, spec):
    with pytest.raises(SpecError, match=r"engine\.link"):
        link_at_scale(open_engine("duckdb", tmp_path), tmp_path, spec)

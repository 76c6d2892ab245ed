"""Golden records, relations and evidence made bucket by bucket on an engine are those that one machine makes, and later runs go on from them."""

import multiprocessing
import os
import signal

import pyarrow.parquet as pq
import pytest

from connectors.registry import load_platforms
from pipelines.engine import OnEngine
from pipelines.kinds import specification
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.resolution import at_scale, survivorship
from pipelines.resolution.at_scale import functions
from pipelines.resolution.authority import authority_table
from quality.overlap import overlap
from quality.scorecard import scorecard
from warehouse.model import Home
from warehouse.model.data_model import shipped

STAGES = ("golden", "attribute", "conflict", "said")
ON_SAIL = ("event", "enterprise", "person")
"""Kinds with moments and lists, with the rows of another kind, and the rest."""


@pytest.fixture(scope="module")
def authority():
    return authority_table(shipped(), load_platforms())


def home_like(finished, folder, inputs):
    """A home with these stage files of a finished one, and nothing else."""
    there, here = Home(finished), Home(folder)
    for path in inputs(there):
        if path.exists():
            link = folder / path.relative_to(there.root)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    return there, here


@pytest.mark.parametrize(
    ("engine", "kind"),
    [*(("duckdb", kind) for kind in ("certificate", "housing", *ON_SAIL)), *(("sail", kind) for kind in ON_SAIL)],
)
def test_buckets_give_what_one_machine_gives(request, tmp_path, finished_home, authority, engine, kind):
    url = request.getfixturevalue("sail") if engine == "sail" else engine
    there, here = home_like(finished_home, tmp_path / "home", lambda home: survivorship.inputs(home, kind))
    counts = at_scale.write_golden(
        OnEngine(url, tmp_path / "work", "stamp"), here, kind, authority, bucket=there_are(there, kind) // 4 + 1
    )
    different = [stage for stage in STAGES if not read(here, stage, kind).equals(read(there, stage, kind))]
    assert different == []
    assert counts["attribute"] == read(there, "attribute", kind).num_rows
    assert survivorship.is_known(here, kind, authority)
    assert not (tmp_path / "work").exists()  # people's data does not stay


def of_all_kinds(*stages):
    return lambda home: [home.stage(stage, kind) for kind in home.data_model.kinds for stage in stages]


def test_relations_of_buckets_are_those_of_one_machine(engine_url, tmp_path, finished_home, authority):
    there, here = home_like(finished_home, tmp_path / "home", of_all_kinds("mention", "entity", "golden"))
    counts = at_scale.write_relations(OnEngine(engine_url, tmp_path / "work", "stamp"), here, authority, bucket=700)
    names = [r.table.name for r in here.data_model.relations]
    assert [n for n in names if not read(here, "relation", n).equals(read(there, "relation", n))] == []
    assert counts == {n: read(there, "relation", n).num_rows for n in names}
    assert counts["person_housing"] > 1000


def test_evidence_of_buckets_is_that_of_one_machine(engine_url, tmp_path, finished_home):
    there, here = home_like(finished_home, tmp_path / "home", of_all_kinds("mention", "entity"))
    rows = at_scale.write_link_mention(OnEngine(engine_url, tmp_path / "work", "stamp"), here, bucket=700)
    assert rows == read(there, "link", "mention").num_rows
    assert read(here, "link", "mention").equals(read(there, "link", "mention"))
    for kind in ("person", "certificate"):
        pairs = StoredMatch.of(there, specification(there.data_model, kind)).pair_tables()
        at_scale.write_match(OnEngine(engine_url, tmp_path / "work", "stamp"), here, kind, pairs, bucket=500)
        assert read(here, "match", kind).equals(read(there, "match", kind))


def test_what_buckets_count_adds_up_to_the_measures_of_one_machine(engine_url, tmp_path, finished_home):
    def inputs(home):
        further = ("link/mention", "catalogue/platform", "quality/reconciliation")
        return [
            *of_all_kinds("attribute", "conflict", "reliability")(home),
            *(home.stage(*name.split("/")) for name in further),
        ]

    there, here = home_like(finished_home, tmp_path / "home", inputs)
    (here.root / "landing").symlink_to(there.landing)
    run = OnEngine(engine_url, tmp_path / "work", "stamp")
    claims = at_scale.count_claims(run, here, bucket=300)
    assert claims["claim_count"].num_rows > scorecard(there).num_rows  # of several buckets
    assert scorecard(here, counts=claims).equals(read(there, "quality", "scorecard"))
    known = at_scale.count_overlap(run, here, bucket=300)
    assert overlap(here, counts=known).equals(read(there, "quality", "overlap"))


STEPS = {
    "golden": lambda run, home, authority: at_scale.write_golden(run, home, "enterprise", authority, bucket=20),
    "relation": lambda run, home, authority: at_scale.write_relations(run, home, authority, bucket=700),
    "evidence": lambda run, home, _: at_scale.write_link_mention(run, home, bucket=700),
}
"""Steps that write files of buckets."""

INPUTS = {
    "golden": lambda home: survivorship.inputs(home, "enterprise"),
    "relation": of_all_kinds("mention", "entity", "golden"),
    "evidence": of_all_kinds("mention", "entity"),
}


def killed_after(files, step, work, home, authority):
    """Be a run that is killed when it has written so many files of buckets."""
    write_file, left = functions.write_file, [files]

    def write(*what):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        write_file(*what)

    functions.write_file = write
    STEPS[step](OnEngine("duckdb", work, "stamp"), Home(home), authority)


@pytest.mark.parametrize(("step", "stages"), [("golden", len(STAGES)), ("relation", 1), ("evidence", 1)])
def test_a_run_killed_among_its_buckets_is_gone_on_with_from_those_it_wrote(
    tmp_path, finished_home, authority, monkeypatch, step, stages
):
    there, here = home_like(finished_home, tmp_path / "home", INPUTS[step])
    killed = 3 * stages - (stages > 1)  # of several files a bucket has, the last of the third is missing
    child = multiprocessing.get_context("forkserver").Process(
        target=killed_after, args=(killed, step, tmp_path / "work", here.root, authority)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    left = {path.relative_to(tmp_path) for path in (tmp_path / "work" / "file").rglob("[0-9]*.parquet")}
    assert len(left) == killed
    written = []
    write_file = functions.write_file
    monkeypatch.setattr(functions, "write_file", lambda *what: written.append(what[1:3]) or write_file(*what))
    STEPS[step](OnEngine("duckdb", tmp_path / "work", "stamp"), here, authority)
    again = {path for path in left if (path.parent.name, int(path.stem)) in written}
    assert len(again) == killed % stages
    assert len(written) > len(left)
    assert different(there, here, step) == []


def different(there, here, step):
    """The stage files of a step that are not those of another home."""
    written = {
        "golden": [(stage, "enterprise") for stage in STAGES],
        "relation": [("relation", r.table.name) for r in here.data_model.relations],
        "evidence": [("link", "mention")],
    }
    return [name for name in written[step] if not read(here, *name).equals(read(there, *name))]


def read(home, stage, kind):
    return pq.read_table(home.stage(stage, kind))


def there_are(home, kind):
    return read(home, "mention", kind).num_rows

"""Golden records chosen bucket by bucket on an engine are those that one machine chooses, and a later run goes on from them."""

import pyarrow.parquet as pq
import pytest

from connectors.registry import load_platforms
from pipelines.engine import OnEngine
from pipelines.resolution import at_scale, survivorship
from pipelines.resolution.authority import authority_table
from warehouse.model import Home
from warehouse.model.data_model import shipped

STAGES = ("golden", "attribute", "conflict", "said")
ON_SAIL = ("event", "enterprise", "person")
"""Kinds with moments and lists, with the rows of another kind, and the rest."""


@pytest.fixture(scope="module")
def authority():
    return authority_table(shipped(), load_platforms())


def home_like(finished, folder, kind):
    """A home with all that golden records of a kind are made of, and nothing else."""
    there, here = Home(finished), Home(folder)
    for path in survivorship.inputs(there, kind):
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
    there, here = home_like(finished_home, tmp_path / "home", kind)
    counts = at_scale.write_golden(
        OnEngine(url, tmp_path / "work", "stamp"), here, kind, authority, bucket=there_are(there, kind) // 4 + 1
    )
    different = [stage for stage in STAGES if not read(here, stage, kind).equals(read(there, stage, kind))]
    assert different == []
    assert counts["attribute"] == read(there, "attribute", kind).num_rows
    assert survivorship.is_known(here, kind, authority)
    assert not (tmp_path / "work").exists()  # people's data does not stay


def read(home, stage, kind):
    return pq.read_table(home.stage(stage, kind))


def there_are(home, kind):
    return read(home, "mention", kind).num_rows

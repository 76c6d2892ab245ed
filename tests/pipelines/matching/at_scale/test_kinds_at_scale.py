"""Every kind of a city, with what people have said of its pairs: the state that a run leaves is the same, wherever it ran."""

from dataclasses import fields
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.engine import OnEngine
from pipelines.kinds import inputs_of, specification
from pipelines.matching.inputs.sources import rows_of
from pipelines.stages.links import match_whole
from warehouse.model import Home
from warehouse.model.data_model import shipped

NOBODY = {"left_id": pa.int64(), "right_id": pa.int64(), "verdict": pa.string()}
ON_SAIL = ("component", "event", "person")
"""Kinds that ask what the others do not: one of each source, average links, and the rest."""


def verdicts(result):
    """Every question is answered, half of them with yes; some links are cut."""
    said = [(row["left_id"], row["right_id"], "same" if n % 2 else "different")
            for n, row in enumerate(result.pairs.filter(pc.not_equal(result.pairs["outcome"], "accepted")).to_pylist())]  # fmt: skip
    linked = result.pairs.filter(pc.equal(result.pairs["outcome"], "accepted"))
    said += [(row["left_id"], row["right_id"], "different") for row in linked.to_pylist()[::37]]
    columns = zip(*said, strict=True) if said else ([], [], [])
    return pa.table([pa.array(list(c), t) for c, t in zip(columns, NOBODY.values(), strict=True)], names=list(NOBODY))


@pytest.fixture(scope="module")
def matched(finished_home):
    """Kind → its specification, rows, judgements, and how it is matched in memory."""
    home = Home(finished_home)

    @cache
    def of(kind):
        spec = specification(home.data_model, kind)
        rows = rows_of(home, kind, inputs_of(home.data_model, kind))
        nothing = pa.table({c: pa.array([], t) for c, t in NOBODY.items()})
        decided = verdicts(match_whole(spec, rows, nothing)[1])
        return spec, rows, decided, match_whole(spec, rows, decided)

    return of


@pytest.mark.parametrize(
    ("engine", "kind"), [*(("duckdb", kind) for kind in shipped().order), *(("sail", kind) for kind in ON_SAIL)]
)
def test_a_kind_is_matched_alike_on_every_engine(request, tmp_path, matched, engine, kind):
    url = request.getfixturevalue("sail") if engine == "sail" else engine
    spec, rows, decided, (there, expected) = matched(kind)
    here, result = match_whole(spec, rows, decided, run=OnEngine(url, tmp_path / kind, "stamp"))
    different = [
        f.name for f in fields(here.state) if not equal(getattr(here.state, f.name), getattr(there.state, f.name))
    ]
    assert different == []
    assert here.counts == there.counts
    assert result.model.to_json() == expected.model.to_json()
    assert result.pairs.equals(expected.pairs)
    assert not (tmp_path / kind).exists()  # people's data does not stay


def equal(one, other):
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return np.array_equal(one, other) and np.asarray(one).dtype == np.asarray(other).dtype

"""Golden cases of comparison levels: add one in levels.yaml."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kinds import specification
from pipelines.matching.engine import (
    levels,
    levels_chinese,
    levels_enterprise,
    levels_logic,
    levels_numbers,
    levels_places,
    levels_text,
)
from pipelines.matching.engine.encode import encode
from pipelines.matching.engine.levels import ValuePairs
from warehouse.model.data_model import shipped

CASES = yaml.safe_load(Path(__file__).with_name("levels.yaml").read_text(encoding="utf-8"))
SPECS = {kind: specification(shipped(), kind) for kind in shipped().kinds}
MODULES = (levels, levels_chinese, levels_places, levels_enterprise, levels_logic, levels_numbers, levels_text)


def level_of(text):
    """A level as the YAML writes it: `Typo(1)`."""
    names = {name: value for module in MODULES for name, value in vars(module).items()}
    return eval(text, {"__builtins__": {}}, names)


def pairs_of(left, right, columns):
    rows = [{c: row.get(c) for c in columns} for row in (left, right)]
    numeric = {c for row in rows for c, v in row.items() if isinstance(v, (int, float))}
    schema = pa.schema([(c, pa.float64() if c in numeric else pa.string()) for c in columns])
    encoded = encode(pa.Table.from_pylist(rows, schema=schema), tuple(columns))
    domain = encoded.domain(tuple(columns))
    return ValuePairs(encoded, domain, domain.codes[:1], domain.codes[1:])


@pytest.mark.parametrize(
    ("level", "columns", "left", "right", "holds"),
    [
        pytest.param(group["level"], group["columns"], *case[:2], answer, id=f"{group['level']}:{case[2]}")
        for group in CASES["levels"]
        for answer, cases in ((True, group["holds"]), (False, group["fails"]))
        for case in cases
    ],
)
def test_level(level, columns, left, right, holds):
    made = level_of(level)
    for a, b in ((left, right), (right, left)):  # a level does not care which side is left
        assert made.holds(pairs_of(a, b, columns)).tolist() == [holds]


@pytest.mark.parametrize(
    ("kind", "comparison", "left", "right", "level"),
    [
        pytest.param(kind, comparison, case[0], case[1], case[2], id=f"{kind}.{comparison}:{case[2]}-{i}")
        for kind, comparisons in CASES["specs"].items()
        for comparison, cases in comparisons.items()
        for i, case in enumerate(cases)
    ],
)
def test_the_first_level_that_holds(kind, comparison, left, right, level):
    made = next(c for c in SPECS[kind].comparisons if c.name == comparison)
    pairs = pairs_of(left, right, list(made.columns))
    assert next(x.name for x in made.levels if x.holds(pairs)[0]) == level


@pytest.mark.parametrize("kind", sorted(SPECS))
def test_every_level_says_in_its_docstring_what_it_catches(kind):
    for comparison in SPECS[kind].comparisons:
        for level in comparison.levels:
            assert type(level).__doc__
            assert level.name


def test_a_missing_value_satisfies_no_level_but_the_last():
    for kind, spec in SPECS.items():
        for comparison in spec.comparisons:
            columns = list(comparison.columns)
            some = dict.fromkeys(columns, "一")
            schema = pa.schema([(c, pa.string()) for c in columns])
            encoded = encode(pa.Table.from_pylist([some, dict.fromkeys(columns)], schema=schema), tuple(columns))
            domain = encoded.domain(tuple(columns))
            assert domain.codes.tolist() == [0, -1], (kind, comparison.name)
            assert np.all(encoded.codes[columns[0]] == [0, -1])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))),
    st.integers(0, 3),
)
def test_code_points_are_those_of_the_characters(texts, start):
    found = levels.code_points(pa.array(texts, pa.string()).slice(start))
    assert [[c for c in line if c] for line in found.tolist()] == [[ord(c) for c in t or ""] for t in texts[start:]]

"""Similarity is scored once per comparison, and may weigh by the rarity of what it is similar to."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest

from pipelines.matching import (
    Block,
    Comparison,
    JaroWinkler,
    MatchSpec,
    Same,
    Similarity,
    SpecError,
    TfIdf,
    address,
    company_name,
    date_of_birth,
    email,
    link,
    person_name,
    postcode,
)
from pipelines.matching.engine.compare import cells_of
from pipelines.matching.engine.levels_text import words_of
from tests.pipelines.matching.engine.households import COMPARISONS, SPEC, residents

TABLE, TRUTH = residents(500, twice=0.9, noise=0.1, seed=12)
ASKED: list[int] = []


@dataclass(frozen=True)
class Counted(Similarity):
    """Jaro–Winkler that counts how many pairs it was asked about."""

    def similarity(self, pairs, floor):
        ASKED.append(len(pairs))
        return JaroWinkler(self.threshold, self.column).similarity(pairs, floor)


def test_a_pair_of_values_is_scored_once_whatever_the_number_of_thresholds():
    def asked(*thresholds):
        ASKED.clear()
        given = Comparison("given_name", (Same(), *(Counted(t) for t in thresholds)))
        link(TABLE, replace(SPEC, comparisons=(given, *COMPARISONS[1:])), threads=1, refuse=False)
        return sum(ASKED)

    assert asked(0.95, 0.9, 0.85, 0.8, 0.7) == asked(0.7) > 0


def test_several_thresholds_give_the_levels_each_alone_would_give():
    words = ["marten", "martin", "marting", "carton", "mar", "tarmin"]
    table = pa.table({"key": ["k"] * 6, "word": words})
    levels = (Same(), JaroWinkler(0.92), JaroWinkler(0.8), JaroWinkler(0.6))
    spec = MatchSpec("word", (Block("key"),), (Comparison("word", levels),))
    pairs = link(table, spec, threads=1, refuse=False).scored_pairs().to_pylist()
    from rapidfuzz.distance import JaroWinkler as Reference

    for row in pairs:
        score = Reference.similarity(words[row["left_id"]], words[row["right_id"]])
        best = next((t for t in (0.92, 0.8, 0.6) if score >= t), None)
        assert dict(row["levels"])["word"] == (f"jaro_winkler_{best:g}" if best else "different")


def test_similarity_to_a_rare_value_weighs_more_but_less_than_the_rare_value_itself():
    levels = (Same(term_frequency=True), JaroWinkler(0.88, term_frequency=True, damping_factor=0.5))
    named = Comparison("given_name", levels)
    result = link(TABLE, replace(SPEC, comparisons=(named, *COMPARISONS[1:])), threads=1, refuse=False)
    cells = cells_of(named)
    assert np.array_equal(cells.bits[cells.level == 1], np.arange(28))
    assert np.array_equal(cells.bits[cells.level == 2], np.arange(28) / 2)
    similar = next(r for r in result.model.comparisons["given_name"] if r.level == "jaro_winkler_0.88")
    same = next(r for r in result.model.comparisons["given_name"] if r.level == "same")
    common = -np.log2(same.u)  # at the mean frequency the damping changes nothing
    assert similar.weight + common / 2 == pytest.approx(np.log2(similar.m / similar.u), abs=1e-6)


def test_rarity_at_a_fuzzy_level_needs_the_exact_level_before_it():
    with pytest.raises(SpecError, match="put Same"):
        Comparison("name", (JaroWinkler(0.9, term_frequency=True),))


def test_words_are_those_of_any_script():
    assert words_of("Blue Chair, 77B") == ["blue", "chair", "77b"]
    assert words_of("虹桥路12号") == ["虹", "桥", "路", "1", "2", "号"] or words_of("虹桥路12号")[:3] == [
        "虹",
        "桥",
        "路",
    ]
    assert words_of("\x1fa b\x1fc") == ["a b", "c"]


@pytest.mark.parametrize(
    ("comparison", "left", "right", "level"),
    [
        (
            person_name("given", "surname"),
            {"given": "ann", "surname": "lee"},
            {"given": "lee", "surname": "ann"},
            "crossed",
        ),
        (person_name("given"), {"given": "katherine"}, {"given": "katherina"}, "jaro_winkler_0.92"),
        (date_of_birth("born"), {"born": "1980-03-01"}, {"born": "1980-03-21"}, "typo"),
        (date_of_birth("born"), {"born": "1980-03-01"}, {"born": "1980-03-28"}, "within_1_months"),
        (date_of_birth("born"), {"born": "1980-03-01"}, {"born": "1980-11-28"}, "within_1_years"),
        (postcode("code"), {"code": "7021"}, {"code": "7039"}, "different"),
        (postcode("code"), {"code": "70218"}, {"code": "70299"}, "same_area"),
        (email("mail"), {"mail": "ann.lee@here.example"}, {"mail": "Ann.Lee@work.example"}, "same_mailbox"),
        (address("line"), {"line": "12 Long Lane, Hatton"}, {"line": "12 long lane hatton"}, "jaccard_0.8"),
        (
            company_name("firm"),
            {"firm": "Oakfield Trading Limited"},
            {"firm": "Oakfield Trading Limitd"},
            "jaro_winkler_0.95",
        ),
        (company_name("firm"), {"firm": "Oakfield Trading"}, {"firm": "Trading Brown Elmwood Partners"}, "different"),
    ],
)
def test_ready_made_comparisons(comparison, left, right, level):
    rows = [{**row, "key": "k"} for row in (left, right)]
    spec = MatchSpec("ready", (Block("key"),), (comparison,))
    pairs = link(rows, spec, threads=1, refuse=False).scored_pairs().to_pylist()
    assert dict(pairs[0]["levels"])[comparison.name] == level


def test_rare_words_tell_more_than_common_ones():
    titles = ["acme pump p77", "acme pump p78", "acme hose p77", *(f"acme pump x{i}" for i in range(40))]
    table = pa.table({"title": titles, "key": ["k"] * len(titles)})
    spec = MatchSpec("product", (Block("key"),), (Comparison("title", (TfIdf(0.6), TfIdf(0.1))),))
    pairs = {
        (r["left_id"], r["right_id"]): dict(r["levels"])["title"]
        for r in link(table, spec, threads=1, refuse=False).scored_pairs().to_pylist()
    }
    assert pairs[0, 1] == "tf_idf_0.1"
    assert pairs[0, 2] == "tf_idf_0.6"

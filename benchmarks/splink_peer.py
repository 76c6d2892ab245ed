"""Splink 5 on the same columns: settings as its documentation advises for persons.

Belongs here: the peer's settings and calls. Does not: measuring (`engines`).
"""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

from benchmarks.invented import InventedSet
from pipelines.matching import Block, Comparison, JaroWinkler, MatchSpec, Same, Typo

PERSON_COLUMNS = ("id_number", "name_key", "name_pinyin", "surname", "birth", "sex", "phone", "home")
FEBRL_COLUMNS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip


IDENTITY: dict[str, Any] = {"u_probability": 1e-7, "fix_u_probability": True}
"""What names one thing agrees by chance all but never. Random pairs can't teach it: of those that agree, most are matches."""


def person_settings() -> SettingsCreator:
    """Persons: names by Jaro–Winkler with term frequencies, dates and numbers by Levenshtein, the rest exactly."""
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name_key").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("id_number", [1, 2]),
            cl.LevenshteinAtThresholds("birth", [1]),
            cl.ExactMatch("sex"),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.ExactMatch("home").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("id_number"),
            block_on("name_key", "birth"),
            block_on("surname", "phone"),
            block_on("name_key", "home"),
        ],
    )


SAME_MODEL = MatchSpec(
    kind="peer",
    blocks=(
        Block("id_number"),
        Block("name_key", "birth"),
        Block("surname", "phone"),
        Block("name_key", "home"),
    ),
    comparisons=(
        Comparison("name_key", (Same(term_frequency=True), *(JaroWinkler(t) for t in (0.92, 0.88, 0.7)))),
        Comparison("id_number", (Same(), Typo(1), Typo(2))),
        Comparison("birth", (Same(), Typo(1))),
        Comparison("sex", (Same(),)),
        Comparison("phone", (Same(term_frequency=True),)),
        Comparison("home", (Same(term_frequency=True),)),
    ),
    distinct=("id_number",),
    accept=0.95,
    review=0.9,
)
"""What `person_settings` says, for our engine; and what can't be said there, that nobody has two numbers."""


def housing_settings() -> SettingsCreator:
    """Homes: the address by its parts from fine to coarse, the owner by Jaro–Winkler, the area within half a square metre."""
    exact = cll.ExactMatchLevel
    address = cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.NullLevel("estate"),
            exact("dwelling").configure(**IDENTITY),
            cll.And(exact("estate"), exact("building"), exact("room")),
            cll.And(exact("estate"), exact("building")),
            exact("estate"),
            cll.ElseLevel(),
        ],
    )
    area = cl.CustomComparison(
        output_column_name="area",
        comparison_levels=[cll.NullLevel("area"), cll.AbsoluteDifferenceLevel("area", 0.5), cll.ElseLevel()],
    )
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[address, area, cl.NameComparison("owner").configure(term_frequency_adjustments=True)],
        blocking_rules_to_generate_predictions=[
            block_on("dwelling"),
            block_on("estate", "building", "room"),
            block_on("estate", "owner"),
        ],
    )


def enterprise_settings() -> SettingsCreator:
    """Firms: the code by Levenshtein, the name by Jaro–Winkler, representative, phone and address exactly, all with frequencies."""
    code = cl.CustomComparison(
        output_column_name="code",
        comparison_levels=[
            cll.NullLevel("code"),
            cll.ExactMatchLevel("code").configure(**IDENTITY),
            cll.LevenshteinLevel("code", 1),
            cll.ElseLevel(),
        ],
    )
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            code,
            cl.NameComparison("name_key").configure(term_frequency_adjustments=True),
            cl.ExactMatch("legal_rep_name").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.ExactMatch("dwelling").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("code"),
            block_on("name_key"),
            block_on("brand", "trade"),
            block_on("brand", "legal_rep_name"),
            block_on("brand", "dwelling"),
            block_on("legal_rep_name", "dwelling"),
            block_on("legal_rep_name", "phone"),
        ],
    )


def febrl_settings(link_type: str) -> SettingsCreator:
    """FEBRL: the settings of Splink's own FEBRL examples."""
    return SettingsCreator(
        link_type=link_type,
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname"),
            block_on("surname", "date_of_birth"),
            block_on("given_name", "date_of_birth"),
            block_on("postcode", "date_of_birth"),
            block_on("postcode", "surname"),
            block_on("postcode", "given_name"),
            block_on("address_1", "street_number"),
        ],
    )


def invented_settings(one: InventedSet, link_type: str) -> SettingsCreator:
    """The same columns and the same keys, compared as Splink's documentation advises for their sort."""
    make = {
        "name": lambda c: cl.NameComparison(c).configure(term_frequency_adjustments=True),
        "exact": lambda c: cl.ExactMatch(c).configure(term_frequency_adjustments=True),
        "slips": lambda c: cl.LevenshteinAtThresholds(c, [1, 2]).configure(term_frequency_adjustments=True),
        "text": lambda c: cl.JaroWinklerAtThresholds(c, [0.95, 0.9, 0.8, 0.7]),
        "number": lambda c: cl.LevenshteinAtThresholds(c, [1, 2]),
    }
    return SettingsCreator(
        link_type=link_type,
        comparisons=[make[sort](column) for column, sort in one.columns.items()],
        blocking_rules_to_generate_predictions=[_rule(block) for block in one.blocks],
    )


def _rule(block: tuple[str, ...]) -> Any:
    columns = [c[:-1] + "_words" if c.endswith("*") else c for c in block]
    arrays = [c for c in columns if c.endswith("_words")]
    return block_on(*columns, arrays_to_explode=arrays) if arrays else block_on(*columns)


def train_invented(peer: Peer, one: InventedSet) -> None:
    """Training: the prior from rows that agree in all columns, EM once per rule of plain columns, else per column that is no text."""
    plain = [b for b in one.blocks if not any(c.endswith("*") for c in b)]
    plain = plain or [(c,) for c, sort in one.columns.items() if sort in ("name", "exact")]
    peer.train([block_on(*b) for b in (plain[0],)], [block_on(*b) for b in plain[:3]], recall=0.7, pairs=1e6)


class Peer:
    """One Splink run, in the steps its documentation gives."""

    def __init__(self, tables: list[pa.Table], settings: SettingsCreator, threads: int) -> None:
        logging.disable(logging.CRITICAL)
        self._con = duckdb.connect()
        self._con.execute(f"set threads = {threads}")
        self._con.execute("set enable_progress_bar = false")
        api = DuckDBAPI(self._con)
        frames = [api.register(t, dataset_display_name=f"t{i}") for i, t in enumerate(tables)]
        self._linker = Linker(frames if len(frames) > 1 else frames[0], settings, log_level=None)

    def train(self, deterministic: list[object], sessions: list[object], recall: float, pairs: float) -> None:
        """Estimate the prior, u by random sampling and m by EM, one session per rule."""
        training = self._linker.training
        training.estimate_probability_two_random_records_match(deterministic, recall=recall)
        training.estimate_u_using_random_sampling(max_pairs=pairs, seed=1)
        for rule in sessions:
            training.estimate_parameters_using_expectation_maximisation(rule)

    def predict(self, threshold: float) -> None:
        """Score all candidate pairs."""
        self._predicted = self._linker.inference.predict(threshold_match_probability=threshold)

    def clusters(self, threshold: float, sources: int = 1) -> pa.Table:
        """Clusters at a threshold: `unique_id`, `cluster_id` (and `source_dataset` where there are several tables)."""
        clustering = self._linker.clustering
        found = clustering.cluster_pairwise_predictions_at_threshold(
            self._predicted, threshold_match_probability=threshold
        )
        key = "source_dataset, unique_id" if sources > 1 else "unique_id"
        return self._con.sql(f"select {key}, cluster_id from {found.physical_name}").to_arrow_table()


def train_person(peer: Peer) -> None:
    """Training for persons."""
    rules = [block_on("id_number"), block_on("name_key", "birth")]
    peer.train(rules, [block_on("id_number"), block_on("name_key", "birth")], recall=0.8, pairs=1e6)


def train_housing(peer: Peer) -> None:
    """Training for homes."""
    peer.train([block_on("dwelling")], [block_on("dwelling"), block_on("area", "owner")], recall=0.9, pairs=1e6)


def train_enterprise(peer: Peer) -> None:
    """Training for firms."""
    rules = [block_on("code"), block_on("name_key")]
    peer.train(rules, [block_on("code"), block_on("name_key")], recall=0.9, pairs=1e6)


def train_febrl(peer: Peer) -> None:
    """Training for FEBRL."""
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    sessions = [block_on("date_of_birth"), block_on("postcode", "surname")]
    peer.train(sure, sessions, recall=0.9, pairs=1e6)

"""One run from a table of mentions to clusters, on an engine: the same steps and the same answers as `engine.link`.

Belongs here: the order of the steps, and what the driver decides on counts. Does not: any step itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.engine import Engine, Tables
from pipelines.matching.at_scale.components import DRIVER_EDGES, make_labels
from pipelines.matching.at_scale.frequencies import count_population
from pipelines.matching.at_scale.functions import RecordFacts
from pipelines.matching.at_scale.pairs import Pairs, make_pairs
from pipelines.matching.at_scale.patterns import Counted, make_patterns
from pipelines.matching.at_scale.records import make_records
from pipelines.matching.at_scale.statements import make, query
from pipelines.matching.engine.arguments import read_judgements
from pipelines.matching.engine.clustering import Ends
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.corroboration import uncorroborated
from pipelines.matching.engine.judged import judged_records
from pipelines.matching.engine.link import TRAINING_SAMPLE, keeps_copies_apart
from pipelines.matching.engine.links import MUST_LINK_WEIGHT
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.score import Scorer, probability, weight_of
from pipelines.matching.engine.spec import MatchSpec, SpecError
from pipelines.matching.engine.thresholds import with_thresholds
from pipelines.matching.engine.train import train
from warehouse.model.durable import put_in_place

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RESERVED = {"mention_id", "position", "record", "copies", "content_hash"}
"""Columns that stand beside those of a specification."""


@dataclass(frozen=True)
class ScaleRun:
    """A finished run. Its rows, records, pairs and clusters are tables of the engine; here is what the driver knows.

    Attributes:
        tables: among others `row_record` (`mention_id, position, record`), `fact` (records), `link` (pairs at least worth a
            question: `a, b, pattern, weight, accepted, judged`), `label` (`record, label`: cluster of every record with a link).
        spec: with the thresholds of the run.
        scorer: with the model.
        population: how common values are, and how many records there are.
        records: how many.
        pairs: figures of the rules.
        counted: how often each pattern is seen.
        weights: of each distinct pattern of the candidates.
        must_link: pairs of records that a person has called the same.
        must_not_link: pairs they have called different.
        trained: whether the model was trained in this run.
    """

    tables: Tables
    spec: MatchSpec
    scorer: Scorer
    population: Population
    records: int
    pairs: Pairs
    counted: Counted
    weights: Floats
    must_link: Ends
    must_not_link: Ends
    trained: bool


def link_at_scale(
    engine: Engine,
    mentions: Path,
    spec: MatchSpec,
    *,
    model: Model | None = None,
    population: Population | None = None,
    judgements: Any = None,
    seed: int = 1,
    stamp: str = "",
    wide_keys: bool | None = None,
    driver_edges: int = DRIVER_EDGES,
) -> ScaleRun:
    """Find the rows that are the same entity, on an engine.

    Args:
        engine: where tables lie.
        mentions: folder of Parquet files: `mention_id`, `position` (both int64, none twice; positions count from 0 in the order that
            breaks ties), and every column of `spec`.
        spec: blocks, comparisons, thresholds, constraints; nothing that looks at a whole column, and not two tables.
        model: a trained model to apply; by default one is trained.
        population: the population it was trained on.
        judgements: `left_id, right_id, verdict`, see `engine.link`.
        seed: of the random sample that training looks at.
        stamp: of what the run is about: with it, a run that was killed goes on from its last table.
        wide_keys: see `make_pairs`.
        driver_edges: see `components`.

    Raises:
        SpecError: the specification needs what only one machine can see.
        ModelError: `model` was trained under another specification.
    """
    if obstacle := why_not_at_scale(spec):
        raise SpecError(f"MatchSpec {spec.kind!r}: {obstacle}; use engine.link")
    tables = Tables(engine, stamp)
    tables.read("mention", mentions)
    judgements = read_judgements(judgements, None)
    judged = _ids(judgements)
    records = make_records(tables, spec, judged)
    sample = TRAINING_SAMPLE if model is None else 0
    pairs = make_pairs(tables, spec, records, training_sample=sample, seed=seed, wide=wide_keys)
    common = population or count_population(tables, spec, records)
    shared = _share_file(common, engine.folder)
    tables.map("fact", "record", RecordFacts(spec, shared))
    must_not_link, must_link = _judged(tables, judgements, judged)
    counted = make_patterns(tables, spec, shared, must_link=must_link, must_not_link=must_not_link)
    scorer = _learned(spec, model, common, records, pairs, counted)
    weights = scorer.weights(counted.candidates.patterns)
    spec = with_thresholds(spec, counted.candidates.counts, probability(weights))
    tables.write("weight", _weight_table(spec, scorer, counted.candidates.patterns, weights))
    tables.write("must_link", _must_link_table(must_link, counted.must_link))
    make(tables, "link")
    make_labels(tables, spec, driver_edges)
    return ScaleRun(
        *(tables, spec, scorer, common, records, pairs, counted, weights, must_link, must_not_link, model is None)
    )


def why_not_at_scale(spec: MatchSpec) -> str:
    """What of a specification only a run in memory can do; '' where there is nothing."""
    whole = [level.name for c in spec.comparisons for level in c.levels if getattr(level, "whole_column", False)]
    whole += [leaf.name for b in spec.rules for leaf in b.leaves if not isinstance(leaf, str) and leaf.whole_column]
    if whole:
        return f"{', '.join(dict.fromkeys(whole))} looks at all values of a column at once, which lie on many machines"
    if taken := sorted(RESERVED & set(spec.columns)):
        return f"columns {taken} have names that tables of a run at scale need"
    return "one_to_one=('side',) is about two tables" if "side" in spec.one_to_one else ""


def _learned(
    spec: MatchSpec, model: Model | None, population: Population, records: int, pairs: Pairs, counted: Counted
) -> Scorer:
    """The scorer of the model given, or of one trained on what was counted."""
    possible = records * (records - 1.0) / 2
    if model is not None:
        return Scorer(spec, model, population.prior_weight(model))
    found = {report.rule: report.pairs for report in pairs.reports}

    def learn(copies: bool) -> Scorer:
        seen = counted.seen(pairs.share, possible, copies=copies)
        learned = train(spec, *seen, records=records, found=found, labels=counted.labels)
        return Scorer(spec, learned, learned.prior_weight(records, possible))

    scorer = learn(copies=False)
    return learn(copies=True) if keeps_copies_apart(scorer, counted.copies) else scorer


def _share_file(population: Population, folder: Path) -> str:
    """The path of a file with the population, which workers read once: its name changes with what it says."""
    written = folder / "population.parquet"
    population.save(written)
    named = folder.resolve() / f"population-{hashlib.sha256(written.read_bytes()).hexdigest()[:16]}.parquet"
    put_in_place(written, named)
    return str(named)


def _ids(judgements: pa.Table | None) -> Ints:
    """Ids of all judged rows, ascending."""
    if judgements is None:
        return np.zeros(0, dtype=np.int64)
    return np.unique(
        np.concatenate([np.asarray(judgements[side]).astype(np.int64) for side in ("left_id", "right_id")])
    )


def _judged(tables: Tables, judgements: pa.Table | None, judged: Ints) -> tuple[Ends, Ends]:
    """Pairs of records that must not link, and those that must."""
    tables.write("judged_id", pa.table({"mention_id": judged}))
    rows = tables.fetch(query("judged_row"))
    return judged_records(judgements, rows["mention_id"].to_numpy(), rows["record"].to_numpy())


def _weight_table(spec: MatchSpec, scorer: Scorer, patterns: Patterns, weights: Floats) -> pa.Table:
    """What each pattern is worth."""
    accepted = (weights >= weight_of(spec.accept)) & ~uncorroborated(spec, scorer.layout, patterns)
    worthy = weights >= weight_of(spec.review)
    return pa.table({"pattern": patterns, "weight": weights, "accepted": accepted, "worthy": worthy})


def _must_link_table(must_link: Ends, patterns: Patterns) -> pa.Table:
    """Pairs that a person has called the same, each once."""
    ends, first = np.unique(np.stack(must_link, axis=1).astype(np.int64), axis=0, return_index=True)
    weight = np.full(len(ends), MUST_LINK_WEIGHT)
    return pa.table({"a": ends[:, 0], "b": ends[:, 1], "pattern": patterns[first], "weight": weight})

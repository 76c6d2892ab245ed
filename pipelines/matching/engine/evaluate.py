"""Precision and recall of pairs against the truth, or against what people have judged.

Belongs here: figures about a run where some truth is known. Does not: what a run says without truth (`diagnostics`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.arguments import InputError, read_judgements
from pipelines.matching.engine.candidates import Candidates
from pipelines.matching.engine.judged import judged_records
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import probability
from pipelines.matching.engine.scored import ScoredPairs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

THRESHOLDS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)

STEPS = np.linspace(0, 1, 11)
"""Bounds of the bins in which probabilities are compared with what is true."""


@dataclass(frozen=True)
class Evaluation:
    """Figures of pairs of records whose truth is known, between 0 and 1.

    Attributes:
        precision: share of the links that are right.
        recall: share of the true pairs that are linked; those that no rule finds count as missed.
        f1: harmonic mean of both.
        curve: per threshold `accept`, `precision`, `recall`, `f1`, of single pairs before clustering.
        calibration: per bin of probability `probability` (mean), `right` (share that is true) and `pairs`.
        calibration_error: mean difference of both, weighed by pairs (expected calibration error) over pairs of at least .01.
    """

    precision: float
    recall: float
    f1: float
    curve: pa.Table
    calibration: pa.Table
    calibration_error: float


def evaluate(result: MatchResult, *, truth: Any = None, judgements: Any = None) -> Evaluation:
    """How right a run is.

    Args:
        result: of `link`.
        truth: the true entity of every row, in the order of the rows (those of `right` behind those of the table); or
        judgements: columns `left_id, right_id, verdict` for some pairs. Draw these at random from pairs you have not shown to the run:
            pairs chosen because they are open say little about the others.

    Raises:
        InputError: neither or both are given, or they do not fit the rows.
    """
    scored = result.kept_pairs
    if (truth is None) == (judgements is None):
        raise InputError("evaluate: give either truth= or judgements=")
    entity = np.zeros(0, dtype=np.int64)
    if truth is not None:
        entity = np.unique(np.asarray(truth), return_inverse=True)[1]
        if len(entity) != len(scored.ids):
            raise InputError(
                f"evaluate: truth has {len(entity)} entities for {len(scored.ids)} rows; give one per row, in their order"
            )
        left, right, same, total = _true_pairs(scored, entity)
    else:
        left, right, same, total = _judged_pairs(scored, judgements)
    labels = result.record_clusters
    linked = labels[left] == labels[right]
    said = _probabilities(scored, left, right)
    if truth is not None:
        precision, recall, f1 = _cluster_scores(scored, labels[scored.records.of_row], entity)
    else:
        precision, recall, f1 = _scores(float((linked & same).sum()), float(linked.sum()), total)
    lines = [_line(accept, said >= accept, same, total) for accept in THRESHOLDS]
    calibration, error = _calibration(said, same)
    return Evaluation(precision, recall, f1, pa.Table.from_pylist(lines), calibration, error)


def _line(accept: float, linked: npt.NDArray[np.bool_], same: npt.NDArray[np.bool_], total: float) -> dict[str, float]:
    precision, recall, f1 = _scores(float((linked & same).sum()), float(linked.sum()), total)
    return {"accept": accept, "precision": precision, "recall": recall, "f1": f1}


def _scores(right: float, got: float, wanted: float) -> tuple[float, float, float]:
    return right / got if got else 1.0, right / wanted if wanted else 1.0, 2 * right / max(got + wanted, 1.0)


def _true_pairs(scored: ScoredPairs, entity: Ints) -> tuple[Ints, Ints, npt.NDArray[np.bool_], float]:
    """All candidates, whether they are true, and how many pairs of records are."""
    of_record = entity[scored.grouping.first]
    candidates: Candidates = scored.candidates
    left, right = candidates.left.astype(np.int64), candidates.right.astype(np.int64)
    same = of_record[left] == of_record[right]
    if scored.records.side is None:
        size = np.bincount(of_record).astype(np.float64)
        return left, right, same, float((size * (size - 1) / 2).sum())
    one, other = (np.bincount(of_record[scored.records.side == i], minlength=int(of_record.max()) + 1) for i in (0, 1))
    return left, right, same, float((one * other).sum())


def _judged_pairs(scored: ScoredPairs, judgements: Any) -> tuple[Ints, Ints, npt.NDArray[np.bool_], float]:
    """The judged pairs as records, which of them are the same, and how many."""
    different, same = judged_records(read_judgements(judgements, scored.names), scored.ids, scored.records.of_row)
    left, right = (np.concatenate([same[i], different[i]]).astype(np.int64) for i in (0, 1))
    verdict = np.repeat([True, False], [len(same[0]), len(different[0])])
    if not len(left):
        raise InputError("evaluate: no judged pair is among the rows; pass ids as in `clusters`")
    return left, right, verdict, float(verdict.sum())


def _probabilities(scored: ScoredPairs, left: Ints, right: Ints) -> Floats:
    """Probability of pairs; 0 of one that no rule finds, for it is never linked."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    wanted, known = low << 32 | high, scored.candidates.left.astype(np.int64) << 32 | scored.candidates.right
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    if not len(known):
        return np.zeros(len(wanted))
    likely = probability(scored.weights)[scored.candidates.pattern[at]]
    return np.asarray(np.where(known[at] == wanted, likely, np.where(low == high, 1.0, 0.0)))


def _cluster_scores(scored: ScoredPairs, cluster: Ints, entity: Ints) -> tuple[float, float, float]:
    """Pairs of rows in one cluster against pairs of one entity; across both tables where there are two."""
    side = None if scored.records.side is None else scored.records.side[scored.records.of_row]

    def pairs(*columns: Ints) -> float:
        key = np.unique(np.stack(columns), axis=1, return_inverse=True)[1].ravel()
        if side is None:
            size = np.bincount(key).astype(np.float64)
            return float((size * (size - 1) / 2).sum())
        one, other = (np.bincount(key[side == i], minlength=int(key.max()) + 1) for i in (0, 1))
        return float((one * other).sum())

    return _scores(pairs(cluster, entity), pairs(cluster), pairs(entity))


def _calibration(said: Floats, same: npt.NDArray[np.bool_]) -> tuple[pa.Table, float]:
    likely = said >= 0.01
    said, same = said[likely], same[likely]
    if not len(said):
        return pa.table(
            {
                "probability": pa.array([], pa.float64()),
                "right": pa.array([], pa.float64()),
                "pairs": pa.array([], pa.int64()),
            }
        ), 0.0
    bins = np.clip(np.searchsorted(STEPS, said, side="right") - 1, 0, len(STEPS) - 2)
    used = np.unique(bins)
    mean = np.array([said[bins == b].mean() for b in used])
    right = np.array([same[bins == b].mean() for b in used])
    pairs = np.array([(bins == b).sum() for b in used])
    error = float((np.abs(mean - right) * pairs).sum() / pairs.sum())
    return pa.table({"probability": mean, "right": right, "pairs": pairs}), error

"""The pipeline's door: mentions of one kind in, pairs and clusters out.

Belongs here: which view and which specification a kind uses. Does not: the engine (`link`) or the specifications.
"""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.link import link
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.inputs.coded import CodedTable
from pipelines.matching.inputs.views import coded_persons, enterprise_view, housing_view
from pipelines.matching.specs import SPECS


def match_mentions(
    kind: str,
    mentions: pa.Table,
    *,
    model: Model | None = None,
    population: Population | None = None,
    order: npt.NDArray[np.int64] | None = None,
    judgements: pa.Table | None = None,
    person: pa.Table | None = None,
    housing: pa.Table | None = None,
    enterprise: pa.Table | None = None,
    frequencies: dict[str, pa.Table] | None = None,
    threads: int | None = None,
) -> MatchResult:
    """Find out which mentions of one kind are the same entity.

    Resolve `housing` and `enterprise` first and hand their outcome to `person`: the same name tied to the same firm or the
    same home is evidence no pair of person rows shows alone.

    Args:
        kind: person, housing or enterprise.
        mentions: the mention table of that kind.
        model: a trained model; left out, one is trained on these mentions.
        population: what `model` was trained on; left out, frequencies are those of these mentions.
        order: the order in which mentions are taken, by lasting names: see `link`.
        judgements: columns `left_id, right_id` (mention ids of this run) and `verdict` (`same`, `different`).
        person: for housing: the person mentions, whose owners' names tell one room from another.
        housing: for persons: `mention_id`, `cluster_id` and the address columns of housing mentions.
        enterprise: for persons: `mention_id`, `cluster_id` of enterprise mentions.
        frequencies: column of the view → table of `value` and `share` in a wider population, e.g. of `name_key`.
        threads: threads to use; all if left out. The result does not depend on it.

    Returns:
        See `MatchResult`; `clusters` conforms to CLUSTER, `pairs` to PAIR.

    Raises:
        KeyError: no such kind.
        ModelError: `model` was trained under another specification.
    """
    return link(
        _view(kind, mentions, person, housing, enterprise, threads or os.cpu_count() or 1),
        SPECS[kind],
        id_column="mention_id",
        model=model,
        population=population,
        order=order,
        judgements=judgements,
        frequencies=frequencies,
        threads=threads,
    )


def _view(
    kind: str,
    mentions: pa.Table,
    person: pa.Table | None,
    housing: pa.Table | None,
    enterprise: pa.Table | None,
    threads: int,
) -> pa.Table | CodedTable:
    if kind == "person":
        return coded_persons(mentions, housing, enterprise, threads)
    return housing_view(mentions, person) if kind == "housing" else enterprise_view(mentions)

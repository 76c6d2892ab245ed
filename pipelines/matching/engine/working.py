"""What a full run worked with, for the state it leaves behind (`incremental.initial`).

Belongs here: the parts of a run that its result does not show. Does not: the result (`result`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.clustering import Ends
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RecordFacts:
    """What is known of every record by itself.

    Attributes:
        content: hash of all that is compared, see `hashing.row_hashes`.
        self_pattern: pattern with another record of the same content.
        constraints: hashes of the columns under a constraint, `distinct` before `one_to_one`; 0 for null.
    """

    content: Hashes
    self_pattern: Patterns
    constraints: tuple[Hashes, ...]


@dataclass(frozen=True)
class Working:
    """What a full run worked with.

    Attributes:
        ids: id of every row, in the order of the run.
        block_keys: of every record, see `Blocking.keys`.
        clustering: all pairs at least worth a question, and the clusters they led to.
        must_not_link: pairs of records that a person has called different.
        must_link: pairs of records that a person has called the same.
        must_link_patterns: gives the pattern of each of these.
        facts: gives what is known of every record.
    """

    ids: Ints
    block_keys: Sequence[Sequence[Codes]]
    clustering: Clustering
    must_not_link: Ends
    must_link: Ends
    must_link_patterns: Callable[[], Patterns]
    facts: Callable[[], RecordFacts]

"""What a full run worked with, for the state it leaves behind (`incremental.initial`).

Belongs here: the parts of a run that its result does not show. Does not: the result (`result`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.clustering import Ends
from pipelines.matching.engine.compare import Comparer
from pipelines.matching.engine.decisions import Clustering
from pipelines.matching.engine.encode import Encoded

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Working:
    """What a full run worked with.

    Attributes:
        encoded: distinct records, in the order of the run.
        ids: id of every row, in that order.
        blocking: with its keys.
        comparer: of these records.
        clustering: all pairs at least worth a question, and the clusters they led to.
        must_not_link: pairs of records that a person has called different.
        must_link: pairs of records that a person has called the same.
    """

    encoded: Encoded
    ids: Ints
    blocking: Blocking
    comparer: Comparer
    clustering: Clustering
    must_not_link: Ends
    must_link: Ends

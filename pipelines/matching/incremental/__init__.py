"""Going on from the last run: only what changed is compared, against everything, with the result of matching everything.

`initial` derives the state that a full run leaves. `advance` brings it up to date, step by step: `row_delta` (rows and records),
`candidates` (pairs that a change adds), `record_comparer` (their patterns), `pairs` (which of them count), `clusters`. `records`
serves both. The state itself is in `store`.
"""

from pipelines.matching.incremental.advance import Advance, advance
from pipelines.matching.incremental.initial import initial_state

__all__ = ["Advance", "advance", "initial_state"]

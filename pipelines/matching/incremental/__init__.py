"""Going on from the last run: only what changed is compared, against the whole, with the outcome of matching everything.

`first` says what a full run leaves, `advance` brings that up to date, step by step: `changes` (rows and records), `candidates`
(pairs a change brings), `compared` (their patterns), `pairs` (which are kept), `clusters`. `state` is what is kept from run to
run, `kept` how it lies on disk.
"""

from pipelines.matching.incremental.advance import Advance, advance
from pipelines.matching.incremental.first import state_of
from pipelines.matching.store.state import NOBODY, Clustered, State

__all__ = ["NOBODY", "Advance", "Clustered", "State", "advance", "state_of"]

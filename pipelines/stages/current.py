"""The rows that hold now, worked out once a change. Reads the landing area; writes `current/<platform>/<dataset>`.

Mentions, the balance of rows and every extract read the same rows. Which of them hold is worked out when a delivery came in
or a held one was decided on, and kept; after that a reader takes the columns it needs.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.current import current_rows
from connectors.holding import delivery_states
from connectors.spec import Platform
from pipelines.markers import Counts, digest, run_if_changed
from pipelines.settings import Settings
from warehouse.model.table import replace_parquet

GROUP = 100_000
"""Rows of a group of a file: whoever works on some of them reads about these."""


def rows_now(settings: Settings, platform: Platform, dataset: str, columns: list[str] | None = None) -> pa.Table:
    """The rows of one dataset that hold now, as `connectors.current.current_rows` gives them.

    Args:
        settings: whose home.
        platform: owner of the dataset.
        dataset: its name.
        columns: those to read; all if not given.
    """
    home = settings.home
    path = home.current(platform.platform, dataset)

    def keep() -> Counts:
        rows = current_rows(platform, dataset, home)
        replace_parquet(rows, path, compression="lz4", row_group_size=GROUP)
        return {"rows": rows.num_rows}

    run_if_changed(home, f"current/{platform.platform}/{dataset}", rows_state(settings, platform), keep)
    return pq.read_table(path, columns=columns)


def rows_state(settings: Settings, platform: Platform) -> str:
    """A fingerprint of what the rows of a platform that hold now follow from: its deliveries, and how they are read."""
    lines = delivery_states(platform, settings.home).select(["delivery_id", "dataset", "sequence", "state"]).to_pylist()
    state = sorted("/".join(map(str, line.values())) for line in lines)
    return digest((settings.configuration_fingerprint, *state))

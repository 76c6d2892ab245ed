"""What breaks the order of a process: stages before the one they follow, closing without verification, one person for all.

A second 处置 after 核查 is a case sent back, which is in order. Belongs here: the findings and their names. Does not: stages
(`stages`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from connectors.process_spec import Process
from pipelines.resolution.processes.stages import Cases
from pipelines.resolution.session import statement
from warehouse.model import session

FAULTS = {
    "closed_before_reported": ("结案早于上报", "closed before it was reported"),
    "dispatched_before_registered": ("派遣早于立案", "dispatched before it was registered"),
    "handled_before_dispatched": ("处置早于派遣", "handled before it was dispatched"),
    "verified_before_handled": ("核查早于处置", "verified before it was handled"),
    "registered_before_reported": ("立案早于上报", "registered before it was reported"),
    "closed_before_verified": ("结案早于核查", "closed before it was verified"),
    "no_verification": (
        "未核查即结案",
        "closed without verification, though its platform verifies and it was not dealt with on the spot",
    ),
    "reporter_is_verifier": ("上报人核查", "verified by who reported it"),
    "handler_is_verifier": ("处置人核查", "verified by who handled it"),
}
"""Finding → what it is, in Chinese and English."""


def faults(process: Process, cases: Cases) -> pa.Table:
    """Findings: `row` and `fault`, in this order; a case may have several."""
    spot = pa.table({"row": np.arange(len(cases.self_handled)), "on_the_spot": cases.self_handled})
    with session.connect(threads=1) as con:
        con.register("line", cases.lines)
        con.register("spot", spot)
        return con.execute(statement("stage_fault"), {"verifies": process.verifies}).to_arrow_table()

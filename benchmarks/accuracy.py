"""How right are the clusters: pairwise and B-cubed precision and recall, and recall by platform and role.

usage: python -m benchmarks.accuracy --home HOME --truth DIR [--kind person] [--roles]

HOME holds mention tables of a city whose truth lies in DIR (`records.parquet`: platform, file, sheet, row, role, kind,
true_id). Matches them as the main job does and prints the scores.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]

TRUE_IDS = """
select m.mention_id, coalesce(t.true_id, -1) as true_id
from mentions m
left join read_parquet($records) t
  on t.kind = $kind and t.platform = m.platform and t.file = m.file_name and coalesce(t.sheet, '') = m.sheet_name
 and t.row = m.row_number and t.role = m.role
order by m.mention_id
"""

BY_ROLE = """
with m as (
    select platform, role,
           count(*) over (partition by found, truth) - 1 as right_,
           count(*) over (partition by truth) - 1 as wanted,
           count(*) over (partition by found) - 1 as got
    from scored
)
select platform, role, count(*) as mentions, sum(right_) / greatest(sum(wanted), 1) as recall,
       sum(right_) / greatest(sum(got), 1) as precision
from m group by all order by recall, platform, role
"""


@dataclass(frozen=True)
class Scores:
    """Agreement of clusters with the truth; pairs are pairs of mentions in one cluster, shares lie between 0 and 1."""

    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    entities: int
    true_entities: int


def true_ids(mentions: pa.Table, kind: str, truth: Path) -> Ints:
    """The true entity of every mention, in order; -1 where the truth does not know the row."""
    with duckdb.connect() as con:
        con.register(
            "mentions", mentions.select(["mention_id", "platform", "file_name", "sheet_name", "row_number", "role"])
        )
        found = con.sql(TRUE_IDS, params={"records": str(truth / "records.parquet"), "kind": kind}).to_arrow_table()
    return np.asarray(found["true_id"]).astype(np.int64)


def scores(found: Ints, truth: Ints) -> Scores:
    """Score clusters; mentions whose truth is unknown (negative) are left out."""
    known = truth >= 0
    _, a, size_a = np.unique(found[known], return_inverse=True, return_counts=True)
    _, b, size_b = np.unique(truth[known], return_inverse=True, return_counts=True)
    key, size = np.unique(a.astype(np.int64) << 32 | b, return_counts=True)
    a, b = key >> 32, key & 0xFFFFFFFF
    right, got, wanted = (float((n.astype(np.float64) * (n - 1) / 2).sum()) for n in (size, size_a, size_b))
    precision, recall = right / max(got, 1.0), right / max(wanted, 1.0)
    total = max(float(size.sum()), 1.0)
    return Scores(
        precision,
        recall,
        2 * right / max(got + wanted, 1.0),
        float((size**2 / size_a[a]).sum()) / total,
        float((size**2 / size_b[b]).sum()) / total,
        len(size_a),
        len(size_b),
    )


def by_role(mentions: pa.Table, found: Ints, truth: Ints) -> pa.Table:
    """Recall and precision of the mentions of every platform and role, worst recall first."""
    with duckdb.connect() as con:
        table = mentions.select(["platform", "role"]).append_column("found", pa.array(found))
        con.register("scored", table.append_column("truth", pa.array(truth)).filter(pa.array(truth >= 0)))
        return con.sql(BY_ROLE).to_arrow_table()


def main() -> None:
    """Match the mentions of a home and print the scores."""
    from benchmarks.engines import match_home
    from warehouse.model import Home
    from warehouse.model.data_model import shipped

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--truth", type=Path, required=True)
    arguments.add_argument("--kind")
    arguments.add_argument("--roles", action="store_true")
    given = arguments.parse_args()
    home = Home(given.home)
    print(
        f"{'kind':12}{'mentions':>10}{'P':>9}{'R':>9}{'F1':>9}{'B3 P':>9}{'B3 R':>9}{'entities':>10}{'true':>9}{'review':>8}"
    )
    for kind, result in match_home(home).items():
        if given.kind in (None, kind):
            mentions = shipped().mention(kind).read(home.stage("mention", kind))
            truth, found = true_ids(mentions, kind, given.truth), np.asarray(result.clusters["cluster_id"])
            s = scores(found, truth)
            shares = "".join(f"{x:9.4f}" for x in (s.precision, s.recall, s.f1, s.b3_precision, s.b3_recall))
            print(
                f"{kind:12}{mentions.num_rows:10d}{shares}{s.entities:10d}{s.true_entities:9d}{result.report.review:8d}"
            )
            if given.roles:
                for row in by_role(mentions, found, truth).to_pylist():
                    print(
                        "    {platform:22}{role:13}{mentions:8d}  recall {recall:.4f}  precision {precision:.4f}".format(
                            **row
                        )
                    )


if __name__ == "__main__":
    main()

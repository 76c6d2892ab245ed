"""Are the questions put to stewards worth their time? Their answers by the truth of a city, and the errors they would mend.

usage: python -m benchmarks.questions HOME:TRUTH [HOME:TRUTH ...] [--first 300] [--share 0.005]

HOME is a home after a run on a city whose truth lies in TRUTH. Per city and kind:

    errors     pairs of mentions that are wrong in the release: in two entities though one (missed), in one though two (false)
    asked      questions among the first so many; `change` of them are answered otherwise than the machine decided
    queue      questions among the first so many per entity, over all kinds; `mends` is the share of all errors their answers mend,
               with what follows from them: what is called the same is one from then on
    seconds    processor time of working out the queue, without what a steward is shown
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.accuracy import true_ids
from pipelines.resolution.question_queue import ODD, Asked, question_queue
from warehouse.model import Home

CELLS = """
create or replace table cell as
select e.entity_id, t.true_id, count(*) as mentions
from read_parquet($entity) e join truth t using (mention_id) where t.true_id >= 0 group by all
"""
ERRORS = """
with entity as (select sum(mentions) as n, sum(mentions * mentions) as cells from cell group by entity_id),
true_one as (select sum(mentions) as n, sum(mentions * mentions) as cells from cell group by true_id)
select (select sum(n * n - cells) / 2 from true_one)::bigint, (select sum(n * n - cells) / 2 from entity)::bigint
"""


class KindTruth:
    """What is true of the mentions of one kind, and the entities of the release."""

    def __init__(self, home: Home, kind: str, truth: Path) -> None:
        mentions = home.data_model.mention(kind).read(
            home.stage("mention", kind),
            ["mention_id", "platform", "file_name", "sheet_name", "row_number", "role"],
        )
        self.true = dict(zip(mentions["mention_id"].to_pylist(), true_ids(mentions, kind, truth).tolist(), strict=True))
        with duckdb.connect() as con:
            con.register("truth", pa.table({"mention_id": list(self.true), "true_id": list(self.true.values())}))
            con.execute(CELLS, {"entity": str(home.stage("entity", kind))})
            self.missed, self.false = (int(n or 0) for n in con.execute(ERRORS).fetchall()[0])
            self.cells: dict[str, dict[int, int]] = {}
            for entity, true_id, mentions_ in con.execute("select * from cell").fetchall():
                self.cells.setdefault(entity, {})[true_id] = mentions_

    def changes(self, question: Asked) -> bool:
        """Whether the answer is otherwise than the machine decided."""
        return (self.true[question.left_id] == self.true[question.right_id]) != (question.outcome == ODD)

    def mended(self, questions: Iterable[Asked]) -> int:
        """Wrong pairs that the true answers put right: missed ones that are joined, false ones that are parted."""
        above: dict[str, str] = {}
        cells = {entity: dict(counts) for entity, counts in self.cells.items()}
        mended = 0
        for question in questions:
            if question.outcome == ODD and self.changes(question):
                counts = self.cells[question.pairs[0].low].values()
                mended += sum(counts) - max(counts)
            if question.outcome == ODD:
                continue
            for pair in question.pairs:
                low, high = (_root(above, entity) for entity in (pair.low, pair.high))
                if self.true[pair.left_id] == self.true[pair.right_id] and low != high:
                    mended += sum(n * cells[high].get(true_id, 0) for true_id, n in cells[low].items())
                    for true_id, n in cells.pop(high).items():
                        cells[low][true_id] = cells[low].get(true_id, 0) + n
                    above[high] = low
        return mended


def _root(above: dict[str, str], entity: str) -> str:
    while entity in above:
        entity = above[entity]
    return entity


def measure(home: Home, truth: Path, first: int, share: float) -> None:
    """Print the lines of one city."""
    kinds = [kind for kind, declared in home.data_model.kinds.items() if declared.matched]
    start = time.process_time()
    queue = question_queue(home, kinds)
    seconds = time.process_time() - start
    known = {kind: KindTruth(home, kind, truth) for kind in kinds}
    entities = sum(len(k.cells) for k in known.values())
    head, most = queue[:first], queue[: int(share * entities)]
    print(f"\n{home.root.name}: {entities} entities, {len(queue)} questions, {seconds:.1f} s")
    print(f"{'kind':14}{'missed':>8}{'false':>7}{'asked':>7}{'change':>8}{'queue':>7}{'mends':>7}{'share':>7}")
    rows = [(kind, one.missed, one.false, *_of(kind, one, head, most)) for kind, one in known.items()]
    total = np.array([row[1:] for row in rows]).sum(axis=0)
    for kind, missed, false, asked, change, size, mends in (*rows, ("all", *total.tolist())):
        errors = missed + false
        right = f"{change / asked:8.2f}" if asked else f"{'-':>8}"
        held = f"{mends / errors:7.2f}" if errors else f"{'-':>7}"
        print(f"{kind:14}{missed:8d}{false:7d}{asked:7d}{right}{size:7d}{mends:7d}{held}")
    by = [(q.outcome, known[q.kind].changes(q)) for q in head]
    for outcome in sorted({name for name, _ in by}):
        told = [changed for name, changed in by if name == outcome]
        print(f"  {outcome:12}{len(told):5d} asked, {sum(told) / len(told):.2f} change")


def _of(kind: str, truth: KindTruth, head: Sequence[Asked], most: Sequence[Asked]) -> tuple[int, int, int, int]:
    asked = [q for q in head if q.kind == kind]
    queued = [q for q in most if q.kind == kind]
    return len(asked), sum(map(truth.changes, asked)), len(queued), truth.mended(queued)


def main() -> None:
    """Measure every city named."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("cities", nargs="+", metavar="HOME:TRUTH")
    asked.add_argument("--first", type=int, default=300)
    asked.add_argument("--share", type=float, default=0.005)
    given = asked.parse_args()
    for city in given.cities:
        home, truth = city.split(":")
        measure(Home.of(Path(home)), Path(truth), given.first, given.share)


if __name__ == "__main__":
    main()

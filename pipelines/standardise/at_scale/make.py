"""The mentions of platforms on an engine: the same parts as one machine writes.

Belongs here: the order of the steps, and what the driver puts together. Does not: which tasks there are (`pieces`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import pyarrow as pa

from pipelines.engine import OnEngine, work
from pipelines.engine.files import file_of, put_together, row_count, row_groups
from pipelines.standardise.at_scale.context import TaskContext
from pipelines.standardise.at_scale.functions import MentionsOfTasks
from pipelines.standardise.at_scale.pieces import Task, by_platform
from pipelines.standardise.parts import shifted
from warehouse.model import Home
from warehouse.model.durable import aside, put_in_place


def make_parts(run: OnEngine, home: Home, tasks: Sequence[Task], context: TaskContext) -> dict[str, list[str]]:
    """Write `mention_part` of the platforms of some tasks, on an engine.

    Args:
        run: where; the home lies there under the same path.
        home: with the current rows of all their datasets.
        tasks: in order, see `tasks_of`.
        context: what is known of the city.

    Returns:
        Platform → the batches of remembered values its part was made with.
    """
    of_platform = by_platform(tasks)
    there = Home(home.root.resolve(), home.data_model)
    with work(run) as (tables, folder):
        tables.write("task", pa.table([range(len(tasks))], schema=MentionsOfTasks.schema))
        function = MentionsOfTasks(tuple(tasks), context.sent(folder), there, folder)
        tables.map("made", "task", function, singly=True)
        for platform, numbers in of_platform.items():
            put_pieces_together(home, platform, numbers, folder)
    return {platform: [str(context.batch + number) for number in numbers] for platform, numbers in of_platform.items()}


def put_pieces_together(home: Home, platform: str, tasks: Sequence[int], folder: Path) -> None:
    """The parts of a platform from what its tasks wrote, numbered through."""
    model = home.data_model
    files = {kind: [file_of(folder, f"{platform}/{kind}", task) for task in tasks] for kind in model.order}
    starts = {kind: list(accumulate(map(row_count, own), initial=0)) for kind, own in files.items()}
    for kind, own in files.items():
        path = home.mention_part(platform, kind)
        if not starts[kind][-1]:  # of most kinds a platform knows nothing
            path.unlink(missing_ok=True)
        elif len(own) == 1:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(own[0], aside(path))
            put_in_place(aside(path), path)
        else:
            put_together(
                path,
                model.mention(kind),
                (
                    shifted(model, kind, table, {other: starts[other][place] for other in starts})
                    for place, file in enumerate(own)
                    for table in row_groups(file)
                ),
            )

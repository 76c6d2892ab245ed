"""Mentions on an engine: platforms, and pieces of large ones, are tasks of workers, each by the code of one machine.

    make_parts(OnEngine("sc://spark.example:15002", home.engine_tables("mention"), stamp), home, tasks, context)

Belongs here: what a task is, and putting together what tasks give. Does not: what a mention is (`pipelines.standardise.mentions`).
"""

from pipelines.standardise.at_scale.context import TaskContext
from pipelines.standardise.at_scale.functions import rows_between
from pipelines.standardise.at_scale.make import make_parts, put_pieces_together
from pipelines.standardise.at_scale.pieces import Piece, RowCounts, Task, by_platform, tasks_of

__all__ = [
    "Piece",
    "RowCounts",
    "Task",
    "TaskContext",
    "by_platform",
    "make_parts",
    "put_pieces_together",
    "rows_between",
    "tasks_of",
]

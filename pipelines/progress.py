"""How a run in the foreground shows where it is: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

STARTED, SUCCEEDED, FAILED = "STEP_START", "STEP_SUCCESS", "STEP_FAILURE"


class ProgressHandler(logging.Handler):
    """Turns Dagster's step events into progress. Warnings of the steps are kept for the summary.

    Args:
        total: number of steps of the job.
        console: where to write; a bar only where it is a terminal.
    """

    def __init__(self, total: int, console: Console) -> None:
        super().__init__()
        self.console = console
        self.warnings: list[str] = []
        self._started: dict[str, float] = {}
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> ProgressHandler:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one event."""
        meta = getattr(record, "dagster_meta", None) or {}
        event = meta.get("dagster_event")
        step = meta.get("step_key")
        if event is None:
            if record.levelno == logging.WARNING:
                self._warn(meta.get("orig_message") or record.getMessage(), in_step=bool(step))
            return
        if not step:
            return
        name = step.replace("__", "/")
        if event.event_type_value == STARTED:
            self._started[step] = time.monotonic()
            self._bar.update(self._task, description=name)
        elif event.event_type_value in (SUCCEEDED, FAILED):
            self._bar.advance(self._task)
            if not self.console.is_terminal:
                seconds = time.monotonic() - self._started.get(step, time.monotonic())
                mark = "done  " if event.event_type_value == SUCCEEDED else "FAILED"
                self.console.print(f"{mark} {seconds:6.1f} s  {name}", highlight=False)

    def _warn(self, message: str, in_step: bool) -> None:
        """A step's warning waits for the summary; one about the run itself (it has to wait) is told at once."""
        if in_step:
            self.warnings.append(message)
        else:
            self.console.print(message, style="yellow", markup=False, highlight=False)

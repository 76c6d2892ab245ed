"""Telling what the machine lacks from what is wrong with the data: a check that ran out of memory has found nothing.

Belongs here: that distinction. Does not: what becomes of a check that can't run for another reason (`engine`): its outcome
is `error`, the same in every run on the same data. Want of memory or of disk is a matter of the moment. As an outcome it
would be kept, and it would stop releases long after the machine has recovered; so it ends the step like in any other, and
the next run asks again.
"""

from __future__ import annotations

import re

import duckdb

LACKING = (
    (r"duckdb\.OutOfMemoryException\b|^MemoryError\b", "Out of Memory"),
    (r"^RuntimeError: can't start new thread$", "Out of Memory: can't start new thread"),
    (r"duckdb\.IOException\b.*No space left on device|^OSError: \[Errno 28\]", "No space left on device"),
)
"""What tells of the machine in the text of an error, and how it is said to people. Each names the class of the error: other
errors may quote a cell, whatever stands in it."""


class ChecksInterruptedError(RuntimeError):
    """Checks came to no result, because of the machine. The message names table or expectation and what is lacking, no value."""


def lacking(told: str) -> str | None:
    """What the machine lacks, by what is told of an error; None where the error is about something else.

    Args:
        told: class, message or traceback of an error, as text.
    """
    return next((words for pattern, words in LACKING if re.search(pattern, told, re.MULTILINE)), None)


def if_lacking(what: str, error: Exception | str) -> None:
    """End the checks if an error is the machine's, see `lacking`; its message may quote a value and is not handed on.

    Args:
        what: table or expectation.
        error: an error, or all that is told of one.

    Raises:
        ChecksInterruptedError: it is.
    """
    if isinstance(error, Exception):
        origin = "duckdb." if isinstance(error, duckdb.Error) else ""
        error = f"{origin}{type(error).__name__}: {error}"
    if lack := lacking(error):
        raise ChecksInterruptedError(f"{what} could not be checked: {lack}")

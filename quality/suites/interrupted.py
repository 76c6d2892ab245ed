"""Telling what the machine lacks from what is wrong with the data: a check that ran out of memory has found nothing.

Belongs here: that distinction. Does not: what becomes of a check that can't run for another reason (`engine`): its outcome
is `error`, the same in every run on the same data. Want of memory or of disk is a matter of the moment. As an outcome it
would be kept, and it would stop releases long after the machine has recovered; so it ends the step like in any other, and
the next run asks again.
"""

from __future__ import annotations

import re
from typing import NoReturn

import duckdb

LACKING = {
    "OutOfMemoryException": "Out of Memory",
    "MemoryError": "Out of Memory",
    "InternalException": "Out of Memory?",
    "FatalException": "Out of Memory?",
}
"""Errors that tell of the machine, by class, in words for people. DuckDB's internal ones follow a refused allocation."""

NO_ROOM = "No space left on device"
NO_THREAD = "can't start new thread"


class ChecksInterruptedError(RuntimeError):
    """Checks came to no result, because of the machine. The message names table or expectation and what is lacking, no value."""


def lacking(told: str) -> str | None:
    """What the machine lacks, by what is told of an error; None where the error is about something else.

    Args:
        told: class, message or traceback of an error, as text.
    """
    if NO_ROOM in told:
        return NO_ROOM
    if NO_THREAD in told:
        return f"Out of Memory: {NO_THREAD}"
    found = re.search(rf"(?:duckdb\.|^)({'|'.join(LACKING)})\b", told, re.MULTILINE)
    return LACKING[found[1]] if found else None


def interrupt(what: str, lack: str) -> NoReturn:
    """End the checks.

    Args:
        what: table or expectation.
        lack: see `lacking`.

    Raises:
        ChecksInterruptedError: always.
    """
    raise ChecksInterruptedError(f"{what} could not be checked: {lack}")


def if_lacking(what: str, error: Exception) -> None:
    """End the checks if an error is the machine's, see `lacking`; DuckDB's message may quote a value and is not handed on.

    Raises:
        ChecksInterruptedError: it is.
    """
    kind = type(error).__name__
    told = f"{'duckdb.' if isinstance(error, duckdb.Error) else ''}{kind}: {error}"
    if lack := lacking(told):
        interrupt(what, lack)

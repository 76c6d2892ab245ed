"""Telling what the machine lacks from what is wrong with a file.

Belongs here: that distinction. Does not: what is made of it (`landing`).
"""

from __future__ import annotations

from lxml import etree

NO_THREAD = "can't start new thread"
"""All that Python's RuntimeError says of it."""


def is_of_the_machine(error: BaseException | None) -> bool:
    """Whether an error a reader met tells of memory, threads or disk: errors of the disk have a number, those of parsers none."""
    if isinstance(error, etree.XMLSyntaxError):
        return error.code == etree.ErrorTypes.ERR_NO_MEMORY
    if isinstance(error, OSError):
        return error.errno is not None
    return isinstance(error, MemoryError) or str(error) == NO_THREAD

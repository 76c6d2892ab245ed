"""Doing one thing to many items on several threads, in order. numpy, pyarrow and RapidFuzz let go of the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> list[Result]:
    """`function` of every item, in the order of the items, whatever the number of threads."""
    if threads == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


def both(one: Callable[[], Item], other: Callable[[], Result], threads: int) -> tuple[Item, Result]:
    """What two functions return, called at the same time if there is more than one thread."""
    if threads == 1:
        return one(), other()
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(other)
        return one(), later.result()

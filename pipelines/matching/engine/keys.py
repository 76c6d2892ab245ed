"""Blocking keys ready to use: the first letters, the elements of a list, the rare words of a text, a condition.

Belongs here: keys derived from one column. Does not: joining records by them (`blocking`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels_text import words_of
from pipelines.matching.engine.spec import AnyOf, Key, SpecError

Lists = Callable[[pa.Array], list[list[str]]]


@cache
def prefix(column: str, length: int = 3) -> Key:
    """The first characters of a value, in lower case; a shorter value has no key."""

    def first(values: pa.Array) -> pa.Array:
        texts = pc.utf8_lower(values.cast(pa.large_string()))
        long_enough = pc.greater_equal(pc.utf8_length(texts), length)
        return pc.if_else(long_enough, pc.utf8_slice_codeunits(texts, 0, length), None)

    return Key(column, first, f"{column}[:{length}]")


@cache
def where(column: str, condition: Callable[[pa.Array], pa.Array], name: str) -> Key:
    """A condition that both records must meet: `Block("surname", where("age", lambda v: pc.greater(v, 60), "old"))`.

    Args:
        column: which it is about.
        condition: maps distinct values to as many booleans; null counts as no.
        name: how it reads in reports.
    """
    return Key(column, lambda values: pc.if_else(pc.fill_null(condition(values), False), "yes", None), name)


def each_of(column: str, at_most: int = 8) -> AnyOf:
    """Every element of a list: two records that share one are a pair.

    Args:
        column: of lists.
        at_most: most elements a list may have.
    """
    return _each(column, _elements, f"each {column}", at_most, True)


def rare_words(column: str, count: int = 3) -> AnyOf:
    """The rarest words of a text that some other text has too: texts that share one are a pair.

    Args:
        column: of texts.
        count: words per text.
    """
    return _each(column, partial(_rarest, count=count), f"rare word of {column}", count, False)


def rarest_words(texts: pa.ChunkedArray, count: int) -> pa.Array:
    """Per text the words that `rare_words` would take; null for null."""
    coded = texts.combine_chunks().dictionary_encode()
    lists = pa.array(_rarest(coded.dictionary, count), pa.list_(pa.string()))
    return lists.take(coded.indices)


def _elements(values: pa.Array) -> list[list[str]]:
    return [words_of(text) for text in values.cast(pa.large_string()).to_pylist()]


def _rarest(values: pa.Array, count: int) -> list[list[str]]:
    texts = [sorted(set(words)) for words in _elements(values)]
    number: dict[str, int] = {}
    numbers = [[number.setdefault(word, len(number)) for word in words] for words in texts]
    having = np.bincount(np.concatenate([np.zeros(0, dtype=np.int64), *map(np.array, numbers)]).astype(np.int64))
    out = []
    for words in texts:
        shared = [word for word in words if having[number[word]] > 1]
        out.append(sorted(shared or words, key=lambda word: (having[number[word]], word))[:count])
    return out


@cache
def _each(column: str, lists: Lists, name: str, at_most: int, whole: bool) -> AnyOf:
    """One key per place in the lists that `lists` gives for distinct values; `whole`: a longer list is an error."""
    taken = _Taken(lists, name, at_most, whole)
    keys = (Key(column, partial(taken.nth, i), f"{name} [{i}]", whole_column=not whole) for i in range(at_most))
    return AnyOf(*keys)


class _Taken:
    """The lists of the values last asked about, so that every place of them is read from the same."""

    def __init__(self, lists: Lists, name: str, at_most: int, whole: bool) -> None:
        self._lists, self._name, self._at_most, self._whole = lists, name, at_most, whole
        self._values: pa.Array | None = None
        self._last: list[list[str]] = []
        self._lock = Lock()

    def nth(self, i: int, values: pa.Array) -> pa.Array:
        """The `i`th element of each list, null where it is shorter."""
        with self._lock:
            if self._values is not values:
                last = self._lists(values)
                too_long = sum(len(some) > self._at_most for some in last)
                if self._whole and too_long:
                    raise SpecError(
                        f"{self._name}: {too_long} values have more than {self._at_most} elements, whose keys would be lost; raise at_most="
                    )
                self._values, self._last = values, last
            return pa.array([some[i] if i < len(some) else None for some in self._last], pa.string())

"""The newest release, open read-only for all requests; as soon as another one is swapped in, that one.

A request keeps the release it began with; the former one is closed when its last request has ended. What is worked out of a
whole release (figures of the city) is kept with it.

Belongs here: opening and closing. Does not: what is asked (the pages).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import duckdb

from warehouse import masking
from warehouse.model.home import Home
from warehouse.model.sql import literal
from warehouse.release import published
from warehouse.release.manifest import LIBRARY

T = TypeVar("T")
ENTITY = re.compile(r"[A-Z][0-9A-HJKMNP-TV-Z]{8}")
"""How an id is written."""


def quoted(words: Iterable[str]) -> str:
    """Words as a list of constants in a statement; '' for none."""
    return ", ".join(literal(word) for word in words)


class NoReleaseError(RuntimeError):
    """There is no release yet."""


class Release:
    """One open release.

    Attributes:
        version: its version.
        home: where it lies, with the kinds it knows.
    """

    def __init__(self, home: Home, version: str) -> None:
        self.home, self.version = home, version
        # By the path of its own folder: DuckDB takes a path that is open already for the same file, whatever was swapped in.
        self._con = duckdb.connect(str(home.release(version) / LIBRARY), read_only=True, config={"threads": 2})
        self._kept: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self.users = 0

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries; values are bound in their order."""
        with self._con.cursor() as cursor:
            found = cursor.execute(query, list(values))
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def golden(self, kind: str, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The golden records of some entities of a kind, in no order; what can't be an id has none.

        The ids stand in the statement: against a list of constants a scan reads the other columns of those rows alone, where a
        join would read all columns of all rows.
        """
        listed = quoted(entity for entity in dict.fromkeys(ids) if ENTITY.fullmatch(entity))
        return self.rows(f"select * from base.{kind} where {kind}_id in ({listed})") if listed else []

    def kept(self, name: str, make: Callable[[Release], T]) -> T:
        """What `make` finds in this release, found once."""
        with self._lock:
            mine = self._making.setdefault(name, threading.Lock())
        with mine:
            if name not in self._kept:
                self._kept[name] = make(self)
            found: T = self._kept[name]
            return found

    def token(self, value: str) -> str:
        """The keyed token of a number, as `*_token` columns hold it (`warehouse.masking`)."""
        key = masking.token_key(self.home)
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]

    def close(self) -> None:
        """Let go of the file."""
        self._con.close()


class Shelf:
    """Hands out the newest release of a home; from any thread."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._release: Release | None = None
        self._seen: tuple[int, int] | None = None

    @contextmanager
    def release(self) -> Iterator[Release]:
        """The newest release, held open for the time of a request.

        Raises:
            NoReleaseError: there is none.
        """
        with self._lock:
            found = self._newest()
            found.users += 1
        try:
            yield found
        finally:
            with self._lock:
                found.users -= 1
                if found is not self._release and found.users == 0:
                    found.close()

    def _newest(self) -> Release:
        try:
            there = self.home.library.stat()
        except FileNotFoundError:
            raise NoReleaseError from None
        seen = (there.st_dev, there.st_ino)
        if self._release is None or seen != self._seen:
            version = published(self.home)
            if version is None:
                raise NoReleaseError
            former, self._release, self._seen = self._release, Release(Home.of(self.home.root), version), seen
            if former and former.users == 0:
                former.close()
        return self._release

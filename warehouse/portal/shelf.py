"""The newest release, open read-only for all requests; as soon as another one is swapped in, that one.

A request keeps the release it began with; the former one is closed when its last request has ended. What is worked out of a
whole release (figures of the city) is kept with it. Where somebody makes new releases ready (`warm`) one is handed out once it
is: until then requests go on with the former one, and nobody waits for an index.

Belongs here: opening and closing. Does not: what is asked (the pages).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import duckdb

from warehouse import masking
from warehouse.model.home import Home
from warehouse.model.sql import identifier, literal
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

    def golden(self, kind: str, ids: Iterable[str], columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The golden records of some entities of a kind, in no order; what can't be an id has none. Where columns are named
        these alone, and the id.

        Rows are looked for first and read after: against a list of ids a scan reads all columns of all rows, against row
        numbers those of their neighbourhood (a sixth of the processor time for five people of 300,000).
        """
        listed = quoted(entity for entity in dict.fromkeys(ids) if ENTITY.fullmatch(entity))
        if not listed:
            return []
        if columns:
            shown = ", ".join(identifier(column) for column in (f"{kind}_id", *columns))
            return self.rows(f"select {shown} from base.{kind} where {kind}_id in ({listed})")
        rows = f"select rowid from base.{kind} where {kind}_id in ({listed})"
        return self.rows(f"select * from base.{kind} where rowid in ({rows})")

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
        self._renewed = False

    @contextmanager
    def release(self) -> Iterator[Release]:
        """The newest release, or the newest that is ready; held open for the time of a request.

        Raises:
            NoReleaseError: there is none.
        """
        with self._lock:
            found = self._release if self._release and self._renewed else self._newest()
            found.users += 1
        try:
            yield found
        finally:
            with self._lock:
                found.users -= 1
                if found is not self._release and found.users == 0:
                    found.close()

    def renew(self, make_ready: Callable[[Release], object]) -> None:
        """Make the newest release ready where it is not, and hand it out from then on. For one thread that calls it again and again.

        Where it fails, releases are handed out as they come until it is called again.

        Raises:
            NoReleaseError: there is none.
        """
        try:
            with self.release() as open_now:
                open_now.kept("ready", make_ready)
            self._renewed = True
            seen = self._stamp()
            if seen != self._seen:
                fresh = self._open()
                try:
                    fresh.kept("ready", make_ready)
                except BaseException:
                    fresh.close()
                    raise
                with self._lock:
                    self._swap(fresh, seen)
        except BaseException:
            self._renewed = False
            raise

    def _newest(self) -> Release:
        seen = self._stamp()
        if self._release is None or seen != self._seen:
            self._swap(self._open(), seen)
        assert self._release
        return self._release

    def _swap(self, fresh: Release, seen: tuple[int, int]) -> None:
        former, self._release, self._seen = self._release, fresh, seen
        if former and former.users == 0:
            former.close()

    def _open(self) -> Release:
        version = published(self.home)
        if version is None:
            raise NoReleaseError
        return Release(Home.of(self.home.root), version)

    def _stamp(self) -> tuple[int, int]:
        try:
            there = self.home.library.stat()
        except FileNotFoundError:
            raise NoReleaseError from None
        return there.st_dev, there.st_ino

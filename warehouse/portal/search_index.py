"""What entities are found by: a file beside the portal's accounts, made once of each release, looked up by key.

| key | found by |
|---|---|
| `=` and a name or code | the name as it is typed; a credit code, a number of a certificate |
| `-` and a name with one character left out, or whole | a slip: one character wrong, too many or too few, of names of three and more |
| `~` and a pinyin | a homophone, or the pinyin itself |
| `#` and a token | an identity number, a phone: the plain release holds tokens alone, and so does the index |

Keys stand in order, so that a look-up reads one block and not the city. Belongs here: the keys, making and asking the file. Does
not: what is typed (`search`).
"""

from __future__ import annotations

import fcntl
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pypinyin

from warehouse.model.data_model import DataModel
from warehouse.model.durable import aside, put_in_place
from warehouse.model.home import Home
from warehouse.model.sql import literal
from warehouse.release.manifest import LIBRARY

EXACT, SLIP, SOUND, TOKEN = "=-~#"
SHORTEST_SLIP = 3
NAMES = ("name", "former_name")
_BETWEEN = re.compile(r"[\s·•‧．.\-—()（）]+")


def plain(text: str) -> str:
    """A text as keys are made of: full-width forms narrow, no blanks, dots or brackets, capital letters."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def sound(text: str) -> str:
    """The pinyin of a text, without tones and blanks; letters stay as they are."""
    return "".join(_sound(character) for character in text).lower()


@lru_cache(maxsize=40_000)
def _sound(character: str) -> str:
    return "".join(pypinyin.lazy_pinyin(character))


def slips(text: str) -> Iterator[str]:
    """A text, and the text with one character left out."""
    yield text
    for place in range(len(text)):
        yield text[:place] + text[place + 1 :]


class Index:
    """The open index of one release; from any thread."""

    def __init__(self, path: Path) -> None:
        self._con = duckdb.connect(str(path), read_only=True, config={"threads": 1})

    def find(self, keys: Iterable[str], limit: int) -> list[tuple[str, str, str, str]]:
        """(key, kind, attribute, entity id) of some keys, in their order."""
        with self._con.cursor() as cursor:
            return cursor.execute(
                "select key, kind, attribute, id from term where key in (select unnest($keys)) order by all limit $limit",
                {"keys": list(keys), "limit": limit},
            ).fetchall()


def index_of(home: Home, version: str) -> Index:
    """The index of a release, made where there is none; those of releases that are gone are removed."""
    folder = home.portal / "search"
    path = folder / f"{version}.duckdb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".making").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # another process may be at it: then its index serves
            if not path.exists():
                _put(home, version, path)
    return Index(path)


def _put(home: Home, version: str, path: Path) -> None:
    for old in path.parent.glob("*.duckdb"):
        if not home.release(old.stem).is_dir():
            old.unlink()
    beside = aside(path)
    beside.unlink(missing_ok=True)
    _make(home.data_model, home.release(version) / LIBRARY, beside)
    beside.chmod(0o600)
    put_in_place(beside, path)


def _make(model: DataModel, library: Path, path: Path) -> None:
    with duckdb.connect(str(path), config={"threads": 2}) as con:
        con.execute(f"attach {literal(library)} as library (read_only)")
        con.execute("create temp table found (key varchar, kind varchar, attribute varchar, id varchar)")
        for kind in model.kinds:
            columns = {
                row[0] for row in con.execute(f"select column_name from (describe library.base.{kind})").fetchall()
            }
            for attribute in model.kinds[kind].attributes:
                if attribute in NAMES and attribute in columns:
                    _names(con, kind, attribute)
                elif f"{attribute}_token" in columns:
                    _keys(con, kind, attribute, f"'{TOKEN}' || \"{attribute}_token\"")
                elif attribute in columns and model.mask(kind, attribute) == "code":
                    _keys(con, kind, attribute, f"'{EXACT}' || upper(\"{attribute}\")")
        con.execute("create table term as select distinct * from found where key is not null order by key, kind, id")
        con.execute("detach library")


def _keys(con: duckdb.DuckDBPyConnection, kind: str, attribute: str, key: str) -> None:
    con.execute(f"insert into found select {key}, '{kind}', '{attribute}', {kind}_id from library.base.{kind}")


def _names(con: duckdb.DuckDBPyConnection, kind: str, attribute: str) -> None:
    """Keys of names, worked out once for each distinct name."""
    rows = con.execute(
        f'select distinct "{attribute}" from library.base.{kind} where "{attribute}" is not null'
    ).fetchall()
    names = [row[0] for row in rows]
    keys: tuple[list[str], list[str]] = ([], [])
    for name in names:
        text = plain(name)
        own = {EXACT + text, SOUND + sound(text)}
        own |= {SLIP + slip for slip in slips(text)} if len(text) >= SHORTEST_SLIP else {SLIP + text}
        keys[0].extend([name] * len(own))
        keys[1].extend(own)
    con.register("spelling", pa.table({"name": pa.array(keys[0], pa.string()), "key": pa.array(keys[1], pa.string())}))
    con.execute(
        f"insert into found select s.key, '{kind}', '{attribute}', e.{kind}_id"
        f' from library.base.{kind} e join spelling s on s.name = e."{attribute}"'
    )
    con.unregister("spelling")


def main(root: str, version: str) -> None:
    """Make the index of a release where there is none, giving way to other processes."""
    os.nice(10)
    index_of(Home.of(Path(root)), version)

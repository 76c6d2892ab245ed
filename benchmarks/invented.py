"""Sets of other kinds than a city's: residents without a number, two registers years apart, firms, products, papers.

Belongs here: inventing the tables with their truth, and one declaration per set from which our specification and the settings of the
peer both follow. Does not: running or showing (`engines`, `report`).

Everything is invented from syllables: same seed, same table. Slips are letters swapped, lost or mistaken, values left out, words
left out or cut, dates with a digit wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching import (
    AnyOf,
    Block,
    Comparison,
    JaroWinkler,
    Key,
    MatchSpec,
    Same,
    Subset,
    TfIdf,
    Typo,
    WithinPercent,
    person_name,
    rare_words,
)

Ints = npt.NDArray[np.int64]
Row = dict[str, str | None]

SYLLABLES = "ka lo mi ren tas vel bo shi dun pra el no gar wi su te an or fin mar qui dos ul".split()
FORMS = ("ltd", "limited", "inc", "co", "group")
TRADES = "trading transport foods motors textiles electric building media logistics pharma".split()


@dataclass(frozen=True)
class InventedSet:
    """A set: its tables with the true entity of every row, and how each column is compared.

    Attributes:
        make: the tables (one, or two to be linked) and the truth of their rows, one behind the other.
        columns: column → sort: `name`, `exact`, `slips`, `text` or `number`.
        blocks: columns that two records share to be compared; a column with `*` stands for its rare words.
    """

    make: Callable[[], tuple[list[pa.Table], Ints]]
    columns: dict[str, str]
    blocks: tuple[tuple[str, ...], ...]

    def spec(self, kind: str) -> MatchSpec:
        """Our specification: thresholds are left to the run."""
        return MatchSpec(
            kind,
            tuple(Block(*(_part(column) for column in block), cap=400) for block in self.blocks),
            tuple(_comparison(column, sort) for column, sort in self.columns.items()),
        )


def _part(column: str) -> str | Key | AnyOf:
    return rare_words(column[:-1], 4) if column.endswith("*") else column


def _comparison(column: str, sort: str) -> Comparison:
    if sort == "name":
        return person_name(column)
    levels = {
        "exact": (Same(term_frequency=True),),
        "slips": (Same(term_frequency=True), Typo(1), Typo(2)),
        "text": (Same(term_frequency=True), JaroWinkler(0.95), TfIdf(0.75), Subset(), TfIdf(0.5), TfIdf(0.3)),
        "number": (Same(), WithinPercent(5), WithinPercent(20)),
    }
    return Comparison(column, levels[sort])


class _Author:
    """Invents words, and writes values as a second clerk would."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def words(self, count: int, length: int) -> list[str]:
        drawn = self.rng.integers(len(SYLLABLES), size=(count, length))
        return ["".join(SYLLABLES[i] for i in line) for line in drawn]

    def common(self, values: list[str]) -> str:
        """A few of the values are common, most are rare."""
        return values[min(int(self.rng.pareto(1.1) * 4), len(values) - 1)]

    def one(self, values: list[str]) -> str:
        return values[int(self.rng.integers(len(values)))]

    def slip(self, value: str | None, chance: float) -> str | None:
        """The value with a slip: neighbours swapped, a character lost or another one, or left out altogether."""
        if value is None or len(value) < 2 or self.rng.random() >= chance:
            return value
        at, how = int(self.rng.integers(len(value) - 1)), self.rng.random()
        if how < 0.35:
            return value[:at] + value[at + 1] + value[at] + value[at + 2 :]
        if how < 0.6:
            return value[:at] + value[at + 1 :]
        other = str(self.rng.integers(10)) if value[at].isdigit() else "e"
        return value[:at] + other + value[at + 1 :] if how < 0.8 else None

    def fewer_words(self, text: str, chance: float) -> str:
        """Some words left out, neighbours swapped; one is always left."""
        words = [w for w in text.split() if self.rng.random() >= chance] or text.split()[:1]
        if len(words) > 1 and self.rng.random() < chance:
            at = int(self.rng.integers(len(words) - 1))
            words[at], words[at + 1] = words[at + 1], words[at]
        return " ".join(words)

    def table(self, rows: list[tuple[int, Row]]) -> tuple[pa.Table, list[int]]:
        """The rows in random order, and their entities."""
        order = self.rng.permutation(len(rows))
        columns = {name: pa.array([rows[i][1][name] for i in order], pa.string()) for name in rows[0][1]}
        return pa.table(columns), [rows[i][0] for i in order]


def _people(author: _Author, count: int, towns: int) -> list[Row]:
    given, surnames, suburbs = author.words(300, 2), author.words(900, 3), author.words(towns, 3)
    streets = author.words(count // 3, 4)
    people: list[Row] = []
    while len(people) < count:
        town, surname, street = int(author.rng.integers(towns)), author.common(surnames), author.one(streets)
        for _ in range(int(author.rng.integers(1, 6))):
            y, m, d = (int(author.rng.integers(*bounds)) for bounds in ((1930, 2015), (1, 13), (1, 29)))
            people.append(
                {
                    "given_name": author.common(given),
                    "surname": surname,
                    "born": f"{y}-{m:02d}-{d:02d}",
                    "street": street,
                    "suburb": suburbs[town],
                    "postcode": f"{7000 + town}",
                }
            )
    return people[:count]


def residents(count: int = 5000, seed: int = 21) -> tuple[list[pa.Table], Ints]:
    """One roll in which a third of the persons stand twice or more, with slips in a fifth of all values."""
    author = _Author(seed)
    people = _people(author, count, 60)
    rows = [(i, person) for i, person in enumerate(people)]
    for i in np.flatnonzero(author.rng.random(count) < 0.35).tolist():
        for _ in range(1 + int(author.rng.random() < 0.2)):
            rows.append((i, {k: author.slip(v, 0.2) for k, v in people[i].items()}))
    table, truth = author.table(rows)
    return [table], np.array(truth)


def registers(count: int = 5000, seed: int = 22) -> tuple[list[pa.Table], Ints]:
    """Two registers ten years apart: a fifth of the persons have moved, some surnames have changed, some persons are in one only."""
    author = _Author(seed)
    people = _people(author, count, 40)
    left = [(i, p) for i, p in enumerate(people) if author.rng.random() < 0.85]
    right = []
    for i, person in enumerate(people):
        if author.rng.random() < 0.25:
            continue
        later = dict(person)
        if author.rng.random() < 0.2:
            home = people[int(author.rng.integers(count))]
            later |= {c: home[c] for c in ("street", "suburb", "postcode")}
        if author.rng.random() < 0.05:
            later["surname"] = people[int(author.rng.integers(count))]["surname"]
        right.append((i, {k: author.slip(v, 0.08) for k, v in later.items()}))
    (one, truth), (other, of_other) = author.table(left), author.table(right)
    return [one, other], np.array([*truth, *of_other])


def firms(count: int = 3000, seed: int = 23) -> tuple[list[pa.Table], Ints]:
    """Firms with brand, trade and legal form, abbreviated and misspelt; brands repeat, and a tenth of the firms share a phone."""
    author = _Author(seed)
    brands, towns, streets = author.words(1800, 3), author.words(50, 2), author.words(600, 3)
    rows: list[tuple[int, Row]] = []
    for i in range(count):
        brand, trade, town = author.one(brands), author.one(TRADES), author.one(towns)
        firm: Row = {
            "name": f"{brand} {trade} {author.one(list(FORMS))}",
            "street": f"{author.one(streets)} {int(author.rng.integers(1, 90))}",
            "town": town,
            "phone": f"{int(author.rng.integers(10**7, 10**8))}",
        }
        if i and author.rng.random() < 0.1:
            firm["phone"] = rows[-1][1]["phone"]
        rows.append((i, firm))
        for _ in range(int(author.rng.random() < 0.5)):
            name = f"{author.slip(brand, 0.12) or brand} {trade if author.rng.random() < 0.8 else trade[:4]} {author.one(list(FORMS))}"
            again = {k: author.slip(v, 0.15) for k, v in firm.items()}
            rows.append((i, {**again, "name": author.fewer_words(name, 0.1)}))
    table, truth = author.table(rows)
    return [table], np.array(truth)


def products(count: int = 2000, seed: int = 24) -> tuple[list[pa.Table], Ints]:
    """Two shops: titles of a maker, a sort, a model and adjectives, in other words at the other shop; prices differ a little."""
    author = _Author(seed)
    makers, sorts, adjectives = author.words(60, 2), author.words(80, 3), author.words(120, 2)
    tables: list[list[tuple[int, Row]]] = [[], []]
    for i in range(count):
        maker, sort = author.common(makers), author.one(sorts)
        model = f"{author.one(adjectives)[:2]}{int(author.rng.integers(100, 9999))}"
        words = [author.one(adjectives) for _ in range(4)]
        price = float(author.rng.lognormal(4, 1))
        for shop in (0, 1):
            if author.rng.random() < 0.8:
                title = author.fewer_words(" ".join([maker, sort, author.slip(model, 0.05) or "", *words]), 0.2)
                extra = "" if shop == 0 else f" {author.one(adjectives)} {author.one(adjectives)}"
                at = price * float(author.rng.normal(1, 0.06))
                tables[shop].append(
                    (i, {"title": title + extra, "maker": author.slip(maker, 0.1), "price": f"{at:.2f}"})
                )
    (one, truth), (other, of_other) = author.table(tables[0]), author.table(tables[1])
    return [one, other], np.array([*truth, *of_other])


def papers(count: int = 1500, seed: int = 25) -> tuple[list[pa.Table], Ints]:
    """A list of references: titles cut, authors by initials, venues abbreviated, years off by one; some papers stand five times."""
    author = _Author(seed)
    terms, surnames, venues = author.words(500, 3), author.words(500, 2), author.words(30, 4)
    rows: list[tuple[int, Row]] = []
    for i in range(count):
        title = " ".join(
            author.common(terms) if author.rng.random() < 0.4 else author.one(terms)
            for _ in range(int(author.rng.integers(4, 10)))
        )
        names = [f"{author.one(surnames)} {author.one(SYLLABLES)}" for _ in range(int(author.rng.integers(1, 4)))]
        venue, year = author.one(venues), 1970 + int(author.rng.integers(50))
        for k in range(1 + min(int(author.rng.geometric(0.6)) - 1, 5)):
            listed = (
                names if k == 0 or author.rng.random() < 0.5 else [f"{n.split()[0]} {n.split()[1][:1]}" for n in names]
            )
            rows.append(
                (
                    i,
                    {
                        "title": author.slip(author.fewer_words(title, 0.08 * (k > 0)), 0.2 * (k > 0)),
                        "authors": author.slip(" ".join(listed), 0.1),
                        "venue": venue if author.rng.random() < 0.7 else venue[:4],
                        "year": str(year + int(author.rng.random() < 0.08 * (k > 0))),
                    },
                )
            )
    table, truth = author.table(rows)
    return [table], np.array(truth)


PEOPLE = {
    "given_name": "name",
    "surname": "name",
    "born": "slips",
    "street": "name",
    "suburb": "exact",
    "postcode": "exact",
}
PEOPLE_BLOCKS = (
    ("given_name", "surname"),
    ("surname", "street"),
    ("given_name", "street"),
    ("born", "surname"),
    ("born", "given_name"),
    ("surname", "postcode"),
)

SETS = {
    "residents": InventedSet(residents, PEOPLE, PEOPLE_BLOCKS),
    "two registers": InventedSet(registers, PEOPLE, PEOPLE_BLOCKS),
    "firms": InventedSet(
        firms,
        {"name": "text", "street": "name", "town": "exact", "phone": "slips"},
        (("name*",), ("phone",), ("street",)),
    ),
    "products": InventedSet(products, {"title": "text", "maker": "name", "price": "number"}, (("title*",),)),
    "papers": InventedSet(
        papers,
        {"title": "text", "authors": "text", "venue": "name", "year": "exact"},
        (("title*",), ("authors", "year")),
    ),
}

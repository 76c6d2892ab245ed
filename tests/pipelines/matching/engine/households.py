"""An invented country without numbers: towns, households, persons, and what clerks write of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.matching import Block, Comparison, JaroWinkler, MatchSpec, Same, Typo

SYLLABLES = ("ka", "lo", "mi", "ren", "tas", "vel", "bo", "shi", "dun", "pra", "el", "no", "gar", "wi", "su", "te")

COMPARISONS = (
    Comparison("given_name", (Same(term_frequency=True), JaroWinkler(0.88))),
    Comparison("surname", (Same(term_frequency=True), JaroWinkler(0.88))),
    Comparison("born", (Same(term_frequency=True), Typo(1))),
    Comparison("street", (Same(term_frequency=True), JaroWinkler(0.9))),
    Comparison("suburb", (Same(term_frequency=True),)),
    Comparison("postcode", (Same(term_frequency=True),)),
)

BLOCKS = (
    Block("given_name", "surname", cap=2000),
    Block("surname", "street"),
    Block("surname", "postcode", cap=2000),
    Block("given_name", "postcode", cap=2000),
    Block("born", cap=2000),
    Block("street", "postcode"),
)

SPEC = MatchSpec("resident", BLOCKS, COMPARISONS, accept=0.95, review=0.5)


def residents(
    persons: int = 4000, *, twice: float = 0.5, noise: float = 0.25, towns: int = 40, years: int = 60, seed: int = 5
) -> tuple[pa.Table, np.ndarray]:
    """Rows about persons who share households, streets and towns; the true person of each row.

    Args:
        persons: how many.
        twice: share of persons with a second row.
        noise: share of second rows per attribute that differ: a slip, another value, or none.
        towns: number of towns; each has a suburb and a postcode of the same extent.
        years: birth years; born is a year and month only, so that strangers share it.
        seed: same seed, same table.
    """
    rng = np.random.default_rng(seed)

    def words(count: int, length: int) -> list[str]:
        return ["".join(SYLLABLES[i] for i in rng.integers(len(SYLLABLES), size=length)) for _ in range(count)]

    def common(values: list[str]) -> str:
        return values[min(int(rng.pareto(1.1) * 4), len(values) - 1)]

    given, surnames, suburbs = words(150, 2), words(400, 3), words(towns, 3)
    streets = words(persons // 3, 4)
    people: list[list[str | None]] = []
    while len(people) < persons:
        town, surname, street = int(rng.integers(towns)), common(surnames), str(rng.choice(streets))
        for _ in range(int(rng.integers(1, 6))):
            born = f"{1930 + int(rng.integers(years))}-{int(rng.integers(1, 13)):02d}"
            people.append([common(given), surname, born, f"{street} {town}", suburbs[town], f"{7000 + town}"])
    rows, truth = list(people[:persons]), list(range(persons))
    for i in np.flatnonzero(rng.random(persons) < twice).tolist():
        rows.append([_written(value, noise, rng, people, k) for k, value in enumerate(people[i])])
        truth.append(i)
    order = rng.permutation(len(rows))
    columns = ("given_name", "surname", "born", "street", "suburb", "postcode")
    table = pa.table({c: pa.array([rows[j][k] for j in order], pa.string()) for k, c in enumerate(columns)})
    return table, np.array(truth)[order]


def _written(
    value: str | None, noise: float, rng: np.random.Generator, people: list[list[str | None]], k: int
) -> str | None:
    """A value as the second clerk writes it."""
    if value is None or rng.random() >= noise:
        return value
    how = rng.random()
    if how < 0.5:
        at = int(rng.integers(len(value) - 1))
        return value[:at] + value[at + 1] + value[at] + value[at + 2 :]
    return None if how < 0.75 else people[int(rng.integers(len(people)))][k]


def scores(cluster: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1."""
    both = np.unique(np.stack([cluster, truth]), axis=1, return_counts=True)[1]
    right, got, real = (
        float((n * (n - 1) // 2).sum())
        for n in (both, np.unique(cluster, return_counts=True)[1], np.unique(truth, return_counts=True)[1])
    )
    return right / max(got, 1), right / max(real, 1), 2 * right / max(got + real, 1)

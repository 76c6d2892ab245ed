"""A first platform description, written from one look at a delivered file.

Belongs here: the order of the steps. Does not: any of them (one module a step), or what a value means: the caller brings a
`Recogniser`, so that this package knows no standardiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.describe.guess import guess
from connectors.describe.layout import look
from connectors.describe.recogniser import Recogniser
from connectors.describe.sample import read_sample
from connectors.describe.vocabulary import Vocabulary
from connectors.describe.write import Draft, write
from connectors.registry import CodeTables
from warehouse.model.data_model import DataModel

__all__ = ["Recogniser", "describe"]


def describe(
    path: Path,
    name: str,
    data_model: DataModel,
    tables: CodeTables,
    recogniser: Recogniser,
    cities: Sequence[str] = (),
) -> str:
    """The text of a first description of the platform that delivered a file.

    Args:
        path: the file.
        name: what the platform is called; that of its file name where it is empty.
        data_model: the kinds of the city.
        tables: the code tables of the city.
        recogniser: what tells whether values are standard values of a type, and whether one is personal.
        cities: codes of the cities, where the home has several.

    Returns:
        YAML that loads as it is. No cell of the file stands in it, except values of a column with few distinct ones that
        hold nothing personal.

    Raises:
        DeliveryRejected: the file can't be read, or has no headings.
    """
    layout = look(path, Vocabulary.of(data_model), recogniser)
    samples = read_sample(path, layout)
    vocabulary = Vocabulary.of(data_model)
    guesses = [guess(sample, data_model, vocabulary, tables, recogniser) for sample in samples]
    return write(Draft(path.name, name, layout, tuple(samples), tuple(guesses), tuple(cities)), data_model)

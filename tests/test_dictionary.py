"""The dictionary says what the contracts of the release say."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables


@pytest.fixture(scope="module")
def writer(docs_writer: Callable[[str], ModuleType]) -> ModuleType:
    return docs_writer("dictionary")


def test_the_dictionary_is_fresh(writer: ModuleType) -> None:
    assert writer.DICTIONARY.read_text(encoding="utf-8") == writer.dictionary(), "run: python docs/dictionary.py"


def test_every_table_and_column_of_the_release_stands_in_it(writer: ModuleType) -> None:
    text = writer.dictionary()
    for served in release_tables(shipped()):
        section = text.partition(f"### `{served.table.full_name}` ")[2].partition("\n### ")[0]
        assert [c.name for c in served.table.columns if f"| `{c.name}` |" not in section] == []


def test_relations_lead_to_the_records_at_both_ends(writer: ModuleType) -> None:
    text = writer.dictionary()
    for end in ("person", "housing"):
        assert f'link_person_housing }}o--o| base_{end} : "{end}_id"' in text

"""Words for codes: every code of the release has one in both languages, and lists of platforms read the same everywhere."""

from __future__ import annotations

import re

import pyarrow as pa

from connectors import catalogue
from connectors.registry import load_code_tables, load_platforms
from warehouse.model.data_model import shipped
from warehouse.model.release import codes, release_tables
from warehouse.model.vocabulary import labels, words

MODEL = shipped()
COLUMNS = [(served.table, column) for served in release_tables(MODEL) for column in served.table.columns]
CODES = re.compile(r"[：:](?:[a-z_]+ )+[a-z_]+$")
"""How the comment of a column names its codes."""


def test_every_column_of_codes_has_its_words_in_the_catalogue_in_both_languages():
    known = {}
    for column, code, zh, en in labels(MODEL):
        assert all((zh, en)), (column, code)
        known.setdefault(column, set()).add(code)
    for table, column in COLUMNS:
        if allowed := codes(MODEL, table, column):
            named = known.get(f"release.{table.full_name}.{column.name}") or known[f"release.{column.name}"]
            assert named >= set(allowed), (table.full_name, column.name)
        else:
            assert not CODES.search(column.zh), (table.full_name, column.name)


def test_the_chinese_views_show_words_for_all_of_them():
    shown = words(MODEL)
    for table, column in COLUMNS:
        if allowed := codes(MODEL, table, column):
            assert set(shown[column.name]) >= set(allowed), (table.full_name, column.name)


def test_values_of_the_shipped_code_tables_have_an_english_word():
    table = catalogue.code_table(load_code_tables(), load_platforms()).to_pylist()
    assert {row["value"] for row in table if row["value_en"] is None} == set()


def test_lists_of_platforms_and_departments_are_text_in_every_table():
    listed = {
        column.type for _, column in COLUMNS if column.name in ("platforms", "departments") if column.type != pa.int64()
    }
    assert listed == {pa.string()}

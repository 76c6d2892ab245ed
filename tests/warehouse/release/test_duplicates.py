"""Subjects a dataset has in several rows."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.model.sql import statement

MENTIONS = """
create schema link; create schema catalogue;
create table catalogue.dataset as from (values ('relief', 'low', 'subject'), ('relief', 'old', 'subject'), ('land', 'title', 'subject')) t(platform, dataset, subject);
create table link.mention as from (values
    ('relief', 'low', 'person', 'P1', 'subject', date '2026-01-01'), ('relief', 'low', 'person', 'P1', 'subject', date '2026-02-01'),
    ('relief', 'low', 'person', 'P2', 'subject', null), ('relief', 'old', 'person', 'P2', 'subject', null),
    ('land', 'title', 'person', 'P3', 'owner', null), ('land', 'title', 'person', 'P3', 'owner', null)
) t(platform, dataset, entity_kind, entity_id, role, claimed_on)
"""


@pytest.fixture(scope="module")
def duplicates() -> list[tuple]:
    with duckdb.connect() as con:
        con.execute(MENTIONS)
        return con.sql(statement("warehouse.release", "quality_duplicate")).fetchall()


def test_a_subject_in_two_rows_of_a_dataset_is_a_duplicate(duplicates):
    assert [(*row[:5], str(row[5])) for row in duplicates] == [("relief", "low", "person", "P1", 2, "2026-02-01")]


def test_two_benefits_of_a_person_and_two_homes_of_an_owner_are_none(duplicates):
    assert not {row[3] for row in duplicates} & {"P2", "P3"}

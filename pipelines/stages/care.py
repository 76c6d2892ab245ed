"""Care tags of persons. Reads the landing area, mentions, entities, golden records and claims of persons; writes `care/*`, `catalogue/care_tag`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.care_rules import CareTag, Delivered
from connectors.manifest import manifest
from connectors.sharing import withheld_table
from pipelines.markers import Counts
from pipelines.resolution.care import DELIVERED, care_tags
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold_text
from pipelines.standardise.roles import mentions_of_rows
from warehouse.model.care import CARE_TAG, CARE_TAG_CODE, CARE_TAG_COUNT
from warehouse.model.link import ENTITY

PERSON = "person"
ROW = ("claimed_on", "delivery_id", "file_name", "sheet_name", "row_number")


def write_care_tags(settings: Settings) -> Counts:
    """Write who has which care tag, how many there are in each grid, and which there are."""
    home, rules = settings.home, settings.city.care_rules
    today = max((day for day in manifest(home)["delivered_on"].to_pylist() if day), default=date.min)
    tags = [tag for tag in rules.tags if tag.holds(today)]
    persons = home.data_model.golden(PERSON)
    rows, counts = care_tags(
        pa.concat_tables([DELIVERED.empty_table(), *_delivered(settings, tags)]),
        tags,
        home.stage("golden", PERSON),
        persons,
        home.stage("attribute", PERSON),
        withheld_table(home.data_model, settings.platforms),
        today=today,
        small_cell=rules.small_cell,
    )
    CARE_TAG.write(CARE_TAG.conform(rows), home.stage("care", CARE_TAG.name))
    CARE_TAG_COUNT.write(CARE_TAG_COUNT.conform(counts), home.stage("care", CARE_TAG_COUNT.name))
    CARE_TAG_CODE.write(rules.table, home.stage("catalogue", CARE_TAG_CODE.name))
    return {CARE_TAG.name: rows.num_rows, CARE_TAG_COUNT.name: counts.num_rows, "tags": len(rules.tags)}


def _delivered(settings: Settings, tags: list[CareTag]) -> Iterator[pa.Table]:
    """Per tag and source the rows that say that a person has the tag, under `DELIVERED`."""
    home = settings.home
    sources = [(tag, source) for tag in tags for source in tag.delivered if source.platform in settings.platforms]
    if sources:
        mentions = home.data_model.mention(PERSON).read(home.stage("mention", PERSON))
        entities = ENTITY.read(home.stage("entity", PERSON)).sort_by("mention_id")["entity_id"].combine_chunks()
        for tag, source in sources:
            yield _lines(settings, tag, source, mentions, entities)


def _lines(settings: Settings, tag: CareTag, source: Delivered, mentions: pa.Table, entities: pa.Array) -> pa.Table:
    platform = settings.platforms[source.platform]
    dataset = platform.dataset(source.dataset)
    role = source.role_in(dataset)
    assert role is not None  # held against the platforms when the city was loaded
    rows = rows_now(settings, platform, dataset.name)
    ids = mentions_of_rows(settings.home.data_model, mentions, platform, dataset, role, rows)
    says = np.flatnonzero((ids >= 0) & _holds(source, rows))
    rows, count = rows.take(pa.array(says)), len(says)
    sharing = "none" if platform.sharing == "none" else tag.sharing
    same = {"tag": tag.tag, "basis": "delivered", "sharing": sharing, "platform": platform.platform}
    columns = {
        "person_id": entities.take(pa.array(ids[says])),
        **{name: pa.repeat(pa.scalar(text), count) for name, text in same.items()},
        "department": pa.repeat(pa.scalar(platform.department.code), count),
        "since": _days(rows, source.since),
        "until": _days(rows, source.until),
        **{name: rows[name] for name in ROW},
    }
    return pa.table({name: columns[name] for name in DELIVERED.names}).cast(DELIVERED)


def _holds(source: Delivered, rows: pa.Table) -> np.ndarray:
    """Which rows say it."""
    if source.column is None:
        return np.ones(rows.num_rows, bool)
    words = pa.array([fold_text(word).strip() for word in source.words], pa.string())
    cells = rows[source.column].combine_chunks().dictionary_encode()
    folded = pa.array([fold_text(cell).strip() for cell in cells.dictionary.to_pylist()], pa.string())
    said = pc.is_in(folded, value_set=words).take(cells.indices)
    return np.asarray(pc.fill_null(said, False).to_numpy(zero_copy_only=False), bool)


def _days(rows: pa.Table, column: str | None) -> pa.ChunkedArray | pa.Array:
    """A column of days, null where it can't be read or there is none."""
    if column is None:
        return pa.nulls(rows.num_rows, pa.date32())
    return over_distinct(rows[column], standardise_dates).column(0).cast(pa.date32())

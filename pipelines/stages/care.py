"""Care tags of persons. Reads the landing area, mentions, entities, golden records and claims of persons; writes `care/*`, `catalogue/care_tag`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.care_rules import CareTag, Delivered
from connectors.sharing import withheld_table
from pipelines.markers import Counts
from pipelines.resolution.care import DELIVERED, care_tags
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.named_persons import PERSON, ROW, NamedPersons, days, newest_day
from pipelines.standardise.folding import fold_text
from warehouse.model.care import CARE_TAG, CARE_TAG_CODE, CARE_TAG_COUNT


def write_care_tags(settings: Settings) -> Counts:
    """Write who has which care tag, how many there are in each grid, and which there are."""
    home, rules = settings.home, settings.city.care_rules
    today = newest_day(home)
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
    sources = [(tag, source) for tag in tags for source in tag.delivered if source.platform in settings.platforms]
    if sources:
        persons = NamedPersons.of(settings.home)
        for tag, source in sources:
            yield _lines(settings, tag, source, persons)


def _lines(settings: Settings, tag: CareTag, source: Delivered, named: NamedPersons) -> pa.Table:
    platform = settings.platforms[source.platform]
    dataset = platform.dataset(source.dataset)
    role = source.role_in(dataset)
    assert role is not None  # held against the platforms when the city was loaded
    rows = rows_now(settings, platform, dataset.name)
    persons = named.in_rows(platform, dataset, role, rows)
    says = pc.and_(pc.is_valid(persons), pa.array(_holds(source, rows)))
    persons, rows = persons.filter(says), rows.filter(says)
    count = rows.num_rows
    sharing = "none" if platform.sharing == "none" else tag.sharing
    same = {"tag": tag.tag, "basis": "delivered", "sharing": sharing, "platform": platform.platform}
    columns = {
        "person_id": persons,
        **{name: pa.repeat(pa.scalar(text), count) for name, text in same.items()},
        "department": pa.repeat(pa.scalar(platform.department.code), count),
        "since": days(rows, source.since),
        "until": days(rows, source.until),
        **{name: rows[name] for name in ("claimed_on", *ROW)},
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

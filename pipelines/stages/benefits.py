"""Who gets which benefit. Reads the landing area, mentions and entities of persons; writes `benefit/benefit`."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from connectors.benefit_spec import Benefit
from connectors.spec import Dataset, Platform
from pipelines.markers import Counts
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.named_persons import ROW, NamedPersons, days, newest_day
from pipelines.standardise.benefits import last_days, yuan
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold
from warehouse.model.link import BENEFIT


def write_benefits(settings: Settings) -> Counts:
    """Write who gets what, how much, since when and until when, as the rows that hold now say it."""
    home = settings.home
    declared = [
        (platform, dataset, benefit)
        for platform in settings.platforms.values()
        for dataset in platform.datasets
        for benefit in dataset.benefits
    ]
    parts = [BENEFIT.empty()]
    if declared:
        persons = NamedPersons.of(home)
        parts += [_lines(settings, platform, dataset, benefit, persons) for platform, dataset, benefit in declared]
    lines = current(pa.concat_tables(parts), newest_day(home)).sort_by([(c, "ascending") for c in BENEFIT.key])
    rows = BENEFIT.write(lines, home.stage("benefit", BENEFIT.name))
    return {"rows": rows, "amounts": rows - lines["amount"].null_count}


def current(lines: pa.Table, today: date) -> pa.Table:
    """The lines with `is_current`: from the first day to the last one; where a day is not said, without end that way."""
    day = pa.scalar(today, pa.date32())
    begun = pc.fill_null(pc.less_equal(lines["valid_from"], day), True)
    lasts = pc.fill_null(pc.greater_equal(lines["valid_to"], day), True)
    return lines.set_column(lines.schema.get_field_index("is_current"), "is_current", pc.and_(begun, lasts))


def _lines(settings: Settings, platform: Platform, dataset: Dataset, benefit: Benefit, named: NamedPersons) -> pa.Table:
    """A line per row that names a person and a benefit."""
    rows = rows_now(settings, platform, dataset.name)
    role = benefit.role or dataset.subject or ""
    said = benefit_columns(benefit, rows)
    lines = pa.table(
        {
            "person_id": named.in_rows(platform, dataset, role, rows),
            **said,
            "is_current": pa.repeat(True, rows.num_rows),
            "sharing": pa.repeat(benefit.sharing or platform.sharing, rows.num_rows),
            "platform": pa.repeat(platform.platform, rows.num_rows),
            "dataset": pa.repeat(dataset.name, rows.num_rows),
            **{column: rows[column] for column in ("claimed_on", *ROW)},
        }
    )
    return BENEFIT.conform(lines.filter(pc.and_(pc.is_valid(lines["person_id"]), pc.is_valid(lines["benefit"]))))


def benefit_columns(benefit: Benefit, rows: pa.Table) -> dict[str, pa.ChunkedArray | pa.Array]:
    """What rows say of a benefit: `benefit` (null where a row tells of none), `amount` in yuan, `period`, `valid_from`, `valid_to`."""
    n = rows.num_rows
    words = over_distinct(rows[benefit.column], _words)["word"] if benefit.column else pa.repeat(benefit.is_, n)
    amount = over_distinct(rows[benefit.amount], lambda v: yuan(v, benefit.unit))["yuan"] if benefit.amount else None
    return {
        "benefit": words,
        "amount": pa.nulls(n, pa.float64()) if amount is None else amount,
        "period": pa.nulls(n, pa.string()) if amount is None else pc.if_else(pc.is_valid(amount), benefit.period, None),
        "valid_from": days(rows, benefit.since),
        "valid_to": over_distinct(rows[benefit.until], last_days)["date"]
        if benefit.until
        else pa.nulls(n, pa.date32()),
    }


def _words(values: pa.StringArray) -> pa.Table:
    """`word`: the text without blanks around it; null where nothing is left."""
    word = pc.utf8_trim_whitespace(fold(values))
    return pa.table({"word": pc.if_else(pc.equal(word, ""), pa.scalar(None, pa.string()), word)})

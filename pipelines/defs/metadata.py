"""What the catalogue in Dagster shows of a contracted table: schema, comments, row count."""

import dagster as dg

from pipelines.once import Counts
from warehouse.model import Table


def schema_of(table: Table) -> dict[str, dg.TableSchema]:
    """Definition metadata: the declared columns with their types and comments in both languages."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=str(column.type),
            description=f"{column.zh} · {column.en}",
            constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=table.key == (column.name,)),
        )
        for column in table.columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def counts_as_metadata(counts: Counts) -> dict[str, int | str]:
    """Run metadata: every count, with `rows` as Dagster's row count."""
    metadata: dict[str, int | str] = {k: v for k, v in counts.items() if k != "rows"}
    if "rows" in counts:
        metadata["dagster/row_count"] = counts["rows"]
    return metadata

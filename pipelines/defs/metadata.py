"""What the catalogue in Dagster shows of a contracted table: schema, comments, row count."""

import base64
from pathlib import Path

import dagster as dg

from pipelines.markers import Counts
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


def picture(name: str, path: Path) -> dict[str, dg.MetadataValue]:
    """Run metadata: a chart the run drew, to be seen where the run is looked at, and where its file lies.

    Nothing where there is no such file: a step that was not done again in a home from before the chart has none.
    """
    if not path.exists():
        return {}
    encoded = base64.b64encode(path.read_bytes()).decode()
    return {
        name: dg.MetadataValue.md(f"![{name}](data:image/svg+xml;base64,{encoded})"),
        f"{name}_file": dg.MetadataValue.path(path),
    }

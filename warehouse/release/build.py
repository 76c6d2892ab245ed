"""Build a release aside from the stage files: one DuckDB file with every contracted table, and its manifest.

Belongs here: loading, masking, ordering. Does not: saying whether the result is good (`verify`) or making it the library
(`publish`). The file is written in DuckDB's storage format 1.2, which DuckDB 1.2 to 2.0 read.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.masking import install, token_key
from warehouse.model.base import MASKED
from warehouse.model.catalogue import FIELD
from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.release import KINDS, PUBLIC_CODES, RELEASE, SENSITIVE, Served
from warehouse.model.table import Column
from warehouse.release import ddl
from warehouse.release.ddl import name, qualified, text
from warehouse.release.manifest import LIBRARY, Manifest, ReleaseError, ReleaseFacts, delivery_lines, file_line
from warehouse.release.versions import fingerprint, published, unpublished

STORAGE_VERSION = "v1.2.0"
Settings = dict[str, str | bool | int | float | list[str]]


def build_release(
    home: Home,
    version: str,
    facts: ReleaseFacts,
    *,
    created_at: datetime | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> Path:
    """Build `<home>/releases/<version>/one_network.duckdb` and its manifest from the stage files of `home`.

    Everything is written to a folder aside that gets its name at the end: a failed or killed build leaves no release and
    no trace after the next build, which also removes candidates that were never published. The tables hold no time of day: two builds from the same stages hold the same tables.

    Args:
        home: the home whose stage files are read and whose token key is used.
        version: from `next_version`. A release of that version that was never published is replaced.
        facts: deliveries, code and model it is built from.
        created_at: when, for the manifest; now if not given.
        threads: DuckDB threads; DuckDB's default if not given.
        memory_limit: DuckDB memory, e.g. '2GB'; sorting spills to disk beyond it.

    Returns:
        The path of the DuckDB file.

    Raises:
        ReleaseError: a required stage file is missing, or the version is the library already.
        duckdb.Error: a stage file does not fit its contract, or the disk is full.
    """
    if published(home) == version:
        raise ReleaseError(f"release {version} is the library already; build under the version next_version gives")
    aside = home.release(f".{version}.building")
    _clear(home)
    aside.mkdir(parents=True)
    try:
        settings: Settings = {"threads": threads} if threads else {}
        settings |= {"memory_limit": memory_limit} if memory_limit else {}
        tables = _write(home, aside / LIBRARY, version, facts, settings)
        (aside / LIBRARY).chmod(0o444)
        sync(aside / LIBRARY)
        Manifest(
            version=version,
            fingerprint=fingerprint(facts),
            created_at=created_at or datetime.now(UTC),
            code_version=facts.code_version,
            model=facts.model,
            judgements=facts.judgements,
            duckdb=duckdb.__version__,
            storage_version=STORAGE_VERSION,
            deliveries=delivery_lines(facts.deliveries),
            tables=tables,
            file=file_line(aside / LIBRARY),
        ).write(aside)
        aside.rename(home.release(version))
        sync(home.release(""))
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return home.release(version) / LIBRARY


def _clear(home: Home) -> None:
    """Remove what killed builds left and candidates that were never published: the last one stays until the next build."""
    library = published(home)
    for stale in home.release("").glob(".*.building"):
        shutil.rmtree(stale)
    for candidate in unpublished(home):
        if candidate != library:  # a crash between swap and manifest: published all the same
            shutil.rmtree(home.release(candidate))


def _write(home: Home, file: Path, version: str, facts: ReleaseFacts, settings: Settings) -> dict[str, int]:
    """Write all tables into `file`; return rows per table."""
    spill = file.parent / "spill"
    made = {
        "catalogue.release": _release_row(version, facts),
        "catalogue.field": FIELD.conform(pa.Table.from_pylist(ddl.dictionary())),
    }
    counts = {}
    with duckdb.connect(config={**settings, "temp_directory": str(spill)}) as con:
        con.execute(f"attach {text(str(file))} as release (storage_version {text(STORAGE_VERSION)})")
        con.execute("use release")
        install(con, token_key(home))
        for statement in ddl.create_schemas():
            con.execute(statement)
        for served in RELEASE:
            con.begin()  # one commit a table: hundreds of comments would each wait for the disk
            con.execute(ddl.create_table(served.table))
            counts[served.table.full_name] = _load(con, home, served, made)
            con.execute(ddl.create_view(served))
            for statement in ddl.comments(served):
                con.execute(statement)
            con.commit()
        con.execute("checkpoint release")
        con.execute("use memory")
        con.execute("detach release")
    shutil.rmtree(spill, ignore_errors=True)
    return counts


def _load(con: duckdb.DuckDBPyConnection, home: Home, served: Served, made: Mapping[str, pa.Table]) -> int:
    """Insert the rows of one table, ordered; return how many."""
    table = served.table
    sources = []
    for stage, stage_name in served.sources:
        path = home.stage(stage, stage_name)
        if path.exists():
            sources.append(str(path))
        elif served.required:
            raise ReleaseError(f"{table.full_name}: stage file {stage}/{stage_name} is missing; run that stage first")
    parts = [f"from read_parquet([{', '.join(map(text, sources))}])"] if sources else []
    if table.full_name in made:
        con.register("made", made[table.full_name])
        parts.append("from made")
    if not parts:
        return 0
    shown = ", ".join(f"{_shown(served, c)} as {name(c.name)}" for c in table.columns)
    union = " union all ".join(f"select {shown} {part}" for part in parts)
    order = ", ".join(f"{name(c)} nulls first" for c in dict.fromkeys(served.order + table.key))
    # Masks and tokens are made before sorting: a view on them would be evaluated for every comparison.
    con.execute(f"insert into {qualified(table)} select * from ({union}) order by {order}")
    if table.full_name in made:
        con.unregister("made")
    return int((con.execute(f"select count(*) from {qualified(table)}").fetchone() or (0,))[0])


def _shown(served: Served, column: Column) -> str:
    """The expression that shows a column of a stage file as the plain release may."""
    schema, quoted = served.table.schema, name(column.name)
    if schema == "base" and served.table.name in KINDS:
        return _shown_golden(served, column)
    if schema == "evidence" and "value_token" in served.table.names:
        return _shown_claim(column)
    return quoted


def _shown_golden(served: Served, column: Column) -> str:
    for source, kind in MASKED.items():
        if column.name == f"{source}_masked":
            return f"mask_{kind}({name(source)})"
        if column.name == f"{source}_token":
            return f"keyed_token({name(source)})"
    plain = column.name in PUBLIC_CODES or column.name in served.table.key or column.name.endswith(("_id", "_code"))
    # People type phone numbers and identity numbers into any field of text.
    return name(column.name) if plain or column.type != pa.string() else f"mask_text({name(column.name)})"


def _shown_claim(column: Column) -> str:
    sensitive = ", ".join(map(text, SENSITIVE))
    ids = ", ".join(text(a) for a, kind in SENSITIVE.items() if kind == "id")
    codes = ", ".join(map(text, sorted(PUBLIC_CODES)))
    match column.name:
        case "value":
            return f"""case when attribute in ({ids}) then mask_id("value")
                            when attribute in ({sensitive}) then mask_phone("value")
                            when attribute in ({codes}) then mask_code("value")
                            else mask_text("value") end"""
        case "value_token":
            return f"""case when attribute in ({sensitive}) then coalesce(keyed_token("value"), '') else '' end"""
        case "value_raw":
            return f"""case when attribute in ({ids}) then mask_written_id(value_raw)
                            when attribute in ({sensitive}) then mask_written_phone(value_raw)
                            when attribute in ({codes}) then mask_code(value_raw)
                            else mask_text(value_raw) end"""
    return name(column.name)


def _release_row(version: str, facts: ReleaseFacts) -> pa.Table:
    return pa.table(
        {
            "version": [version],
            "fingerprint": [fingerprint(facts)],
            "code_version": [facts.code_version],
            "model": [facts.model],
            "deliveries": [len(delivery_lines(facts.deliveries))],
        }
    )

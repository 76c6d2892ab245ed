"""Pulling from a database server by URL: PostgreSQL and what speaks its protocol, MySQL, MariaDB, SQLite.

Belongs here: what to ask a server for, and which of the answers are new. Each pull of a table that brings something new
becomes a delivery whose original is the pulled rows as Parquet. Does not: storing it (`connectors.landing`).

PostgreSQL is read through ADBC (Arrow from the wire up), the others through SQLAlchemy with a server-side cursor; both
in batches. Every column is cast to text by the server, so that a number or timestamp reads as the server prints it.
The URL with its password stays in this module: messages name the database only.

Oracle, SQL Server and 达梦 are refused: cast to text their columns come as CLOB or cut off, and nothing here was ever tried with
them. Their departments deliver files.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import URL, Dialect, Engine, make_url

from connectors.claims import date_sql
from connectors.headings import Columns, match, require
from connectors.rows import BATCH_ROWS, ROW_NUMBER, Batches, DeliveryRejected, checked
from connectors.spec import Dataset, Platform
from warehouse.model.session import connect
from warehouse.model.sql import identifier, parquet

OVERLAP = datetime.timedelta(days=1)
"""How far before the newest row seen a pull starts again: long transactions commit rows with an older time."""

DRIVERS = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}

SUPPORTED = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
OTHERS = {"oracle": "Oracle", "mssql": "SQL Server", "dm": "达梦"}
KINGBASE = ("kingbase", "kingbase8", "kingbasees", "opengauss", "gaussdb")
"""Names of databases that speak the protocol of PostgreSQL."""

PROTOCOL_VERSION = (12, 0)
"""What a server counts as that speaks the protocol of PostgreSQL and calls itself otherwise."""


@dataclass(frozen=True)
class Earlier:
    """What former pulls of one table brought: their originals, oldest first."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Pulled:
    """One pull with something new: `path` is a Parquet file of text columns in the order of the table's key."""

    dataset: Dataset
    file_name: str
    path: Path


def refusal(url: str) -> DeliveryRejected | None:
    """Why nothing can be pulled from a URL, whatever lies there; None where it can be tried."""
    try:
        backend = make_url(url).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        reason = "数据库地址写错，应如postgresql://账号:口令@主机/库，口令中的特殊字符须按百分号编码，请改正环境变量"
        return DeliveryRejected("database_unsupported", reason)
    if backend in SUPPORTED:
        return None
    if backend in KINGBASE:
        reason = f"{backend}使用PostgreSQL的协议，请将地址改写为postgresql://（未在真实的该类服务器上试过）"
        return DeliveryRejected("database_unsupported", reason)
    reason = (
        f"不支持直接从{OTHERS.get(backend, backend)}取数，支持{'、'.join(SUPPORTED.values())}；"
        "请由部门导出CSV等文件放入收件箱，并去掉该环境变量"
    )
    return DeliveryRejected("database_unsupported", reason)


def pull_name(platform: Platform, dataset: Dataset, url: str, number: int | None) -> str:
    """The file name of a pull: `platform@database.table.0001`; a snapshot has no number, each replaces the former."""
    name = f"{platform.platform}@{_database(make_url(url))}.{dataset.sheet or dataset.name}"
    return name if number is None else f"{name}.{number:04d}"


def pull(platform: Platform, dataset: Dataset, url: str, earlier: Earlier, folder: Path) -> Pulled | None:
    """Pull what is new in one table into a Parquet file under `folder`.

    A delta asks for rows changed since a day before the newest one seen, and drops those that came in the same words
    before. A time ahead of the clock is no newest one: it would stop the pull for ever. Where the table then has more rows
    than were ever pulled, some changed unseen, and all are asked for. A snapshot asks for all rows.

    Returns:
        None where nothing is new.

    Raises:
        DeliveryRejected: `database_unreachable`, `sheet_missing`, `column_missing`.
    """
    delta = platform.delivery.semantics == "delta"
    number = len(earlier.paths) + 1 if delta else None
    address = make_url(url)
    folder.mkdir(parents=True, exist_ok=True)
    asked, new = folder / f"{dataset.name}.asked.parquet", folder / f"{dataset.name}.parquet"
    try:
        engine = _engine(address)
        with closing(_Disposing(engine)):
            since = _since(dataset, earlier) if delta else None
            columns, statement = _question(engine, dataset, since)
            count = _write(_answers(engine, statement), columns, asked)
            if since is not None and _count(engine, dataset) > _keys(dataset, (*earlier.paths, asked)):
                columns, statement = _question(engine, dataset, None)
                count = _write(_answers(engine, statement), columns, asked)
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        reason = f"缺少数据库驱动（{address.drivername}），请在运行环境中安装后重试"
        raise DeliveryRejected("driver_missing", reason) from error
    except (sa.exc.SQLAlchemyError, OSError, _adbc_error()) as error:
        database = _database(address)
        reason = f"无法从数据库“{database}”读取表“{dataset.sheet or dataset.name}”（{type(error).__name__}），请检查地址、账号、网络和权限"
        raise DeliveryRejected("database_unreachable", reason) from None  # the driver's message may hold the URL
    if delta and earlier.paths and count:
        count = _only_new(asked, earlier, dataset, new)
    else:
        asked.replace(new)
    same = not delta and earlier.paths and pq.read_table(new).equals(pq.read_table(earlier.paths[-1]))
    if same or (delta and not count):
        return None
    return Pulled(dataset, pull_name(platform, dataset, url, number), new)


def read(path: Path, dataset: Dataset) -> Batches:
    """Yield the rows of a pull as it was kept."""
    file = pq.ParquetFile(path)
    columns = match(dataset, file.schema_arrow.names)
    warnings = columns.warnings(dataset.name)
    sheet = dataset.sheet or dataset.name
    number = 0
    for batch in file.iter_batches(BATCH_ROWS):
        numbers = pa.array(range(number + 1, number + 1 + len(batch)), pa.int64())
        cells = [pc.if_else(pc.equal(c, ""), pa.scalar(None, pa.string()), c) for c in batch.columns]
        rows = pa.RecordBatch.from_arrays([numbers, *cells], [ROW_NUMBER, *columns.names])
        yield checked(dataset, sheet, rows, (), warnings)
        number, warnings = number + len(batch), ()
    if not number:
        empty = [pa.array([], pa.int64()), *([pa.array([], pa.string())] * len(columns.names))]
        yield checked(dataset, sheet, pa.RecordBatch.from_arrays(empty, [ROW_NUMBER, *columns.names]), (), warnings)


def _engine(address: URL) -> Engine:
    engine = sa.create_engine(address.set(drivername=DRIVERS.get(address.drivername, address.drivername)))
    if engine.dialect.name == "postgresql":
        ask = engine.dialect._get_server_version_info

        def version(connection: sa.Connection) -> tuple[int, ...]:
            try:
                return tuple(ask(connection))
            except AssertionError:  # it calls itself KingbaseES or openGauss
                return PROTOCOL_VERSION

        engine.dialect._get_server_version_info = version  # type: ignore[method-assign]
    return engine


class _Disposing:
    def __init__(self, engine: Engine) -> None:
        self.close = engine.dispose


def _database(url: URL) -> str:
    """The name of the database alone: no user, host or password."""
    return re.sub(r"[^\w-]+", "_", Path(url.database or "").stem) or url.get_backend_name()


def _question(engine: Engine, dataset: Dataset, since: str | None) -> tuple[Columns, sa.Select]:
    name = dataset.sheet or dataset.name
    schema, _, table = name.rpartition(".")
    inspector = sa.inspect(engine)
    if not inspector.has_table(table, schema or None):
        raise DeliveryRejected("sheet_missing", f"数据库中没有表“{name}”，请检查表名和权限")
    found = [str(column["name"]) for column in inspector.get_columns(table, schema or None)]
    columns = match(dataset, found)
    require(dataset, columns)
    source = sa.table(table, *(sa.column(c) for c in found), schema=schema or None)
    named = dict(zip(columns.names, found, strict=True))
    question = sa.select(*(sa.cast(source.c[c], sa.Text()).label(c) for c in found))
    if since is not None and dataset.changed_at:
        changed = source.c[named[dataset.changed_at]]
        # an untyped literal: the server reads it as whatever type the column has
        quote = sa.literal(since).compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
        question = question.where(sa.or_(changed >= sa.literal_column(str(quote)), changed.is_(None)))
    order: list[sa.ColumnElement[object]] = [source.c[named[k]] for k in dataset.key] or [
        sa.cast(source.c[c], sa.Text()) for c in found
    ]
    return columns, question.order_by(*order, *([source.c[named[dataset.changed_at]]] if dataset.changed_at else []))


def _answers(engine: Engine, question: sa.Select) -> Iterator[pa.Table]:
    """The rows in batches of text columns."""
    if engine.dialect.name == "postgresql":
        import adbc_driver_postgresql.dbapi as adbc

        plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with adbc.connect(plain) as connection, connection.cursor() as cursor:
            cursor.execute(_text(question, engine.dialect))
            reader = cursor.fetch_record_batch()
            yield pa.Table.from_batches([], reader.schema)
            for batch in reader:
                yield pa.Table.from_batches([batch])
        return
    with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH_ROWS) as connection:
        result = connection.execute(question)
        names = list(result.keys())
        schema = pa.schema([pa.field(name, pa.string()) for name in names])
        yield schema.empty_table()
        for rows in result.partitions(BATCH_ROWS):
            columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            yield pa.Table.from_arrays(columns, schema=schema)


def _text(question: sa.Select, dialect: Dialect) -> str:
    return str(question.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")


def _write(answers: Iterator[pa.Table], columns: Columns, path: Path) -> int:
    schema = pa.schema([pa.field(name, pa.string()) for name in columns.names])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for table in answers:
            writer.write_table(table.rename_columns(list(columns.names)).cast(schema))
            count += table.num_rows
    return count


def _since(dataset: Dataset, earlier: Earlier) -> str | None:
    """Where the next pull starts: the newest change seen, less the overlap, written as the column writes it."""
    if not earlier.paths or not dataset.changed_at:
        return None
    with connect() as connection:
        landed = connection.sql(_pulled(earlier.paths, dataset))
        column = identifier(dataset.changed_at)
        day = date_sql(column)
        # a time that reads as no date is compared as the text it is, as before
        seen = landed.filter(f"coalesce({day} <= current_date + 1, true)")
        newest = seen.aggregate(f"max({column})").fetchall()[0][0]
    return None if newest is None else before(str(newest))


def _count(engine: Engine, dataset: Dataset) -> int:
    """Rows the table has now."""
    schema, _, table = (dataset.sheet or dataset.name).rpartition(".")
    with engine.connect() as connection:
        question = sa.select(sa.func.count()).select_from(sa.table(table, schema=schema or None))
        return int(connection.execute(question).scalar_one())


def _keys(dataset: Dataset, paths: tuple[Path, ...]) -> int:
    """Rows that pulls brought, each key once."""
    with connect() as connection:
        keys = ", ".join(identifier(k) for k in dataset.key)
        pulled = connection.sql(_pulled(paths, dataset)).project(keys)
        return int(pulled.distinct().aggregate("count(*)").fetchall()[0][0])


def _pulled(paths: Sequence[Path], dataset: Dataset) -> str:
    """The rows of former pulls as a query."""
    return " union all by name ".join(_under_declared_names(path, dataset) for path in paths)


def _under_declared_names(path: Path, dataset: Dataset) -> str:
    """The rows of a former pull as a query: a column that has another heading now stands under its declared name."""
    headings = pq.read_schema(path).names
    named = zip(headings, match(dataset, headings).names, strict=True)
    columns = ", ".join(f"{identifier(old)} as {identifier(new)}" for old, new in named)
    return f"select {columns} from {parquet([path])}"


def before(watermark: str) -> str:
    """`watermark` less the overlap where it is a date or an epoch; else itself.

    >>> before("2026-11-05 10:00:00"), before("20261105"), before("1791012720000")
    ('2026-11-04', '20261104', '1790926320000')
    """
    days = OVERLAP.days
    if re.fullmatch(r"\d{13}|\d{10}", watermark):
        return str(int(watermark) - days * (86_400_000 if len(watermark) == 13 else 86_400))
    for pattern, form in ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{8}", "%Y%m%d")):
        found = re.match(pattern, watermark)
        if found:
            try:
                return (datetime.datetime.strptime(found[0], form) - OVERLAP).strftime(form)
            except ValueError:
                break
    return watermark


def _only_new(asked: Path, earlier: Earlier, dataset: Dataset, new: Path) -> int:
    """Keep the rows that their key's newest former pull did not bring in the same words; return how many."""
    names = pq.read_schema(asked).names
    key = ", ".join(identifier(k) for k in dataset.key)
    cells = ", ".join(identifier(n) for n in names)
    with connect() as connection:
        former = " union all by name ".join(
            f"select *, {i} as pull_number from ({_under_declared_names(path, dataset)})"
            for i, path in enumerate(earlier.paths)
        )
        known = set(connection.sql(former).columns)
        before = ", ".join(identifier(n) if n in known else f"null::varchar as {identifier(n)}" for n in names)
        found = connection.sql(
            f"""
            with former as ({former}),
            newest as (select {before} from former qualify rank() over (partition by {key} order by pull_number desc) = 1),
            asked as (select *, file_row_number from read_parquet($asked, file_row_number = true))
            select {cells} from asked a
            where not exists (
                select 1 from newest n where {" and ".join(f"n.{identifier(c)} is not distinct from a.{identifier(c)}" for c in names)}
            )
            order by file_row_number
            """,
            params={"asked": str(asked)},
        ).to_arrow_table()
    pq.write_table(found.cast(pq.read_schema(asked)), new, compression="zstd", compression_level=1)
    asked.unlink()
    return found.num_rows


def _adbc_error() -> type[Exception]:
    import adbc_driver_manager

    return adbc_driver_manager.Error

"""The PostgreSQL storage block documented in dagster.yaml, run against a real server.

Needs a PostgreSQL that lets PGUSER (default postgres) in at PGHOST (default 127.0.0.1) and PGPORT (default 5432) and
create a database; the test makes its own and drops it.
"""

from __future__ import annotations

import os
import socket
import uuid
from contextlib import closing
from pathlib import Path

import dagster as dg
import psycopg2
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
HOST = os.environ.get("PGHOST", "127.0.0.1")
PORT = int(os.environ.get("PGPORT", "5432"))
USER = os.environ.get("PGUSER", "postgres")
PASSWORD = os.environ.get("PGPASSWORD", "")


def server_answers() -> bool:
    try:
        with socket.create_connection((HOST, PORT), timeout=2):
            return True
    except OSError:
        return False


def storage_block() -> str:
    """The commented block at the end of dagster.yaml, its comment signs taken away."""
    lines = (ROOT / "dagster.yaml").read_text(encoding="utf-8").splitlines()
    return "\n".join(line[2:] for line in lines[lines.index("# storage:") :])


def server(database: str = "postgres") -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, dbname=database)
    connection.autocommit = True
    return connection


@pytest.fixture
def database():
    if not server_answers():
        pytest.skip(f"no PostgreSQL answers at {HOST}:{PORT} (PGHOST, PGPORT)")
    name = f"onenet_test_{uuid.uuid4().hex[:12]}"
    with closing(server()) as connection, connection.cursor() as cursor:
        cursor.execute(f"create database {name}")
        yield name
        cursor.execute(f"drop database {name} with (force)")


def test_the_default_file_is_a_valid_instance_on_sqlite(tmp_path):
    (tmp_path / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert "Sqlite" in type(instance.event_log_storage).__name__
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 4


def test_a_job_runs_on_the_documented_postgresql_block(tmp_path, monkeypatch, database):
    block = storage_block()
    assert set(yaml.safe_load(block)) == {"storage"}
    values = {"HOST": HOST, "USER": USER, "PASSWORD": PASSWORD or "unused", "DB": database}
    for name, value in values.items():
        monkeypatch.setenv(f"ONENET_DAGSTER_PG_{name}", value)
    if PORT != 5432:
        block = block.replace("port: 5432", f"port: {PORT}")
    default = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(f"{default}\n{block}\n", encoding="utf-8")

    @dg.asset
    def landed() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"dagster/row_count": 3})

    @dg.asset_check(asset=landed, blocking=True)
    def nothing_lost() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert "Postgres" in type(instance.run_storage).__name__
        assert "Postgres" in type(instance.event_log_storage).__name__
        assert dg.materialize([landed, nothing_lost], instance=instance).success
        (run,) = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.SUCCESS
        event = instance.get_latest_materialization_event(dg.AssetKey("landed"))
        assert event is not None
        assert event.asset_materialization.metadata["dagster/row_count"].value == 3

    with closing(server(database)) as connection, connection.cursor() as cursor:
        cursor.execute("select status, count(*) from runs group by status")
        assert cursor.fetchall() == [("SUCCESS", 1)]

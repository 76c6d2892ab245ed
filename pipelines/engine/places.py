"""Which engine a word names: `duckdb`, or a Spark session by its URL.

Belongs here: opening engines. Does not: what they do.

Spark and Sail come with an extra (`pip install 'one-network[spark]'`) and are imported only where a URL asks for them.
"""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any

from pipelines.engine.interface import WORDS, Engine, EngineError
from pipelines.engine.on_duckdb import DuckDBEngine
from pipelines.engine.on_spark import SparkEngine

LOCAL = "local"
"""The project's own engine, in memory; no engine of this package."""

DUCKDB = "duckdb"

CONNECT, CLASSIC = "sc://", "spark://"


def check_url(url: str) -> str:
    """The word for an engine, if it is one and what it needs is installed.

    Raises:
        EngineError: it is not.
    """
    if url in (LOCAL, DUCKDB):
        return url
    if not url.startswith((CONNECT, CLASSIC)) or not url.split("://", 1)[1]:
        raise EngineError(f"--engine {url}: 无此引擎，可用 · no such engine; have {WORDS}")
    if importlib.util.find_spec("pyspark") is None:
        raise EngineError(
            f"--engine {url}: 未安装 Spark 客户端，请执行 pip install 'one-network[spark]' · the Spark client is not installed; run "
            "pip install 'one-network[spark]'"
        )
    if url.startswith(CLASSIC) and importlib.util.find_spec("py4j") is None:
        raise EngineError(
            f"--engine {url}: 需要完整的 PySpark 与 Java；或在集群上启动 Spark Connect 并使用 sc:// · the whole of PySpark and Java are "
            "needed; or start Spark Connect on the cluster and use sc://"
        )
    return url


def open_engine(url: str, folder: Path, **options: Any) -> Engine:
    """An engine with names of its own.

    Args:
        url: `duckdb`, `sc://…`, `spark://…`, or `spark://local[2]` for one in this process.
        folder: where its tables are written, see `Engine`.
        options: of `DuckDBEngine` or `SparkEngine`.

    Raises:
        EngineError: no such engine, or it is not installed.
    """
    check_url(url)
    if url == LOCAL:
        raise EngineError("local: the project's own engine takes no tables; pass duckdb, sc:// or spark://")
    if url == DUCKDB:
        return DuckDBEngine(folder, **options)
    return SparkEngine(folder, _session(url), shared=url.startswith(CLASSIC), **options)


def _session(url: str) -> Any:
    """A session of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pyspark warns of pandas 3, which none of this uses
        from pyspark.sql import SparkSession

        if url.startswith(CONNECT):
            return SparkSession.builder.remote(url).create()
        master = url.removeprefix(CLASSIC) if url.startswith(f"{CLASSIC}local") else url
        return SparkSession.builder.master(master).appName("one-network").getOrCreate().newSession()

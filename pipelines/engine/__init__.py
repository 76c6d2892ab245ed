"""Where relational work runs: DuckDB on this machine, or Spark, or Sail, on any number of them, behind one narrow interface.

    engine = open_engine("sc://spark.example:15002", Path("/shared/onenet"))
    tables = Tables(engine)
    tables.read("mention", Path("/shared/mentions"))
    tables.sql("person", "select person, count(*) as mentions from mention group by person")
    tables.fetch("select max(mentions) as most from person")

Belongs here: running SQL text and Arrow functions over tables, reading and writing them. Does not: what the tables mean.
"""

from pipelines.engine.interface import Engine, EngineError, Function
from pipelines.engine.places import DUCKDB, LOCAL, check_url, open_engine
from pipelines.engine.tables import Tables
from pipelines.engine.work import OnEngine, work

__all__ = [
    "DUCKDB",
    "LOCAL",
    "Engine",
    "EngineError",
    "Function",
    "OnEngine",
    "Tables",
    "check_url",
    "open_engine",
    "work",
]

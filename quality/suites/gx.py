"""Great Expectations over DuckDB: its validator is asked about queries whose answers are counts, and counts alone come back.

Belongs here: everything that knows Great Expectations. It is imported inside the functions, since importing it takes
seconds. Does not: what is expected (`*.yaml`), or counting (`engine`).

What differs from Great Expectations as shipped:

- Its SQL engine asks every query by itself, through SQLAlchemy. The engine here takes the answers it is given and asks
  what is left. It also closes the connection before it fetches, which DuckDB answers with an error; here the result is
  frozen first.
- Its query expectation also fetches the rows it finds; the one here asks for their number alone, so no value of a person
  ever reaches a result. It names its metric itself: looked up, it costs thirty copies of each expectation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import duckdb

COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""Result format that carries counts and no values."""

_METRIC = "unexpected_rows_query.row_count"


def validate(
    con: duckdb.DuckDBPyConnection, batch: str, queries: Mapping[str, str], answers: Mapping[str, int]
) -> dict[str, Any]:
    """Validate that queries find no rows.

    Args:
        con: the connection the queries are asked on, where they have no answer.
        batch: `schema.name` of any table there; queries name their tables themselves.
        queries: name of an expectation → its query, with a row per breach.
        answers: the same name → how many rows its query finds, as far as known.

    Returns:
        Great Expectations' validation result by name of the expectation. A query that can't run is an exception there.
    """
    gx = _great_expectations()
    schema, name = batch.split(".")
    engine = gx.Engine(engine=gx.connect(con), create_temp_table=False)
    data = gx.BatchData(execution_engine=engine, schema_name=schema, table_name=name, create_temp_table=False)
    validator = gx.Validator(execution_engine=engine, batches=[gx.Batch(data=data)], data_context=gx.context)
    rows = [gx.Rows(unexpected_rows_query=_template(query), meta={"name": n}) for n, query in queries.items()]
    engine.answers = {_template(queries[n]): count for n, count in answers.items()}
    try:
        results = validator.graph_validate(
            configurations=[r.configuration for r in rows], runtime_configuration={"result_format": COUNTS_ONLY}
        )
    finally:
        engine.engine.dispose()
    return {result.expectation_config.meta["name"]: result for result in results}


def _template(query: str) -> str:
    """A query as Great Expectations wants it: braces are doubled, and the batch is named though it is not used."""
    return query.replace("{", "{{").replace("}", "}}") + " /* {batch} */"


@cache
def _great_expectations() -> SimpleNamespace:
    """Import Great Expectations, analytics and progress bars off, with the two classes that differ."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations
    import great_expectations.expectations as expect
    import sqlalchemy
    from great_expectations.core.batch import Batch
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.validator import ValidationDependencies, Validator
    from sqlalchemy.pool import StaticPool

    context = great_expectations.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)

    class Engine(SqlAlchemyExecutionEngine):
        """Takes the answers there are, and freezes each result of its own before the connection closes."""

        answers: Mapping[str, int] = {}

        def resolve_metrics(
            self, metrics_to_resolve: Iterable[Any], metrics: Any = None, runtime_configuration: Any = None
        ) -> Any:
            asked = {m: m.metric_value_kwargs.get("unexpected_rows_query") for m in metrics_to_resolve}
            open_ones = [m for m, query in asked.items() if query not in self.answers]
            resolved = super().resolve_metrics(open_ones, metrics, runtime_configuration) if open_ones else {}
            return resolved | {m.id: self.answers[query] for m, query in asked.items() if query in self.answers}

        def execute_query(self, query: Any) -> Any:
            with self.get_connection() as connection:
                return self._execute_query_with_recovery(connection, query).freeze()()

    class Rows(expect.UnexpectedRowsExpectation):
        """Counts the rows a query finds, without fetching them."""

        def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:
            asked = {"unexpected_rows_query": self.unexpected_rows_query}
            metric = MetricConfiguration(_METRIC, {"batch_id": self.batch_id}, asked)
            return ValidationDependencies({_METRIC: metric}, COUNTS_ONLY)

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
            count = metrics[_METRIC]
            return {"success": count == 0, "result": {"observed_value": count}}

    def connect(con: duckdb.DuckDBPyConnection) -> Any:
        from duckdb_sqlalchemy import ConnectionWrapper

        return sqlalchemy.create_engine(
            "duckdb://", creator=lambda: ConnectionWrapper(con.cursor()), poolclass=StaticPool
        )

    return SimpleNamespace(
        Batch=Batch,
        BatchData=SqlAlchemyBatchData,
        Engine=Engine,
        Rows=Rows,
        Validator=Validator,
        connect=connect,
        context=context,
    )

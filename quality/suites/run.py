"""Runs suites and returns `quality.expectation` rows.

Belongs here: the public functions. Does not: the language (`declaration`), the library (`engine`), the tables (`source`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from quality.suites.declaration import implied, load_suite, suite_names
from quality.suites.engine import Result, check
from quality.suites.expectation import Expectation, Suite
from quality.suites.failing import failing_rows
from quality.suites.interrupted import if_lacking
from quality.suites.lasting import Lasting, counts
from quality.suites.personal_numbers import FOUND
from quality.suites.source import Source, contracts, show
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.quality import EXPECTATION, FAILING_ROW
from warehouse.model.session import connect
from warehouse.model.suspects import NewRows

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Findings:
    """What suites found: `results` is `quality.expectation`, `rows` is `quality.failing_row`, `counts` may last (`Lasting`)."""

    results: pa.Table
    rows: pa.Table
    counts: Mapping[str, int] = field(default_factory=dict)


def suites_of_stage(model: DataModel) -> tuple[str, ...]:
    """Names of the suites that check stage files, sorted."""
    return tuple(name for name in suite_names(model) if load_suite(name, model).source == "stage")


def suites_of_release(model: DataModel) -> tuple[str, ...]:
    """Names of the suites that check a release file, sorted."""
    return tuple(name for name in suite_names(model) if load_suite(name, model).source == "release")


def run_suite(name: str, source: Source, model: DataModel | None = None) -> pa.Table:
    """Run one suite.

    Args:
        name: a suite, see `suite_names()`.
        source: a `Home` (its stage files are checked), the path of a release file, or tables by contract name
            (`{"mention.person": table_or_parquet_path}`).
        model: the kinds there are; those of the home, else those that are shipped, if not given.

    Returns:
        `quality.expectation` rows in declared order: outcome and counts, never a value. An expectation that could not
        run has the outcome `error` and no counts; a suite whose own table does not exist could not run at all.

    Raises:
        SuiteError: there is no such suite, or its declaration is wrong.
        ChecksInterruptedError: the machine lacks memory or room on its disk.
    """
    return run_suites([name], source, model)


def run_suites(names: Iterable[str], source: Source, model: DataModel | None = None) -> pa.Table:
    """Run several suites on the same source; see `run_suite`. Rows come suite by suite, in the order of `names`."""
    return examine(names, source, model).results


def examine(
    names: Iterable[str],
    source: Source,
    model: DataModel | None = None,
    beside: Mapping[str, pa.Table] | None = None,
    new: NewRows = lambda _, place: place,
    lasting: Lasting | None = None,
    suspects: pa.Table | None = None,
) -> Findings:
    """Run several suites on the same source and list the rows that break them; see `run_suite`.

    `beside` are tables by contract name that stand in no release, such as what fell against the former one; `new` tells which rows
    of a release nobody has looked through for personal numbers yet: all if not given. `lasting` is what is known of the release it was built on,
    `suspects` are the texts of it that may hold such a number, where they were found already.
    """
    known = model or (source.data_model if isinstance(source, Home) else shipped())
    return joined(
        [
            _run(load_suite(name, known), source, known, beside or {}, new, lasting or Lasting(), suspects)
            for name in names
        ]
    )


def joined(findings: Iterable[Findings]) -> Findings:
    """Several findings as one, in their order."""
    listed = list(findings)
    return Findings(
        pa.concat_tables([EXPECTATION.empty(), *(f.results for f in listed)]),
        pa.concat_tables([FAILING_ROW.empty(), *(f.rows for f in listed)]),
        {query: count for f in listed for query, count in f.counts.items()},
    )


def expectations(name: str, model: DataModel) -> tuple[Expectation, ...]:
    """Every expectation of a suite, those its contracts imply first; nothing is run and the library is not loaded."""
    suite = load_suite(name, model)
    return (*_implied(suite, model), *suite.expectations)


def _implied(suite: Suite, model: DataModel) -> tuple[Expectation, ...]:
    return tuple(implied(model, suite, contracts(model))) if suite.contract else ()


def blocking_failures(results: pa.Table) -> pa.Table:
    """The rows of `results` that stop a release: critical expectations that failed or could not run."""
    return results.filter(
        pc.and_(pc.equal(results["severity"], "critical"), pc.not_equal(results["outcome"], "passed"))
    )


def _run(
    suite: Suite,
    source: Source,
    model: DataModel,
    beside: Mapping[str, pa.Table],
    new: NewRows,
    lasting: Lasting,
    suspects: pa.Table | None,
) -> Findings:
    declared = expectations(suite.suite, model)
    con = connect()
    try:
        show(con, model, source, suite.tables, beside, new)
        if suspects is not None:
            con.register(FOUND, suspects)
    except duckdb.Error as error:
        if_lacking(suite.suite, error)
        log.warning("%s could not run: %s", suite.suite, type(error).__name__)
        return Findings(
            result_table(suite.suite, [Result(e, "error", None, None) for e in declared]), FAILING_ROW.empty()
        )
    try:
        standing = _implied(suite, model)
        results = check(con, suite.table, declared, lasting.known(con, suite.table, standing))
        return Findings(
            result_table(suite.suite, results),
            failing_rows(con, suite.suite, suite.table, results, tuple(model.kinds)),
            counts(con, suite.table, results[: len(standing)]),
        )
    finally:
        con.close()


def result_table(suite: str, results: Iterable[Result]) -> pa.Table:
    """`quality.expectation` rows of one suite."""
    rows = [
        {
            "suite": suite,
            "expectation": r.expectation.name,
            "description": r.expectation.zh,
            "description_en": r.expectation.en,
            "column": _column(r.expectation),
            "severity": r.expectation.severity,
            "outcome": r.outcome,
            "checked": r.checked,
            "unexpected": r.unexpected,
        }
        for r in results
    ]
    return EXPECTATION.conform(pa.Table.from_pylist(rows, schema=EXPECTATION.arrow))


def _column(expectation: Expectation) -> str | None:
    columns = expectation.unique or expectation.filled
    return expectation.column or (columns[0] if len(columns) == 1 else None)

"""Suites of expectations: one YAML file per suite, and the functions that run them.

Belongs here: the declarations (`*.yaml`), their language (`declaration`), where the tables they read lie (`source`), and
the run itself (`engine`, `run`, `failing`); suites made from the description of a platform (`landing`). Does not: the tables' contracts (`warehouse.model`).

    from quality.suites import blocking_failures, run_suite
    results = run_suite("mention.person", Home(path))     # quality.expectation rows: counts only, no values
    blocking_failures(results)                            # critical expectations that failed or could not run
"""

from quality.suites.declaration import check_city, load_suite, suite_names
from quality.suites.expectation import Expectation, Suite, SuiteError
from quality.suites.run import (
    Findings,
    blocking_failures,
    examine,
    expectations,
    run_suite,
    run_suites,
    suites_of_release,
    suites_of_stage,
)

__all__ = [
    "Expectation",
    "Findings",
    "Suite",
    "SuiteError",
    "blocking_failures",
    "check_city",
    "examine",
    "expectations",
    "load_suite",
    "run_suite",
    "run_suites",
    "suite_names",
    "suites_of_release",
    "suites_of_stage",
]

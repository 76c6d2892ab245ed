"""Whether it is right: expectation suites and the reconciliation of rows. Imports `warehouse.model` and nothing else of the project."""

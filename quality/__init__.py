"""Quality: checks declared beside the contracts they check, and the balance sheet of rows.

Belongs here: suites of expectations and what runs them (`quality.suites`), reconciliation (`quality.reconciliation`).
Does not: what a table looks like (`warehouse.model`), or when a check runs and what it stops (`pipelines.defs`).
"""

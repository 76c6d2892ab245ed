"""What happens to the data: standardise, match, resolve, and the Dagster definitions that run it all.

Stands on `connectors`, `quality` and `warehouse`; nothing imports it. Inside, the way is
standardise → matching → resolution → defs.
"""

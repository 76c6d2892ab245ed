"""The matching engine: specification, levels, encoding, blocking, comparison, training, scoring, clustering, and one full run.

Belongs here: what works on any table of records. Does not: where records come from (`inputs`), going on from a former run
(`incremental`), or what lies on disk between runs (`store`).
"""

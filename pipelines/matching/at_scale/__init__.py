"""The same matching on an engine that spills or runs on many machines: SQL for what joins and groups, the project's own code for the rest.

`link_at_scale` gives the answers of `engine.link`: `records` (rows as distinct records), `pairs` (candidates), `frequencies` (how
common values are), `patterns` (of pairs, and the model), `clusters`; `result` brings them to one machine where a home wants them
there. `functions` is what runs where the rows are; every SQL statement is a file in `sql/`.

Belongs here: the order of relational steps and the tables between them. Does not: what decides (`engine`): specification, levels,
encoding, blocking keys, comparer, training, scoring, clustering are used as they are.
"""

from pipelines.matching.at_scale.link import ScaleRun, link_at_scale

__all__ = ["ScaleRun", "link_at_scale"]

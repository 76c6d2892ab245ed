"""The stages of the main job: each reads the contracted tables of the stage before it, writes its own, and returns counts.

Belongs here: which files a stage reads and writes. Does not: how values are computed (`standardise`, `matching`,
`resolution`, `quality`, `warehouse`), nor anything of Dagster (`defs`), so that a stage can be run and tested alone.
"""

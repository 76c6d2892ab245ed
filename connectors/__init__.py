"""How data comes in: platform descriptions, one reader per format, the landing area.

Belongs here: everything that knows what a department's export looks like. Does not: what a value means once it is text
(that is `pipelines.standardise`). Imports `warehouse.model` and nothing else of the project.
"""

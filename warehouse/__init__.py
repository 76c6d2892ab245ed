"""What is stored and served: the data model, releases, the catalogue, extracts.

The ground floor: it imports none of the other packages. `warehouse.model` alone is known to `connectors` and `quality`.
"""

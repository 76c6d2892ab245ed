"""Numbers that identify: of citizens, and of enterprises. One module a number, each with `compact`, `validate`, `is_valid`.

Belongs here: the structure the standards give a number, and how damaged ones are read. Does not: whom a number belongs to.
"""

from pipelines.standardise.identifiers.check import InvalidIdentifierError

__all__ = ["InvalidIdentifierError"]

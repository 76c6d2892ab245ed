"""The matching specifications of the three kinds: read them as tables."""

from pipelines.matching.specs.enterprise import ENTERPRISE
from pipelines.matching.specs.housing import HOUSING
from pipelines.matching.specs.person import PERSON

SPECS = {"person": PERSON, "housing": HOUSING, "enterprise": ENTERPRISE}
"""The specification of every kind."""

__all__ = ["ENTERPRISE", "HOUSING", "PERSON", "SPECS"]

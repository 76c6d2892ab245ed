"""Events as other tools read them: Open311 for portals and apps, an event log for process mining.

Belongs here: the forms of these files, made from the plain release and masked as it is. Does not: what departments download
(`warehouse.extracts`).
"""

from warehouse.exchange.event_log import write_event_log
from warehouse.exchange.open311 import write_open311

__all__ = ["write_event_log", "write_open311"]

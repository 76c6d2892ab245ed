"""An invented city that writes deliveries of every platform in every format, with its truth.

For the demo, the tests and the benchmarks. It has people, homes, firms that own, let and rent some of them, certificates,
investment projects, city components, party branches, the areas of police and city management, and incidents told on six
platforms; the truth names every mention of every kind. Belongs here: the true city (`city`), how people get it wrong (`noise`), what each
platform reports (`reports`), the bytes (`files`) and the truth (`truth`). Does not: reading any of it back; nothing outside
tests, benchmarks and the command may import this package.
"""

from connectors.sample.deliver import CitySummary, write_city
from connectors.sample.several import write_cities

__all__ = ["CitySummary", "write_cities", "write_city"]

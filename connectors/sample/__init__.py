"""An invented city that writes deliveries of every platform in every format, with its truth.

For the demo, the tests and the benchmarks. Belongs here: the true city (`city`), how people get it wrong (`noise`), what each
platform reports (`reports`), the bytes (`files`) and the truth (`truth`). Does not: reading any of it back; nothing outside
tests, benchmarks and the command may import this package.
"""

from connectors.sample.deliver import CitySummary, write_city

__all__ = ["CitySummary", "write_city"]

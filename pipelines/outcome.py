"""How a run of the main job ended.

Belongs here: what the command and its reports know of a run. Does not: running it (`run`), or telling people (`report`, `summary`).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        released: the run did all it had to: the library is good and belongs to the deliveries of this run, and so does what
            is made of it.
        published: the library belongs to the deliveries of this run, whatever a step after it came to.
        checks_passed, checks_failed: names of the asset checks by result, `<asset>: <check>`.
        blocking: the failed checks that stopped the release.
        failures: steps that broke, with the class of the error and its message.
        warnings: what was odd but stopped nothing.
        began: when it began, in seconds since the epoch.
    """

    released: bool
    published: bool
    began: float
    checks_passed: list[str] = field(default_factory=list)
    checks_failed: list[str] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

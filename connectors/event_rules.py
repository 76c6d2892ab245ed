"""What a city rules about events: working slots, which platform is competent for which class, which classes are easy.

Belongs here: the language of the file, and reading it. Does not: applying the rules (`pipelines.resolution.processes`).
"""

from __future__ import annotations

from datetime import time
from importlib import resources
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.registry import ConfigurationError, parse


class EventRules(BaseModel):
    """One file of rules; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    working_slots: tuple[tuple[time, time], ...] = Field(
        min_length=1, description="slots of a work day, ascending: from and to"
    )
    competent: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="class of the taxonomy → platforms, the competent one first"
    )

    easy: tuple[str, ...] = Field(
        default=(), description="classes that are quick to deal with, which quotas are filled with"
    )

    @model_validator(mode="after")
    def _ascending(self) -> EventRules:
        moments = [moment for slot in self.working_slots for moment in slot]
        if any(a >= b for a, b in pairwise(moments)):
            raise ValueError("working_slots: every slot ends after it begins, and before the next one begins")
        return self


def load_event_rules(path: Path | None = None) -> EventRules:
    """The rules of a city, or the shipped ones.

    Raises:
        ConfigurationError: the file breaks its language; the message says where and how.
    """
    file = path or Path(str(resources.files("connectors").joinpath("event_rules.yaml")))
    declared, _, problems = parse(file)
    if problems:
        raise ConfigurationError(problems)
    try:
        return EventRules.model_validate(declared or {})
    except ValidationError as error:
        listed = [f"{file.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
        raise ConfigurationError(listed) from None

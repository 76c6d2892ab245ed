"""The base of what is declared in files or kept in them: a key nobody knows is an error, and nothing changes once it is read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Unknown keys are errors; instances don't change. A field with an alias can be given by either name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

"""How a platform file says that a row tells of a benefit somebody gets: social relief, an allowance, a pension.

Belongs here: the pydantic model of `benefits`. Does not: reading the columns (`pipelines.stages.benefits`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Period = Literal["month", "quarter", "year", "once"]
"""每月 每季 每年 一次性: how often the amount is paid."""

Unit = Literal["元", "万元"]


class Benefit(BaseModel):
    """A benefit a row tells of: who gets it, how much, since when and until when."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    role: str | None = Field(
        None, description="role of the row that gets it, a person; the one the row is about if absent"
    )
    column: str | None = Field(
        None, description="column of what the benefit is; where it is empty the row tells of none"
    )
    is_: str | None = Field(None, alias="is", description="what it is on every row")
    amount: str | None = Field(None, description="column of the amount")
    unit: Unit = Field("元", description="what an amount counts in that is written without a unit")
    period: Period | None = Field(None, description="how often the amount is paid")
    since: str | None = Field(None, description="column of the first day or month")
    until: str | None = Field(None, description="column of the last day or month")
    sharing: Literal["unconditional", "conditional", "none"] | None = Field(
        None, description="its sharing class; that of the platform where not given"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Benefit:
        if bool(self.column) == bool(self.is_):
            raise ValueError("give exactly one of column, is: what the benefit is")
        if bool(self.amount) != bool(self.period):
            raise ValueError("give amount and period together: an amount is paid so often")
        return self

    @property
    def columns(self) -> set[str]:
        """Source columns it reads."""
        return {c for c in (self.column, self.amount, self.since, self.until) if c}

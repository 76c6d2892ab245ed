"""How a platform file says which columns tell how a case was handled: its stages, who acted, its time limit.

Stages are named by their position in the process, never by a platform's word: 核实 and 核查 mean opposite things in different
cities. Belongs here: the pydantic model of `process`. Does not: reading the columns (`pipelines.resolution.processes`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from warehouse.model.strict import Strict

Stage = Literal["reported", "registered", "dispatched", "handled", "verified", "closed"]
"""发现 立案 派遣 处置 核查 结案, in this order."""

SideStage = Literal["returned", "extended", "suspended", "urged", "void"]
"""退回或返工 延期 挂起 督办 作废: they happen beside the order."""

AnyStage = Stage | SideStage

Channel = Literal["grid", "citizens", "officers"]
"""Who reports: grid staff on their rounds, citizens, or officers of a department."""

Answer = Literal["satisfied", "rather_satisfied", "dissatisfied", "unrated"]
"""满意 基本满意 不满意 未评价."""

LimitUnit = Literal["小时", "紧急工作时", "工作时", "工作日", "紧急工作日", "自然日"]


class StageLog(Strict):
    """A column that holds a JSON list of steps, each an object with a name, a time and who acted."""

    column: str = Field(description="source column")
    node: str = Field(description="key of the step's name")
    time: str = Field(description="key of its time")
    actor: str | None = Field(None, description="key of who acted")
    words: dict[str, AnyStage] = Field(description="name of a step as the platform writes it → stage by its position")


class Limit(Strict):
    """The time limit of a case: how long and in which unit, or the moment itself."""

    value: str | None = Field(None, description="column of the number; or of number and unit, such as `15工作日`")
    unit: str | None = Field(None, description="column of the unit")
    fixed_unit: LimitUnit | None = Field(None, description="the unit of all rows, where no column says it")
    due: str | None = Field(None, description="column of the moment itself")
    starts: Stage = Field("registered", description="stage from which it runs; from the report where that is missing")
    legal: bool = Field(True, description="false for a promise, which no rule demands")

    @model_validator(mode="after")
    def _one_form(self) -> Limit:
        if (self.value is None) == (self.due is None):
            raise ValueError("limit: give exactly one of value, due")
        return self

    @property
    def columns(self) -> set[str]:
        """Source columns it reads."""
        return {column for column in (self.value, self.unit, self.due) if column}


class Satisfaction(Strict):
    """A column that says what who complained thinks of the handling."""

    column: str = Field(description="source column")
    words: dict[str, Answer] = Field(description="answer as the platform writes it → answer")


class Outcome(Strict):
    """A column that says what came of a case, read by the words it holds; where it holds none of them it says nothing."""

    column: str = Field(description="source column")
    good: tuple[str, ...] = Field(min_length=1, description="words that say the matter is solved")
    bad: tuple[str, ...] = Field((), description="words that say it is not, where none of `good` is there")


class Process(Strict):
    """How the rows of a dataset tell of the handling of a case."""

    channel: Channel = Field(
        "officers", description="who reports: grid (grid staff on their rounds), citizens, officers"
    )
    responsible: str | None = Field(None, description="column of the department or unit a case was dispatched to first")
    satisfaction: Satisfaction | None = Field(None, description="what who complained thinks of the handling")
    solved: Outcome | None = Field(None, description="whether the matter is solved, as the platform says")
    stages: dict[Stage, str] = Field(default_factory=dict, description="stage by its position → column of its moment")
    log: StageLog | None = Field(None, description="a column that lists all steps")
    actors: dict[Stage, str] = Field(default_factory=dict, description="stage → column of who acted")
    returns: str | None = Field(None, description="column with how often it was sent back after verification")
    self_handled: str | None = Field(None, description="column that says it was dealt with on the spot by who found it")
    verifies: bool = Field(True, description="whether a case must be verified before it is closed")
    limit: Limit | None = Field(None, description="the time limit of a case")
    clock: Literal["utc", "city"] = Field(
        "utc", description="what seconds or milliseconds since 1970 count in: UTC, or the city's own clock"
    )

    @property
    def columns(self) -> set[str]:
        """Source columns it reads."""
        named = {*self.stages.values(), *self.actors.values(), self.returns, self.self_handled}
        named |= {self.log.column} if self.log else set()
        named |= {self.responsible, *(said.column for said in (self.solved, self.satisfaction) if said)}
        return {column for column in named if column} | (self.limit.columns if self.limit else set())

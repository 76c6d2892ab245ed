"""What a city rules about its grids: how large they should be, who is to stand in each, how many grids one person may have.

Belongs here: the language of the file, and reading it. Does not: applying the rules (`pipelines.resolution.duties`,
`warehouse/release/sql`).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator

from connectors.registry import ConfigurationError, parse
from warehouse.model.quality import GridNorms
from warehouse.model.strict import Strict


class Post(Strict):
    """One duty of a grid, such as 网格长 of 一长五员."""

    duty: str = Field(description="its name in this city")
    also: tuple[str, ...] = Field((), description="other words that platforms write for it")
    per_grid: int = Field(1, ge=0, description="how many of them each grid has at least; 0: it may have some")
    grids_at_most: int = Field(1, ge=1, description="how many grids one person may have it for")


class GridRules(Strict):
    """One file of rules."""

    households_per_grid: tuple[int, int] = Field(
        GridNorms.households,
        description="households a grid should have: from and to, as the rule of province or city says",
    )
    persons_per_grid: tuple[int, int] = Field(
        GridNorms.persons, description="persons a grid should have: from and to, as the rule of province or city says"
    )
    posts: tuple[Post, ...] = Field((), description="the duties of a grid, in their order")
    area_codes: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="platform → code it has for a street or community → code of the tree, where it numbers them by itself",
    )

    @field_validator("households_per_grid", "persons_per_grid")
    @classmethod
    def _ascending(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 0 < value[0] <= value[1]:
            raise ValueError("from and to: two whole numbers above 0, the smaller one first, such as [200, 300]")
        return value

    @property
    def norms(self) -> GridNorms:
        """How large a grid should be."""
        return GridNorms(self.households_per_grid, self.persons_per_grid)

    @model_validator(mode="after")
    def _one_meaning(self) -> GridRules:
        words = [word for post in self.posts for word in (post.duty, *post.also)]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"posts: {twice} stand for two duties; a word means one of them")
        return self

    def duty_of(self, word: str) -> str:
        """The duty a word means; the word itself where the city rules nothing about it."""
        return next((post.duty for post in self.posts if word in (post.duty, *post.also)), word)


def load_grid_rules(path: Path | None = None) -> GridRules:
    """The rules of a city, or the shipped ones.

    Raises:
        ConfigurationError: the file breaks its language; the message says where and how.
    """
    file = path or Path(str(resources.files("connectors").joinpath("grid_rules.yaml")))
    declared, _, problems = parse(file)
    if problems:
        raise ConfigurationError(problems)
    try:
        return GridRules.model_validate(declared or {})
    except ValidationError as error:
        listed = [f"{file.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
        raise ConfigurationError(listed) from None

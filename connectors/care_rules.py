"""What a city rules about care tags (关爱标签): which there are, where they come from, with whom they are shared and why.

Belongs here: the language of `care_tags.yaml`, and reading it. Does not: whose tags they are (`pipelines.resolution.care`), or who
gets them (`warehouse.extracts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pydantic import Field, ValidationError, model_validator

from connectors.registry import ConfigurationError, parse
from connectors.spec import Dataset, Platform
from warehouse.model.care import CARE_TAG_CODE
from warehouse.model.strict import Strict

PERSON = "person"


class Delivered(Strict):
    """Rows of a dataset that say that a person has the tag."""

    platform: str = Field(description="platform that says it")
    dataset: str = Field(description="dataset whose rows name the persons")
    role: str | None = Field(None, description="role that names the person; the one a row is about if not given")
    column: str | None = Field(
        None, description="column that says whether; absent: every row of the dataset has the tag"
    )
    words: tuple[str, ...] = Field((), description="what stands in `column` where the person has it")
    since: str | None = Field(None, description="column of the first day")
    until: str | None = Field(None, description="column of the last day")

    @model_validator(mode="after")
    def _together(self) -> Delivered:
        if bool(self.column) != bool(self.words):
            raise ValueError("give column and words together: in which column what stands")
        return self

    def problems(self, platforms: Mapping[str, Platform]) -> Iterator[str]:
        """What of it no platform of the city has."""
        platform = platforms.get(self.platform)
        datasets = {d.name: d for d in platform.datasets} if platform else {}
        dataset = datasets.get(self.dataset)
        if platform is None:
            yield f"platform {self.platform!r} is none of this city; allowed: {', '.join(sorted(platforms))}"
        elif dataset is None:
            yield f"dataset {self.dataset!r} is none of {self.platform}; allowed: {', '.join(datasets)}"
        else:
            if self.role_in(dataset) is None:
                persons = [name for name, role in dataset.roles.items() if role.kind == PERSON]
                yield f"role {self.role or dataset.subject!r} of {self.dataset} is no person; allowed: {', '.join(persons)}"
            for column in (self.column, self.since, self.until):
                if column and column not in dataset.columns:
                    yield f"column {column!r} is none of {self.dataset}; allowed: {', '.join(dataset.columns)}"

    def role_in(self, dataset: Dataset) -> str | None:
        """The role that names the person; None where that is no person of the dataset."""
        role = self.role or dataset.subject
        return role if role in dataset.roles and dataset.roles[role].kind == PERSON else None


class Derived(Strict):
    """What golden records must say for a person to have the tag; all that is given must hold. The deregistered have none."""

    age_from: int | None = Field(
        None, ge=0, le=150, description="completed years of age on the day of the newest delivery"
    )
    persons_at_most: int | None = Field(None, ge=1, description="persons who live in the home, this one included")

    @model_validator(mode="after")
    def _something(self) -> Derived:
        if self.age_from is None and self.persons_at_most is None:
            raise ValueError("give age_from, persons_at_most or both")
        return self


class CareTag(Strict):
    """One tag."""

    tag: str = Field(pattern=r"^\S+$", max_length=20, description="the tag as extracts show it")
    en: str = Field(min_length=1, description="the same in English")
    sharing: Literal["conditional", "none"] = Field(
        description="conditional: platforms that name it under `care_tags` get it; none: its own source alone"
    )
    ground: str = Field(min_length=1, description="law or rule it and its sharing class rest on")
    valid_from: date | None = Field(None, description="first day the tag is in use; open if not given")
    valid_to: date | None = Field(None, description="last day; until further notice if not given")
    delivered: tuple[Delivered, ...] = Field((), description="who says of whom that they have it")
    derived: Derived | None = Field(None, description="what it follows from")

    @model_validator(mode="after")
    def _one_origin(self) -> CareTag:
        if bool(self.delivered) == bool(self.derived):
            raise ValueError(f"{self.tag}: give exactly one of delivered, derived: where it comes from")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"{self.tag}: valid_to lies before valid_from")
        return self

    def holds(self, day: date) -> bool:
        """Whether it is in use on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class CareRules(Strict):
    """One file of rules."""

    small_cell: int = Field(5, ge=2, description="counts of fewer persons are not told")
    tags: tuple[CareTag, ...] = Field((), description="the tags, in their order")

    @model_validator(mode="after")
    def _each_once(self) -> CareRules:
        names = [tag.tag for tag in self.tags]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"tags: {twice} stand twice; a tag is declared once")
        return self

    @property
    def table(self) -> pa.Table:
        """The declared tags, as `warehouse.model.care.CARE_TAG_CODE`."""
        lines = [
            {
                "tag": tag.tag,
                "title_en": tag.en,
                "basis": "derived" if tag.derived else "delivered",
                "sharing": tag.sharing,
                "ground": tag.ground,
                "valid_from": tag.valid_from,
                "valid_to": tag.valid_to,
                "sources": [f"{s.platform}/{s.dataset}" for s in tag.delivered],
                "age_from": tag.derived.age_from if tag.derived else None,
                "persons_at_most": tag.derived.persons_at_most if tag.derived else None,
            }
            for tag in self.tags
        ]
        return CARE_TAG_CODE.conform(pa.Table.from_pylist(lines, schema=CARE_TAG_CODE.arrow))

    def check(self, platforms: Mapping[str, Platform], *, own: bool, file: str = "care_tags.yaml") -> None:
        """Hold the rules and the platforms of a city against each other.

        Args:
            platforms: platform name → its description.
            own: the rules are the city's; those that are shipped may name platforms the city has not got.
            file: named in messages.

        Raises:
            ConfigurationError: a source is not there, or a platform is to get what is not declared or not shared.
        """
        tags = {tag.tag: tag for tag in self.tags}
        problems = [
            f"{file}: tags.{tag.tag}.delivered: {problem}; correct it here"
            for tag in self.tags
            for source in tag.delivered
            if own or source.platform in platforms
            for problem in source.problems(platforms)
        ]
        for name, platform in platforms.items():
            for tag in platform.care_tags:
                if tag not in tags:
                    problems.append(
                        f"{name}.yaml: care_tags: {tag!r} is not declared in {file}; allowed: {', '.join(tags)}"
                    )
                elif tags[tag].sharing == "none" and not _of(tags[tag], platform, platforms):
                    problems.append(
                        f"{name}.yaml: care_tags: {tag} is not shared (sharing: none in {file}); remove it here, or change its class there"
                    )
        if problems:
            raise ConfigurationError(problems)


def _of(tag: CareTag, platform: Platform, platforms: Mapping[str, Platform]) -> bool:
    """Whether the department of a platform says itself who has the tag."""
    owners = {platforms[s.platform].department.code for s in tag.delivered if s.platform in platforms}
    return platform.department.code in owners


def load_care_rules(path: Path | None = None) -> CareRules:
    """The rules of a city, or the shipped ones.

    Raises:
        ConfigurationError: the file breaks its language; the message says where and how.
    """
    file = path or Path(str(resources.files("connectors").joinpath("care_tags.yaml")))
    declared, _, problems = parse(file)
    if problems:
        raise ConfigurationError(problems)
    try:
        return CareRules.model_validate(declared or {})
    except ValidationError as error:
        listed = [f"{file.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
        raise ConfigurationError(listed) from None

"""A city, or several for one home, is one folder: its platforms, code tables, kinds, checks and settings. Without one the shipped sample city is used.

```
<city>/
  settings.yaml     the cities where there are several, schedule, retention, how long a matching model is held
  platforms/*.yaml  a description per platform; those that are shipped where there is none
  events.yaml       working slots, and which platform is competent for which class of event; the shipped ones where there is none
  grids.yaml        how large a grid should be, who is to stand in it, and how many grids one person may have; the shipped ones where there is none
  care_tags.yaml    care tags of persons (低保 高龄 …), where they come from, with whom they are shared; the shipped ones where there is none
  routing.csv       which department answers for which class of event where, with dates; the shipped one where there is none
  codes.yaml        code tables of its own; a table of a shipped name takes its place
  kinds/*.yaml      kinds of its own, or `extends:` a shipped kind with attributes, thresholds, survivorship; beside a kind
                    that is matched `<kind>.py` with its SPEC
  checks/*.yaml     expectations of its own, beside those of the shipped suites
```

Belongs here: reading the folder, and writing a first one. Does not: the language of each file (`connectors.spec`,
`warehouse.model.kind`, `quality.suites.expectation`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from connectors import registry
from connectors.care_rules import CareRules, load_care_rules
from connectors.event_rules import EventRules, load_event_rules
from connectors.grid_rules import GridRules, load_grid_rules
from connectors.registry import CodeTables, ConfigurationError
from connectors.routing import load_routing
from connectors.spec import Platform
from pipelines.cities import with_their_cities
from quality.suites import SuiteError, check_city, load_suite, suite_names
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.kind_files import DataModelError
from warehouse.model.strict import Strict

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.standardise.address.own_division import OwnDivision

SETTINGS, CODES, EVENTS, GRIDS = "settings.yaml", "codes.yaml", "events.yaml", "grids.yaml"
CARE_TAGS = "care_tags.yaml"
ROUTING, PLATFORMS = "routing.csv", "platforms"
PARTS = ("kinds", "checks")
"""What a home holds a copy of, so that every command knows the kinds of its last run."""


class Schedule(Strict):
    """When Dagster runs the main job by itself."""

    cron: str = Field(default="0 2 * * *", description="minute hour day month weekday, in the city's time zone")
    timezone: str = Field(default="Asia/Shanghai", description="IANA name")
    nightly: bool = Field(default=False, description="the schedule runs as soon as Dagster does")
    inbox: bool = Field(default=False, description="so does the sensor that looks for new files")

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if len(value.split()) != 5:
            raise ValueError("five fields are expected: minute hour day month weekday, such as '0 2 * * *'")
        return value


class Division(Strict):
    """Which division the city is; what is left open is read from the reference of addresses. Addresses that name another are
    no homes of the city."""

    province: str = Field(default="", description="such as 江苏省; else that of the grid codes")
    prefecture: str = Field(default="", description="the prefecture-level city it is or belongs to, such as 无锡市")
    counties: tuple[str, ...] = Field(
        default=(),
        description="its counties and districts, or the county-level city it is, beside those of the reference",
    )

    @property
    def own(self) -> OwnDivision:
        """As addresses are read by it."""
        from pipelines.standardise.address.own_division import (
            OwnDivision,  # a second of imports that most commands spare
        )

        return OwnDivision.of(self.counties, province=self.province, prefecture=self.prefecture)


class DeclaredCity(Strict):
    """One of several cities in one home."""

    title: str = Field(min_length=1, description="name of the city, which the names of its departments begin with")
    division: Division = Field(default_factory=Division, description="which division it is, as of a city alone")


class Kept(Strict):
    """Which releases are kept; the environment (`ONENET_KEEP_RELEASES`, `ONENET_KEEP_MONTHS`) has the last word."""

    releases: int = Field(default=10, ge=1, description="the newest so many")
    months: int = Field(default=24, ge=0, description="and the last one of each of so many months")


class Mail(Strict):
    """Mail by SMTP."""

    host: str = Field(description="mail server")
    port: int = Field(default=25, ge=1, le=65535, description="its port")
    tls: Literal["none", "starttls", "ssl"] = Field(default="none", description="none, starttls or ssl")
    user: str | None = Field(default=None, description="account, where the server wants one")
    password_env: str | None = Field(default=None, description="environment variable that holds its password")
    sender: str = Field(description="address the mail is from")
    to: tuple[str, ...] = Field(min_length=1, description="addresses it goes to")


class Alerts(Strict):
    """Who is told that a run was stopped, or that something was rejected, is held or can't be reached; each way is optional."""

    command: str | None = Field(default=None, description="a command; it gets the report as JSON on its input")
    webhook: str | None = Field(default=None, description="an address the report is posted to as JSON")
    webhook_env: str | None = Field(default=None, description="environment variable that holds that address")
    smtp: Mail | None = Field(default=None, description="mail: host, port, tls, user, password_env, sender, to")


class CitySettings(Strict):
    """`settings.yaml`."""

    title: str = Field(default="", description="name of the city")
    division: Division = Field(default_factory=Division)
    cities: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$")], DeclaredCity] = Field(
        default_factory=dict,
        description="several cities in one home: code → title and division; each platform then names its city",
    )
    schedule: Schedule = Field(default_factory=Schedule)
    retention: Kept = Field(default_factory=Kept)
    readers: str | None = Field(
        default=None, description="group of the machine that may read what is masked; the owner's own if not given"
    )
    alerts: Alerts = Field(default_factory=Alerts)
    model_days: int = Field(default=31, ge=0, description="days of deliveries a matching model is held for")
    ducklake: bool = Field(
        default=False,
        description="the release also as a DuckLake: Parquet files in buckets of entities, for a library that outgrows one file",
    )

    @model_validator(mode="after")
    def _one_division_each(self) -> CitySettings:
        if self.cities and self.division != Division():
            raise ValueError("division: belongs to one city; where there are several, write it under each of cities")
        return self

    @property
    def codes(self) -> tuple[str | None, ...]:
        """The cities of the home by code; None alone where the settings name none."""
        return tuple(sorted(self.cities)) or (None,)

    @property
    def titles(self) -> dict[str, str]:
        """What the cities are called, by code; nothing where the settings name none."""
        return {code: city.title for code, city in self.cities.items()}

    def division_of(self, city: str | None) -> Division:
        """Which division a city is."""
        return self.division if city is None else self.cities[city].division


@dataclass(frozen=True)
class City:
    """What one city declares.

    Attributes:
        folder: its folder; None for the shipped sample city.
        platform_folder: descriptions of platforms in another place than its own.
    """

    folder: Path | None = None
    platform_folder: Path | None = None

    @cached_property
    def data_model(self) -> DataModel:
        """The shipped kinds and those of the city. Raises `ConfigurationError` where a declaration is wrong."""
        if self.folder is None:
            return shipped()
        try:
            return DataModel.load(self.folder)
        except DataModelError as error:
            raise ConfigurationError(list(error.problems)) from None

    @cached_property
    def code_tables(self) -> CodeTables:
        """Every code table by name: the city's before the shipped ones."""
        own = self._file(CODES)
        return {**registry.load_code_tables(), **(registry.load_code_tables(own) if own else {})}

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        """Every platform by name. Raises `ConfigurationError` where a description is wrong, or names no city it should name."""
        folder = self.platform_folder or self._file(PLATFORMS)
        declared = registry.load_platforms(folder, self.data_model, self.code_tables)
        return with_their_cities(declared, self.settings.titles)

    @cached_property
    def settings(self) -> CitySettings:
        """What `settings.yaml` says; the defaults where there is none."""
        path = self._file(SETTINGS)
        if path is None:
            return CitySettings()
        declared, lines, problems = registry.parse(path)
        if problems:
            raise ConfigurationError(problems)
        try:
            return CitySettings.model_validate(declared or {})
        except ValidationError as error:
            raise ConfigurationError(
                [_explained(path, lines, fault) for fault in error.errors(include_url=False)]
            ) from None

    @cached_property
    def event_rules(self) -> EventRules:
        """What `events.yaml` rules, or the shipped rules."""
        return load_event_rules(self._file(EVENTS))

    @cached_property
    def grid_rules(self) -> GridRules:
        """What `grids.yaml` rules, or the shipped rules."""
        return load_grid_rules(self._file(GRIDS))

    @cached_property
    def care_rules(self) -> CareRules:
        """What `care_tags.yaml` rules, or the shipped rules."""
        return load_care_rules(self._file(CARE_TAGS))

    @cached_property
    def routing(self) -> pa.Table:
        """What `routing.csv` declares, or the shipped table, as `warehouse.model.process.ROUTE`."""
        return load_routing(self._file(ROUTING))

    def _check_ducklake(self) -> None:
        """Raise where the settings want a form of the release that cannot be written here."""
        if not self.settings.ducklake:
            return
        from warehouse.release import can_write_ducklake  # imports that most cities spare

        if not can_write_ducklake():
            raise ConfigurationError(
                [
                    f"{self._file(SETTINGS)}: ducklake: true：未安装DuckLake扩展，请执行 pip install 'one-network[ducklake]' · "
                    "the DuckLake extension is not installed; run pip install 'one-network[ducklake]', or take the line away"
                ]
            )

    def check(self) -> None:
        """Load everything; raise `ConfigurationError` with every problem of the first part that is wrong."""
        if self.folder is not None and not self.folder.is_dir():
            raise ConfigurationError(
                [
                    f"--city {self.folder}: 没有这个文件夹，可用 onenet init 新建 · no such folder; `onenet init` writes one"
                ]
            )
        _ = self.settings, self.data_model, self.code_tables, self.platforms
        self._check_ducklake()
        _ = self.event_rules, self.grid_rules, self.routing
        self.care_rules.check(self.platforms, own=self._file(CARE_TAGS) is not None)
        if own := self._own_kinds():
            from pipelines.resolution.binding import unbound  # half a second of imports that cities without kinds spare

            if problems := list(unbound(self.data_model, own)):
                raise ConfigurationError(problems)
        try:
            check_city(self.data_model)
            for name in suite_names(self.data_model):
                load_suite(name, self.data_model)
        except SuiteError as error:
            raise ConfigurationError([str(error)]) from None

    def copy_to(self, home: Home) -> None:
        """Leave the city's kinds and checks in the home, for commands that are given the home alone."""
        shutil.rmtree(home.city, ignore_errors=True)
        for part in PARTS:
            folder = self._file(part)
            if folder and folder.is_dir():
                shutil.copytree(folder, home.city / part)

    def _own_kinds(self) -> set[str]:
        """The kinds the city declares or adds to; those that are shipped are known to fit."""
        shipped_kinds = shipped().declared
        return {name for name, kind in self.data_model.declared.items() if shipped_kinds.get(name) != kind}

    def _file(self, name: str) -> Path | None:
        path = self.folder / name if self.folder else None
        return path if path and path.exists() else None


def _explained(path: Path, lines: dict[tuple[str | int, ...], int], fault: Any) -> str:
    place = fault["loc"]
    line = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)
    at = f"{path.name}{f':{line}' if line else ''}: {'.'.join(map(str, place)) or '(file)'}"
    if fault["type"] == "extra_forbidden":
        model: Any = CitySettings
        for step in place[:-1]:
            if step in model.model_fields:  # else it is a key of a mapping
                model = _model_of(model.model_fields[step].annotation)
        return f"{at}: unknown key; allowed: {', '.join(model.model_fields)}; rename or remove it"
    return f"{at}: {fault['msg'].removeprefix('Value error, ')}; correct it here"


def _model_of(annotation: Any) -> Any:
    """The model of a key, which may be left out or hold several by name."""
    return next(
        (part for part in get_args(annotation) if isinstance(part, type) and issubclass(part, BaseModel)), annotation
    )


def init(folder: Path) -> list[Path]:
    """Write a first folder of a city: every platform that is shipped, settings with their meaning, an empty code table.

    Returns:
        The files written.

    Raises:
        FileExistsError: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    for part in (PLATFORMS, *PARTS):
        (folder / part).mkdir(parents=True)
    (folder / SETTINGS).write_text(_settings_text(), encoding="utf-8")
    (folder / CODES).write_text(CODES_TEXT, encoding="utf-8")
    for file in sorted(registry.FOLDER.glob("*.yaml")):
        shutil.copyfile(file, folder / PLATFORMS / file.name)
    template = resources.files("pipelines").joinpath("city_readme.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(template, encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())


CODES_TEXT = """# 本市代码表：平台写的值 → 标准值；与随软件附带的同名者取代之
# Code tables of this city: what platforms write → the standard value. A table of a shipped name takes its place.
# insurance_state: {"1": 正常参保, "2": 暂停参保, "3": 终止参保}
"""


def _settings_text() -> str:
    """Every setting with its default and what it means."""
    lines = ["# 本市设置 · Settings of this city"]
    for name, field in CitySettings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            lines.append(f"{name}:")
            for key, inner in type(default).model_fields.items():
                value = yaml.safe_dump(getattr(default, key), allow_unicode=True).splitlines()[0]
                lines.append(f"  {key}: {value}  # {inner.description}")
        else:
            lines.append(
                f"{name}: {yaml.safe_dump(default, allow_unicode=True).splitlines()[0]}  # {field.description}"
            )
    return "\n".join(lines) + "\n"

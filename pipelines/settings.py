"""What a run needs to know from outside: where deliveries come in, where the home is, which platforms there are."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from connectors.registry import CodeTables, ConfigurationError
from connectors.remote import Remote
from connectors.spec import Platform
from pipelines.city import City
from pipelines.engine import LOCAL
from pipelines.markers import code_fingerprint, digest
from warehouse.model import Home, memory

PLATFORMS_VARIABLE = "ONENET_PLATFORMS"
CITY_VARIABLE = "ONENET_CITY"
INBOX_VARIABLE = "ONENET_INBOX"
HOME_VARIABLE = "ONENET_HOME"
ENGINE_VARIABLE = "ONENET_ENGINE"


@dataclass(frozen=True)
class Settings:
    """One home, one inbox, one city.

    Attributes:
        inbox: holds one folder per platform with the files its department dropped.
        remote: where those files are fetched from, unless departments drop them into that folder itself.
        home: everything a run writes; see `warehouse.model.home`.
        city: what the city declares; see `pipelines.city`.
        engine: where rows are standardised, matched and resolved, see `pipelines.engine`. What comes out is the same.
    """

    inbox: Path
    home: Home
    city: City = field(default_factory=City)
    remote: Remote | None = None
    engine: str = LOCAL

    @classmethod
    def of(cls, inbox: str | Path, home: Path, city: City, engine: str = LOCAL) -> Settings:
        """The settings of a run, whose home holds the kinds of its city. Folders are meant from where the run is started.

        Args:
            inbox: a folder, or an address (`sftp://`, `s3://`): of that the inbox is a folder of the home.
            home: everything a run writes.
            city: what the city declares.
            engine: where rows are standardised, matched and resolved.

        Raises:
            ConfigurationError: a kind of the city is declared wrongly, or the address of the inbox is, or the memory a run may use.
        """
        memory_limit()
        place = Home(home.resolve(), city.data_model)
        if "://" not in str(inbox):
            return cls(Path(inbox).resolve(), place, city, engine=engine)
        try:
            return cls(place.remote_inbox, place, city, Remote(str(inbox)), engine)
        except ValueError as error:
            raise ConfigurationError([f"--inbox: {error}"]) from None

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from ONENET_INBOX, ONENET_HOME, ONENET_CITY, ONENET_PLATFORMS and ONENET_ENGINE, each with a default."""
        folder, city = os.environ.get(PLATFORMS_VARIABLE), os.environ.get(CITY_VARIABLE)
        return cls.of(
            os.environ.get(INBOX_VARIABLE, "inbox"),
            Path(os.environ.get(HOME_VARIABLE, ".home")),
            City(Path(city) if city else None, Path(folder) if folder else None),
            os.environ.get(ENGINE_VARIABLE) or LOCAL,
        )

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        """Every platform by name. Raises `connectors.registry.ConfigurationError` where a description is wrong."""
        return self.city.platforms

    @cached_property
    def code_tables(self) -> CodeTables:
        """Every code table by name: value as platforms write it → standard value."""
        return self.city.code_tables

    @cached_property
    def configuration_fingerprint(self) -> str:
        """Changes when code, platform descriptions, code tables or kinds change."""
        said = self.city.settings
        division = "".join(part.model_dump_json() for part in (said.division, *said.cities.values()))
        descriptions = (p.model_dump_json() for p in self.platforms.values())
        tables = (f"{name}{sorted(table.items())}" for name, table in sorted(self.code_tables.items()))
        declared = self.city.event_rules, self.city.grid_rules, self.city.care_rules
        rules = "".join(part.model_dump_json() for part in declared)
        routes = str(self.city.routing.to_pylist())
        return digest(
            (code_fingerprint(), self.home.data_model.fingerprint, division, *descriptions, *tables, rules, routes)
        )


def memory_limit() -> int:
    """Bytes that the DuckDB sessions of a run may hold together: what ONENET_MEMORY says, or its default.

    Raises:
        ConfigurationError: it is no amount of memory.
    """
    try:
        return memory.limit()
    except ValueError as error:
        raise ConfigurationError([str(error)]) from None


def whole_number(variable: str, default: int, least: int, zh: str, en: str) -> int:
    """What a variable of the environment says, else `default`; `zh` and `en` say what is counted.

    Raises:
        ConfigurationError: it is no whole number from `least` on.
    """
    written = os.environ.get(variable) or str(default)
    if not written.isdecimal() or int(written) < least:
        raise ConfigurationError(
            [f"{variable}: 应为不小于{least}的整数，即{zh} · a whole number of {en} from {least} on is needed"]
        )
    return int(written)

"""What a run needs to know from outside: where deliveries come in, where the home is, which platforms there are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from connectors.registry import load_code_tables, load_platforms
from connectors.spec import Platform
from pipelines.once import code_fingerprint, digest
from warehouse.model import Home

PLATFORMS_VARIABLE = "ONENET_PLATFORMS"
INBOX_VARIABLE = "ONENET_INBOX"
HOME_VARIABLE = "ONENET_HOME"


@dataclass(frozen=True)
class Settings:
    """One home, one inbox, one set of platform descriptions.

    Attributes:
        inbox: holds one folder per platform with the files its department dropped.
        home: everything a run writes; see `warehouse.model.home`.
        platform_folder: YAML files of the platforms; None for those shipped with the project.
    """

    inbox: Path
    home: Home
    platform_folder: Path | None = None

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from ONENET_INBOX, ONENET_HOME and ONENET_PLATFORMS, each with a default in the working folder."""
        folder = os.environ.get(PLATFORMS_VARIABLE)
        return cls(
            inbox=Path(os.environ.get(INBOX_VARIABLE, "inbox")),
            home=Home(Path(os.environ.get(HOME_VARIABLE, ".home"))),
            platform_folder=Path(folder) if folder else None,
        )

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        """Every platform by name. Raises `connectors.registry.ConfigurationError` where a description is wrong."""
        return load_platforms(self.platform_folder)

    @cached_property
    def code_tables(self) -> dict[str, dict[str, str]]:
        """Every code table by name: value as platforms write it → standard value."""
        return load_code_tables()

    @cached_property
    def configuration_fingerprint(self) -> str:
        """Changes when code, platform descriptions or code tables change."""
        descriptions = (p.model_dump_json() for p in self.platforms.values())
        tables = (f"{name}{sorted(table.items())}" for name, table in sorted(self.code_tables.items()))
        return digest((code_fingerprint(), *descriptions, *tables))

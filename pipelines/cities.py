"""Several cities in one home: which city a platform belongs to, as the settings and the descriptions of platforms say.

A department is told from others by its city and its code, so that the 民政局 of two cities are two departments: `yunling.minzheng`.
That is the code by which all others know it: entitlements, accounts of the portal, folders of extracts.

Belongs here: what is asked of both declarations together. Does not: reading them (`city`, `connectors.registry`), or the places of a
city (`stages.city_places`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from connectors.registry import ConfigurationError
from connectors.spec import Department, Platform


def with_their_cities(platforms: Mapping[str, Platform], titles: Mapping[str, str]) -> dict[str, Platform]:
    """The platforms with departments that are known by their city; as they are where the settings name no cities.

    Args:
        platforms: by name.
        titles: of the cities by code, as the settings name them.

    Raises:
        ConfigurationError: a platform names no city or one that is not declared, or a city has no platform.
    """
    if problems := list(_problems(platforms, titles)):
        raise ConfigurationError(problems)
    return {name: _of_its_city(platform, titles) for name, platform in platforms.items()}


def require_city(name: str, platform: Platform, titles: Mapping[str, str]) -> None:
    """Raise `ConfigurationError` where a platform names no city, and should, or one that is not declared."""
    if problem := _problem(name, platform, titles):
        raise ConfigurationError([problem])


def _problems(platforms: Mapping[str, Platform], titles: Mapping[str, str]) -> Iterator[str]:
    for name, platform in platforms.items():
        if problem := _problem(name, platform, titles):
            yield problem
    named = {platform.city for platform in platforms.values()}
    for city in titles:
        if city not in named:
            yield (
                f"settings.yaml: cities.{city}: 没有平台属于该城市 · no platform belongs to it; "
                f"write `city: {city}` into the files of its platforms, or remove it"
            )


def _problem(name: str, platform: Platform, titles: Mapping[str, str]) -> str | None:
    at, city, allowed = f"{name}.yaml: city", platform.city, ", ".join(titles)
    if city is not None and not titles:
        return (
            f"{at}: {city!r}: settings.yaml 未列出 cities · the settings name no cities; "
            f"write `cities: {{{city}: {{title: …}}}}` into settings.yaml, or remove the line"
        )
    if city is None and titles:
        return (
            f"{at}: 多城市时每个平台都要写明城市 · is absent; where the settings name cities every platform has one; "
            f"allowed: {allowed}; add it"
        )
    if city is not None and city not in titles:
        near = difflib.get_close_matches(city, list(titles), 1, 0.5)
        guess = f"did you mean {near[0]!r}? " if near else ""
        return (
            f"{at}: {city!r} 不在 settings.yaml 的 cities 中 · is no city of the settings; "
            f"{guess}allowed: {allowed}; correct it here, or declare the city there"
        )
    return None


def _of_its_city(platform: Platform, titles: Mapping[str, str]) -> Platform:
    if platform.city is None:
        return platform
    owner, title = platform.department, titles[platform.city]
    department = Department.model_construct(  # the pattern of a code that is declared has no point
        code=f"{platform.city}.{owner.code}",
        zh=owner.zh if owner.zh.startswith(title) else f"{title}{owner.zh}",
        en=f"{owner.en}, {platform.city}",
    )
    return platform.model_copy(update={"department": department})

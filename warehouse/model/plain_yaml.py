"""YAML as people write it by hand: what is named once and used again holds nothing that is, and nothing nests without end.

Belongs here: refusing the rest before anything is built from it. An alias inside what is anchored may hold itself, or ten times
what holds ten times what… until the memory is full.
"""

from __future__ import annotations

from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 40


def require_plain(text: str) -> None:
    """Look through a YAML text without building anything.

    Raises:
        yaml.MarkedYAMLError: it is no YAML, has an alias inside what is anchored, or nests deeper than `MAX_DEPTH`.
    """
    anchored: list[bool] = []
    for event in yaml.parse(text, LOADER):
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent) and any(anchored):
            raise yaml.MarkedYAMLError(
                problem="an alias (*name) inside what has an anchor (&name) is not allowed; write the value out",
                problem_mark=mark,
            )
        if isinstance(event, yaml.CollectionStartEvent):
            anchored.append(event.anchor is not None)
            if len(anchored) > MAX_DEPTH:
                raise yaml.MarkedYAMLError(problem=f"more than {MAX_DEPTH} levels deep", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchored.pop()

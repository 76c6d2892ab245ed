"""The version mark of a home: which layout its files have, so that code of another time does not misread them.

Belongs here: the mark. Layout 1 is that of every home made before there was a mark. A change of layout that the next run does
not mend by itself (stages are made again from the landing area) gets a higher number and a step that upgrades.
"""

from __future__ import annotations

import json

from warehouse.model.durable import write_whole
from warehouse.model.home import Home

LAYOUT = 1
"""The layout this code writes."""


class LayoutError(RuntimeError):
    """A home was written by newer code. The message says what to do."""


def layout_of(home: Home) -> int:
    """The layout of a home; 1 where it has no mark."""
    try:
        told = json.loads(home.mark.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return 1
    return int(told["layout"]) if isinstance(told, dict) and isinstance(told.get("layout"), int) else 1


def require_layout(home: Home) -> None:
    """Raises LayoutError where the home is newer than this code."""
    found = layout_of(home)
    if found > LAYOUT:
        raise LayoutError(
            f"{home.root}: 该目录由更新的版本写入（布局{found}，本版本为{LAYOUT}），请升级软件 · written by a newer version "
            f"(layout {found}, this one knows {LAYOUT}); upgrade the software"
        )


def mark_layout(home: Home) -> None:
    """Write the mark; the caller has upgraded what there was."""
    require_layout(home)
    if not home.mark.exists() or layout_of(home) != LAYOUT:
        write_whole(home.mark, json.dumps({"layout": LAYOUT}).encode())

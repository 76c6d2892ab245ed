"""Links of a home to other forms of its library: Parquet files, a DuckLake.

Belongs here: letting them point to a release that has the form. Does not: writing any form.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from warehouse.model.durable import sync
from warehouse.model.home import Home

PARQUET, DUCKLAKE = "parquet", "ducklake"
FORMS = (PARQUET, DUCKLAKE)
"""Folders of a release, and links of the home of the same names."""


def point_all(home: Home, version: str) -> None:
    """Let every link point to what that release has."""
    for form in FORMS:
        point(home, version, form)


def point(home: Home, version: str, form: str) -> Path | None:
    """Let `<home>/<form>` point to that form of a release, in one step; take it away where the release has none."""
    target, link = home.release(version) / form, home.root / form
    if not target.is_dir():
        link.unlink(missing_ok=True)
        return None
    aside = home.root / f".{form}.publishing"
    aside.unlink(missing_ok=True)
    aside.symlink_to(target.relative_to(home.root), target_is_directory=True)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # a home was copied with what its links point to
    aside.replace(link)
    sync(home.root)
    return link


def forget_all(home: Home) -> None:
    """Take every link away: no release is left."""
    for form in FORMS:
        (home.root / form).unlink(missing_ok=True)

"""Extensions of DuckDB from packages: nothing is downloaded at run time.

Belongs here: finding and loading one. Does not: what it is for.
"""

from __future__ import annotations

from importlib import util
from pathlib import Path

import duckdb


def package_of(extension: str) -> str:
    """The name of the package that brings an extension, as `pip` knows it."""
    return f"duckdb-extension-{extension}"


def extension_file(extension: str) -> Path | None:
    """The file of an extension that fits this DuckDB; None where its package is not installed or is for another version."""
    package = util.find_spec(package_of(extension).replace("-", "_"))
    if package is None or not package.origin:
        return None
    file = Path(package.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{extension}.duckdb_extension"
    return file if file.exists() else None

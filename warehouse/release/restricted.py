"""The restricted release: the same tables with nothing masked, in a file DuckDB encrypts (AES-256 in GCM mode).

Belongs here: its key, its file, its place. Does not: what it holds (`warehouse.release.fill`). It exists only where the
environment names a key: whoever runs the home decides. Reading needs DuckDB 1.4 or newer and the key:

```sql
attach 'one_network_restricted.duckdb' as r (read_only, encryption_key '…');
```

DuckDB writes encrypted files with its httpfs extension alone, whose OpenSSL it trusts; the package
`duckdb-extension-httpfs` brings it, so that nothing is downloaded at run time.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.release import restricted_tables
from warehouse.model.session import connect
from warehouse.model.sql import literal as text
from warehouse.release.extension import extension_file, package_of
from warehouse.release.fill import fill
from warehouse.release.manifest import Manifest, ReleaseError, ReleaseFacts, file_line
from warehouse.release.publish import swap_in

KEY_VARIABLE = "ONENET_RESTRICTED_KEY"
MIN_KEY_LENGTH = 16
FILE = "restricted.duckdb"
STORAGE_VERSION = "v1.4.0"  # the first that can be encrypted
DICTIONARY = "catalogue.field"  # has the columns of full numbers as well
EXTENSION = "httpfs"


def restricted_key() -> str | None:
    """The key from `ONENET_RESTRICTED_KEY`; None where it is not set.

    Raises:
        ReleaseError: it is shorter than 16 characters. The message never holds the key.
    """
    key = os.environ.get(KEY_VARIABLE) or None
    if key and len(key) < MIN_KEY_LENGTH:
        raise ReleaseError(
            f"{KEY_VARIABLE}: 只有{len(key)}个字符，至少应有{MIN_KEY_LENGTH}个 · {len(key)} characters; at least {MIN_KEY_LENGTH} are needed"
        )
    return key


def build_restricted(home: Home, version: str, facts: ReleaseFacts, *, threads: int | None = None) -> Path | None:
    """Build release `version` unmasked and encrypted from the same stage files and make it the one in the home.

    One that is there already and opens with the key is not built again.

    Args:
        home: the home whose stage files are those of the release.
        version: the release; its manifest gets the size and SHA-256 of the file.
        facts: as for the plain release.
        threads: DuckDB threads; DuckDB's default if not given.

    Returns:
        `<home>/one_network_restricted.duckdb`; None where no key is set, and then there is no such file: one of a former
        release would pass for this one's.

    Raises:
        ReleaseError: the key is too short, DuckDB can't encrypt here, or it holds other rows than the release.
    """
    folder = home.release(version)
    key = restricted_key()
    if key is None:
        point_restricted(home, version)
        return None
    if _opens(folder / FILE, key):
        return point_restricted(home, version)
    aside = folder / ".restricted.building"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        counts = _write(home, aside / FILE, version, facts, key, threads)
        manifest = Manifest.read(folder)
        different = sorted(t for t, rows in manifest.tables.items() if t != DICTIONARY and counts.get(t) != rows)
        if different:
            raise ReleaseError(f"restricted release {version}: other rows than the release in {', '.join(different)}")
        (aside / FILE).chmod(0o400)
        sync(aside / FILE)
        (aside / FILE).replace(folder / FILE)
        manifest.model_copy(update={"restricted": file_line(folder / FILE)}).write(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return point_restricted(home, version)


def point_restricted(home: Home, version: str) -> Path | None:
    """Make the restricted form of that release the one in the home; take it away where the release has none."""
    if not (home.release(version) / FILE).exists():
        home.restricted_library.unlink(missing_ok=True)
        return None
    swap_in(home.release(version) / FILE, home.restricted_library)
    return home.restricted_library


def _opens(file: Path, key: str) -> bool:
    try:
        with connect() as con:
            con.execute(f"attach {text(str(file))} as release (read_only, encryption_key {text(key)})")
            con.execute("from release.catalogue.release")
    except duckdb.Error:
        return False
    return True


def _write(home: Home, file: Path, version: str, facts: ReleaseFacts, key: str, threads: int | None) -> dict[str, int]:
    spill = str(file.parent / "spill")
    with connect(threads=threads, temp_directory=spill) as con:
        _load_encryption(con)
        con.execute("set temp_file_encryption = true")  # what does not fit in memory is spilled, and it is unmasked
        try:
            con.execute(
                f"attach {text(str(file))} as release (encryption_key {text(key)}, "
                f"storage_version {text(STORAGE_VERSION)})"
            )
        except duckdb.Error as error:
            raise ReleaseError(f"the restricted release can't be made ({type(error).__name__})") from None
        return fill(con, home, restricted_tables(home.data_model), version, facts, full=True).rows


def _load_encryption(con: duckdb.DuckDBPyConnection) -> None:
    """Load the httpfs extension from its package."""
    extension = extension_file(EXTENSION)
    if extension is None:
        raise ReleaseError(
            f"{KEY_VARIABLE} is set, but the package {package_of(EXTENSION)} for DuckDB {duckdb.__version__} is not "
            "installed; install it, or unset the variable to do without a restricted release"
        )
    con.load_extension(str(extension))

"""A home with a large release out of a finished small one, as far as the portal reads it.

The release is multiplied (`large_release`), and so are the findings behind the work lists; one department gets a file of 200 MB
to download. Belongs here: making the home. Does not: asking it (`portal_load`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import duckdb

from benchmarks.large_release import multiply
from warehouse.model.home import Home
from warehouse.model.sql import literal
from warehouse.portal import Accounts, Role
from warehouse.release.manifest import LIBRARY, MANIFEST

PASSWORD = "a long passphrase 7"
DEPARTMENT = "gongan"
DOWNLOAD = "large.bin"
MEGABYTES = 200
PEOPLE = {"department": 30, "analyst": 12, "steward": 5, "auditor": 3}
"""Fifty users by role."""


def large_home(small: Path, folder: Path, persons: int) -> dict[str, int]:
    """Make the home where there is none; how many people, homes, firms, claims and findings it has."""
    if not (folder / "one_network.duckdb").exists():
        shutil.copytree(
            small, folder, ignore=shutil.ignore_patterns("landing", "scratch", "parquet", "releases", "one_network*")
        )
        (version,) = (path.name for path in (small / "releases").iterdir())
        home = Home.of(folder)
        home.release(version).mkdir(parents=True)
        file = home.release(version) / LIBRARY
        copies = multiply(small / "one_network.duckdb", file, persons, memory_limit="2GB")
        shutil.copyfile(small / "releases" / version / MANIFEST, home.release(version) / MANIFEST)
        home.library.hardlink_to(file)
        _multiply_findings(folder, copies)
        _lay_download(next((folder / "extracts" / DEPARTMENT).iterdir()))
        _open_accounts(home)
    with duckdb.connect(str(folder / "one_network.duckdb"), read_only=True) as con:
        tables = {
            "people": "base.person",
            "homes": "base.housing",
            "firms": "base.enterprise",
            "claims": "evidence.attribute",
        }
        size = {
            what: (con.execute(f"select count(*) from {table}").fetchone() or (0,))[0] for what, table in tables.items()
        }
        files = [str(path) for path in (folder / "stage" / "finding").glob("*.parquet")]
        return {**size, "findings": (con.execute("select count(*) from read_parquet(?)", [files]).fetchone() or (0,))[0]}  # fmt: skip


def publish_again(folder: Path) -> None:
    """Swap in another release with the same content, as a run does at its end."""
    home = Home.of(folder)
    former = max(path.name for path in (folder / "releases").iterdir())
    version = former + "-2"
    shutil.copytree(home.release(former), home.release(version))
    beside = home.library.with_suffix(".next")
    beside.hardlink_to(home.release(version) / LIBRARY)
    beside.replace(home.library)


def _multiply_findings(folder: Path, copies: int) -> None:
    for path in (folder / "stage" / "finding").glob("*.parquet"):
        larger = path.with_suffix(".large")
        with duckdb.connect(config={"memory_limit": "2GB", "threads": 2}) as con:
            con.execute(
                f"copy (select * replace (md5(finding || copy)[:16] as finding, row_number * {copies} + copy as row_number)"
                f" from read_parquet({literal(str(path))}), range({copies}) as r(copy)) to {literal(str(larger))} (format parquet)"
            )
        larger.replace(path)


def _lay_download(folder: Path) -> None:
    content = os.urandom(1 << 20) * MEGABYTES
    (folder / DOWNLOAD).write_bytes(content)
    manifest = folder / MANIFEST
    told = json.loads(manifest.read_text("utf-8"))
    told["files"].append({**told["files"][0], "name": DOWNLOAD, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})  # fmt: skip
    manifest.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def _open_accounts(home: Home) -> None:
    accounts = Accounts(home)
    for role, count in PEOPLE.items():
        for n in range(count):
            name, department = f"{role}.{n}", DEPARTMENT if role == "department" else ""
            accounts.add(name, Role(role), department, "first " + PASSWORD)
            accounts.set_password(name, PASSWORD, must_change=False)

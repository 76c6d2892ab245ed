"""Which platforms get the same extract as before: their files are those of the former extract, under the new release's name.

Belongs here: a fingerprint of all that the extract of a platform is made of, and taking over its files. Does not: making any
(`write`). A list of findings says what is new against the extract before it; where nothing changed it says what it said then.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.extracts.manifest import ExtractFile, ExtractManifest
from warehouse.model.data_model import DataModel
from warehouse.model.home import Home
from warehouse.model.sql import identifier
from warehouse.release.manifest import MANIFEST, file_line

CONTENTS = "contents.json"
"""Beside what is prepared: platform → fingerprint."""


def contents(
    con: duckdb.DuckDBPyConnection, model: DataModel, granted: pa.Table, prepared: tuple[str, ...]
) -> dict[str, str]:
    """A fingerprint per platform of what the stages know of its rows: what is prepared, the golden values somebody may see, what it
    alone knows, what was rejected, what waits or stands under an odd scope.

    Args:
        con: connection that shows `prepared_<name>`, `golden_<kind>`, `rejected`, `requested` and `reconciliation`.
        model: the kinds there are.
        granted: (platform, entity_kind, attribute) that somebody may see.
        prepared: names of what is prepared.
    """
    named = "select distinct platform, entity_id from prepared_mention where entity_kind"
    parts = [f"select platform, hash('{name}', p) as h from prepared_{name} p" for name in prepared]
    parts.append("select platform, hash('rejected', r) as h from rejected r")
    parts.append("select platform, hash('requested', r) as h from requested r")
    parts.append(
        "select platform, hash('waiting', file_name, reason_code, reason) as h from reconciliation "
        "where reason is not null and (state = 'held' or (state = 'landed' and rows_current > 0))"
    )
    seen: dict[str, set[str]] = {}
    for kind, attribute in zip(granted["entity_kind"].to_pylist(), granted["attribute"].to_pylist(), strict=True):
        seen.setdefault(kind, set()).update({attribute, f"{attribute}_precision"} & set(model.golden(kind).names))
    for kind in model.kinds:
        columns = "".join(f", g.{identifier(column)}" for column in sorted(seen.get(kind, ())))
        parts.append(
            f"select m.platform, hash('{kind}', m.entity_id, g.platform_count = 1{columns}) as h "
            f"from ({named} = '{kind}') m join golden_{kind} g on g.{kind}_id = m.entity_id"
        )
    summed = f"select platform, count(*) || ' ' || sum(h::hugeint) from ({' union all '.join(parts)}) group by platform"
    return {platform: said for platform, said in con.sql(summed).fetchall() if platform is not None}


def write_contents(folder: Path, found: Mapping[str, str]) -> None:
    """Put the fingerprints beside what is prepared."""
    (folder / CONTENTS).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def read_contents(home: Home) -> dict[str, str]:
    """The fingerprints `write_contents` wrote; none where they can't be read."""
    try:
        return dict(json.loads((home.prepared_extracts / CONTENTS).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def former_extract(folder: Path, version: str) -> tuple[Path, ExtractManifest] | None:
    """The newest extract of a department under another release than `version`; None where there is none, or not a good one."""
    found = [f for f in folder.glob(f"*/{MANIFEST}") if f.parent.name[0] != "." and f.parent.name != version]
    newest = max((f.parent for f in found), key=lambda f: f.name, default=None)
    try:
        return (newest, ExtractManifest.read(newest)) if newest else None
    except (OSError, ValueError):
        return None


def take_over(former: Path, files: list[ExtractFile], folder: Path) -> bool:
    """Give files of a former extract a name in `folder` too; False, and none is there, where one is not what its manifest says."""
    for line in files:
        try:
            os.link(former / line.name, folder / line.name)
        except FileNotFoundError:
            break
        except OSError:
            shutil.copyfile(former / line.name, folder / line.name)
        told = file_line(folder / line.name)
        if (told.bytes, told.sha256) != (line.bytes, line.sha256):
            break
    else:
        return True
    for line in files:
        (folder / line.name).unlink(missing_ok=True)
    return False

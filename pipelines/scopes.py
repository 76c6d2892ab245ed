"""Scopes of snapshots that fit the city badly: a street the grid does not know, one street under two spellings.

A snapshot replaces what its scope said before. Where a file names its street otherwise than the last one, both stand, and
every row of the street counts twice. Belongs here: telling such scopes from the names in the grid tree. Does not: holding
deliveries (`connectors.holding`); a department may call a part of it as it likes, and the file is read all the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from pipelines.standardise.address.gazetteer import community_forms, street_forms
from pipelines.standardise.address.notation import name_key

UNKNOWN, TWICE = "scope_unknown", "scope_twice"
CODES = (UNKNOWN, TWICE)
"""Reason codes of a delivery that stands although its scope is odd."""

_NEAR = 0.6
_SHORTEST = 2
Line = Mapping[str, Any]


def odd_scopes(scopes: Iterable[str], tree: pa.Table) -> dict[str, tuple[str, str]]:
    """What is odd about the scopes of one platform.

    Scopes of which none names a place of the city, nor nearly, are parts of a department, and nothing is odd about them.

    Args:
        scopes: as the names of its files have them; '' is the whole platform.
        tree: the grid tree (`name`, `level`).

    Returns:
        Scope → (reason code, reason); those that are right are left out.
    """
    places = _places(tree)
    names = sorted({*tree["name"].to_pylist()})
    meant = {scope: places.get(name_key(scope)) for scope in sorted({*scopes} - {""})}
    near = {scope: next(iter(difflib.get_close_matches(scope, names, 1, _NEAR)), None) for scope in meant}
    if not any(meant.values()) and not any(near.values()):
        return {}
    odd: dict[str, tuple[str, str]] = {}
    for scope, place in meant.items():
        if place is None:
            like = f"，最接近的是“{near[scope]}”" if near[scope] else ""
            odd[scope] = UNKNOWN, f"范围“{scope}”不在网格划分中{like}，请核对文件名；该范围单独计数，不会替换其他范围"
            continue
        same = [other for other, named in meant.items() if named == place and other != scope]
        first = place if place in same else min([scope, *same])
        if same and scope not in (place, first):
            odd[scope] = (
                TWICE,
                f"范围“{scope}”与“{first}”是同一处，两份同时计数；请撤下其一（onenet refuse）并统一文件名",
            )
    return odd


def _places(tree: pa.Table) -> dict[str, str]:
    """Ways to write a street or community, with a city before it or not → its name."""
    rows = tree.select(["name", "level"]).to_pylist()
    cities = [name_key(row["name"]) for row in rows if row["level"] == "city"] or [""]
    found: dict[str, str] = {}
    for row in rows:
        name = row["name"]
        forms = {name_key(name)}
        if row["level"] == "street":
            bare = name_key(name).removesuffix("街道").removesuffix("镇").removesuffix("乡")
            forms |= street_forms(name) | ({bare} if len(bare) >= _SHORTEST else set())
        elif row["level"] == "community":
            forms |= community_forms(name)
        for form in forms:
            for start in ("", *cities):
                found.setdefault(start + form, name)
    return found


def with_odd_scopes(lines: list[dict[str, Any]], confirmed: Iterable[str], tree: pa.Table) -> list[dict[str, Any]]:
    """Manifest lines, with reason code and reason at those that stand under an odd scope.

    Args:
        lines: of all platforms, with their present state.
        confirmed: ids of deliveries a person has looked at; that settles their scopes for later ones.
        tree: the grid tree; an empty one knows nothing, and nothing is odd.
    """
    scopes: dict[str, set[str]] = {}
    for line in lines:
        if line["state"] == "landed":
            scopes.setdefault(line["platform"], set()).add(line["scope"])
    odd = {platform: odd_scopes(of, tree) for platform, of in scopes.items()} if tree.num_rows else {}
    looked_at = set(confirmed)
    settled = {(line["platform"], line["scope"]) for line in lines if line["delivery_id"] in looked_at}

    def told(line: dict[str, Any]) -> dict[str, Any]:
        fault = odd.get(line["platform"], {}).get(line["scope"])
        stands = line["state"] == "landed" and not line["reason_code"]
        if not fault or not stands or (line["platform"], line["scope"]) in settled:
            return line
        return {**line, "reason_code": fault[0], "reason": fault[1]}

    return [told(line) for line in lines]

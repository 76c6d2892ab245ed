"""A reference as it stood after each delivery."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.landing import land
from connectors.spec import Platform
from connectors.versions import versions
from warehouse.model import Home


def _platform(semantics: str) -> Platform:
    return Platform.model_validate(
        {
            "platform": "grids",
            "title": {"zh": "网格", "en": "Grids"},
            "department": {"code": "zhengfa", "zh": "政法委", "en": "Commission"},
            "cadence": "monthly",
            "sharing": "unconditional",
            "files": "grids_{date}.csv",
            "format": {"kind": "delimited", "encoding": "utf-8"},
            "delivery": {"semantics": semantics},
            "volume": {"min_share": 0},
            "datasets": [
                {
                    "name": "grids",
                    "title": {"zh": "网格", "en": "Grids"},
                    "key": ["code"],
                    "columns": {"code": "code", "former": {"en": "former code", "optional": True}},
                }
            ],
        }
    )


@pytest.mark.parametrize(("semantics", "after"), [("snapshot", ["2", "3"]), ("delta", ["1", "2", "3"])])
def test_every_delivery_makes_a_version(tmp_path: Path, semantics: str, after: list[str]) -> None:
    inbox = tmp_path / "inbox" / "grids"
    inbox.mkdir(parents=True)
    (inbox / "grids_20260101.csv").write_text("code\n1\n2\n", encoding="utf-8")
    (inbox / "grids_20260201.csv").write_text("code,former\n2,\n3,1\n", encoding="utf-8")
    home, platform = Home(tmp_path / "home"), _platform(semantics)
    land(platform, tmp_path / "inbox", home)
    (first, before), (second, now) = versions(platform, "grids", home)
    assert (str(first), str(second)) == ("2026-01-01", "2026-02-01")
    assert before.to_pylist() == [{"code": "1", "former": None}, {"code": "2", "former": None}]
    assert sorted(now["code"].to_pylist()) == after
    assert {r["code"]: r["former"] for r in now.to_pylist()}["3"] == "1"

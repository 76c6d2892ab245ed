"""What of the stages the extracts of a release need: all of it, or what concerns the rows that are worked out again.

Belongs here: giving it its names, and finding out which rows of which platforms are worked out again. Does not: comparing stage files
(`renewal`), or sorting them by platform (`prepare`).

Rows are worked out again that name an entity of which the stages say something else than in the former extracts, and all rows of
platforms of which nothing can be renewed. Concerned is every entity such a row names: all that is known of it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from warehouse.extracts.renewal import PLACES, Former, make_touched, sound
from warehouse.extracts.stage_views import keep, show
from warehouse.extracts.states import Numbers
from warehouse.model.care import CARE_TAG, PREFIX
from warehouse.model.catalogue import DATASET, ENTITLEMENT, PLATFORM, WITHHELD
from warehouse.model.data_model import DataModel
from warehouse.model.evidence import ATTRIBUTE, CERTAINTY, MATCH
from warehouse.model.home import Home
from warehouse.model.landing import REJECTED
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION
from warehouse.model.sql import parquet, statement
from warehouse.model.verification import REQUEST
from warehouse.release.renewal import How

MOST = 0.5
"""Share of all rows beyond which all are worked out, since little would hold."""


def show_stages(con: duckdb.DuckDBPyConnection, home: Home, numbers: Numbers) -> None:
    """Give what is read of the stages and the catalogue its name; what tells something of entities as `all_<name>`."""
    model = home.data_model
    show(con, "all_link_mention", MENTION, [home.stage("link", "mention")])
    for name, table in (("attribute", ATTRIBUTE), ("certainty", CERTAINTY), ("match", MATCH)):
        show(con, f"all_{name}", table, [home.stage(name, kind) for kind in model.kinds])
    for kind in model.kinds:
        show(con, f"all_golden_{kind}", model.golden(kind), [home.stage("golden", kind)])
    show(con, "all_care_tag", CARE_TAG, [home.stage("care", CARE_TAG.name)])
    grants = granted(home)
    pairs = zip(grants["entity_kind"].to_pylist(), grants["attribute"].to_pylist(), strict=True)
    con.register("entitlement", grants.append_column("number", pa.array([numbers[pair] for pair in pairs], pa.int64())))
    con.register("tag_entitlement", _granted_tags(home))
    show(con, "withheld", WITHHELD, [home.stage("catalogue", "withheld")])
    con.register("ending", _endings(model))
    names = PLATFORM.read(home.stage("catalogue", "platform")).select(["department", "department_zh"])
    con.register("department_name", names)
    con.execute("create temp table department as select department, min(department_zh) as title from department_name group by all")  # fmt: skip
    subjects = DATASET.read(home.stage("catalogue", "dataset")).select(["platform", "dataset", "subject"])
    con.register("subject", subjects.rename_columns(["platform", "dataset", "role"]))
    show(con, "rejected", REJECTED, [home.stage("quality", "rejected")])
    show(con, "reconciliation", RECONCILIATION, [home.stage("quality", "reconciliation")])
    show(con, "requested", REQUEST, [home.stage("quality", "verification_request")])


def show_all(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Everything is looked at, and no row is one that is worked out again beside others that hold."""
    for name in _of_entities(home.data_model):
        con.execute(f"create temp view {name} as from all_{name}")
    con.execute("create temp table renewed as select platform, delivery_id, file_name, sheet_name, row_number from link_mention limit 0")  # fmt: skip


def show_concerned(
    con: duckdb.DuckDBPyConnection, home: Home, former: Former, version: str, contents: Mapping[str, str]
) -> dict[str, How] | None:
    """What concerns rows that are worked out again is looked at; `renewed` are those of platforms of which others hold.

    Args:
        con: connection after `show_stages`.
        home: whose stages.
        former: the extracts that are renewed.
        version: the release for which.
        contents: `renewal.contents`.

    Returns:
        Platform → what becomes of its files; None, and nothing is shown, where most rows would be worked out again.
    """
    owners = PLATFORM.read(home.stage("catalogue", "platform"), ["platform", "department", "rows_current"]).to_pylist()
    same = {platform for platform, content in contents.items() if former.contents.get(platform) == content}
    new = sum(o["rows_current"] for o in owners if o["platform"] not in same)
    if new > MOST * sum(o["rows_current"] for o in owners):
        return None
    make_touched(con, home, former, version, _seen(home))
    show(con, "former_mention", MENTION, [former.stage("link", "mention")])
    kinds = [former.stage("attribute", kind) for kind in home.data_model.kinds]
    show(con, "former_attribute", ATTRIBUTE, kinds)
    con.execute(f"create temp view former_place as from {parquet([former.folder / PLACES])}")
    con.execute(f"create temp table dirty as {statement('warehouse.extracts', 'dirty')}")
    sources = ((owner["platform"], owner["department"]) for owner in owners)
    whole = {p for p, d in sources if p not in same or not sound(home, former.version, version, d, p)}
    if _find_concerned(con, whole) > MOST:
        return None
    while further := _look_at_concerned(con, home) - whole:
        whole |= further
        _find_concerned(con, whole)
    con.execute("create temp table renewed as from dirty where platform not in (from whole)")
    renewed = {platform for (platform,) in con.sql("select distinct platform from renewed").fetchall()}
    return {
        platform: How.WHOLE if platform in whole else How.ROWS if platform in renewed else How.KEPT
        for platform in (owner["platform"] for owner in owners)
    }


def _find_concerned(con: duckdb.DuckDBPyConnection, whole: set[str]) -> float:
    """Make `concerned`, where some platforms are written whole; the share of mentions that are of such entities."""
    keep(con, "whole", pa.table({"platform": pa.array(sorted(whole), pa.string())}))
    con.execute(f"create or replace temp table concerned as {statement('warehouse.extracts', 'concerned')}")
    named = "select count(*) from all_link_mention semi join concerned using (entity_kind, entity_id)"
    ((found, among),) = con.sql(f"select ({named}), (select count(*) from all_link_mention)").fetchall()
    return found / among if among else 0.0


def _look_at_concerned(con: duckdb.DuckDBPyConnection, home: Home) -> set[str]:
    """Look at what concerns the entities that are `concerned`; the platforms that have something else to compare than they had."""
    for name, about_them in _of_entities(home.data_model).items():
        con.execute(f"create or replace temp table {name} as from all_{name} {about_them}")
    con.execute(f"create or replace temp table place_now as {statement('warehouse.extracts', 'place_renewed')}")
    places = "select distinct platform, dataset, role, entity_kind, attribute from"
    now, then = f"{places} place_now", f"{places} former_place"
    altered = f"select platform from (({now} except {then}) union all ({then} except {now}))"
    return {platform for (platform,) in con.sql(altered).fetchall()}


def _of_entities(model: DataModel) -> dict[str, str]:
    """Name of what the stages tell of entities → what leaves of it the rows about one that is concerned."""
    same = "semi join concerned using (entity_kind, entity_id)"
    sides = " or ".join(
        f"(entity_kind, {side}_entity_id) in (select (entity_kind, entity_id) from concerned)"
        for side in ("left", "right")
    )
    golden = {f"golden_{kind}": _among(kind, f"{kind}_id") for kind in model.kinds}
    doubts = f"where outcome = 'review' and ({sides})"
    tags = _among("person", "person_id")
    return {"link_mention": same, "attribute": same, "certainty": same, "match": doubts, "care_tag": tags, **golden}


def _among(kind: str, entity: str) -> str:
    """Leaves rows of a kind that are about an entity that is concerned."""
    return f"where {entity} in (select entity_id from concerned where entity_kind = '{kind}')"


def granted(home: Home) -> pa.Table:
    """(platform, kind, attribute) that anybody may see, golden columns only."""
    kinds = home.data_model.kinds
    rows = ENTITLEMENT.read(home.stage("catalogue", "entitlement")).to_pylist()
    found = sorted(
        {
            (r["platform"], r["entity_kind"], r["attribute"])
            for r in rows
            if r["entity_kind"] in kinds and r["attribute"] in home.data_model.golden(r["entity_kind"]).names
        }
    )
    names = ("platform", "entity_kind", "attribute")
    return pa.table({n: pa.array([line[i] for line in found], pa.string()) for i, n in enumerate(names)})


def _seen(home: Home) -> dict[str, frozenset[str]]:
    """Kind → columns of its golden records that somebody may see."""
    found: dict[str, set[str]] = {}
    grants = granted(home)
    for kind, attribute in zip(grants["entity_kind"].to_pylist(), grants["attribute"].to_pylist(), strict=True):
        columns = {attribute, f"{attribute}_precision"} & set(home.data_model.golden(kind).names)
        found.setdefault(kind, set()).update(columns)
    return {kind: frozenset(columns) for kind, columns in found.items()}


def _granted_tags(home: Home) -> pa.Table:
    """(platform, tag) that the department of the platform may read back."""
    rows = ENTITLEMENT.read(home.stage("catalogue", "entitlement")).to_pylist()
    tags = [r for r in rows if r["entity_kind"] == "person" and r["attribute"].startswith(PREFIX)]
    columns = {"platform": [r["platform"] for r in tags], "tag": [r["attribute"].removeprefix(PREFIX) for r in tags]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _endings(model: DataModel) -> pa.Table:
    """(kind, attribute, attribute whose value ends it)."""
    found = [
        (name, attribute, declared.survivorship.ended_by.attribute)
        for name, kind in model.kinds.items()
        for attribute, declared in kind.attributes.items()
        if declared.survivorship.ended_by
    ]
    names = ("entity_kind", "attribute", "ended_by")
    return pa.table({n: pa.array([line[i] for line in found], pa.string()) for i, n in enumerate(names)})

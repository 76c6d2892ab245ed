"""What a city's data team would build instead of One Network, plainly: Splink 5, and SQL in DuckDB.

Belongs here: linkage, golden records, relations and extracts of homes, firms and persons out of the same mentions. Does not:
measuring (`baseline`), the models of Splink (`splink_peer`).

All tables of one connection: `mention_KIND` (as the home has them), `cluster_KIND` (mention_id, cluster_id), `golden_KIND`
(cluster_id and a column for each attribute), `relation_LEFT_RIGHT`. A cluster is called after one of its mentions.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from warehouse.model import Home

if TYPE_CHECKING:
    from benchmarks.splink_peer import Peer

KINDS = ("housing", "enterprise", "person")
"""Homes first: persons are compared by the cluster of their home."""

COMPARED = {
    "housing": """
        select m.mention_id as unique_id, dwelling, estate, building, room, area::double as area, owner
        from mention_housing m
        left join (
            select housing_mention_id, min(name_key) as owner
            from mention_person where list_contains(housing_relations, 'owns') group by all
        ) o on o.housing_mention_id = m.mention_id
    """,
    "enterprise": """
        select mention_id as unique_id, name_key, brand, trade, legal_rep_name, phone, dwelling,
               coalesce(substr(credit_code, 9, 9), organisation_code, registration_number, code_legible) as code  -- the organisation is part of the credit code
        from mention_enterprise
    """,
    "person": """
        select m.mention_id as unique_id, id_number, surname, phone,
               if(name_form = 'surname_only', null, name_key) as name_key,
               if(birth_date_precision = 'day', strftime(birth_date, '%Y%m%d'), substr(id_number, 7, 8)) as birth,
               coalesce(sex, case substr(id_number, 17, 1)::int % 2 when 1 then '男' when 0 then '女' end) as sex,
               coalesce(h.cluster_id::varchar, d.home, m.dwelling) as home
        from mention_person m
        left join cluster_housing h on h.mention_id = m.housing_mention_id
        left join (
            select dwelling, mode(cluster_id)::varchar as home
            from mention_housing join cluster_housing using (mention_id) where dwelling is not null group by all
        ) d on d.dwelling = m.dwelling
    """,
}

ATTRIBUTES = {
    "housing": {
        "dwelling": "address", "unit_number": "unit_number", "address_code": "address_code", "area": "area", "usage": "usage",
        "resident_count": "resident_count", "grid_code": "grid",
    },
    "enterprise": {
        "name": "name", "former_name": "former_name", "credit_code": "code", "registration_number": "registration_number",
        "organisation_code": "organisation_code", "enterprise_type": "enterprise_type", "status": "status",
        "established_on": "established_on", "capital": "capital", "staff_count": "staff_count",
        "business_scope": "business_scope", "legal_rep_name": "legal_rep_name", "phone": "phone", "dwelling": "address",
        "grid_code": "grid",
    },
    "person": {
        "name": "name", "former_name": "former_name", "id_number": "id_number", "document_number": "id_number", "sex": "sex",
        "birth_date": "birth_date", "ethnicity": "ethnicity", "phone": "phone", "education": "education",
        "marital_status": "marital_status", "deregistered": "deregistered", "household_number": "household_number",
        "dwelling": "address", "grid_code": "grid",
    },
}  # fmt: skip
"""Column of the mentions → attribute under which `authority` ranks it."""

GOLDEN = """
create or replace table golden_{kind} as
with claim as (
    unpivot (select mention_id, platform, dataset, role, claimed_on, {columns} from mention_{kind})
    on {names} into name attribute value value
), said as (
    select c.cluster_id, m.attribute, m.value, max(coalesce(a.authority, 50)) as authority, count(*) as claims,
           max(m.claimed_on) as newest
    from claim m
    join cluster_{kind} c using (mention_id)
    join (values {ranked}) r(attribute, ranked) using (attribute)
    left join authority a
      on a.platform = m.platform and a.dataset = m.dataset and a.role = m.role and a.attribute = r.ranked
    group by all
), best as (
    select cluster_id, attribute, arg_max(value, (authority, claims, newest, value)) as value from said group by all
)
select cluster_id, {wide}
from (select distinct cluster_id from cluster_{kind}) left join best using (cluster_id)
group by cluster_id
"""
"""Per attribute the value of the most trusted platform; among equals the most frequent, then the newest."""

RELATIONS = (("person", "housing"), ("person", "enterprise"), ("enterprise", "housing"))
RELATION = """
create or replace table relation_{left}_{right} as
select l.cluster_id as {left}_id, r.cluster_id as {right}_id, relation, count(*) as claims,
       list(distinct platform) as platforms, min(claimed_on) as first_claimed_on, max(claimed_on) as last_claimed_on
from (
    select mention_id, platform, claimed_on, {right}_mention_id, unnest({right}_relations) as relation from mention_{left}
) m
join cluster_{left} l using (mention_id)
join cluster_{right} r on r.mention_id = m.{right}_mention_id
group by all
"""


def connect(home: Home, authority: pa.Table, threads: int) -> duckdb.DuckDBPyConnection:
    """A connection with the mentions of a home and how far platforms are trusted: the ranks the platform files declare."""
    con = duckdb.connect(config={"threads": threads})
    con.execute("set enable_progress_bar = false")
    con.register("declared", authority)
    con.execute("create table authority as select platform, dataset, role, attribute, authority from declared")
    for kind in KINDS:
        con.execute(f"create view mention_{kind} as from '{home.stage('mention', kind)}'")
    return con


def link(con: duckdb.DuckDBPyConnection, kind: str, threads: int, threshold: float) -> Peer:
    """Train and score one kind with Splink, and write `cluster_KIND`."""
    from benchmarks import splink_peer as splink

    models = {
        "housing": (splink.housing_settings, splink.train_housing),
        "enterprise": (splink.enterprise_settings, splink.train_enterprise),
        "person": (splink.person_settings, splink.train_person),
    }
    settings, train = models[kind]
    peer = splink.Peer([con.sql(COMPARED[kind]).to_arrow_table()], settings(), threads)
    train(peer)
    peer.predict(0.5)
    cluster(con, kind, peer, threshold)
    return peer


def cluster(con: duckdb.DuckDBPyConnection, kind: str, peer: Peer, threshold: float) -> None:
    """Write `cluster_KIND`."""
    clusters = peer.clusters(threshold)
    con.register("clusters", clusters)
    con.execute(f"create or replace table cluster_{kind} as select unique_id as mention_id, cluster_id from clusters")


def choose_golden(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Write `golden_KIND`."""
    names = ATTRIBUTES[kind]
    query = GOLDEN.format(
        kind=kind,
        columns=", ".join(f"{name}::varchar as {name}" for name in names),
        names=", ".join(names),
        ranked=", ".join(f"('{name}', '{ranked}')" for name, ranked in names.items()),
        wide=", ".join(f"any_value(value) filter (attribute = '{name}') as {name}" for name in names),
    )
    con.execute(query)


def relate(con: duckdb.DuckDBPyConnection) -> None:
    """Write `relation_LEFT_RIGHT`."""
    for left, right in RELATIONS:
        con.execute(RELATION.format(left=left, right=right))


def comparison(kind: str, role: str, filled: list[str]) -> str:
    """The columns an extract shows of one role: entity id, and for each attribute the golden value and a mark where they differ."""
    marks = (
        f'{role}_g.{a} as "{role}.{a}", case when {role}_m.{a} is null then null '
        f"when {role}_m.{a}::varchar = {role}_g.{a} then '一致' else '不一致' end as \"{role}.{a}.mark\""
        for a in filled
    )
    return ", ".join([f"'{kind[0].upper()}' || {role}_g.cluster_id as \"{role}.id\"", *marks])


def extract(con: duckdb.DuckDBPyConnection, home: Home, out: Path) -> int:
    """CSV and Parquet per department and dataset: its own rows as delivered, beside them what `comparison` makes; how many rows."""
    roles = con.sql(" union all ".join(_roles(kind) for kind in KINDS) + " order by all").fetchall()
    rows = 0
    for (department, platform, dataset), some in groupby(roles, key=lambda line: line[:3]):
        shown, joins = ["r.*"], []
        for *_, role, kind, counts in some:
            filled = [name for name, count in zip(ATTRIBUTES[kind], counts, strict=True) if count]
            shown.append(comparison(kind, role, filled))
            joins.append(
                f"left join mention_{kind} {role}_m on {role}_m.platform = '{platform}' and {role}_m.dataset = '{dataset}'"
                f" and {role}_m.role = '{role}' and {role}_m.file_name = r.file_name"
                f" and {role}_m.sheet_name = r.sheet_name and {role}_m.row_number = r.row_number"
                f" left join cluster_{kind} {role}_c on {role}_c.mention_id = {role}_m.mention_id"
                f" left join golden_{kind} {role}_g on {role}_g.cluster_id = {role}_c.cluster_id"
            )
        current = home.stage("current", f"{platform}/{dataset}")
        folder = out / department
        folder.mkdir(parents=True, exist_ok=True)
        query = f"select {', '.join(shown)} from '{current}' r {' '.join(joins)}"
        con.execute(f"create or replace temp table one_extract as {query}")
        con.execute(
            f"copy one_extract to '{folder / f'{platform}_{dataset}'}.parquet' (format parquet, compression zstd)"
        )
        rows += con.execute(f"copy one_extract to '{folder / f'{platform}_{dataset}'}.csv' (header)").fetchall()[0][0]
    return rows


def _roles(kind: str) -> str:
    """Who delivers mentions of a kind, in which role, and how many of them fill each attribute."""
    counts = ", ".join(f"count({name})" for name in ATTRIBUTES[kind])
    return f"select department, platform, dataset, role, '{kind}' as kind, [{counts}] as counts from mention_{kind} group by all"

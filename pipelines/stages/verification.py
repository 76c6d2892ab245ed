"""What departments said of corrections (校核), as a run takes it. Reads the records of the home, mentions and current rows; writes
`answered/<kind>`, `answer/<kind>` and `quality/verification_request`.

A claim that is known to be superseded weighs nothing; a right value is a claim of whoever gave it. Both hold as long as the row
still says what it said: a department that mends its row has the last word.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.markers import Counts
from pipelines.settings import Settings
from pipelines.stages.city_places import Places, places_by_city
from pipelines.stages.current import rows_now
from pipelines.standardise.answered import answered_mentions, readable
from warehouse import verification
from warehouse.model import Home
from warehouse.model.session import connect
from warehouse.model.sql import literal
from warehouse.model.verification import ANSWER, REQUEST
from warehouse.verification import requests_at


def write_answers(settings: Settings) -> Counts:
    """Write, per kind, which claims departments spoke of, and the mentions that say what is right; return rows per kind."""
    home, model = settings.home, settings.home.data_model
    in_force = verification.effects(verification.read(home))
    counts: Counts = {}
    known: Mapping[str | None, Places] = {}
    for kind in model.kinds:
        told = _places(home, kind, in_force.filter(pc.equal(in_force["entity_kind"], kind)))
        given = told.filter(pc.is_valid(told["answer_id"]))
        mentions = model.mention(kind).empty()
        if given.num_rows:
            known = known or places_by_city(settings)
            mentions = _given(settings, kind, given, known)
        model.mention(kind).write(mentions, home.stage("answer", kind))
        counts[kind] = ANSWER.write(told.select(ANSWER.names), home.stage("answered", kind))
    return counts


def _given(settings: Settings, kind: str, given: pa.Table, known: Mapping[str | None, Places]) -> pa.Table:
    """The mentions that say what is right, in the order of the answers; each is read by the places of its city."""
    parts = []
    for city, places in known.items():
        own = {name: platform for name, platform in settings.platforms.items() if platform.city == city}
        answers = given.filter(pc.is_in(given["platform"], value_set=pa.array(list(own), pa.string())))
        parts.append(
            answered_mentions(
                settings.home.data_model,
                kind,
                own,
                lambda platform, dataset: rows_now(settings, settings.platforms[platform], dataset),
                answers,
                gazetteer=places.gazetteer,
                grids=places.grids,
                code_tables=settings.code_tables,
            )
        )
    return pa.concat_tables(parts).sort_by("mention_id")


def _places(home: Home, kind: str, in_force: pa.Table) -> pa.Table:
    """The mentions of this run that answers in force speak of; those whose row is gone are left out.

    Right values of attributes that a kind reads from no cell of their own are not numbered: nobody can claim them.
    """
    path = home.stage("mention", kind)
    with connect() as con:
        con.register("effect", in_force)
        con.execute(f"create view mention as from read_parquet({literal(path)})")
        con.execute(
            "create temp table readable as select unnest($1::varchar[]) as attribute",
            [list(readable(home.data_model, kind))],
        )
        return con.sql(
            """
            with known as (
                select
                    m.mention_id, e.attribute, e.own_value, e.supersedes, e.value, e.said_on, e.platform, e.dataset, e.role,
                    e.row_key, e.repeat, m.delivery_id, m.sheet_name, m.row_number,
                    e.value is not null and e.attribute in (from readable) as gives
                from effect e
                join mention m using (platform, dataset, role, row_key, repeat)
            )
            select * exclude (gives),
                case when gives then (select count(*) from mention) - 1
                    + sum(gives::int) over (order by mention_id, attribute) end::bigint as answer_id
            from known order by mention_id, attribute
            """
        ).to_arrow_table()


def write_requests(settings: Settings) -> Counts:
    """Write every request with its state and where its row is now."""
    table = requests_at(settings.home)
    return {"rows": REQUEST.write(table, settings.home.stage("quality", "verification_request"))}

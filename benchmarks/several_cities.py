"""Several cities in one home against each in a home of its own: how right are the entities of each city, and are those who moved one?

usage: python -m benchmarks.several_cities [--cities 2] [--persons 2000] [--seed 1] [--same-names]

Writes invented cities of so many people, a tenth of whom moved (`connectors.sample.several`), and matches them together and one by
one. Prints per city and kind pairwise F1 alone and together, of the mentions of that city; pairs of homes, events and organisations
of two cities that were joined; and how many of those who moved are one entity. `--same-names` gives all cities the same
streets, communities and estates: the worst case.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.accuracy import Ints, scores, true_ids
from connectors.sample import city as sample_city
from connectors.sample import write_cities
from connectors.sample.several import write_folder
from connectors.sample.where import PLACES
from pipelines.city import City
from pipelines.matching.inputs.sources import Resolved
from pipelines.settings import Settings
from pipelines.stages.landing import land_platform
from pipelines.stages.links import link_mentions
from pipelines.stages.mentions import write_mentions

STAYING = ("housing", "event", "organisation", "component")
"""Kinds of which nothing moves from one city to another."""

Found = Mapping[str, tuple[pa.Table, Ints]]
"""Kind → its mentions, and the cluster of each."""


def matched(folder: Path, inbox: Path, home: Path, kinds: Sequence[str] = ()) -> Found:
    """The mentions of the cities that a folder declares, matched; of all kinds unless some are named, in their order."""
    settings = Settings.of(inbox, home, City(folder))
    for platform in settings.platforms:
        land_platform(settings, platform)
    write_mentions(settings)
    model, found = settings.home.data_model, {}
    for kind in kinds or model.order:
        link_mentions(settings, kind)
        clusters = Resolved.of(settings.home, kind).every().sort_by("mention_id")["cluster_id"]
        found[kind] = model.mention(kind).read(settings.home.stage("mention", kind)), np.asarray(clusters)
    return found


def compare(out: Path, cities: int) -> Iterator[str]:
    """A line per city and kind, then what became of those who moved."""
    together = matched(out / "city", out / "deliveries", out / "home")
    for where in PLACES[:cities]:
        write_folder((where,), out / where.code)
        alone = matched(out / where.code, out / "deliveries", out / f"home-{where.code}")
        for kind, (mentions, found) in alone.items():
            truth = true_ids(mentions, kind, out / "truth" / where.code)
            both, clusters = together[kind]
            ours = np.asarray(pc.equal(both["city"], where.code))
            one, two = scores(found, truth), scores(clusters[ours], truth)
            if (
                not both.filter(pa.array(ours))
                .select(["file_name", "row_number", "role"])
                .equals(mentions.select(["file_name", "row_number", "role"]))
            ):
                raise ValueError(f"{kind}: the mentions of {where.code} are others together than alone")
            yield f"{where.code:10}{kind:14}{mentions.num_rows:8,}{one.f1:10.4f}{two.f1:10.4f}{two.f1 - one.f1:+10.4f}"
    for kind in STAYING:
        yield f"{kind} of several cities in one: {across(*together[kind])}"
    yield moved_as_one(out, *together["person"])


def across(mentions: pa.Table, found: Ints) -> int:
    """Clusters that hold mentions of several cities."""
    with duckdb.connect() as con:
        con.register("m", pa.table({"city": mentions["city"], "cluster": found}))
        row = con.sql(
            "select count(*) from (select cluster from m group by 1 having count(distinct city) > 1)"
        ).fetchone()
    return int(row[0]) if row else 0


def moved_as_one(out: Path, mentions: pa.Table, found: Ints) -> str:
    """How many of those who moved, and whom both cities name, are one entity; and who is one and did not move."""
    with duckdb.connect() as con:
        for where in PLACES:
            records = out / "truth" / where.code
            if records.exists():
                ours = pa.array(np.asarray(pc.equal(mentions["city"], where.code)))
                truth = true_ids(mentions.filter(ours), "person", records)
                con.register(where.code, pa.table({"person": truth, "cluster": found[np.asarray(ours)]}))
                con.execute(
                    f"create table of_{where.code} as select '{where.code}' as city, person, mode(cluster) as cluster,"
                    f" list(distinct cluster) as clusters from {where.code} where person >= 0 group by person"
                )
        tables = [t for (t,) in con.sql("select table_name from duckdb_tables()").fetchall()]
        con.execute("create table known as " + " union all ".join(f"from {t}" for t in tables))
        con.register("moved", pq.read_table(out / "truth" / "moved.parquet"))
        row = con.sql(
            """
            select
                (select count(*) from moved m
                 join known a on a.city = m.from_city and a.person = m.from_person
                 join known b on b.city = m.to_city and b.person = m.to_person),
                (select count(*) from moved m
                 join known a on a.city = m.from_city and a.person = m.from_person
                 join known b on b.city = m.to_city and b.person = m.to_person and a.cluster = b.cluster),
                (select count(*) from known a join known b on a.city < b.city and list_has_any(a.clusters, b.clusters)
                 where not exists (from moved m where (m.from_city, m.from_person, m.to_city, m.to_person)
                     in ((a.city, a.person, b.city, b.person), (b.city, b.person, a.city, a.person))))
            """
        ).fetchone()
    known, one, others = row or (0, 0, 0)
    return f"moved and named by both cities: {known}; one entity: {one} ({one / max(known, 1):.1%}); joined and not moved: {others}"


def same_names() -> ExitStack:
    """While it lasts, all cities have the streets, communities and estates of one seed."""
    stack, build = ExitStack(), (sample_city.lay_grids, sample_city.build_estates)
    stack.enter_context(patch.object(sample_city, "lay_grids", lambda persons, _: build[0](persons, 1)))
    stack.enter_context(
        patch.object(sample_city, "build_estates", lambda persons, grids, _: build[1](persons, grids, 1))
    )
    return stack


def main() -> None:
    """Write, match and compare."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cities", type=int, default=2)
    arguments.add_argument("--persons", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--same-names", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="onenet-cities-") as folder:
        out = Path(folder)
        with same_names() if given.same_names else ExitStack():
            write_cities(given.cities, given.persons, given.seed, out)
        print(f"{'city':10}{'kind':14}{'mentions':>8}{'F1 alone':>10}{'together':>10}")
        for line in compare(out, given.cities):
            print(line, flush=True)


if __name__ == "__main__":
    main()

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pipelines.matching.store.stored_match import PairTables
from pipelines.resolution.evidence import explain_pairs, link_mentions, write_link_mention, write_match
from pipelines.resolution.survivorship import Resolved
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.evidence import MATCH
from warehouse.model.link import ENTITY, MENTION, PAIR

Build = Callable[..., pa.Table]


def pairs(lines: list[tuple[int, int, str]]) -> PairTables:
    n = len(lines)
    told = PAIR.conform(
        pa.table(
            {
                "left_id": [line[0] for line in lines],
                "right_id": [line[1] for line in lines],
                "probability": [0.99] * n,
                "weight": [12.5] * n,
                "outcome": [line[2] for line in lines],
                "rules": [["name+birth_date"]] * n,
                "levels": pa.array([[("name", "same")]] * n, pa.map_(pa.string(), pa.string())),
                "weights": pa.array([[("name", 7.5)]] * n, pa.map_(pa.string(), pa.float64())),
            }
        )
    )
    number = pa.array(range(n), pa.int32())
    return PairTables(
        told.drop_columns(["rules", "levels", "weights"]).append_column("pattern", number),
        told.select(["levels", "weights"]).append_column("pattern", number),
    )


def test_every_mention_of_every_kind_is_one_line_with_its_entity(mentions: Build, entities: Build) -> None:
    people = mentions("person", [{"name": "易大山"}, {"name": "柳青", "role": "owner"}])
    homes = mentions("housing", [{"platform": "wangge"}])
    found = link_mentions(
        {
            "person": Resolved(people, entities({"P2": [0], "P1": [1]})),
            "housing": Resolved(homes, entities({"H1": [0]})),
        }
    )
    assert [
        (r["entity_kind"], r["entity_id"], r["platform"], r["row_number"], r["role"]) for r in found.to_pylist()
    ] == [
        ("housing", "H1", "wangge", 1, "subject"),
        ("person", "P1", "jingcha", 2, "owner"),
        ("person", "P2", "jingcha", 1, "subject"),
    ]


def test_a_pair_tells_both_source_rows_both_entities_and_its_levels(mentions: Build, entities: Build) -> None:
    known = Resolved(mentions("person", [{}, {"platform": "yiyuan"}, {}]), entities({"P1": [0, 1], "P2": [2]}))
    made = explain_pairs("person", pairs([(1, 2, "review"), (0, 1, "accepted")]), known).to_pylist()
    assert [(r["left_entity_id"], r["right_entity_id"], r["outcome"]) for r in made] == [
        ("P1", "P1", "accepted"),
        ("P1", "P2", "review"),
    ]
    assert (made[0]["left_platform"], made[0]["right_platform"], made[0]["right_row_number"]) == (
        "jingcha",
        "yiyuan",
        2,
    )
    assert made[0]["levels"] == [("name", "same")]
    assert made[0]["weights"] == [("name", 7.5)]


def test_writing_to_a_home_gives_what_memory_gives(tmp_path: Path, mentions: Build, entities: Build) -> None:
    home = Home(tmp_path)
    known = Resolved(mentions("person", [{}, {}]), entities({"P1": [0, 1]}))
    shipped().mention("person").write(known.mentions, home.stage("mention", "person"))
    ENTITY.write(known.entities, home.stage("entity", "person"))
    assert write_link_mention(home) == 2
    assert MENTION.read(home.stage("link", "mention")).equals(link_mentions({"person": known}))
    assert write_match(home, "person", pairs([(0, 1, "accepted")])) == 1
    assert MATCH.read(home.stage("match", "person")).equals(explain_pairs("person", pairs([(0, 1, "accepted")]), known))


def test_nothing_judged_gives_no_evidence(mentions: Build, entities: Build) -> None:
    known = Resolved(mentions("person", [{}]), entities({"P1": [0]}))
    assert explain_pairs("person", pairs([]), known).num_rows == 0

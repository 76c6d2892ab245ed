"""Mention tables of an invented platform or two: which roles exist, what they carry, what they point to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from connectors.spec import Platform
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.grids import GRID_REFERENCE, GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.reference import ADDRESS_REFERENCE, address_reference, grid_reference
from pipelines.standardise.roles import ParentMismatchError
from warehouse.model.data_model import shipped

CODES = {"sex": {"1": "男", "2": "女"}, "ethnicity": {"01": "汉族"}}


def platform(name: str, datasets: list[dict[str, Any]]) -> Platform:
    named = [
        {
            "name": d["name"],
            "title": {"zh": d["name"], "en": d["name"]},
            "sheet": d["name"],
            "columns": {c: c for c in d["columns"]},
            **{k: v for k, v in d.items() if k not in ("name", "columns")},
        }
        for d in datasets
    ]
    return Platform.model_validate(
        {
            "platform": name,
            "title": {"zh": name, "en": name},
            "department": {"code": f"bureau_{name}", "zh": name, "en": name},
            "cadence": "weekly",
            "sharing": "conditional",
            "files": f"{name}_{{date}}.csv",
            "format": {"kind": "delimited"},
            "delivery": {"semantics": "snapshot"},
            "datasets": named,
        }
    )


def landed(columns: dict[str, list[str | None]], file_name: str = "x_20300101.csv") -> pa.Table:
    count = len(next(iter(columns.values())))
    head = {
        "delivery_id": ["d1"] * count,
        "file_name": [file_name] * count,
        "sheet_name": [""] * count,
        "row_number": list(range(1, count + 1)),
        "row_key": [f"k{i}" for i in range(count)],
        "repeat": pa.array([0] * count, pa.int64()),
        "claimed_on": pa.array([date(2030, 1, 1)] * count, pa.date32()),
    }
    return pa.table(head | {name: pa.array(cells, pa.string()) for name, cells in columns.items()})


HOMES = platform(
    "homes",
    [
        {
            "name": "deeds",
            "key": ["unit"],
            "columns": ["unit", "place", "holders", "numbers", "area", "tenant", "phone"],
            "roles": {
                "subject": {
                    "kind": "housing",
                    "attributes": {"address": "place", "unit_number": "unit", "area": "area"},
                },
                "owner": {
                    "kind": "person",
                    "attributes": {
                        "name": {"column": "holders", "split": "、", "part": 1},
                        "id_number": {"column": "numbers", "split": "、", "part": 1},
                    },
                    "housing": {"relation": ["owns"], "role": "subject"},
                },
                "co_owner": {
                    "kind": "person",
                    "attributes": {
                        "name": {"column": "holders", "split": "、", "part": 2},
                        "id_number": {"column": "numbers", "split": "、", "part": 2},
                    },
                    "housing": {"relation": ["owns"], "role": "subject"},
                },
                "tenant": {
                    "kind": "person",
                    "attributes": {"name": "tenant", "phone": "phone", "address": "place"},
                    "housing": {"relation": ["rents", "resides"], "role": "subject"},
                },
            },
        }
    ],
)
WORK = platform(
    "work",
    [
        {
            "name": "people",
            "columns": ["name", "sex", "born", "firm", "grid"],
            "roles": {
                "subject": {
                    "kind": "person",
                    "attributes": {
                        "name": "name",
                        "sex": {"column": "sex", "codes": "sex"},
                        "birth_date": "born",
                        "grid": "grid",
                    },
                    "enterprise": {
                        "relation": ["employee"],
                        "lookup": {"column": "firm", "dataset": "firms", "key": "number"},
                    },
                }
            },
        },
        {
            "name": "firms",
            "columns": ["number", "title", "licence", "organisation", "head", "address", "branch_of"],
            "roles": {
                "subject": {
                    "kind": "enterprise",
                    "attributes": {
                        "name": "title",
                        "code": "licence",
                        "organisation_code": "organisation",
                        "legal_rep_name": "head",
                        "address": "address",
                    },
                    "housing": {"relation": ["registered"]},
                },
                "head": {
                    "kind": "person",
                    "attributes": {"name": "head"},
                    "enterprise": {"relation": ["legal_rep"], "role": "subject"},
                },
                "worker": {
                    "kind": "person",
                    "attributes": {"name": "branch_of"},
                    "enterprise": {"relation": ["employee"], "name": "title"},
                },
            },
        },
    ],
)
PLATFORMS = {"work": WORK, "homes": HOMES}

ROWS = {
    ("homes", "deeds"): landed(
        {
            "unit": ["u1", "u2", None, "u4"],
            "place": ["恒安路5号兰亭苑3幢1单元502室", "兰亭苑4幢101室", None, None],
            "holders": ["孟晓岚、易安", "、高远", "石磊", None],
            "numbers": ["469900198503120012", "、469900196311051180", None, None],
            "area": ["88.5", "约九十", None, None],
            "tenant": [None, "  ", "向南", None],
            "phone": [None, "13912340001", None, None],
        }
    ),
    ("work", "people"): landed(
        {
            "name": ["孟晓岚", None, None, "匿名"],
            "sex": ["2", "1", None, None],
            "born": ["1985.03", None, None, None],
            "firm": ["7", "8", "7", "9"],
            "grid": ["西浜社区第2网格", "西浜社区第1网格", "西浜社区第1网格", "nowhere"],
        }
    ),
    ("work", "firms"): landed(
        {
            "number": ["8", "7", None],
            "title": ["云溪市恒禾五金店", "恒禾", "永丰针织厂"],
            "licence": ["91469900MA7X2Q9K28", None, "12345"],
            "organisation": ["MA7X2Q9K-2", "MA7X2Q9K2", None],
            "head": ["易安", None, "匿名"],
            "address": ["恒安路5号兰亭苑3幢1单元502室", None, None],
            "branch_of": [None, "高远", None],
        }
    ),
}


def tree() -> GridTree:
    rows = [
        (
            "云溪市",
            "469900102",
            "石桥街道",
            "469900102001",
            "西浜社区居委会",
            f"46990010200100{n}",
            f"西浜社区第{n}网格",
        )
        for n in (1, 2)
    ]
    return GridTree.from_reference(
        [pa.Table.from_pylist([dict(zip(GRID_REFERENCE, row, strict=True)) for row in rows])]
    )


def gazetteer() -> Gazetteer:
    return Gazetteer.from_reference(pa.table({name: pa.array([], pa.string()) for name in ADDRESS_REFERENCE}))


def build(
    kind: str, parents: dict[str, pa.Table] | None = None, rows: dict[tuple[str, str], pa.Table] | None = None
) -> pa.Table:
    source = rows or ROWS
    return build_mentions(
        shipped(),
        kind,
        PLATFORMS,
        lambda p, d: source[p, d],
        gazetteer=gazetteer(),
        grids=tree(),
        code_tables=CODES,
        parents=parents or {},
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    homes, firms = build("housing"), build("enterprise")
    parents = {"housing": homes, "enterprise": firms}
    return parents | {"person": build("person", parents)}


def lines(table: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[c] for c in columns) for row in table.select(list(columns)).to_pylist()]


def test_a_role_is_a_mention_where_any_of_its_own_cells_is_filled(tables):
    assert lines(tables["person"], "platform", "dataset", "row_number", "role") == [
        ("homes", "deeds", 1, "co_owner"),
        ("homes", "deeds", 1, "owner"),
        ("homes", "deeds", 2, "co_owner"),
        ("homes", "deeds", 2, "tenant"),
        ("homes", "deeds", 3, "owner"),
        ("homes", "deeds", 3, "tenant"),
        ("work", "firms", 1, "head"),
        ("work", "firms", 2, "worker"),
        ("work", "firms", 3, "head"),
        ("work", "people", 1, "subject"),
        ("work", "people", 2, "subject"),
        ("work", "people", 4, "subject"),
    ]
    assert lines(tables["housing"], "row_number", "unit_number") == [(1, "U1"), (2, "U2"), (4, "U4")]
    assert lines(tables["enterprise"], "row_number") == [(1,), (2,), (3,)]


def test_mentions_count_from_nought_in_the_order_of_their_place(tables):
    for kind, table in tables.items():
        assert table.schema == shipped().mention(kind).arrow
        assert table.column("mention_id").to_pylist() == list(range(table.num_rows))
        places = lines(table, "platform", "dataset", "file_name", "sheet_name", "row_number", "role")
        assert places == sorted(places)


def test_raw_text_stays_beside_every_standard_value(tables):
    people = tables["person"].to_pylist()
    anna = people[9]
    assert (anna["sex_raw"], anna["sex"]) == ("2", "女")
    assert (anna["birth_date_raw"], anna["birth_date"], anna["birth_date_precision"]) == (
        "1985.03",
        date(1985, 3, 1),
        "month",
    )
    assert (people[11]["name_raw"], people[11]["name"], people[11]["name_form"]) == ("匿名", None, None)
    assert [p["id_number_state"] for p in people[:3]] == ["missing", "valid", "valid"]
    homes = tables["housing"].to_pylist()
    assert [(h["area_raw"], h["area"]) for h in homes] == [("88.5", 88.5), ("约九十", None), (None, None)]


def test_a_cell_of_two_holders_gives_each_role_its_own_part(tables):
    assert lines(tables["person"], "role", "name_raw", "id_number")[:3] == [
        ("co_owner", "易安", None),
        ("owner", "孟晓岚", "469900198503120012"),
        ("co_owner", "高远", "469900196311051180"),
    ]


def test_who_stands_beside_the_subject_of_a_keyed_row_is_another_mention_once_it_is_somebody_else(tables):
    deeds = ROWS["homes", "deeds"]
    sold = deeds.set_column(
        deeds.column_names.index("holders"), "holders", pa.array(["向南、易安", "、高　远", "石磊", None])
    )
    rows = ROWS | {("homes", "deeds"): sold}
    before, after = (
        {(number, role): key for number, role, key in lines(table, "row_number", "role", "row_key")}
        for table in (tables["person"].slice(0, 6), build("person", rows=rows).slice(0, 6))
    )
    assert [place for place in before if before[place] != after[place]] == [(1, "owner")]
    assert lines(build("housing", rows=rows), "row_key") == lines(tables["housing"], "row_key")
    assert {key.split(".")[0] for key in before.values()} == {"k0", "k1", "k2"}


def test_rows_without_a_declared_key_and_subjects_are_known_by_their_row_alone(tables):
    found = lines(tables["person"].slice(6), "row_number", "row_key")
    assert found == [(number, f"k{number - 1}") for number, _ in found]


def test_a_person_tied_to_a_home_of_the_row_carries_its_address(tables):
    homes = {row["mention_id"]: row for row in tables["housing"].to_pylist()}
    people = tables["person"].to_pylist()
    for person in people[:4]:
        home = homes[person["housing_mention_id"]]
        assert home["row_number"] == person["row_number"]
        assert person["address_raw"] == home["address_raw"] is not None
        assert (person["dwelling"], person["estate"], person["room"]) == (
            home["dwelling"],
            home["estate"],
            home["room"],
        )
    assert [p["housing_relations"] for p in people[:4]] == [["owns"], ["owns"], ["owns"], ["rents", "resides"]]


def test_a_tie_that_leads_nowhere_says_nothing(tables):
    owner_of_nothing = tables["person"].to_pylist()[4]
    assert (owner_of_nothing["housing_mention_id"], owner_of_nothing["housing_relations"]) == (None, None)


def test_a_lookup_leads_to_the_enterprise_of_that_number(tables):
    firms = {row["mention_id"]: row["name_raw"] for row in tables["enterprise"].to_pylist()}
    found = [
        (row["name_raw"], firms.get(row["enterprise_mention_id"]), row["enterprise_relations"])
        for row in tables["person"].to_pylist()[6:]
    ]
    assert found == [
        ("易安", "云溪市恒禾五金店", ["legal_rep"]),
        ("高远", None, ["employee"]),
        ("匿名", "永丰针织厂", ["legal_rep"]),
        ("孟晓岚", "恒禾", ["employee"]),
        (None, "云溪市恒禾五金店", ["employee"]),
        ("匿名", None, None),
    ]


def test_an_employer_given_by_name_is_folded_and_keeps_its_brand(tables):
    worker = tables["person"].to_pylist()[7]
    assert (worker["employer_raw"], worker["employer_key"], worker["employer_brand"]) == ("恒禾", "恒禾", "恒禾")


def test_codes_in_several_columns_are_taken_together(tables):
    assert lines(tables["enterprise"], "code_raw", "credit_code", "organisation_code", "code_state") == [
        ("91469900MA7X2Q9K28", "91469900MA7X2Q9K28", "MA7X2Q9K2", "valid"),
        ("MA7X2Q9K2", None, "MA7X2Q9K2", "valid"),
        ("12345", None, None, "invalid"),
    ]


def test_a_grid_is_its_code_where_the_name_is_known(tables):
    assert lines(tables["person"], "grid_raw", "grid_code")[9:] == [
        ("西浜社区第2网格", "469900102001002"),
        ("西浜社区第1网格", "469900102001001"),
        ("nowhere", None),
    ]


def test_parents_of_other_rows_are_refused(tables):
    fewer = dict(ROWS)
    fewer["homes", "deeds"] = ROWS["homes", "deeds"].slice(0, 1)
    with pytest.raises(ParentMismatchError, match="homes, dataset deeds, role subject"):
        build("person", tables, fewer)


def test_without_parents_persons_stand_alone():
    alone = build("person")
    assert alone.num_rows == 12
    assert alone.column("housing_mention_id").null_count == 12


def test_without_rows_the_tables_are_empty_and_of_their_contract():
    empty = {place: table.slice(0, 0) for place, table in ROWS.items()}
    for kind in shipped().kinds:
        assert build(kind, rows=empty).equals(shipped().mention(kind).empty())
    nobody = build_mentions(
        shipped(), "person", {}, lambda p, d: ROWS[p, d], gazetteer=gazetteer(), grids=tree(), code_tables={}
    )
    assert nobody.equals(shipped().mention("person").empty())


def test_chunking_of_the_rows_does_not_show():
    chunked = {place: pa.concat_tables([table.slice(0, 1), table.slice(1)]) for place, table in ROWS.items()}
    assert build("person", rows=chunked).equals(build("person"))


def test_the_number_of_threads_does_not_show(tables):
    threads = pa.cpu_count()
    try:
        pa.set_cpu_count(1)
        assert build("person", {"housing": tables["housing"], "enterprise": tables["enterprise"]}).equals(
            tables["person"]
        )
    finally:
        pa.set_cpu_count(threads)


def test_an_address_in_parts_is_written_out_with_the_marks_it_lacks():
    parts = platform(
        "parts",
        [
            {
                "name": "homes",
                "columns": ["estate", "block", "stair", "door"],
                "roles": {
                    "subject": {
                        "kind": "housing",
                        "attributes": {
                            "address": {"text": "estate", "building": "block", "unit": "stair", "room": "door"}
                        },
                    }
                },
            }
        ],
    )
    rows = landed(
        {
            "estate": ["兰亭苑", "兰亭苑", None],
            "block": ["3", "4幢", None],
            "stair": ["1", None, None],
            "door": ["502", "101室", None],
        }
    )
    table = build_mentions(
        shipped(), "housing", {"parts": parts}, lambda p, d: rows, gazetteer=gazetteer(), grids=tree(), code_tables={}
    )
    assert table.column("address_raw").to_pylist() == ["兰亭苑3幢1单元502室", "兰亭苑4幢101室"]
    assert lines(table, "building", "unit", "room") == [("3", "1", "502"), ("4", None, "101")]


def test_references_are_read_by_what_their_platform_declares():
    city = platform(
        "city",
        [
            {
                "name": "addresses",
                "columns": ["code", "road", "estate", "other", "flat", "grid"],
                "reference": "address",
                "aliases": {"column": "other", "split": ";"},
                "roles": {
                    "subject": {
                        "kind": "housing",
                        "attributes": {
                            "address": {"road": "road", "estate": "estate", "room": "flat"},
                            "address_code": "code",
                            "grid": "grid",
                        },
                    }
                },
            },
            {
                "name": "grids",
                "columns": ["c", "sc", "s", "cc", "k", "gc", "g"],
                "reference": "grid",
                "grid_tree": dict(zip(GRID_REFERENCE, ["c", "sc", "s", "cc", "k", "gc", "g"], strict=True)),
            },
        ],
    )
    rows = landed(
        {
            "code": ["a1"],
            "road": ["恒安路"],
            "estate": ["兰亭苑"],
            "other": ["兰园;老兰亭"],
            "flat": ["502"],
            "grid": ["g1"],
        }
    )
    table = address_reference(city, city.dataset("addresses"), rows)
    assert table.column_names == list(ADDRESS_REFERENCE)
    assert table.to_pylist() == [
        dict.fromkeys(ADDRESS_REFERENCE)
        | {
            "address_code": "a1",
            "road": "恒安路",
            "estate": "兰亭苑",
            "aliases": "兰园、老兰亭",
            "room": "502",
            "grid_code": "g1",
        }
    ]
    rows = landed({c: [c.upper()] for c in ["c", "sc", "s", "cc", "k", "gc", "g"]})
    assert grid_reference(city, city.dataset("grids"), rows).to_pylist() == [
        {
            "city": "C",
            "street_code": "SC",
            "street": "S",
            "community_code": "CC",
            "community": "K",
            "grid_code": "GC",
            "grid": "G",
            "former_code": None,
            "changed_on": None,
        }
    ]
    with pytest.raises(ValueError, match="declares its grid_tree"):
        grid_reference(city, city.dataset("addresses"), rows)

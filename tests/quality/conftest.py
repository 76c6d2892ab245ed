"""Two invented people, a home, a firm and one thing of every other kind: a tiny city in which everything is right. Tests break one thing at a time."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from quality.suites.source import contracts
from warehouse.model import Table
from warehouse.model.data_model import shipped

Rows = list[dict[str, Any]]
MODEL = shipped()
DAY = date(2026, 3, 1)


def id_number(first17: str) -> str:
    """An invented identity number whose check character holds."""
    return first17 + ric.calc_check_digit(first17 + "0")


WOMAN = id_number("99999919900215402")
MAN = id_number("99999919611130001")
CREDIT_CODE = "91999999MA0000001" + uscc.calc_check_digit("91999999MA0000001")
REGISTRATION = "99999900000001" + mod_11_10.calc_check_digit("99999900000001")


def filled(table: Table, rows: Rows) -> pa.Table:
    """Rows under a contract; required columns that are not given get a neutral value."""
    neutral = {
        pa.timestamp("us"): datetime(2026, 3, 1),
        pa.string(): "x",
        pa.int64(): 1,
        pa.bool_(): True,
        pa.float64(): 0.5,
    }
    full = [
        {c.name: row.get(c.name, None if c.nullable else neutral.get(c.type, [])) for c in table.columns}
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=table.arrow)


def _head(kind: str, number: int, platform: str, row: int, role: str) -> dict[str, Any]:
    return {
        "mention_id": number,
        "platform": platform,
        "department": f"{platform}_office",
        "dataset": platform,
        "delivery_id": f"{platform}-1",
        "file_name": f"{platform}.csv",
        "sheet_name": "",
        "row_number": row,
        "role": role,
        "row_key": f"{platform}/{row}",
        "repeat": 0,
        "claimed_on": DAY,
        "entity_kind": kind,
    }


HOME = {
    "address_raw": "梧桐镇青石路8号云杉苑2幢301室",
    "street": "梧桐镇",
    "community": "青石社区",
    "road": "青石路",
    "road_number": "8",
    "estate": "云杉苑",
    "building": "2",
    "room": "301",
    "dwelling": "青石社区/云杉苑/2//301",
    "dwelling_level": "room",
    "grid_code": "999999001001001",
}
PERSONS: Rows = [
    {
        **_head("person", 0, "register", 1, "subject"),
        **HOME,
        "name_raw": "欧阳 青禾",
        "name": "欧阳青禾",
        "name_form": "full",
        "id_number_raw": WOMAN,
        "id_number": WOMAN,
        "id_number_state": "valid",
        "sex_raw": "2",
        "sex": "女",
        "birth_date_raw": "19900215",
        "birth_date": date(1990, 2, 15),
        "birth_date_precision": "day",
        "phone_raw": "+86 13900000000",
        "phone": "13900000000",
        "housing_relations": ["registered", "resides"],
        "event_relations": ["reports"],
        "event_mention_id": 0,
        "organisation_relations": ["secretary"],
        "organisation_mention_id": 0,
    },
    {
        **_head("person", 1, "deeds", 1, "owner"),
        "name_raw": "欧阳青禾",
        "name": "欧阳青禾",
        "name_form": "full",
        "id_number_raw": WOMAN[:6] + "********" + WOMAN[14:],
        "id_number_legible": WOMAN[:6] + "********" + WOMAN[14:],
        "id_number_state": "damaged",
        "housing_relations": ["owns"],
        "housing_mention_id": 0,
    },
    {
        **_head("person", 2, "firms", 1, "legal_rep"),
        "name_raw": "燕北",
        "name": "燕北",
        "name_form": "full",
        "id_number_raw": MAN,
        "id_number": MAN,
        "id_number_state": "valid",
        "enterprise_relations": ["legal_rep"],
        "enterprise_mention_id": 0,
        "certificate_relations": ["holds"],
        "certificate_mention_id": 0,
    },
]
HOMES: Rows = [
    {
        **_head("housing", 0, "deeds", 1, "subject"),
        **HOME,
        "area": 88.5,
        "unit_number": "9" * 28,
        "grid_raw": HOME["grid_code"],
    }
]
FIRMS: Rows = [
    {
        **_head("enterprise", 0, "firms", 1, "subject"),
        **HOME,
        "name_raw": "梧桐市星尘器械有限公司",
        "name": "梧桐市星尘器械有限公司",
        "name_form": "registered",
        "credit_code": CREDIT_CODE,
        "registration_number": REGISTRATION,
        "organisation_code": CREDIT_CODE[8:17],
        "code_state": "valid",
        "legal_rep_id_number": MAN,
        "established_on": date(2012, 5, 4),
        "staff_count": 7,
        "housing_relations": ["registered"],
        "certificate_relations": ["holds"],
        "certificate_mention_id": 0,
        "project_relations": ["builds"],
        "project_mention_id": 0,
    }
]
GRID = HOME["grid_code"]
TICKETS: Rows = [
    {**_head("event", 0, "tickets", 1, "subject"), **HOME, "content": "路灯不亮", "housing_relations": ["at"]}
]
LAMPS: Rows = [{**_head("component", 0, "lamps", 1, "subject"), "name_raw": "路灯", "name": "路灯", "grid_code": GRID}]
BRANCHES: Rows = [
    {
        **_head("organisation", 0, "branches", 1, "subject"),
        "name_raw": "青石支部",
        "name": "青石支部",
        "grid_code": GRID,
    }
]
LICENCES: Rows = [{**_head("certificate", 0, "licences", 1, "subject"), "number_raw": "A1", "number": "A1"}]
SITES: Rows = [
    {**_head("project", 0, "sites", 1, "subject"), **HOME, "name": "云杉苑二期", "housing_relations": ["at"]}
]
MENTIONS = {
    "person": PERSONS,
    "housing": HOMES,
    "enterprise": FIRMS,
    "event": TICKETS,
    "component": LAMPS,
    "organisation": BRANCHES,
    "certificate": LICENCES,
    "project": SITES,
}
ENTITIES = {
    "person": ["P1", "P1", "P2"],
    "housing": ["H1"],
    "enterprise": ["E1"],
    "event": ["V1"],
    "component": ["C1"],
    "organisation": ["Z1"],
    "certificate": ["D1"],
    "project": ["X1"],
}
RELATED = {
    "person_housing": ("P1", "H1", ("resides", "registered", "owns")),
    "person_enterprise": ("P2", "E1", ("legal_rep",)),
    "person_event": ("P1", "V1", ("reports",)),
    "person_organisation": ("P1", "Z1", ("secretary",)),
    "person_certificate": ("P2", "D1", ("holds",)),
    "enterprise_housing": ("E1", "H1", ("registered",)),
    "enterprise_certificate": ("E1", "D1", ("holds",)),
    "enterprise_project": ("E1", "X1", ("builds",)),
    "project_housing": ("X1", "H1", ("at",)),
    "event_housing": ("V1", "H1", ("at",)),
}
SIZE = {
    "platforms": "register",
    "platform_count": 1,
    "conflict_count": 0,
    "last_claimed_on": DAY,
    "grid_code": "999999001001001",
}
RELATION = {"platforms": ["register"], "claims": 1, "first_claimed_on": DAY, "last_claimed_on": DAY, "is_current": True}


def _grid() -> Rows:
    codes = ["999999", "999999001", "999999001001", "999999001001001"]
    levels = ["city", "street", "community", "grid"]
    counts = {f"{kind}_count": len(set(ENTITIES[kind])) for kind in MODEL.placed}
    return [
        {"grid_code": code, "name": level, "level": level, "parent_code": above, **counts}
        for code, level, above in zip(codes, levels, [None, *codes], strict=False)
    ]


def _reconciliation() -> Rows:
    mentions = Counter(mention["platform"] for listed in MENTIONS.values() for mention in listed)
    return [
        {
            **{k: _head("", 0, platform, 1, "")[k] for k in ("platform", "department", "delivery_id", "file_name")},
            "dataset": platform,
            "sheet_name": "",
            "state": "landed",
            "rows_delivered": 1,
            "rows_landed": 1,
            "rows_rejected": 0,
            "rows_current": 1,
            "mentions_expected": count,
            "mentions_undecided": 0,
            "mentions_resolved": count,
            "balanced": True,
        }
        for platform, count in mentions.items()
    ]


def clean_city() -> dict[str, pa.Table]:
    """Every stage table the suites read, with nothing wrong in it."""
    women = {"person_id": "P1", "name": "欧阳青禾", "id_number": WOMAN, "sex": "女", "birth_date": date(1990, 2, 15)}
    rows: dict[str, Rows] = {
        **{f"mention.{kind}": found for kind, found in MENTIONS.items()},
        **{
            f"entity.{kind}": [{"mention_id": i, "entity_id": entity} for i, entity in enumerate(entities)]
            for kind, entities in ENTITIES.items()
        },
        "golden.person": [
            {**SIZE, **women, "birth_date_precision": "day", "residence_housing_id": "H1", "mention_count": 2},
            {**SIZE, "person_id": "P2", "id_number": MAN, "mention_count": 1},
        ],
        "golden.housing": [
            {**SIZE, "housing_id": "H1", "dwelling": HOME["dwelling"], "area": 88.5, "mention_count": 1}
        ],
        "golden.enterprise": [
            {
                **SIZE,
                "enterprise_id": "E1",
                "credit_code": CREDIT_CODE,
                "registration_number": REGISTRATION,
                "established_on": date(2012, 5, 4),
                "legal_rep_person_id": "P2",
                "housing_id": "H1",
                "mention_count": 1,
            }
        ],
        "golden.event": [{**SIZE, "event_id": "V1", "housing_id": "H1", "mention_count": 1}],
        "golden.component": [{**SIZE, "component_id": "C1", "mention_count": 1}],
        "golden.organisation": [{**SIZE, "organisation_id": "Z1", "mention_count": 1}],
        "golden.certificate": [{**SIZE, "certificate_id": "D1", "mention_count": 1}],
        "golden.project": [{**SIZE, "project_id": "X1", "housing_id": "H1", "mention_count": 1}],
        "link.mention": [
            {**mention, "entity_id": ENTITIES[kind][mention["mention_id"]], "match_probability": 0.99}
            for kind, mentions in MENTIONS.items()
            for mention in mentions
        ],
        **{
            r.table.full_name: [
                {**RELATION, f"{r.left}_id": left, f"{r.right}_id": right, "relation": relation}
                for left, right, relations in [RELATED[r.table.name]]
                for relation in relations
            ]
            for r in MODEL.relations
        },
        "grid.tree": _grid(),
        "grid.change": [],
        "base.grid": _grid(),
        "judgement.judgement": [
            {"judgement_id": "J000001", "entity_kind": "person", "verdict": "same", "judgement_state": "in_force"}
        ],
        "quality.reconciliation": _reconciliation(),
    }
    return {name: filled(contracts(MODEL)[name], found) for name, found in rows.items()}


@pytest.fixture(scope="session")
def city() -> dict[str, pa.Table]:
    """The clean city; Arrow tables don't change, so one serves all tests."""
    return clean_city()

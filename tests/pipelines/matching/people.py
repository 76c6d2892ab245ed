"""Invented people for the matching tests: who they are, and mentions of them with slips, as columns."""

import datetime as dt

import numpy as np
import pyarrow as pa

from warehouse.model.data_model import shipped

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "岚清琬桥柳岸苑云陵禾苗松柏梅竹菊枫桦棠荷月星辰朗晴雨霁川泽洲"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(division, day, sequence):
    """A valid 18-digit number (GB 11643)."""
    body = f"{division}{day:%Y%m%d}{sequence:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def population(size, seed):
    """`size` people in families of four under one roof: dicts of true values."""
    rng = np.random.default_rng(seed)
    people = []
    for i in range(size):
        family = i // 4
        if i % 4 == 0:
            surname, phone = SURNAMES[rng.integers(len(SURNAMES))], f"139{rng.integers(10**8):08d}"
        born = dt.date(1940, 1, 1) + dt.timedelta(days=int(rng.integers(28000)))
        given = "".join(GIVEN[k] for k in rng.integers(len(GIVEN), size=2))
        people.append(
            {
                "name": surname + given,
                "surname": surname,
                "birth": born,
                "id_number": id_number(330102, born, int(rng.integers(1000))),
                "sex": "男" if rng.integers(2) else "女",
                "phone": phone if rng.random() < 0.4 else f"138{rng.integers(10**8):08d}",
                "home": ("柳岸社区", "柳岸苑", str(family % 40 + 1), "1", str(100 + family // 40)),
            }
        )
    return people


def mention(person, **changes):
    """A mention of a person: true values with `changes`, as PERSON_MENTION names them."""
    community, estate, building, unit, room = person["home"]
    row = {
        "platform": "invented", "department": "invented", "dataset": "d", "delivery_id": "d", "file_name": "f",
        "sheet_name": "", "row_number": 1, "role": "subject", "row_key": "k", "repeat": 0,
        "name_key": person["name"], "name_pinyin": " ".join(f"{ord(c):x}" for c in person["name"]),
        "surname": person["surname"], "name_form": "full",
        "id_number": person["id_number"], "id_number_state": "valid",
        "sex": person["sex"], "birth_date": person["birth"], "birth_date_precision": "day", "phone": person["phone"],
        "community": community, "estate": estate, "building": building, "unit": unit, "room": room,
        "dwelling": "/".join(person["home"]), "dwelling_level": "room",
    }  # fmt: skip
    return {**row, **changes}


WITHOUT_NUMBER = {"id_number": None, "id_number_state": "missing"}
NOTHING_ELSE = {
    **WITHOUT_NUMBER, "sex": None, "birth_date": None, "birth_date_precision": None, "phone": None, "community": None,
    "estate": None, "building": None, "unit": None, "room": None, "dwelling": None,
}  # fmt: skip


def table(mentions):
    """Mentions under the contract, numbered in their order."""
    rows = [{**m, "mention_id": i} for i, m in enumerate(mentions)]
    contract = shipped().mention("person")
    return contract.conform(pa.Table.from_pylist(rows, schema=contract.arrow))


def city(size=600, seed=3):
    """People, and three mentions of each: two with number, one without; some phones and homes are out of date."""
    rng = np.random.default_rng(seed)
    people = population(size, seed)
    mentions, truth = [], []
    for i, person in enumerate(people):
        stale = {"phone": f"137{rng.integers(10**8):08d}"} if rng.random() < 0.3 else {}
        for changes in ({}, stale, WITHOUT_NUMBER | stale):
            mentions.append(mention(person, **changes))
            truth.append(i)
    return people, mentions, truth

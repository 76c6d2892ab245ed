"""A question for a steward shows no value that its platform does not share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.resolution.questions import sides_of
from tests.warehouse.conftest import ID_A, PHONE_A, rows, write_town
from warehouse.model import Home
from warehouse.model.catalogue import WITHHELD
from warehouse.model.data_model import shipped
from warehouse.model.link import ENTITY


def test_neither_the_row_nor_the_golden_record_tells_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_town(home)
    contract = shipped().mention("person")
    head = {"dataset": "d", "row_key": "k", "repeat": 0, "delivery_id": "d1", "file_name": "f", "sheet_name": ""}
    lines: list[dict[str, Any]] = [
        {**head, "mention_id": 1, "platform": "zulin", "role": "tenant", "row_number": 1, "phone": PHONE_A, "phone_raw": PHONE_A},
        {**head, "mention_id": 2, "platform": "hukou", "role": "subject", "row_number": 1, "id_number": ID_A, "id_number_raw": ID_A},
    ]  # fmt: skip
    texts = {c.name: c for c in contract.columns if not c.nullable}
    filled = [
        {name: "missing" for name in texts if name not in line and name.endswith("_state")} | line for line in lines
    ]
    required = {name: {"department": "d"}.get(name) for name in texts}
    contract.write(rows(contract, *({**required, **line} for line in filled)), home.stage("mention", "person"))
    entities = [{"mention_id": n, "entity_id": "P1", "match_probability": 1.0} for n in (1, 2)]
    ENTITY.write(rows(ENTITY, *entities), home.stage("entity", "person"))
    listed = {"platform": "zulin", "role": "tenant", "entity_kind": "person", "attribute": "phone"}
    WITHHELD.write(rows(WITHHELD, listed), home.stage("catalogue", "withheld"))
    sides = sides_of(home, "person", [1, 2])
    assert PHONE_A not in repr(sides)
    assert ID_A in repr(sides), "the number is shared"

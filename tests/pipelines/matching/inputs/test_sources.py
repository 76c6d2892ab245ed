"""What a mention is made from is told of that mention, however many there are and in whatever order they come."""

import numpy as np
import pyarrow as pa

from pipelines.kinds import inputs_of
from pipelines.kinds.housing_columns import OWNERS
from pipelines.kinds.person_columns import ROUNDED
from pipelines.matching.inputs.mention_index import digest_of, index_schema, write_mention_index
from warehouse.model import Home
from warehouse.model.arrow_file import mapped
from warehouse.model.data_model import shipped


def persons(n, **columns):
    """Person mentions of one register that say nothing but `columns`."""
    told = {
        "mention_id": pa.array(np.arange(n)),
        "row_key": pa.array([f"r{i}" for i in range(n)]),
        "repeat": pa.array(np.zeros(n, dtype=np.int64)),
        "housing_relations": pa.array([[]] * n, pa.list_(pa.string())),
    } | columns
    schema = shipped().mention("person").arrow
    return pa.table(
        [told.get(f.name, pa.array(["x"] * n) if not f.nullable else pa.nulls(n, f.type)) for f in schema if f.name in USED],
        names=[f.name for f in schema if f.name in USED],
    )  # fmt: skip


PERSON = inputs_of(shipped(), "person")
USED = (
    "mention_id", "platform", "city", "dataset", "role", "row_key", "repeat", *PERSON.columns,
    *(f"{kind}_mention_id" for kind in PERSON.points_to), *OWNERS, "housing_relations",
)  # fmt: skip


def index(home, table):
    nothing = {kind: shipped().mention(kind).empty() for kind in ("housing", "enterprise")}
    mentions = {**nothing, "person": table}
    write_mention_index(home, mentions, {kind: inputs_of(shipped(), kind) for kind in mentions}, threads=4)
    return mapped(home.mention_index("person"))


def test_hashes_stay_with_their_mention_in_a_table_read_by_several_threads(tmp_path):
    n = 400_000
    numbers = pa.array([f"{i:017d}1" for i in range(n)])
    chunked = pa.chunked_array([numbers[i : i + 20_000] for i in range(0, n, 20_000)])
    found = index(Home(tmp_path), persons(n, id_number=chunked))
    assert found.schema.equals(index_schema(PERSON.points_to, PERSON.flags))
    assert (np.diff(found["key"].to_numpy()) > 0).all()
    some = np.arange(0, n, 1000)
    few = index(Home(tmp_path / "few"), persons(n, id_number=chunked).take(pa.array(some)).set_column(
        0, "mention_id", pa.array(np.arange(len(some)))))  # fmt: skip
    sources = dict(zip(found["key"].to_pylist(), found["source_hash"].to_pylist(), strict=True))
    assert all(
        sources[name] == source
        for name, source in zip(few["key"].to_pylist(), few["source_hash"].to_pylist(), strict=True)
    )


def test_a_number_another_mention_shows_to_be_rounded_changes_what_a_mention_is_made_from(tmp_path):
    rounded, whole = "110101199001011000", "110101199001011234"
    alone = index(Home(tmp_path / "one"), persons(2, id_number=pa.array([rounded, None])))
    told = index(Home(tmp_path / "two"), persons(2, id_number=pa.array([rounded, whole])))
    place = alone["mention_id"].to_pylist().index(0)
    assert alone[ROUNDED].to_pylist() == [False, False]
    assert told[ROUNDED][place].as_py()
    assert alone["source_hash"][place] != told["source_hash"][place]


def test_a_mention_keeps_its_place_and_one_that_is_gone_leaves_it_empty(tmp_path):
    home = Home(tmp_path)
    before = index(home, persons(20, phone=pa.array([f"1390000{i:04d}" for i in range(20)])))
    here = [i for i in range(21) if i != 4]
    keys = pa.array([f"r{i}" for i in here])
    phones = pa.array([f"1390000{i:04d}" if i != 9 else None for i in here])
    after = index(home, persons(20, row_key=keys, phone=phones))
    of = {i: before["mention_id"].to_pylist().index(i) for i in range(20)}
    assert after["key"].to_pylist()[:20] == before["key"].to_pylist()
    assert [after["mention_id"][of[i]].as_py() for i in range(20)] == [*range(4), -1, *range(4, 19)]
    assert after["mention_id"].to_pylist()[20:] == [19]
    assert after["source_hash"][of[4]].as_py() == 0
    other = [i for i in range(20) if after["source_hash"][of[i]] != before["source_hash"][of[i]]]
    assert other == [4, 9]


def test_the_digest_tells_whether_anything_is_other_than_before(tmp_path):
    home, digests = Home(tmp_path), []
    for phone, order in (
        ("13900000001", [0, 1]),
        ("13900000001", [0, 1]),
        ("13900000001", [1, 0]),
        ("13900000002", [0, 1]),
    ):
        table = persons(2, phone=pa.array([phone, None])).take(pa.array(order))
        index(home, table.set_column(0, "mention_id", pa.array([0, 1])))
        digests.append(digest_of(home.mention_index("person")))
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3

"""A value that was read before is not read again, and what comes of it is the same as if it were."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.columns import Context, row_keys
from pipelines.standardise.dates import standardise_birth_dates
from pipelines.standardise.distinct import Standardiser, over_distinct
from pipelines.standardise.enterprise import EnterpriseNames
from pipelines.standardise.grids import NODE, GridTree
from pipelines.standardise.identifiers.enterprise_codes import standardise_enterprise_codes
from pipelines.standardise.names import standardise_names
from pipelines.standardise.value_cache import ValueCache
from warehouse.model import arrow_file


class Capitals:
    """A standardiser that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, values: pa.StringArray) -> pa.Table:
        self.asked += values.to_pylist()
        return pa.table({"capitals": pc.utf8_upper(values), "length": pc.utf8_length(values)})


def run(
    folder: Path,
    values: list[str | None],
    knowing: str = "",
    code: str = "1",
    batch: str = "1",
    standing: frozenset[str] = frozenset(),
) -> tuple[list[str | None], list[str]]:
    """What one run makes of a column, and what it had to read for that."""
    read, value_cache = Capitals(), ValueCache(folder, code, batch=batch, standing=standing)
    cells = pa.chunked_array([pa.array(values, pa.string())])
    found = over_distinct(cells, value_cache.reader("text", read, knowing))
    value_cache.keep()
    return found["capitals"].to_pylist(), read.asked


def test_a_value_that_was_read_before_is_not_read_again(tmp_path: Path) -> None:
    assert run(tmp_path, ["a", "b", None, "a"]) == (["A", "B", None, "A"], ["a", "b"])
    assert run(tmp_path, ["b", "c", "a", None]) == (["B", "C", "A", None], ["c"])
    assert run(tmp_path, ["c", "a"]) == (["C", "A"], [])


def test_within_a_run_columns_share_what_was_read(tmp_path: Path) -> None:
    read, value_cache = Capitals(), ValueCache(tmp_path)
    for cells in (["a", "b"], ["b", "c"]):
        over_distinct(pa.array(cells), value_cache.reader("text", read))
    assert read.asked == ["a", "b", "c"]


def test_who_knows_something_else_reads_everything_again(tmp_path: Path) -> None:
    run(tmp_path, ["a"], knowing="one city")
    assert run(tmp_path, ["a"], knowing="another city")[1] == ["a"]
    assert run(tmp_path, ["a"], knowing="another city", code="2")[1] == ["a"]
    assert run(tmp_path, ["a"], knowing="another city", code="2")[1] == []


def test_what_no_delivery_says_any_more_is_forgotten(tmp_path: Path) -> None:
    run(tmp_path, ["withdrawn", "a"])
    run(tmp_path, ["a"])
    assert b"withdrawn" not in (tmp_path / "1" / "text.arrow").read_bytes()
    assert run(tmp_path, ["withdrawn", "a"])[1] == ["withdrawn"]


def test_a_standing_batch_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    run(tmp_path, ["a", "b"])
    former = (tmp_path / "1" / "text.arrow").stat()
    assert run(tmp_path, ["a", "c"], batch="2", standing=frozenset("1"))[1] == ["c"]
    assert (tmp_path / "1" / "text.arrow").stat() == former
    assert run(tmp_path, ["a", "b", "c"], batch="3", standing=frozenset("12"))[1] == []
    assert not (tmp_path / "3").exists()


def test_of_a_batch_that_stands_no_longer_what_is_met_goes_on_and_the_rest_is_forgotten(tmp_path: Path) -> None:
    run(tmp_path, ["withdrawn", "a"])
    run(tmp_path, ["c"], batch="2", standing=frozenset("1"))
    assert run(tmp_path, ["a"], batch="3", standing=frozenset("2"))[1] == []
    assert {path.name for path in tmp_path.iterdir()} == {"2", "3"}
    assert run(tmp_path, ["withdrawn"], batch="4", standing=frozenset("23"))[1] == ["withdrawn"]


def test_a_page_nobody_asked_for_is_dropped(tmp_path: Path) -> None:
    run(tmp_path, ["a"])
    ValueCache(tmp_path).keep()
    assert list(tmp_path.rglob("*.arrow")) == []


def test_a_column_without_values_keeps_its_types(tmp_path: Path) -> None:
    for values in ([], [None]):
        found = over_distinct(pa.array(values, pa.string()), ValueCache(tmp_path).reader("text", Capitals()))
        assert found.schema.field("length").type == pa.int32()


def test_a_page_that_could_not_be_written_leaves_the_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, ["a"])

    def killed(written: Path, path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(arrow_file, "put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, ["a", "b"])
    assert run(tmp_path, ["a", "b"]) == (["A", "B"], ["b"])


def test_without_a_folder_nothing_is_kept() -> None:
    read = Capitals()
    assert ValueCache().reader("text", read) is read
    ValueCache().keep()


CELLS = st.lists(
    st.text("王先生?·〓张(市)公司有限12X-/.年月日 \x00\x1f|,", max_size=9), min_size=1, max_size=8, unique=True
)


@pytest.mark.parametrize(
    "standardise",
    [
        standardise_names,
        standardise_birth_dates,
        EnterpriseNames.of_places(["张市", "王公镇"]),
        standardise_enterprise_codes,
    ],
)
@given(cells=CELLS, cut=st.integers(0, 8))
def test_what_a_value_comes_to_depends_on_no_other_value(standardise: Standardiser, cells: list[str], cut: int) -> None:
    parts = [pa.array(part, pa.string()) for part in (cells[:cut], cells[cut:])]
    apart = pa.concat_tables([standardise(part) for part in parts])
    assert apart.equals(standardise(pa.array(cells, pa.string())).combine_chunks())


ADDRESSES = [
    "石路8号云杉苑2幢301室",
    "云杉苑2-301",
    "云杉苑2幢9999室",
    "石路8号",
    "石路81号2幢301",
    "上村12号",
    "无此处3幢",
    "",
]
REFERENCE = pa.table(
    {
        "community": ["青石社区", "青石社区", "上村村委会"],
        "road": ["石路", "石路", None],
        "road_number": ["8", "8", "12"],
        "estate": ["云杉苑", "云杉苑", "上村"],
        "building": ["2", "3", None],
        "room": ["301", "301", None],
    }
)


def rooms(written: list[str], gazetteer: Gazetteer, value_cache: ValueCache) -> pa.Table:
    parts = pa.table({name: pa.nulls(len(written), pa.string()) for name in ("street", "grid_code")})
    context = Context(gazetteer, GridTree(NODE.empty_table()), {}, value_cache)
    return context.addresses(parts.append_column("text", pa.array(written, pa.string())))


@settings(max_examples=30)
@given(
    first=st.lists(st.sampled_from(ADDRESSES), max_size=8),
    second=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=8),
)
def test_what_an_address_comes_to_depends_on_no_other_address(
    first: list[str], second: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("value_cache")
    gazetteer = Gazetteer.from_reference(REFERENCE)
    for written in (first, second):
        value_cache = ValueCache(folder)
        found = rooms(written, gazetteer, value_cache)
        value_cache.keep()
    assert found.equals(standardise_addresses(pa.table({"text": pa.array(second, pa.string())}), gazetteer))


def test_an_address_is_read_again_when_the_standard_addresses_change(tmp_path: Path) -> None:
    former, now = Gazetteer.from_reference(REFERENCE.slice(0, 1)), Gazetteer.from_reference(REFERENCE)
    for gazetteer in (former, now):
        value_cache = ValueCache(tmp_path)
        found = rooms(["云杉苑301室"], gazetteer, value_cache)
        value_cache.keep()
    assert former.fingerprint != now.fingerprint == Gazetteer.from_reference(REFERENCE).fingerprint
    # with one building the room says which; with two it does not
    assert found.equals(rooms(["云杉苑301室"], now, ValueCache()))
    assert not found.equals(rooms(["云杉苑301室"], former, ValueCache()))


@given(st.lists(st.tuples(*[st.none() | st.text("a|,-1\x1f", max_size=3)] * 3), min_size=1, max_size=6))
def test_equal_rows_have_one_key_and_different_rows_have_two(rows: list[tuple[str | None, ...]]) -> None:
    table = pa.table({str(i): pa.array([row[i] for row in rows], pa.string()) for i in range(3)})
    keys = row_keys(table).to_pylist()
    assert all((keys[i] == keys[j]) == (rows[i] == rows[j]) for i in range(len(rows)) for j in range(len(rows)))

"""Sessions share one setting, and what they hold is bounded by it."""

from __future__ import annotations

import pytest

from warehouse.model import memory
from warehouse.model.session import connect


def megabytes(written: str) -> int:
    return int(written.removesuffix("MB"))


def test_a_session_gets_its_share_of_what_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, "6 GB")
    assert memory.share() == "6000MB"
    with memory.shared_by(2):
        assert memory.share() == "3000MB"
        assert memory.share(4) == "750MB"
    assert memory.share() == "6000MB"


def test_duckdb_is_told_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, "2GiB")
    with connect() as con:
        assert con.sql("select current_setting('memory_limit')").fetchall() == [("1.9 GiB",)]


def test_a_share_is_never_too_small_to_work_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, "500MB")
    with memory.shared_by(64):
        assert megabytes(memory.share()) * 1_000_000 == memory.LEAST_SHARE


def test_without_the_setting_less_than_the_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    with connect(memory_limit="-1") as con:  # DuckDB's own default is four fifths of the machine
        con.execute("reset memory_limit")
        (most,) = con.sql("select parse_formatted_bytes(current_setting('memory_limit'))").fetchall()[0]
    assert memory.LEAST <= memory.limit() < max(most, memory.LEAST + 1)


@pytest.mark.parametrize("written", ["lots", "8", "8G", "-1GB", "499MB", "50%", "1e9GB"])
def test_what_is_no_amount_of_memory_is_told_with_the_remedy(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, written)
    with pytest.raises(ValueError, match=r"ONENET_MEMORY: .*500MB"):
        memory.limit()

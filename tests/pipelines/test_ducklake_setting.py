"""The release is also a DuckLake where the settings of a city want one; without its extension the settings are refused."""

from types import SimpleNamespace

import pytest

from connectors.registry import ConfigurationError
from pipelines.city import City
from pipelines.stages import release


def test_the_setting_is_refused_without_the_extension_with_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "settings.yaml").write_text("ducklake: true\n", encoding="utf-8")
    monkeypatch.setattr("warehouse.release.can_write_ducklake", lambda: False)
    with pytest.raises(ConfigurationError, match=r"settings\.yaml.*one-network\[ducklake\]"):
        City(tmp_path).check()


@pytest.mark.parametrize(
    ("wanted", "there", "library", "written"),
    [(True, False, "2", 1), (True, True, "2", 0), (False, False, "2", 0), (True, False, "1", 0)],
)
def test_it_is_written_once_for_the_library_and_only_where_it_is_wanted(monkeypatch, wanted, there, library, written):
    calls = []
    monkeypatch.setattr(release, "published", lambda home: library)
    monkeypatch.setattr(release, "has_ducklake", lambda home, version: there)
    monkeypatch.setattr(release, "write_ducklake", lambda home, version: calls.append(version))
    settings = SimpleNamespace(home=None, city=SimpleNamespace(settings=SimpleNamespace(ducklake=wanted)))
    told = release.export_ducklake(settings, "2")
    assert len(calls) == written
    assert told == {"built": "yes" if wanted and library == "2" else "no"}

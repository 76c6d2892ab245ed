"""The shelf: a release is held as long as somebody reads it, and the next one is there as soon as it is swapped in."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from warehouse.model import Home
from warehouse.portal import search_index
from warehouse.portal.shelf import NoReleaseError, Shelf
from warehouse.portal.warm import keep_warm
from warehouse.release.publish import swap_in


def test_there_may_be_no_release(tmp_path):
    with pytest.raises(NoReleaseError), Shelf(Home(tmp_path)).release():
        pass


def test_a_request_keeps_its_release_and_the_next_one_has_the_new(portal_home, tmp_path):
    root = tmp_path / "home"
    (version,) = (folder.name for folder in portal_home.release("").iterdir())
    shutil.copytree(portal_home.release(version), root / "releases" / version)
    shutil.copytree(portal_home.release(version), root / "releases" / "0009-next")
    home = Home(root)
    swap_in(home.release(version) / "one_network.duckdb", home.library)
    shelf = Shelf(home)
    with shelf.release() as before:
        swap_in(home.release("0009-next") / "one_network.duckdb", home.library)
        with shelf.release() as after:
            assert (before.version, after.version) == (version, "0009-next")
            assert before.rows("select count(*) as n from base.person") == after.rows(
                "select count(*) as n from base.person"
            )
    with pytest.raises(Exception, match="closed"):
        before.rows("select 1")
    with shelf.release() as still:
        assert still is after
        assert still.rows("select 1 as one") == [{"one": 1}]


def test_a_new_release_is_made_ready_before_it_is_asked_for(portal_home):
    shelf, end = Shelf(portal_home), threading.Event()
    thread = threading.Thread(target=keep_warm, args=(shelf, end))
    thread.start()
    try:
        with shelf.release() as release:
            for _ in range(600):
                if {"search index", "city"} <= set(release._kept):
                    break
                time.sleep(0.1)
            assert {"search index", "city"} <= set(release._kept)
    finally:
        end.set()
        thread.join()


def test_requests_go_on_with_the_former_release_until_the_next_one_is_ready(portal_home, tmp_path):
    (version,) = (folder.name for folder in portal_home.release("").iterdir())
    home = Home(tmp_path / "home")
    for name in (version, "0009-next", "0010-broken"):
        shutil.copytree(portal_home.release(version), home.release(name))
    swap_in(home.release(version) / "one_network.duckdb", home.library)
    shelf, at = Shelf(home), []

    def make_ready(release):
        with shelf.release() as meanwhile:
            at.append((release.version, meanwhile.version))
        if release.version == "0010-broken":
            raise OSError("no space left")

    shelf.renew(make_ready)
    swap_in(home.release("0009-next") / "one_network.duckdb", home.library)
    with shelf.release() as release:
        assert release.version == version
    shelf.renew(make_ready)
    assert at == [(version, version), ("0009-next", version)]
    with shelf.release() as release:
        assert release.version == "0009-next"
    swap_in(home.release("0010-broken") / "one_network.duckdb", home.library)
    with pytest.raises(OSError, match="no space"):
        shelf.renew(make_ready)
    with shelf.release() as release:  # whatever could not be made ready, the newest release is the one to read
        assert release.version == "0010-broken"


def test_what_is_worked_out_of_a_release_is_worked_out_once(app):
    made = []
    with app.state.shelf.release() as release:
        for _ in range(2):
            release.kept("a test", lambda r: made.append(r.version))
    assert len(made) == 1


def test_two_that_need_the_index_of_a_release_at_once_make_it_once(portal_home, monkeypatch):
    (version,) = (folder.name for folder in portal_home.release("").iterdir())
    (portal_home.portal / "search" / f"{version}.duckdb").unlink(missing_ok=True)
    made, make = [], search_index._make

    def slow(*arguments):
        made.append(arguments)
        time.sleep(0.2)
        make(*arguments)

    monkeypatch.setattr(search_index, "_make", slow)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: search_index.index_of(portal_home, version), range(2)))
    assert len(made) == 1

"""A portal over a copy of the finished home: a second release with rejected rows is cheap to make of it, so none is run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import argon2
import duckdb
import pytest
from fastapi.testclient import TestClient

from pipelines.stages.portal_review import HomeReview
from warehouse.model import Home
from warehouse.portal import Role, portal

PASSWORD = "a long passphrase 7"
ACCOUNTS = {
    "police": (Role.department, "gongan"),
    "health": (Role.department, "weijian"),
    "steward": (Role.steward, ""),
    "analyst": (Role.analyst, ""),
    "auditor": (Role.auditor, ""),
    "admin": (Role.admin, ""),
}


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hundreds of sign-ins: the hash is the same, its cost is the least there is."""
    with pytest.MonkeyPatch.context() as patch:
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("warehouse.portal.accounts._hasher", lambda: quick)
        yield


@pytest.fixture(scope="session")
def portal_home(finished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the finished home. Its tests leave as many open questions as they find."""
    return with_rejected_rows(finished_home, tmp_path_factory.mktemp("portal") / "home")


def with_rejected_rows(finished_home: Path, root: Path) -> Home:
    """A copy of the finished home at `root` whose release tells of two rejected rows of the police."""
    shutil.copytree(finished_home, root, symlinks=True)
    home = Home.of(root)
    (version,) = (folder.name for folder in home.release("").iterdir())
    file = home.release(version) / "one_network.duckdb"
    copy = file.with_name("copy.duckdb")
    shutil.copyfile(file, copy)
    copy.chmod(0o600)
    with duckdb.connect(str(copy)) as con:
        con.execute(
            'insert into quality.rejected (platform, delivery_id, file_name, sheet_name, row_number, "column", reason_code, reason)'
            " values ('gongan_hukou', '0000000000000000', '户籍人口_20261101.csv', '', 12, null, 'wrong_field_count',"
            " '该行有2个字段，应为12个'), ('gongan_hukou', '0000000000000000', '户籍人口_20261101.csv', '', 40, '姓名', 'missing',"
            " '缺少姓名')"
        )
        con.execute("update quality.reconciliation set rows_rejected = 2 where platform = 'gongan_hukou'")
    home.library.unlink()
    copy.replace(file)
    home.library.hardlink_to(file)
    return home


class NoQuestions:
    """A review that has nothing to ask."""

    def questions(self, limit: int) -> Sequence[object]:
        return []

    def decide(self, question: object, verdict: str, by: str, why: str) -> list[str]:
        raise AssertionError

    def take_back(self, judgement_id: str, by: str) -> list[str]:
        raise AssertionError


@dataclass
class Visitor:
    """A browser without a screen: keeps cookies, fills in the token of its session."""

    client: TestClient
    csrf: str = ""

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers)

    def post(self, path: str, **fields: str):
        return self.client.post(path, data={"csrf": self.csrf, **fields})


@pytest.fixture(scope="session")
def app(portal_home: Home, quick_passwords: None):
    return with_accounts(portal_home)


def with_accounts(home: Home):
    """The portal of a home with one account of every role, and two departments."""
    app = portal(home, HomeReview(home))
    for name, (role, department) in ACCOUNTS.items():
        app.state.accounts.add(name, role, department, "first " + PASSWORD)
        app.state.accounts.set_password(name, PASSWORD, must_change=False)
    return app


@pytest.fixture
def visit(app) -> Iterator[Callable[[str], Visitor]]:
    """Signs in: `visit("police")`; `visit("")` is somebody who is not signed in."""
    clients = []

    def visit(name: str) -> Visitor:
        client = TestClient(app, follow_redirects=False)
        clients.append(client)
        if not name:
            return Visitor(client)
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        session = app.state.accounts.session(client.cookies["onenet_session"])
        return Visitor(client, session.csrf)

    app.state.pace.__init__()
    yield visit
    for client in clients:
        client.close()

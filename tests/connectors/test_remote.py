"""An inbox at sftp:// or s3://: the same files as in a folder, from real servers, and the true reason where there are none."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from connectors.current import manifest
from connectors.landing import land
from connectors.registry import ConfigurationError
from connectors.remote import Remote
from connectors.remote_systems import Address
from pipelines.city import City
from pipelines.defs.resources import workspace_of
from pipelines.nothing_new import run_fingerprint
from pipelines.settings import Settings
from pipelines.settling import wait_until_settled

CSV = {"kind": "delimited", "encoding": "utf-8"}
ROLL = "编号,姓名\n1,甲\n".encode()
OTHER = "编号,姓名\n2,乙\n".encode()
SECRET = "geheim-7d1f"


class Inbox:
    """An inbox on a server, and a folder it is fetched into."""

    def __init__(self, url: str, put: Callable[[str, bytes], object], remove: Callable[[str], object], desk) -> None:
        self.remote, self.put, self.remove, self.desk = Remote(url), put, remove, desk

    def land(self, platform):
        """Fetch and land."""
        self.remote.fetch(self.desk.inbox, ["roll"])
        return land(platform, self.desk.inbox, self.desk.home)


@pytest.fixture
def platform(build):
    return build(CSV, ["编号", "姓名"], files="roll_{scope}_{date}.csv", key=["编号"])


@pytest.fixture(scope="module")
def sftp_server(tmp_path_factory) -> Iterator[tuple[int, Path, Path]]:
    """A server for clerk with the password SECRET: its port, its folder, a file of its key."""
    folder = tmp_path_factory.mktemp("sftp")
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()

    class Doorkeeper(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("clerk", SECRET)

    async def serve() -> int:
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[key],
            server_factory=Doorkeeper,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
        )
        return server.sockets[0].getsockname()[1]

    port = loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    known = folder.with_name("known_hosts")
    known.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    yield port, folder, known
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def sftp(sftp_server, desk, monkeypatch, request) -> Inbox:
    """An inbox on the SFTP server, in a folder of its own."""
    port, folder, known = sftp_server
    place = folder / desk.root.name
    (place / "roll").mkdir(parents=True)
    monkeypatch.setenv("ONENET_SFTP_PASSWORD", SECRET)
    monkeypatch.setenv("ONENET_SFTP_KNOWN_HOSTS", str(known))

    def put(name: str, content: bytes) -> None:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    url = f"sftp://clerk@127.0.0.1:{port}/{desk.root.name}"
    return Inbox(url, put, lambda name: (place / name).unlink(), desk)


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """An S3 server: its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, desk, monkeypatch) -> Inbox:
    """An inbox in a bucket, below a prefix of its own."""
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "clerk")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="deliveries")
    above = f"in/{desk.root.name}"
    client.put_object(Bucket="deliveries", Key=f"{above}/roll/")
    return Inbox(
        f"s3://deliveries/{above}",
        lambda name, content: client.put_object(Bucket="deliveries", Key=f"{above}/{name}", Body=content),
        lambda name: client.delete_object(Bucket="deliveries", Key=f"{above}/{name}"),
        desk,
    )


@pytest.fixture(params=["sftp", "s3"])
def inbox(request) -> Inbox:
    return request.getfixturevalue(request.param)


def test_files_land_as_from_a_folder_and_the_same_bytes_count_once(inbox, platform):
    inbox.put("roll/2026/roll_东_20261101.csv", ROLL)
    inbox.put("roll/roll_西_20261101.csv", OTHER)
    inbox.put("roll/.half", b"x")
    inbox.put("nobody/x.csv", b"x")
    assert inbox.land(platform).rows_landed == 2
    assert sorted(manifest(inbox.desk.home)["file_name"].to_pylist()) == [
        "2026/roll_东_20261101.csv",
        "roll_西_20261101.csv",
    ]
    assert [p.name for p in inbox.desk.inbox.glob("nobody*")] == ["nobody"]
    assert list((inbox.desk.inbox / "nobody").iterdir()) == []
    assert inbox.land(platform).skipped == 2
    inbox.put("roll/roll_北_20261101.csv", ROLL)
    assert [code for _, code, _ in inbox.land(platform).rejected_deliveries] == ["same_bytes"]


def test_an_unchanged_file_is_fetched_once_and_a_changed_one_again(inbox, platform, monkeypatch):
    inbox.put("roll/roll_东_20261101.csv", ROLL)
    inbox.land(platform)
    kept = inbox.desk.inbox / "roll" / "roll_东_20261101.csv"
    before = kept.stat().st_ino
    inbox.land(platform)
    assert kept.stat().st_ino == before
    inbox.put("roll/roll_东_20261101.csv", ROLL + "3,丙\n".encode())
    assert inbox.land(platform).rows_landed == 2
    inbox.remove("roll/roll_东_20261101.csv")
    inbox.land(platform)
    assert not kept.exists()
    assert inbox.desk.rows(platform).num_rows == 2


def test_links_and_pipes_are_refused_and_the_rest_goes_on(sftp, sftp_server, platform):
    place = sftp_server[1] / sftp.desk.root.name
    sftp.put("roll/roll_东_20261101.csv", ROLL)
    sftp.put("other/roll_西_20261101.csv", OTHER)
    (place / "roll" / "roll_西_20261101.csv").symlink_to("../other/roll_西_20261101.csv")
    (place / "roll" / "众").symlink_to("../other", target_is_directory=True)
    os.mkfifo(place / "roll" / "roll_南_20261101.csv")
    report = sftp.land(platform)
    assert {name: code for name, code, _ in report.rejected_deliveries} == {
        "roll_西_20261101.csv": "is_link",
        "众": "is_link",
        "roll_南_20261101.csv": "not_a_file",
    }
    assert report.rows_landed == 1


def test_a_file_without_read_permission_is_a_rejected_delivery_until_it_has_it(sftp, platform, monkeypatch):
    sftp.put("roll/roll_东_20261101.csv", ROLL)
    sftp.put("roll/roll_西_20261101.csv", OTHER)
    from paramiko import SFTPClient

    really = SFTPClient.open

    def guarded(client, path, *rest, **more):
        if "西" in path:
            raise PermissionError(13, "Permission denied")
        return really(client, path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(SFTPClient, "open", guarded)
        ((name, code, reason),) = sftp.land(platform).rejected_deliveries
    assert (name, code) == ("roll_西_20261101.csv", "not_readable")
    assert "权限" in reason
    assert sftp.land(platform).rows_landed == 1


def test_a_file_that_changes_while_it_is_fetched_waits_for_the_next_run(sftp, platform, monkeypatch):
    from connectors import remote

    sftp.put("roll/roll_东_20261101.csv", ROLL)
    really = remote._fetch

    def growing(*given):
        fault = really(*given)
        sftp.put("roll/roll_东_20261101.csv", ROLL + "3,丙\n".encode())
        return fault

    with monkeypatch.context() as patch:
        patch.setattr(remote, "_fetch", growing)
        (told,) = sftp.remote.fetch(sftp.desk.inbox, ["roll"])
    assert "still being written" in told
    assert not list((sftp.desk.inbox / "roll").glob("*"))
    assert sftp.land(platform).rows_landed == 2


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def no_server(sftp: Inbox, monkeypatch) -> None:
    sftp.remote = Remote(f"sftp://clerk@127.0.0.1:{unused_port()}/inbox")


def wrong_password(sftp: Inbox, monkeypatch) -> None:
    monkeypatch.setenv("ONENET_SFTP_PASSWORD", f"{SECRET}?")


def unknown_server(sftp: Inbox, monkeypatch) -> None:
    empty = sftp.desk.root / "known_hosts"
    empty.write_text("")
    monkeypatch.setenv("ONENET_SFTP_KNOWN_HOSTS", str(empty))


def other_key(sftp: Inbox, monkeypatch) -> None:
    known = sftp.desk.root / "known_hosts"
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    known.write_text(f"[127.0.0.1]:{sftp.remote.address.port} {key}")
    monkeypatch.setenv("ONENET_SFTP_KNOWN_HOSTS", str(known))


def no_folder(sftp: Inbox, monkeypatch) -> None:
    sftp.remote = Remote(sftp.remote.url + "/nowhere")


@pytest.mark.parametrize(
    ("broken", "words"),
    [(no_server, "拒绝"), (wrong_password, "口令"), (unknown_server, "不认识"), (other_key, "冒充"), (no_folder, "没有这个文件夹")],
)  # fmt: skip
def test_what_can_t_be_reached_is_told_with_its_reason_and_no_secret(
    sftp, platform, monkeypatch, broken, words, caplog
):
    sftp.put("roll/roll_东_20261101.csv", ROLL)
    sftp.land(platform)
    with monkeypatch.context() as patch:
        good = sftp.remote
        broken(sftp, patch)
        report = sftp.land(platform)
    ((name, code, reason),) = report.rejected_deliveries
    assert code == "inbox_unreachable"
    assert name.startswith("sftp://127.0.0.1/")
    assert words in reason
    told = caplog.text + str(report) + "".join(p.read_text() for p in sftp.desk.inbox.glob(".*"))
    assert SECRET not in told
    assert "clerk" not in name + reason
    assert sftp.desk.rows(platform).num_rows == 1
    sftp.remote = good
    assert sftp.land(platform).rejected_deliveries == ()
    assert manifest(sftp.desk.home)["state"].to_pylist() == ["landed"]


def test_a_bucket_that_can_t_be_read_is_told_with_its_reason(s3, platform, monkeypatch):
    s3.remote = Remote("s3://nobucket/in")
    ((_, code, reason),) = s3.land(platform).rejected_deliveries
    assert (code, "存储桶" in reason or "文件夹" in reason) == ("inbox_unreachable", True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sftp://clerk:geheim@host/in", "ONENET_SFTP_PASSWORD"),
        ("ftp://host/in", "sftp://, s3://"),
        ("sftp:///in", "missing"),
        ("s3://bucket/in?key=geheim", "neither"),
        ("sftp://host:port/in", "no address"),
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(url, words):
    with pytest.raises(ValueError, match=r".") as wrong:
        Remote(url)
    assert words in str(wrong.value)
    assert "geheim" not in str(wrong.value)


def test_an_address_is_shown_without_account_and_port():
    assert Address.of("sftp://clerk@host:2222/a%20b/").shown == "sftp://host/a b"
    assert Address.of("s3://bucket/in/").root == "bucket/in"


def test_a_missing_library_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "paramiko" else object())
    with pytest.raises(ValueError, match=r"one-network\[remote\]"):
        Remote("sftp://host/in")
    assert Remote("s3://bucket/in")


def test_a_run_waits_for_a_file_that_grows_there(sftp):
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds
        if now[0] < began + 3:
            sftp.put("roll/roll_东_20261101.csv", ROLL * int(now[0] - began + 1))

    sftp.put("roll/roll_东_20261101.csv", ROLL)
    began = now[0] = sftp.remote.listing(["roll"])[0].changed / 1e9
    told: list[int] = []
    assert wait_until_settled(sftp.remote, lambda: told.append(1), ["roll"], clock=lambda: now[0], pause=pause)
    assert told == [1]
    assert now[0] >= began + 3


def test_settings_know_an_address_and_a_run_of_it_is_never_taken_for_the_last_one(tmp_path):
    settings = Settings.of("sftp://clerk@host/in", tmp_path, City())
    assert settings.inbox == tmp_path / "remote_inbox"
    assert workspace_of(settings).inbox_path == "sftp://clerk@host/in"
    assert run_fingerprint(settings) is None
    with pytest.raises(ConfigurationError, match="--inbox"):
        Settings.of("ftp://host/in", tmp_path, City())

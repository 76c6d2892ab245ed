"""The script that lands a REST service: every page, all or nothing, against a server of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.landing import land
from tests.connectors.conftest import build_platform
from warehouse.model import Home

SCRIPT = Path(__file__).parents[2] / "deploy" / "land_rest.py"
ROWS = [{"编号": i, "姓名": f"甲{i}", "电话": "0510"} for i in range(1, 8)]
Answer = Callable[[int, int], tuple[int, dict[str, str], bytes]]


def pages(number: int, size: int) -> tuple[int, dict[str, str], bytes]:
    rows = ROWS[(number - 1) * size : number * size]
    return 200, {}, json.dumps({"data": {"items": rows, "total": len(ROWS)}}).encode()


class Service:
    """A service whose answers a test may change; it remembers the tokens it was shown."""

    answer: Answer = staticmethod(pages)
    tokens: list[str | None]

    def __init__(self) -> None:
        service, self.tokens, self.asked = self, [], 0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked += 1
                service.tokens.append(self.headers.get("Authorization"))
                asked = parse_qs(urlsplit(self.path).query)
                code, headers, body = service.answer(int(asked["page"][0]), int(asked["size"][0]))
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """No log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def land(self, inbox: Path, *more: str) -> subprocess.CompletedProcess[str]:
        url = f"http://127.0.0.1:{self.server.server_port}/v1/residents"
        options = ["--inbox", str(inbox), "--platform", "roll", "--rows", "data.items", "--total", "data.total"]
        command = [sys.executable, str(SCRIPT), url, *options, "--size", "3", "--pause", "0", *more]
        return subprocess.run(command, capture_output=True, text=True, env={"LAND_REST_TOKEN": "geheim"}, check=False)


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_every_page_lands_as_one_delivery(service: Service, tmp_path: Path) -> None:
    done = service.land(tmp_path / "inbox")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(service.tokens) == {"Bearer geheim"}
    platform = build_platform({"kind": "ndjson"}, ["编号", "姓名", "电话"], files="roll_{date}.ndjson")
    report = land(platform, tmp_path / "inbox", Home(tmp_path / "home"))
    assert (report.rows_landed, report.rows_rejected) == (7, 0)


def busy_once(service: Service) -> Answer:
    return lambda number, size: (429, {"Retry-After": "0"}, b"") if service.asked == 2 else pages(number, size)


def test_a_busy_service_is_asked_again(service: Service, tmp_path: Path) -> None:
    service.answer = busy_once(service)
    assert service.land(tmp_path).returncode == 0
    assert service.asked == 4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda n, s: (401, {}, b"geheim"), "HTTP 401"),
        (lambda n, s: (302, {"Location": "http://127.0.0.1:1/"}, b""), "HTTP 302"),
        (lambda n, s: (200, {}, b"<html>"), "no JSON"),
        (lambda n, s: (200, {}, b'{"data": {}}'), "no 'data.items'"),
        (lambda n, s: pages(n, s) if n < 3 else (200, {}, b'{"data": {"items": [], "total": 7}}'), "6 rows came"),
        (lambda n, s: pages(n, s) if n < 3 else (500, {}, b""), "no answer after 5 tries"),
    ],
    ids=["refused", "redirect", "no json", "no rows", "fewer", "breaks off"],
)
def test_what_is_not_whole_does_not_land(service: Service, tmp_path: Path, answer: Answer, words: str) -> None:
    service.answer = answer
    done = service.land(tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "geheim" not in done.stderr
    assert list((tmp_path / "roll").iterdir()) == []

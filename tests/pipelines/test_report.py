"""What waits for a person is told: by the exit code, in a file for monitoring, and to who is to know."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import dagster as dg
import pytest
import yaml

from connectors.landing import land
from pipelines.alerts import alert
from pipelines.city import City
from pipelines.defs.reports import run_reports
from pipelines.report import Report, prometheus, write_status
from pipelines.settings import Settings
from pipelines.summary import LED_BY
from pipelines.troubles import REMEDIES, TITLES, Trouble, troubles
from warehouse.model import Home

HELD = Trouble(
    "held", "renshe", "参保_20261101.csv", "可用3行，不足上一批100行的50%，待人工确认", 0, "0123456789abcdef"
)
BEGAN = 1_790_000_000.0


def report(*attention: Trouble, status: str = "released") -> Report:
    return Report(status, BEGAN, BEGAN + 61.5, "0001-ab", "x.duckdb", BEGAN, attention=list(attention))  # type: ignore[arg-type]


def settings(tmp_path: Path, **alerts: object) -> Settings:
    folder = tmp_path / "city"
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(yaml.safe_dump({"title": "云陵", "alerts": alerts}), encoding="utf-8")
    (tmp_path / "inbox").mkdir(exist_ok=True)
    return Settings.of(tmp_path / "inbox", tmp_path / "home", City(folder))


@pytest.mark.parametrize(
    ("status", "attention", "code"),
    [
        ("released", (), 0),
        ("unchanged", (), 0),
        ("stopped", (), 1),
        ("released", (HELD,), 3),
        ("unchanged", (HELD,), 3),
        ("stopped", (HELD,), 1),
    ],
)
def test_the_exit_code_says_whether_somebody_is_needed(status: str, attention: tuple[Trouble, ...], code: int) -> None:
    assert report(*attention, status=status).exit_code == code


def test_a_file_that_was_rejected_waits_until_a_good_one_came(tmp_path: Path) -> None:
    home, inbox = Home(tmp_path / "home"), tmp_path / "inbox" / "dangjian_zuzhi"
    inbox.mkdir(parents=True)
    (inbox / "基层党组织_20261101.xlsx").write_bytes(b"no workbook")
    (tmp_path / "inbox" / "gongan").mkdir()
    known = Settings.of(tmp_path / "inbox", home.root, City())
    land(known.platforms["dangjian_zuzhi"], tmp_path / "inbox", home)
    found = troubles(known)
    assert [(t.kind, t.platform, t.file) for t in found] == [
        ("rejected", "dangjian_zuzhi", "基层党组织_20261101.xlsx"),
        ("unknown_platform", "gongan", ""),
    ]
    assert all(t.remedy for t in found)


def test_a_database_that_does_not_answer_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Settings.of(tmp_path / "inbox", tmp_path / "home", City())
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv("ONENET_RENSHE_SHEBAO_URL", f"sqlite:///{tmp_path}/nowhere/at/all.db")
    land(known.platforms["renshe_shebao"], tmp_path / "inbox", known.home)
    assert {(t.kind, t.platform) for t in troubles(known)} == {("unreachable", "renshe_shebao")}


def test_the_status_file_can_be_read_by_programs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_status(home, report(HELD))
    told = json.loads((home.status / "run.json").read_text(encoding="utf-8"))
    assert (told["exit_code"], told["status"], told["release"]) == (3, "released", "0001-ab")
    assert told["began"] == "2026-09-21T14:13:20+00:00"
    assert told["attention"][0]["kind"] == "held"
    assert "onenet confirm" in told["attention"][0]["remedy"]
    metrics = (home.status / "onenet.prom").read_text(encoding="utf-8")
    assert 'onenet_attention{kind="held",platform="renshe"} 1' in metrics
    assert "\nonenet_run_exit_code 3\n" in metrics


def test_every_kind_of_trouble_has_its_words_on_the_screen() -> None:
    assert {*LED_BY, "unknown_platform"} == set(TITLES) == set(REMEDIES)


def test_metrics_are_in_the_text_format_of_prometheus() -> None:
    odd = Trouble("unknown_platform", 'a"b\\c\nd')
    lines = prometheus(report(odd)).splitlines()
    names = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert all(line.startswith("#") or line.split("{")[0].split(" ")[0] in names for line in lines)
    assert 'onenet_attention{kind="unknown_platform",platform="a\\"b\\\\c\\nd"} 1' in lines


def test_a_command_is_given_what_where_and_what_to_do(tmp_path: Path) -> None:
    script = tmp_path / "tell.py"
    script.write_text(
        "import os, pathlib, sys\n"
        f"out = pathlib.Path({str(tmp_path)!r})\n"
        "(out / 'report').write_bytes(sys.stdin.buffer.read())\n"
        "(out / 'text').write_text(os.environ['ONENET_ALERT_SUBJECT'] + os.environ['ONENET_ALERT_TEXT'], 'utf-8')\n"
        "(out / 'keys').write_text(str([n for n in os.environ if n.endswith('_KEY')]))\n",
        encoding="utf-8",
    )
    known = settings(tmp_path, command=f"{sys.executable} {script}")
    assert alert(known, report(HELD)) == []
    assert json.loads((tmp_path / "report").read_bytes())["exit_code"] == 3
    text = (tmp_path / "text").read_text(encoding="utf-8")
    assert all(word in text for word in ("云陵", "renshe/参保_20261101.csv", "不足上一批", "onenet confirm"))
    assert "ONENET_TOKEN_KEY" not in (tmp_path / "keys").read_text()


def test_what_waits_is_told_once_and_again_when_it_changes(tmp_path: Path) -> None:
    said = tmp_path / "said"
    script = tmp_path / "tell.py"
    script.write_text(f"open({str(said)!r}, 'a').write('x')", encoding="utf-8")
    known = settings(tmp_path, command=f"{sys.executable} {script}")
    other = Trouble("rejected", "gongan")
    for told in (report(HELD), report(HELD), report(), report(HELD), report(HELD, other), report(status="stopped")):
        assert alert(known, told) == []
    assert said.read_text() == "xxxx"


def test_a_webhook_gets_the_report(tmp_path: Path) -> None:
    got: list[bytes] = []

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Robot) as server:
        Thread(target=server.handle_request, daemon=True).start()
        known = settings(tmp_path, webhook=f"http://127.0.0.1:{server.server_port}/robot")
        assert alert(known, report(HELD)) == []
    told = json.loads(got[0])
    assert told["msgtype"] == "text"
    assert "参保_20261101.csv" in told["text"]["content"]


@pytest.mark.parametrize(
    "way",
    [
        {"command": "/no/such/program"},
        {"webhook": "http://127.0.0.1:9/"},
        {"webhook": "file:///etc/passwd"},
        {"smtp": {"host": "127.0.0.1", "port": 9, "sender": "a@x", "to": ["b@x"]}},
    ],
)
def test_a_way_that_fails_is_a_warning_and_stops_nothing(tmp_path: Path, way: dict[str, object]) -> None:
    known = settings(tmp_path, **way)
    (problem,) = alert(known, report(HELD))
    assert problem.startswith(f"alerts.{next(iter(way))}: ")


def test_a_disk_that_takes_no_status_is_a_warning_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    city = settings(tmp_path, command=f"{sys.executable} -c pass")
    for module in ("pipelines.alerts", "pipelines.report"):
        monkeypatch.setattr(f"{module}.write_whole", full)
    for problems in (write_status(city.home, report(HELD)), alert(city, report(HELD))):
        assert [str(city.home.status) in problem for problem in problems] == [True]


def test_a_slip_in_the_alerts_is_named(tmp_path: Path) -> None:
    known = settings(tmp_path, smtp={"hots": "x"})
    with pytest.raises(ValueError, match=r"alerts\.smtp\.hots: unknown key; allowed: host, port"):
        _ = known.city.settings


def test_a_run_in_dagster_is_reported_as_one_of_the_command_is(tmp_path: Path) -> None:
    known = settings(tmp_path)
    sensors = {sensor.name: sensor for sensor in run_reports(known)}
    assert {s.default_status for s in sensors.values()} == {dg.DefaultSensorStatus.RUNNING}

    @dg.job(name="base_library")
    def fails() -> None:
        @dg.op
        def check_release() -> None:
            raise ValueError

        check_release()

    with dg.DagsterInstance.ephemeral() as instance:
        result = fails.execute_in_process(instance=instance, raise_on_error=False)
        event = result.get_run_failure_event()
        context = dg.build_run_status_sensor_context("report_failure", event, instance, result.dagster_run)
        sensors["report_failure"](context.for_run_failure())
    told = json.loads((known.home.status / "run.json").read_text(encoding="utf-8"))
    assert (told["exit_code"], told["failures"]) == (1, ["check_release"])

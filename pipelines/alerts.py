"""Telling somebody that a run was stopped or that something waits: by a command, a webhook, a mail.

Belongs here: when to tell, the words, the three ways. Does not: what there is to tell (`report`). A way that fails is a
warning and stops nothing. No value of a person is told; a way's own secrets come from the environment.
"""

from __future__ import annotations

import json
import os
import shlex
import smtplib
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

from pipelines.city import Alerts, Mail
from pipelines.markers import digest
from pipelines.report import Report
from pipelines.settings import Settings
from warehouse.model import Home
from warehouse.model.durable import write_whole

SECRETS = (
    "ONENET_TOKEN_KEY",
    "ONENET_RESTRICTED_KEY",
    "ONENET_SFTP_PASSWORD",
    "ONENET_SFTP_PASSPHRASE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
"""Variables of the environment that the command is not given."""

SECONDS = 20
"""How long one way may take."""


def alert(settings: Settings, report: Report) -> list[str]:
    """Tell of a report in every way the city declares; return what went wrong with that, a line a way.

    A run that was stopped is always told. What waits for a person is told once, and again when it changes: a sensor that
    runs every hour does not repeat itself.
    """
    alerts = settings.city.settings.alerts
    ways = _ways(alerts)
    if not ways or not _is_news(settings.home, report):
        return []
    problems = []
    for name, send in ways:
        try:
            send(report, settings.city.settings.title)
        except (OSError, subprocess.SubprocessError, smtplib.SMTPException, ValueError) as error:
            problems.append(f"alerts.{name}: 通知未发出 · not sent ({type(error).__name__})")
    try:
        if not problems:
            write_whole(settings.home.status / "alerted", _state(report).encode())
    except OSError as error:  # a full disk, most often; the run ended as it did all the same
        problems.append(f"{settings.home.status}: 通知状态未写入 · it will be told again ({error.strerror})")
    return problems


def subject(report: Report, title: str) -> str:
    """One line: what happened, where."""
    city = f"{title} " if title else ""
    if report.status == "stopped":
        return f"[一张网] {city}运行中止，未发布 · run stopped, nothing published"
    return f"[一张网] {city}已发布，{len(report.attention)}项待处理 · {len(report.attention)} things wait for a person"


def body(report: Report) -> str:
    """What, where, what to do; a paragraph each."""
    lines = [f"发布版 release: {report.release or '无 none'}  {report.library}", ""]
    for stop in report.stopped_by:
        lines += [f"检查未通过 stopped by {stop['check']}", *(f"  位置 at {place}" for place in stop["places"]), ""]
    lines += [f"步骤出错 step failed: {failure}" for failure in report.failures]
    for trouble in report.attention:
        told = trouble.as_dict()
        where = "/".join(part for part in (trouble.platform, trouble.file) if part)
        lines += [f"{told['title']} {trouble.kind}: {where}", f"  {trouble.reason}", f"  {trouble.remedy}", ""]
    return "\n".join(lines)


def _is_news(home: Home, report: Report) -> bool:
    if report.status == "stopped":
        return True
    former = home.status / "alerted"
    told = former.read_text(encoding="utf-8") if former.exists() else ""
    if not report.attention:
        former.unlink(missing_ok=True)
        return False
    return told != _state(report)


def _state(report: Report) -> str:
    return digest((report.status == "stopped", *report.attention))


def _ways(alerts: Alerts) -> list[tuple[str, Callable[[Report, str], None]]]:
    found: list[tuple[str, Callable[[Report, str], None]]] = []
    if command := alerts.command:
        found.append(("command", lambda report, title: _run(command, report, title)))
    if url := os.environ.get(alerts.webhook_env or "") or alerts.webhook:
        found.append(("webhook", lambda report, title: _post(url, report, title)))
    if mail := alerts.smtp:
        found.append(("smtp", lambda report, title: _mail(mail, report, title)))
    return found


def _run(command: str, report: Report, title: str) -> None:
    """The command gets the report as JSON on its input, subject and text in its environment; no shell is involved."""
    told = {"ONENET_ALERT_SUBJECT": subject(report, title), "ONENET_ALERT_TEXT": body(report)}
    subprocess.run(
        shlex.split(command),
        input=json.dumps(report.as_dict(), ensure_ascii=False).encode(),
        env={name: value for name, value in os.environ.items() if name not in SECRETS} | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )


def _post(url: str, report: Report, title: str) -> None:
    """One POST of JSON: `text` as the robots of WeCom and DingTalk take it, `report` for programs."""
    if not url.startswith(("https://", "http://")):
        raise ValueError("a webhook is an http address")
    text = f"{subject(report, title)}\n\n{body(report)}"
    content = {"msgtype": "text", "text": {"content": text}, "report": report.as_dict()}
    request = urllib.request.Request(
        url,
        data=json.dumps(content, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def _mail(mail: Mail, report: Report, title: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject(report, title), mail.sender, ", ".join(mail.to)
    message.set_content(body(report))
    connect = smtplib.SMTP_SSL if mail.tls == "ssl" else smtplib.SMTP
    with connect(mail.host, mail.port, timeout=SECONDS) as server:
        if mail.tls == "starttls":
            server.starttls()
        if mail.user:
            server.login(mail.user, os.environ.get(mail.password_env or "", ""))
        server.send_message(message)

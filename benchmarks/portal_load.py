"""How the portal holds up over a large release: every page alone, fifty users at once, a large download, a release meanwhile.

`python -m benchmarks.portal_load HOME [--persons 1000000] [--seconds 60] [--keep FOLDER]` makes a large home out of a finished small one
(release, findings and one file of 200 MB grow; the run's own tables do not), serves it with `onenet portal` in a process of its
own and asks it as browsers do. Writes benchmarks/PORTAL.md.

What a page costs is processor time of the server, which is the same on a machine that others use too; times by the clock are
not. Belongs here: asking and measuring. Does not: making the home (`portal_home`).
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import duckdb
import psutil

from benchmarks.portal_home import DOWNLOAD, PASSWORD, PEOPLE, large_home, publish_again

HERE = Path(__file__).parent
LIMIT_MS = {"page": 300.0, "search": 150.0}
RUNS = 30
USERS = 50
THINKING_S = 5.0
"""Mean seconds between two requests of a user."""


class Browser:
    """One user with a connection, a cookie and the token of the session."""

    def __init__(self, port: int, name: str) -> None:
        self._from = f"10.1.{zlib.crc32(name.encode()) % 250}.1"  # sign-ins are paced by address, as the proxy says it
        self._con = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie, self._csrf = "", ""
        _, _, headers = self.ask("POST", "/sign-in", {"name": name, "password": PASSWORD})
        self._cookie = headers["set-cookie"].split(";")[0]
        _, body, _ = self.ask("GET", "/password")
        self._csrf = re.search(r'name="csrf" value="([^"]+)"', body.decode())[1]  # type: ignore[index]

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of an answer."""
        headers = {"Cookie": self._cookie, "X-Forwarded-For": self._from}
        body = urlencode({"csrf": self._csrf, **fields}) if fields is not None else None
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        self._con.request(method, path, body, headers)
        answer = self._con.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}

    def close(self) -> None:
        """Hang up."""
        self._con.close()


@dataclass
class Page:
    """One thing a user does: what it is called, whose it is, the request, made anew each time."""

    title: str
    role: str
    request: Callable[[random.Random], tuple[str, str, dict[str, str] | None]]
    limit: str = "page"


@dataclass
class Seen:
    """What was measured of a page: milliseconds by the clock, and processor milliseconds of the server a request."""

    alone: list[float] = field(default_factory=list)
    processor_ms: float = 0.0
    together: list[float] = field(default_factory=list)
    kilobytes: float = 0.0
    refused: int = 0


class Server:
    """`onenet portal` over a home, in a process of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Serve, and wait until somebody answers."""
        command = [
            sys.executable, "-m", "pipelines.cli", "portal", "--home", str(self._home), "--port", str(self.port), "--https"
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.process = psutil.Process(self._process.pid)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self._process.poll() is not None:
                    raise RuntimeError("the portal did not start") from None
                time.sleep(0.2)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def processor_ms(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return 1000 * (times.user + times.system)

    def settled_ms(self) -> float:
        """Processor time once nothing goes on in the background: a new release is made ready for the search."""
        before = self.processor_ms()
        while True:
            time.sleep(2.0)
            now = self.processor_ms()
            if now - before < 20:
                return now
            before = now

    def megabytes(self) -> float:
        """Memory that is the process's own."""
        return float(self.process.memory_full_info().uss) / (1 << 20)


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """A server for the time of a block."""
    server = Server(home)
    try:
        yield server
    finally:
        server.kill()


def pages_of(library: Path) -> list[Page]:
    """What users do, with values from anywhere in the release."""
    with duckdb.connect(str(library), read_only=True) as con:

        def column(query: str) -> list[str]:
            return [row[0] for row in con.execute(query).fetchall()]

        names = column(
            "select name from base.person where length(name) = 3 and platforms like '%gongan_hukou%' order by md5(person_id) limit 300"
        )
        people = column(
            "select person_id from base.person where platforms like '%gongan_hukou%' order by md5(person_id) limit 300"
        )
        homes = column("select housing_id from base.housing order by md5(housing_id) limit 300")
        firms = column("select name from base.enterprise where name is not null order by md5(enterprise_id) limit 300")
        codes = column(
            "select credit_code from base.enterprise where credit_code is not null order by md5(enterprise_id) limit 300"
        )
        addresses = column(
            "select address from base.housing where address is not null order by md5(housing_id) limit 300"
        )

    def get(path: str) -> Callable[[random.Random], tuple[str, str, None]]:
        return lambda _: ("GET", path, None)

    def entity(ids: list[str]) -> Callable[[random.Random], tuple[str, str, None]]:
        return lambda chance: ("GET", f"/entities/{chance.choice(ids)}", None)

    def typed(
        words: list[str], change: Callable[[str, random.Random], str] = lambda w, _: w
    ) -> Callable[..., tuple[str, str, dict[str, str]]]:
        return lambda chance: ("POST", "/search", {"typed": change(chance.choice(words), chance)})

    return [
        Page("本部门 /department", "department", get("/department")),
        Page("平台 /department/platforms/…", "department", get("/department/platforms/gongan_hukou")),
        Page("工作清单 /department/work", "department", get("/department/work")),
        Page("工作清单，更正", "department", get("/department/work?action=" + quote("更正"))),
        Page("工作清单，第 1000 项起", "department", get("/department/work?after=1000")),
        Page("校核 /department/verification", "department", get("/department/verification")),
        Page("共享申请 /department/access", "department", get("/department/access")),
        Page("回流数据 /department/extracts", "department", get("/department/extracts")),
        Page("一版回流数据 /department/extracts/latest", "department", get("/department/extracts/latest")),
        Page("目录 /catalogue", "analyst", get("/catalogue")),
        Page("全市总览 /city", "analyst", get("/city")),
        Page("裁定 /judgements", "steward", get("/judgements")),
        Page("人口 /entities/P…", "department", entity(people)),
        Page("人口 /entities/P… (analyst)", "analyst", entity(people)),
        Page("房屋 /entities/H…", "analyst", entity(homes)),
        Page("检索：姓名", "analyst", typed(names), "search"),
        Page("检索：姓名错一字", "department", typed(names, slip), "search"),
        Page("检索：姓名错一字 (analyst)", "analyst", typed(names, slip), "search"),
        Page("检索：企业名错一字", "analyst", typed(firms, slip), "search"),
        Page("检索：信用代码", "analyst", typed(codes), "search"),
        Page("检索：地址一段", "analyst", typed(addresses, lambda a, _: a[-8:]), "search"),
        Page("操作台账 /ledger", "auditor", get("/ledger")),
    ]  # fmt: skip


def slip(word: str, chance: random.Random) -> str:
    """A word with one character wrong."""
    at = chance.randrange(1, len(word))
    return word[:at] + chance.choice("明华丽伟芳强敏静") + word[at + 1 :]


def each_alone(server: Server, pages: list[Page]) -> dict[str, Seen]:
    """Every page so often by one user, nobody else there."""
    seen: dict[str, Seen] = {}
    chance = random.Random(1)
    for number, page in enumerate(pages):
        browser = Browser(server.port, f"{page.role}.{number % PEOPLE[page.role]}")  # searches are paced by account
        mine = seen[page.title] = Seen()
        for warm in range(3):
            browser.ask(*page.request(random.Random(warm)))
        before = server.settled_ms()
        sizes = []
        for _ in range(RUNS):
            began = time.perf_counter()
            status, body, _ = browser.ask(*page.request(chance))
            mine.alone.append((time.perf_counter() - began) * 1000)
            mine.refused += status != http.client.OK
            sizes.append(len(body) / 1024)
        mine.processor_ms = (server.processor_ms() - before) / RUNS
        mine.kilobytes = statistics.median(sizes)
        browser.close()
    return seen


def together(
    server: Server, pages: list[Page], seen: dict[str, Seen], seconds: float, halfway: Callable[[], None]
) -> tuple[int, float]:
    """So many users at once, each thinking between two requests; how many requests, and processor seconds of the server."""
    names = [f"{role}.{n}" for role, count in PEOPLE.items() for n in range(count)]
    with ThreadPoolExecutor(len(names)) as pool:
        browsers = list(pool.map(lambda name: Browser(server.port, name), names))
    before, end = server.processor_ms(), time.monotonic() + seconds
    lock, count = threading.Lock(), [0]

    def use(n: int) -> None:
        chance = random.Random(n)
        own = [page for page in pages if page.role == names[n].partition(".")[0]]
        time.sleep(chance.uniform(0, THINKING_S))
        while time.monotonic() < end:
            page = chance.choice(own)
            began = time.perf_counter()
            status, _, _ = browsers[n].ask(*page.request(chance))
            took = (time.perf_counter() - began) * 1000
            with lock:
                count[0] += 1
                seen[page.title].together.append(took)
                seen[page.title].refused += status != http.client.OK
            time.sleep(chance.expovariate(1 / THINKING_S))

    threads = [threading.Thread(target=use, args=(n,)) for n in range(len(names))]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 2)
    halfway()
    for thread in threads:
        thread.join()
    return count[0], (server.processor_ms() - before) / 1000


def downloads(server: Server, home: Path) -> list[str]:
    """A large file: memory while it is sent, and taken up again after the server was killed at 60 %."""
    browser = Browser(server.port, "department.0")
    version = max(path.name for path in (home / "extracts" / "gongan").iterdir())
    browser.ask("POST", f"/department/extracts/{version}/purpose", {"said": "统计分析"})
    path = f"/department/extracts/{version}/files/{DOWNLOAD}"
    whole = home / "extracts" / "gongan" / version / DOWNLOAD
    server.settled_ms()
    before = server.megabytes()
    peak, ended = [before], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            peak[0] = max(peak[0], server.megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    processor = server.processor_ms()
    _, body, headers = browser.ask("GET", path)
    processor = server.processor_ms() - processor
    ended.set()
    watcher.join()
    same = hashlib.sha256(body).digest() == hashlib.sha256(whole.read_bytes()).digest()
    first = _begun(browser, path, len(body) * 6 // 10)
    server.kill()
    server.start()
    rest = _rest(Browser(server.port, "department.0"), path, len(first), headers["etag"])
    resumed = first + rest == whole.read_bytes()
    megabytes = len(body) / 1e6
    return [
        f"A download of {megabytes:.0f} MB adds {peak[0] - before:.1f} MB to the {before:.0f} MB of the server and costs {processor:.0f} ms of processor; it is byte-equal: {_yes(same)}.",
        f"The server killed at {len(first) / len(body):.0%} and started again, the rest asked for with `Range` and `If-Range`: byte-equal: {_yes(resumed)}.",
    ]  # fmt: skip


def _begun(browser: Browser, path: str, size: int) -> bytes:
    browser._con.request("GET", path, headers={"Cookie": browser._cookie})
    answer = browser._con.getresponse()
    got = bytearray()
    while len(got) < size:
        got += answer.read(min(1 << 16, size - len(got)))
    return bytes(got)


def _rest(browser: Browser, path: str, first: int, tag: str) -> bytes:
    headers = {"Cookie": browser._cookie, "Range": f"bytes={first}-", "If-Range": tag}
    browser._con.request("GET", path, headers=headers)
    answer = browser._con.getresponse()
    assert answer.status == http.client.PARTIAL_CONTENT
    return answer.read()


def _yes(told: bool) -> str:
    return "yes" if told else "**no**"


def p(values: list[float], share: float) -> float:
    """A quantile of some milliseconds."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def report(size: dict[str, int], pages: list[Page], seen: dict[str, Seen], facts: list[str]) -> str:
    """The page on what was measured."""
    rows = []
    for page in pages:
        mine = seen[page.title]
        slow = p(mine.together, 0.95) > LIMIT_MS[page.limit]
        rows.append(
            f"| {page.title} | {mine.processor_ms:.0f} | {p(mine.alone, 0.5):.0f} | {p(mine.alone, 0.95):.0f} | {p(mine.together, 0.5):.0f} |"
            f" {'**' if slow else ''}{p(mine.together, 0.95):.0f}{'**' if slow else ''} | {len(mine.together)} | {mine.kilobytes:.0f} | {mine.refused} |"
        )
    people = ", ".join(f"{n:,} {what}" for what, n in size.items())
    every = [ms for page in pages for ms in seen[page.title].together if page.limit == "page"]
    search = [ms for page in pages for ms in seen[page.title].together if page.limit == "search"]
    return "\n".join(
        [
            f"# The portal over a release of {size['people']:,} people",
            "",
            f"Written by `python -m benchmarks.portal_load`. {os.cpu_count()} cores, shared with the users and whatever else runs there; DuckDB {duckdb.__version__}. {people}.",
            "",
            f"{USERS} users at once: pages p50 {p(every, 0.5):.0f} ms, p95 {p(every, 0.95):.0f} ms; searches p50 {p(search, 0.5):.0f} ms, p95 {p(search, 0.95):.0f} ms.",
            "",
            *(f"- {fact}" for fact in facts),
            "",
            "Processor: milliseconds of the server a request. Alone: one user. Together: fifty, milliseconds by the clock; above the bar (300, searches 150) in bold.",
            "",
            "| page | processor | alone p50 | p95 | together p50 | p95 | requests | KB | refused |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
            *rows,
            "",
        ]
    )  # fmt: skip


def main() -> None:
    """Make the home where there is none, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--keep", type=Path, help="where the large home is kept, and taken from if it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.keep or Path(folder, "home")
        size = large_home(given.home, home, given.persons)
        pages = pages_of(home / "one_network.duckdb")
        with serving(home) as server:
            ready = server.settled_ms()
            seen = each_alone(server, pages)
            idle = server.megabytes()
            waiting = os.getloadavg()[0]
            count, processor = together(server, pages, seen, given.seconds, lambda: publish_again(home))
            facts = [
                f"A release is made ready (search index, figures of the city) in {ready / 1000:.0f} processor seconds of the server; the index in a process of its own.",
                f"{count:,} requests in {given.seconds:.0f} s cost {processor:.1f} processor seconds, {1000 * processor / count:.0f} ms a request: {USERS} users who each ask every {THINKING_S:.0f} s take {USERS / THINKING_S * processor / count / 2:.0%} of two cores. Half-way a release is published, and the server's part of making it ready is in these seconds. Memory {idle:.0f} MB after every page once.",
                f"Before the users came {waiting:.0f} processes waited for the {os.cpu_count()} cores: with more than two the times by the clock tell of these, not of the portal.",
                *downloads(server, home),
            ]  # fmt: skip
    text = report(size, pages, seen, facts)
    (HERE / "PORTAL.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

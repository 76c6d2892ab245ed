#!/usr/bin/env python3
"""Fetch every row of a paged REST service into the inbox, as one NDJSON file of today. Needs nothing but Python.

    LAND_REST_TOKEN=… python deploy/land_rest.py https://api.example/v1/residents \\
        --inbox /var/lib/one-network/inbox --platform zhengwu_api --rows data.items --total data.total

A copy to be adapted: services differ in how they page. This one asks `?page=1&size=500`, `page=2`, … until a page is not full.
The file gets its name once every page is there and the rows are as many as the service says, so that a run never takes half
of it; what went wrong is one line and exit code 1, and the inbox stays as it was. Describe the platform with
`format: {kind: ndjson}` and `files: "<platform>_{date}.ndjson"`.
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TRIES = 5
BUSY = (429, 500, 502, 503, 504)
MAX_PAGES = 100_000


class NothingLanded(Exception):  # noqa: N818 - a verdict on an answer
    """What stops it. The message holds no address beyond the host, no key and no row."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token to another place."""

    def redirect_request(self, *_: Any) -> None:
        """None: the answer counts as an error."""


def page(url: str, number: int, size: int, pause: float) -> Any:
    """One page as parsed JSON, numbers as they are written; a busy service is asked again, later each time."""
    question = f"{url}{'&' if '?' in url else '?'}{urlencode({'page': number, 'size': size})}"
    request = urllib.request.Request(question, headers={"Accept": "application/json"})
    if token := os.environ.get("LAND_REST_TOKEN"):
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(NoRedirect)
    for tried in range(1, TRIES + 1):
        wait, why = pause * 2**tried, ""
        try:
            with opener.open(request, timeout=60) as answer:
                return json.loads(answer.read(), parse_float=str, parse_int=str)
        except urllib.error.HTTPError as error:
            if error.code not in BUSY:
                raise NothingLanded(f"page {number}: HTTP {error.code}; check address and token") from None
            asked = error.headers.get("Retry-After", "")
            wait, why = (float(asked) if asked.isdecimal() else wait), f"HTTP {error.code}"
        except ValueError:
            raise NothingLanded(f"page {number}: the answer is no JSON") from None
        except (OSError, http.client.HTTPException) as error:
            why = type(getattr(error, "reason", error)).__name__
        if tried < TRIES:
            time.sleep(min(wait, 120))
    raise NothingLanded(f"page {number}: no answer after {TRIES} tries ({why})")


def inside(answer: Any, path: str) -> Any:
    """What lies at a dotted path of an answer."""
    for key in path.split(".") if path else []:
        if not isinstance(answer, dict) or key not in answer:
            raise NothingLanded(f"the answer has no {path!r}")
        answer = answer[key]
    return answer


def land(args: argparse.Namespace) -> Path:
    """Write the file; return its path."""
    folder = args.inbox / args.platform
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{args.platform}_{datetime.date.today():%Y%m%d}.ndjson"
    half = folder / f".{target.name}"  # hidden files are no deliveries
    count, total = 0, None
    try:
        with half.open("w", encoding="utf-8") as out:
            for number in range(1, MAX_PAGES + 1):
                answer = page(args.url, number, args.size, args.pause)
                rows = inside(answer, args.rows)
                if not isinstance(rows, list):
                    raise NothingLanded(f"{args.rows!r} is no list")
                total = int(inside(answer, args.total)) if args.total else None
                out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                count += len(rows)
                if len(rows) < args.size:
                    break
            out.flush()
            os.fsync(out.fileno())
        if total is not None and count != total:
            raise NothingLanded(f"{count} rows came, the service says {total}; it changed meanwhile: run again")
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return target


def main() -> int:
    """Exit code 0 where the file is there, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--inbox", type=Path, required=True)
    parser.add_argument(
        "--platform", required=True, help="its folder in the inbox, and the first part of the file's name"
    )
    parser.add_argument(
        "--rows", default="", help="dotted path to the list of rows; empty where the answer is the list"
    )
    parser.add_argument("--total", default="", help="dotted path to how many rows there are, where the service says it")
    parser.add_argument("--size", type=int, default=500, help="rows a page")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds before the second try; doubled each time")
    try:
        written = land(parser.parse_args())
    except (NothingLanded, OSError) as error:
        print(f"nothing landed: {error if isinstance(error, NothingLanded) else error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    print(written)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A file as an answer that can be taken up again: HEAD, 304, 412, 416 and one range (RFC 9110, chapters 13 and 14).

The tag is strong and given by the caller: the SHA-256 of the manifest a file belongs to, so that what was begun with one
release is never gone on with from another. A range that is badly written, and several at once, are passed over as the
standard allows: the whole file is the answer. A range without `If-Range` where `pinned` is false is passed over too: the path
does not say which release it means.

Belongs here: the protocol. Does not: which file, and who may have it (`pages.department`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

PIECE = 1 << 18
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)


class Span(NamedTuple):
    """Bytes from `first` to `last`, both included; of an empty file `last` is -1."""

    first: int
    last: int


class Unsatisfiable(ValueError):  # noqa: N818
    """A range that begins behind the end."""


def file_answer(request: Request, path: Path, tag: str, *, pinned: bool = True) -> Response:
    """Answer a GET or HEAD with a file.

    Args:
        request: with its conditions and range.
        path: the file.
        tag: the strong entity tag, without quotes.
        pinned: the address always means this very content.

    Raises:
        FileNotFoundError: it is not there.
    """
    file = path.open("rb")
    status = os.fstat(file.fileno())
    headers = {
        "ETag": f'"{tag}"',
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(path.name, safe='')}",
    }
    refused = _condition(request, tag, headers["Last-Modified"])
    if refused:
        file.close()
        return Response(status_code=refused, headers={k: v for k, v in headers.items() if k != "Content-Disposition"})
    try:
        span = _span(request, tag, status.st_size, pinned)
    except Unsatisfiable:
        file.close()
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{status.st_size}"})
    part = span or Span(0, status.st_size - 1)
    headers["Content-Length"] = str(part.last - part.first + 1)
    if span:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{status.st_size}"
    code = 206 if span else 200
    if request.method == "HEAD":
        file.close()
        return Response(status_code=200, headers={k: v for k, v in headers.items() if k != "Content-Range"})
    return StreamingResponse(_pieces(file, part), code, headers, media_type=_media(path))


def _media(path: Path) -> str:
    known = {
        ".csv": "text/csv; charset=utf-8",
        ".json": "application/json",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    return known.get(path.suffix.lower(), "application/octet-stream")


def _condition(request: Request, tag: str, changed: str) -> int | None:
    """304 or 412 where the conditions of a request say so (RFC 9110, 13.2.2); dates only where no tag is given."""
    asked = request.headers
    if "if-match" in asked and not _lists(asked["if-match"], tag, weak=False):
        return 412
    if "if-none-match" in asked:
        return 304 if _lists(asked["if-none-match"], tag, weak=True) else None
    if asked.get("if-modified-since") == changed:
        return 304
    return None


def _lists(said: str, tag: str, *, weak: bool) -> bool:
    tags = [part.strip() for part in said.split(",")]
    return "*" in tags or f'"{tag}"' in tags or (weak and f'W/"{tag}"' in tags)


def _span(request: Request, tag: str, size: int, pinned: bool) -> Span | None:
    """The range to answer with; None for the whole file."""
    asked = request.headers.get("range")
    condition = request.headers.get("if-range")
    goes_on = condition == f'"{tag}"' or (condition is None and pinned)
    found = _RANGE.fullmatch(asked) if asked and goes_on and request.method == "GET" else None
    if not found or found[1] == found[2] == "":
        return None
    return _end(int(found[2]), size) if found[1] == "" else _part(int(found[1]), found[2], size)


def _end(wanted: int, size: int) -> Span | None:
    """The last bytes, all where there are fewer."""
    if wanted == 0:
        raise Unsatisfiable
    return Span(max(0, size - wanted), size - 1) if size else None


def _part(first: int, said: str, size: int) -> Span | None:
    """From a byte to another, or to the end where none is said; None where they are the wrong way round."""
    last = int(said) if said else size - 1
    if said and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, min(last, size - 1))


def _pieces(file: Any, part: Span) -> Iterator[bytes]:
    """The bytes of a span; the file stays the one that was opened, whatever takes its name meanwhile."""
    with file:
        file.seek(part.first)
        left = part.last - part.first + 1
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

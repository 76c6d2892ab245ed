"""JSON as careless programs write it, made good on the way in: control characters inside strings, NaN and Infinity.

Belongs here: that repair, and how deep a document nests. Does not: parsing (`connectors.json_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from connectors.bounds import MAX_DEPTH

BLOCK = 1 << 20
_ODD = re.compile(rb'["\\]|[\x00-\x1f]|-?Infinity|NaN|nan')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_HOLD_BACK = 16
"""Bytes at the end of a block that may be the beginning of a token."""


class Lenient:
    """A readable stream of the repaired document; numbers that are none become null, as NDJSON reads them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._blocks = _repaired(stream)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, b'' at the end."""
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
            if size >= 0 and len(self._rest) >= size:
                break
        size = len(self._rest) if size < 0 else size
        out, self._rest = self._rest[:size], self._rest[size:]
        return out


def _repaired(stream: IO[bytes]) -> Iterator[bytes]:
    inside, carry = False, b""
    while True:
        block = stream.read(BLOCK)
        data = carry + block
        limit = len(data) - _HOLD_BACK if block else len(data)
        out: list[bytes] = []
        at = 0
        for odd in _ODD.finditer(data):
            start = odd.start()
            if start >= limit:
                break
            if start < at:
                continue
            token = odd[0]
            if token == b'"':
                inside = not inside
            elif token == b"\\":
                if inside:
                    out.append(data[at : start + 2])
                    at = start + 2
            elif inside and token < b" ":
                out += (data[at:start], b"\\u%04x" % token[0])
                at = odd.end()
            elif not inside and len(token) > 1:
                out += (data[at:start], b"null")
                at = odd.end()
        end = max(at, limit)
        out.append(data[at:end])
        carry = data[end:]
        yield b"".join(out)
        if not block:
            return


def nests_too_deep(path: Path) -> bool:
    """Whether objects and lists of a document lie deeper in each other than `MAX_DEPTH`.

    Brackets are counted by columns, those in strings too; only where that counts too many are strings taken out.
    """
    return _depth(path, strings_too=True) > MAX_DEPTH and _depth(path, strings_too=False) > MAX_DEPTH


def _depth(path: Path, strings_too: bool) -> int:
    depth = deepest = 0
    carry = b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            if not strings_too:
                block = _STRING.sub(b"", carry + block)
                cut = block.find(b'"')
                block, carry = (block, b"") if cut < 0 else (block[:cut], block[cut:])
                if len(carry) > 64 * BLOCK:
                    return deepest
            steps = _STEPS[np.frombuffer(block, np.uint8)]
            if len(steps):
                run = np.cumsum(steps, dtype=np.int64)
                deepest = max(deepest, depth + int(run.max()))
                depth += int(run[-1])
            if deepest > MAX_DEPTH and not strings_too:
                break
    return deepest


_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("{"), ord("[")]] = 1
_STEPS[[ord("}"), ord("]")]] = -1

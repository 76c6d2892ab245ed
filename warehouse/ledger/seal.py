"""The seal of a ledger: count and head signed (Ed25519, RFC 8032) by a key of the home, as manifests and receipts print them.

A seal shows a third party that this home printed count and head, and that nobody altered the print since. It does not bind who
owns the home: the key lies there too. The key is made at the first seal and readable by its owner alone.

Belongs here: signing and looking at a signature. Does not: whether the ledger still has that line (`verify`).
"""

from __future__ import annotations

import base64
import os
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from warehouse.ledger.chain import Head
from warehouse.model.durable import sync
from warehouse.model.home import Home


def seal(home: Home, seen: Head) -> dict[str, Any]:
    """What is printed under `ledger`: count, head, the public key (hexadecimal) and the signature (Base64)."""
    key = _key(home)
    return {
        **seen.printed,
        "key": key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        "signature": base64.b64encode(key.sign(_said(seen))).decode(),
    }


def public_key(home: Home) -> str:
    """The public key of a home, hexadecimal; '' while it has sealed nothing."""
    if not home.seal_key.exists():
        return ""
    return _key(home).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def holds(seen: Head, key: str, signature: str) -> bool:
    """Whether a signature over count and head was made with a key."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(base64.b64decode(signature), _said(seen))
    except (InvalidSignature, ValueError):
        return False
    return True


def _said(seen: Head) -> bytes:
    return f"onenet ledger {seen.lines} {seen.head}".encode()


def _key(home: Home) -> Ed25519PrivateKey:
    path = home.seal_key
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    key = Ed25519PrivateKey.generate()
    with os.fdopen(descriptor, "w") as file:
        file.write(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
    return key

"""Requests for access (共享申请): asked by a department, decided by the source, honoured by the next run, dead at once when revoked."""

from warehouse.access.requests import (
    MOST_DAYS,
    Access,
    ask,
    dead,
    decide,
    entitlements,
    fingerprint,
    requests_of,
    revoke,
    today,
)

__all__ = [
    "MOST_DAYS",
    "Access",
    "ask",
    "dead",
    "decide",
    "entitlements",
    "fingerprint",
    "requests_of",
    "revoke",
    "today",
]

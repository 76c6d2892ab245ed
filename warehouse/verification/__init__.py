"""校核: answers of departments to their work lists, requests to the source, its replies, and what they ask of a run."""

from warehouse.verification.answers import Answer, Outcome, answer, reply, withdraw
from warehouse.verification.clock import VERIFICATION_DAYS, due_on
from warehouse.verification.findings import FINDING_INDEX, findings_of
from warehouse.verification.records import effects, fingerprint, read
from warehouse.verification.requests import Asked, Request, asked_of, requests_at, requests_of

__all__ = [
    "FINDING_INDEX",
    "VERIFICATION_DAYS",
    "Answer",
    "Asked",
    "Outcome",
    "Request",
    "answer",
    "asked_of",
    "due_on",
    "effects",
    "findings_of",
    "fingerprint",
    "read",
    "reply",
    "requests_at",
    "requests_of",
    "withdraw",
]

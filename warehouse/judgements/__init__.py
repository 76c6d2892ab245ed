"""What stewards have decided: the ledger that keeps it, what of it holds, and what it asks of a run."""

from warehouse.judgements.constraints import constraints, constraints_of, places_of
from warehouse.judgements.ledger import LedgerError, MentionIdentity, Statement, fingerprint, read, record
from warehouse.judgements.ledger_states import ledger_states

__all__ = [
    "LedgerError",
    "MentionIdentity",
    "Statement",
    "constraints",
    "constraints_of",
    "fingerprint",
    "ledger_states",
    "places_of",
    "read",
    "record",
]

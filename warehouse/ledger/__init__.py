"""The ledger of acts: who did what when, in one chain of hashes that only grows, and whether it is whole."""

from warehouse.ledger.act import ACTS, LINE, downloads, ledger_lines
from warehouse.ledger.chain import ChainError, Head, append, hash_of, head
from warehouse.ledger.seal import public_key, seal
from warehouse.ledger.verify import Finding, Report, Witness, verify, witness_of

__all__ = [
    "ACTS",
    "LINE",
    "ChainError",
    "Finding",
    "Head",
    "Report",
    "Witness",
    "append",
    "downloads",
    "hash_of",
    "head",
    "ledger_lines",
    "public_key",
    "seal",
    "verify",
    "witness_of",
]

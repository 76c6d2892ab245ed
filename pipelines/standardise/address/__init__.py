"""Addresses: parsed by grammar, resolved against the standard addresses, keyed to the dwelling."""

from pipelines.standardise.address.gazetteer import Gazetteer
from pipelines.standardise.address.reference import AddressReference, StoredReference
from pipelines.standardise.address.resolve import standardise_addresses

__all__ = ["AddressReference", "Gazetteer", "StoredReference", "standardise_addresses"]

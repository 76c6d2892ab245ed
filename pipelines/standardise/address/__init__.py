"""Addresses: parsed by grammar, resolved against the standard addresses, keyed to the dwelling."""

from pipelines.standardise.address.gazetteer import Gazetteer
from pipelines.standardise.address.resolve import standardise_addresses
from pipelines.standardise.address.segment import segment
from pipelines.standardise.address.similarity import address_similarity, same_place

__all__ = ["Gazetteer", "address_similarity", "same_place", "segment", "standardise_addresses"]

"""Addresses of anywhere by their text alone: cut into segments, and whether two name one place. No reference is needed.

Production reads addresses against the reference of its city (`pipelines.standardise.address`); this reader serves the comparison
with outside sets of other cities.
"""

from benchmarks.address_text.segment import Segment, segment
from benchmarks.address_text.similarity import address_similarity, best_of, same_place

__all__ = ["Segment", "address_similarity", "best_of", "same_place", "segment"]

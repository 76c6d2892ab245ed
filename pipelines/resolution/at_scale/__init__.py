"""Golden records, relations, evidence and what is measured of them on an engine: every entity's rows come together, and the code of one machine runs over
them, bucket by bucket.

    write_golden(OnEngine("sc://spark.example:15002", home.engine_tables("golden_person"), stamp), home, "person", authority)

Belongs here: which rows lie in which bucket, and putting together what buckets give. Does not: choosing (`pipelines.resolution`).
"""

from pipelines.resolution.at_scale.evidence import write_link_mention, write_match
from pipelines.resolution.at_scale.golden import write_golden
from pipelines.resolution.at_scale.measures import count_claims, count_overlap
from pipelines.resolution.at_scale.relations import write_relations

__all__ = ["count_claims", "count_overlap", "write_golden", "write_link_mention", "write_match", "write_relations"]

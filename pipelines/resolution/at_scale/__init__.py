"""Golden records on an engine: every entity's rows come together, and the code of one machine chooses, bucket by bucket.

    write_golden(OnEngine("sc://spark.example:15002", home.engine_tables("golden_person"), stamp), home, "person", authority)

Belongs here: which rows lie in which bucket, and putting together what buckets give. Does not: choosing (`pipelines.resolution`).
"""

from pipelines.resolution.at_scale.golden import write_golden

__all__ = ["write_golden"]

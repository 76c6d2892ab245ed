"""Quality: checks declared beside the contracts they check, and the balance sheet of rows.

Belongs here: suites of expectations and what runs them (`quality.suites`), reconciliation (`quality.reconciliation`).
Does not: what a table looks like (`warehouse.model`), or when a check runs and what it stops (`pipelines.defs`).
"""

import os
import warnings
from importlib.util import find_spec
from pathlib import Path

# Great Expectations imports all of Spark's client where that is installed. The client looks for a Spark beside it and ends the
# process where there is none, unless it is told where it lies itself.
if (spark := find_spec("pyspark")) and spark.origin:
    os.environ.setdefault("SPARK_HOME", str(Path(spark.origin).parent))
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

"""Pages that show what all checks found, made by Great Expectations' own renderers, complete without any outside host.

Belongs here: results as Great Expectations' validation results (`validation`), the pages (`pages`) and their words (`outcome`, `words`), and what they need in
a browser (`static/`). Does not: running checks (`quality.suites`).
"""

from quality.data_docs.pages import build_data_docs

__all__ = ["build_data_docs"]

"""Extracts: what a department gets back from a release, its own rows reconciled with everybody's.

`write_extract` writes one department's folder; `OwnRows` hands it the rows of one dataset.
"""

from warehouse.extracts.manifest import ExtractManifest, ExtractReport
from warehouse.extracts.write import OwnRows, write_extract

__all__ = ["ExtractManifest", "ExtractReport", "OwnRows", "write_extract"]

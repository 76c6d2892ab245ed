"""Extracts: what a department gets back from a release, its own rows reconciled with everybody's.

`prepare_extracts` sorts the stages' tables by platform once; then `write_extract` writes one department's folder;
`OwnRows` hands it the rows of one dataset.
"""

from warehouse.extracts.manifest import ExtractManifest, ExtractReport
from warehouse.extracts.prepare import prepare_extracts
from warehouse.extracts.write import OwnRows, write_extract

__all__ = ["ExtractManifest", "ExtractReport", "OwnRows", "prepare_extracts", "write_extract"]

"""Extracts: what a department gets back from a release, its own rows reconciled with everybody's.

`prepare_extracts` sorts the stages' tables by platform once; then `write_extract` writes one department's folder, for which
`OwnRows` hands it the rows of one dataset. `remember_extracts` keeps what all were made of, so that the next ones cost what changes.
"""

from warehouse.extracts.datasets import OwnRows
from warehouse.extracts.manifest import ExtractManifest, ExtractReport
from warehouse.extracts.prepare import prepare_extracts
from warehouse.extracts.renewal import remember_extracts
from warehouse.extracts.write import write_extract

__all__ = ["ExtractManifest", "ExtractReport", "OwnRows", "prepare_extracts", "remember_extracts", "write_extract"]

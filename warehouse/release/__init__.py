"""Releases: built aside, verified, swapped in at once, kept with a manifest.

`build_release` writes one, `verify_release` looks for what is wrong with it, `publish` makes it the library analysts
open, `releases` and `published` say what there is.
"""

from warehouse.release.build import build_release
from warehouse.release.manifest import Manifest, ReleaseError, ReleaseFacts, release_file
from warehouse.release.publish import publish, settle
from warehouse.release.verify import verify_release
from warehouse.release.versions import fingerprint, next_version, published, releases, up_to_date

__all__ = [
    "Manifest",
    "ReleaseError",
    "ReleaseFacts",
    "build_release",
    "fingerprint",
    "next_version",
    "publish",
    "published",
    "release_file",
    "releases",
    "settle",
    "up_to_date",
    "verify_release",
]

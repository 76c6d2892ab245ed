"""Releases: built aside, verified, swapped in at once, kept with a manifest.

`build_release` writes one, `verify_release` looks for what is wrong with it, `prove` remembers that nothing is, `publish` makes it the library analysts
open, `releases` and `published` say what there is. Beside it stand `write_parquet`, `write_ducklake` and `build_restricted`; `rollback`
goes back, `retire` lets old ones go, `compare_releases` and `changed_rows` tell two apart.
"""

from warehouse.release.build import build_release
from warehouse.release.compare import Change, changed_rows, compare_releases
from warehouse.release.ducklake import can_write_ducklake, has_ducklake, write_ducklake
from warehouse.release.manifest import Manifest, ReleaseError, ReleaseFacts, release_file
from warehouse.release.parquet import write_parquet
from warehouse.release.proof import prove
from warehouse.release.publish import publish, settle
from warehouse.release.repair import Repair, library_is_whole, put_back
from warehouse.release.restricted import build_restricted, restricted_key
from warehouse.release.retention import Retention, retire
from warehouse.release.rollback import rollback
from warehouse.release.verify import verify_release
from warehouse.release.versions import fingerprint, next_version, published, releases, up_to_date

__all__ = [
    "Change",
    "Manifest",
    "ReleaseError",
    "ReleaseFacts",
    "Repair",
    "Retention",
    "build_release",
    "build_restricted",
    "can_write_ducklake",
    "changed_rows",
    "compare_releases",
    "fingerprint",
    "has_ducklake",
    "library_is_whole",
    "next_version",
    "prove",
    "publish",
    "published",
    "put_back",
    "release_file",
    "releases",
    "restricted_key",
    "retire",
    "rollback",
    "settle",
    "up_to_date",
    "verify_release",
    "write_ducklake",
    "write_parquet",
]

"""Where everything lies inside a home: the one place that knows the folder layout.

```
<home>/
  city/kinds/, city/checks/                         what the city declares of its own, as the last run read it
  landing/original/<ab>/<sha256>                    original bytes of every delivery
  landing/rows/<platform>/<delivery_id>/<dataset>.parquet
  landing/rejected/<platform>/<delivery_id>.parquet
  landing/delivery/<platform>/<delivery_id>.parquet one manifest line per delivery and dataset
  landing/decisions.jsonl                           what people decided about deliveries, only ever added to
  landing/seen/<platform>.json                      size and time of files taken in before; may be deleted at any time
  stage/<stage>/<name>.parquet                      contracted tables between landing and release
  stage/extract/<name>/platform=<platform>/         what the extracts of a release read, sorted by platform
  stage/extract_made_of/<stage>/<name>.parquet      the stage files the newest extracts were made of
  stage/done/<step>.json                            which step was run to its end on what
  stage/value_cache/<batch>/<what>.arrow            what values were standardised to; may be deleted at any time
  stage/current/<platform>/<dataset>.parquet        the rows that hold now
  stage/mention_part/<platform>/<kind>.parquet      the mentions of one platform
  stage/mention_index/<kind>.arrow                  stable keys and hashes of the mentions, by which matching sees what changed
  stage/match_columns/<kind>.arrow                  the columns of the mentions that matching compares, to be mapped into memory
  stage/matched/<kind>/                             what matching found: pairs, clusters, and all the next run goes on from
  models/<kind>.json                                parameters of the matching model
  models/<kind>.population.parquet                  how common values were when it was trained
  models/<kind>.sources.json                        how reliable those are who say something of the kind
  models/<kind>.learned.json                        what it changed against the one before
  models/retrain                                    how often people have asked for new models
  judgements/<number>.jsonl                         what stewards decided: one file per recording, never changed
  verifications/<number>.jsonl                      what departments said of corrections: one file per recording, never changed
  ledger/seal.key                                   key by which count and head of the ledger are signed where they are printed
  access/<number>.jsonl                             what departments asked to read back and what was decided: never changed
  ledger/acts.jsonl, ledger/head.json               who did what: a chain of hashes that only grows, and its head
  portal/accounts.sqlite                            accounts and sessions of the portal, readable by the owner alone
  portal/search/<version>.duckdb                    what the portal finds entities by; may be deleted at any time
  releases/<version>/one_network.duckdb, manifest.json
  releases/<version>/restricted.duckdb              the same with nothing masked, encrypted; only with ONENET_RESTRICTED_KEY
  releases/<version>/parquet/<schema>/<table>.parquet, manifest.json
  releases/<version>/ducklake/library.ducklake      the same as a DuckLake, with its files beside it; only where the city wants it
  extracts/<department>/<version>/                  of several cities <city>.<department>
  data_docs/index.html                              results of all checks as pages that need no network
  status/run.json, status/onenet.prom               how the last run ended, for monitoring
  charts/overlap.svg                                what platforms know of each other's entities
  one_network.duckdb                                always the newest good release
  one_network_restricted.duckdb                     the same with nothing masked, where it is built
  parquet                                           link to the Parquet files of the newest good release
  ducklake                                          link to the DuckLake of the newest good release
  remote_inbox/<platform>/                          files of an inbox at sftp:// or s3://; may be deleted at any time
  scratch/                                          what a run spills while it lasts; the next one removes what a killed one left
  home.json                                         the version mark: which layout this home has
  token.key                                         key of the joining tokens, made at the first run unless ONENET_TOKEN_KEY is set
```
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from warehouse.model.data_model import DataModel, shipped

LIBRARY_FILE = "one_network.duckdb"
RESTRICTED_FILE = "one_network_restricted.duckdb"


@dataclass(frozen=True)
class Home:
    """Paths of one home, and the kinds its tables hold. Nothing is created by asking for a path.

    Attributes:
        root: its folder.
        data_model: the kinds; those that are shipped unless a city has its own.
    """

    root: Path
    data_model: DataModel = field(default_factory=shipped, compare=False, repr=False)

    @classmethod
    def of(cls, root: Path) -> Home:
        """The home in a folder, with the kinds its last run knew.

        Raises:
            DataModelError: the declarations the home holds are damaged.
        """
        folder = cls(root).city
        return cls(root, DataModel.load(folder)) if folder.is_dir() else cls(root)

    @property
    def city(self) -> Path:
        """The city's own kinds and checks, as its last run read them; not there where it has none."""
        return self.root / "city"

    @property
    def landing(self) -> Path:
        """The immutable copy of all deliveries."""
        return self.root / "landing"

    def original(self, sha256: str) -> Path:
        """The original bytes of the file with this SHA-256."""
        return self.landing / "original" / sha256[:2] / sha256

    def rows(self, platform: str, delivery_id: str, dataset: str) -> Path:
        """The landed rows of one dataset of one delivery."""
        return self.landing / "rows" / platform / delivery_id / f"{dataset}.parquet"

    def rejected(self, platform: str, delivery_id: str) -> Path:
        """The rejected rows of one delivery."""
        return self.landing / "rejected" / platform / f"{delivery_id}.parquet"

    def delivery(self, platform: str, delivery_id: str) -> Path:
        """The manifest lines of one delivery."""
        return self.landing / "delivery" / platform / f"{delivery_id}.parquet"

    def seen(self, platform: str) -> Path:
        """What landing remembers of the files of a platform, so as not to read unchanged ones again."""
        return self.landing / "seen" / f"{platform}.json"

    def row_periods(self, platform: str, dataset: str) -> Path:
        """From when to when the rows of one dataset held."""
        return self.stage("row_period", f"{platform}.{dataset}")

    @property
    def gathered_deliveries(self) -> Path:
        """The manifest lines of all deliveries, gathered from their files."""
        return self.stage("delivery", "gathered")

    @property
    def is_gathered(self) -> bool:
        """Whether `gathered_deliveries` holds them all: no folder of manifest files was written to since."""
        try:
            gathered = self.gathered_deliveries.stat().st_mtime_ns
            folders = [folder.stat().st_mtime_ns for folder in (self.landing / "delivery").iterdir() if folder.is_dir()]
        except FileNotFoundError:
            return False
        return gathered > max(folders, default=0)

    def row_origins(self, platform: str, dataset: str) -> Path:
        """Where the rows of one dataset that hold now first said what they say."""
        return self.stage("row_origin", f"{platform}.{dataset}")

    @property
    def decisions(self) -> Path:
        """What people decided about deliveries, a JSON line each."""
        return self.landing / "decisions.jsonl"

    def stage(self, stage: str, name: str) -> Path:
        """A contracted table between landing and release, e.g. `stage("mention", "person")`."""
        return self.root / "stage" / stage / f"{name}.parquet"

    def made_of(self, version: str) -> Path:
        """The stage files a release was made of, for the next one to be compared with."""
        return self.root / "stage" / "made_of" / version

    @property
    def prepared_extracts(self) -> Path:
        """What the extracts of a release read, sorted by platform."""
        return self.root / "stage" / "extract"

    def current(self, platform: str, dataset: str) -> Path:
        """The rows of one dataset that hold now."""
        return self.stage("current", f"{platform}/{dataset}")

    @property
    def extracts_made_of(self) -> Path:
        """The stage files the newest extracts were made of, for the next ones to be compared with."""
        return self.root / "stage" / "extract_made_of"

    def mention_part(self, platform: str, kind: str) -> Path:
        """The mentions of one platform, numbered from 0."""
        return self.stage("mention_part", f"{platform}/{kind}")

    def model(self, kind: str) -> Path:
        """The matching model of one kind, readable JSON."""
        return self.root / "models" / f"{kind}.json"

    def population(self, kind: str) -> Path:
        """What the matching model of one kind was trained on: how common values were."""
        return self.root / "models" / f"{kind}.population.parquet"

    def sources(self, kind: str) -> Path:
        """How reliable every source of one kind is, and since when that is held; readable JSON."""
        return self.root / "models" / f"{kind}.sources.json"

    def learned(self, kind: str) -> Path:
        """What the newest matching model of one kind changed against the one before, readable JSON."""
        return self.root / "models" / f"{kind}.learned.json"

    @property
    def retrain(self) -> Path:
        """How often people have asked for new models: a number."""
        return self.root / "models" / "retrain"

    def matched(self, kind: str) -> Path:
        """The folder of what was found of one kind; a run that does not find it there matches everything again."""
        return self.root / "stage" / "matched" / kind

    def matched_mark(self, kind: str) -> Path:
        """Says what that was found of; there is none while it is being written."""
        return self.matched(kind) / "written"

    def engine_tables(self, work: str) -> Path:
        """The folder of the tables of a piece of work on an engine, see `pipelines.engine`; it is gone once the work is done."""
        return self.root / "stage" / "engine" / work

    @property
    def value_cache(self) -> Path:
        """The folder of what values were standardised to, see `pipelines.standardise.value_cache`."""
        return self.root / "stage" / "value_cache"

    def mention_index(self, kind: str) -> Path:
        """Stable keys and hashes of the mentions of one kind, see `pipelines.matching.inputs.mention_index`."""
        return self.root / "stage" / "mention_index" / f"{kind}.arrow"

    def match_columns(self, name: str) -> Path:
        """The columns matching compares of the mentions of one kind, or a further table of it."""
        return self.root / "stage" / "match_columns" / f"{name}.arrow"

    @property
    def judgements(self) -> Path:
        """The folder of the stewards' judgements: one file per recording."""
        return self.root / "judgements"

    @property
    def verifications(self) -> Path:
        """The folder of what departments said of corrections (校核): one file per recording."""
        return self.root / "verifications"

    @property
    def access(self) -> Path:
        """The folder of requests for access (共享申请): one file per recording."""
        return self.root / "access"

    @property
    def acts(self) -> Path:
        """The ledger of acts, see `warehouse.ledger`."""
        return self.root / "ledger" / "acts.jsonl"

    @property
    def acts_head(self) -> Path:
        """Count and head of the ledger of acts."""
        return self.root / "ledger" / "head.json"

    @property
    def seal_key(self) -> Path:
        """The key that signs count and head of the ledger, see `warehouse.ledger.seal`."""
        return self.root / "ledger" / "seal.key"

    @property
    def portal(self) -> Path:
        """The folder of what the portal keeps."""
        return self.root / "portal"

    def done(self, step: str) -> Path:
        """The mark of a step that was run to its end."""
        return self.root / "stage" / "done" / f"{step.replace('/', '.')}.json"

    @property
    def lock(self) -> Path:
        """The file a run holds locked while it writes to this home."""
        return self.root / ".lock"

    def release(self, version: str) -> Path:
        """The folder of one release."""
        return self.root / "releases" / version

    @property
    def library(self) -> Path:
        """The newest good release, the file analysts open."""
        return self.root / LIBRARY_FILE

    @property
    def restricted_library(self) -> Path:
        """The library with nothing masked, encrypted."""
        return self.root / RESTRICTED_FILE

    @property
    def parquet(self) -> Path:
        """A link to the Parquet files of the library."""
        return self.root / "parquet"

    @property
    def ducklake(self) -> Path:
        """A link to the library as a DuckLake, where there is one."""
        return self.root / "ducklake"

    def extract(self, department: str, version: str) -> Path:
        """The folder of one department's extract of one release."""
        return self.root / "extracts" / department / version

    @property
    def data_docs(self) -> Path:
        """The folder of pages that show the results of all checks."""
        return self.root / "data_docs"

    def chart(self, name: str) -> Path:
        """A chart the run draws, e.g. `chart("overlap")`."""
        return self.root / "charts" / f"{name}.svg"

    @property
    def status(self) -> Path:
        """The folder with the report of the last run."""
        return self.root / "status"

    @property
    def scratch(self) -> Path:
        """The folder of a run's temporary files."""
        return self.root / "scratch"

    @property
    def remote_inbox(self) -> Path:
        """The folder into which the files of an inbox that lies elsewhere are fetched."""
        return self.root / "remote_inbox"

    @property
    def mark(self) -> Path:
        """The version mark."""
        return self.root / "home.json"

    @property
    def token_key(self) -> Path:
        """The file that holds the key of the joining tokens."""
        return self.root / "token.key"

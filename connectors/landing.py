"""The landing area: the immutable copy of every delivery, its rows as Parquet, its refused rows, its manifest line.

Belongs here: what makes a file a new delivery, in which order its parts are stored, what a delivery's verdict is.
Does not: reading a format (`connectors.reading`), or deciding which landed rows hold now (`connectors.current`).

A delivery counts as landed from the moment its manifest exists, which is written last: what a killed run left behind
has no manifest and is overwritten by the next one.
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors import alone, archives, claims, deliveries, files, server
from connectors.decisions import decisions
from connectors.deliveries import Offer
from connectors.holding import delivery_states
from connectors.inbox import Offered, companions, offered, shown, unreadable
from connectors.machine import is_of_the_machine
from connectors.manifest import manifest
from connectors.reading import read
from connectors.remote import faults
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Delimited, Ndjson, Platform, Sql
from connectors.store import DatasetWriter, RejectedWriter, StillWrittenError, keep_database, keep_original
from warehouse.model.home import Home

LINE_END_LOST = (
    "line_end_lost",
    "此前各批文件均以换行结尾，本批没有，疑为复制或上传中断，待人工确认；请核对末尾各行，或重新上传整个文件",
)
LOOK_BACK = 3
"""Deliveries of a platform that tell how its files end."""


@dataclass(frozen=True)
class LandingReport:
    """What one run landed of one platform.

    Attributes:
        platform: the platform.
        deliveries: ids of the deliveries taken in now, rejected ones included, in order of landing.
        skipped: files that had been taken in before.
        rows_delivered: rows found in the new deliveries; always rows_landed + rows_rejected.
        rejected_deliveries: (file name, reason code, reason) of new deliveries that can't be used.
        warnings: what was odd but stopped nothing, each led by its file name.
        held: (delivery id, file name, reason) of deliveries, new or not, that wait for a person to confirm them.
    """

    platform: str
    deliveries: tuple[str, ...] = ()
    skipped: int = 0
    rows_delivered: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rejected_deliveries: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    held: tuple[tuple[str, str, str], ...] = ()


def land(platform: Platform, inbox: Path, home: Home) -> LandingReport:
    """Take in the files of one platform from `<inbox>/<platform>/` and its sub-folders; archives are unpacked.

    A platform whose `url_env` is set in the environment is pulled from that database instead.

    Files are landed in order of (delivery date, name). A file that was taken in before (same name, same bytes) is
    skipped; one that was rejected is tried again once the platform's description has changed. Hidden files and the lock
    files of office programs (`~$…`) are no deliveries. What can't be read (no permission, a link, a pipe) is a rejected
    delivery without bytes, until it can or is gone.

    Returns:
        What was new. A delivery that can't be read is part of the report, not an exception.

    Raises:
        OSError: the home can't be written to.
    """
    url = os.environ.get(platform.format.url_env or "") if isinstance(platform.format, Sql) else None
    report = _pull(platform, url, home) if url else _Intake(platform, inbox, home).report()
    lines = delivery_states(platform, home).to_pylist()
    held = {(i["delivery_id"], i["file_name"], i["reason"]): None for i in lines if i["state"] == "held"}
    return replace(report, held=tuple(held))


@dataclass(frozen=True)
class _Kept:
    """A file whose bytes are kept, with what its name says; `named` is None where it fits no pattern."""

    item: Offered
    sha256: str
    named: files.FileName | None


class _Intake:
    """One look into a platform's folder."""

    def __init__(self, platform: Platform, inbox: Path, home: Home) -> None:
        self.platform, self.home = platform, home
        self.inbox, self.folder = inbox, inbox / platform.platform
        self.known = deliveries.known(home, platform)
        self.seen = deliveries.Seen(home.seen(platform.platform))
        self.sequence = max((line["sequence"] for line in self.known.values()), default=0)
        self.reports: list[LandingReport] = []
        self.skipped = 0
        self.faulty: set[str] = set()
        """Ids of what can't be read now."""
        self.names: set[str] = set()
        """Names of all that is offered."""
        self.landed: dict[tuple[str, object], str] = {}
        """Names by bytes and date of what stands."""

    def report(self) -> LandingReport:
        """Take in what is new."""
        kept: list[_Kept] = []
        unfetched = [Offered(self.folder, name, fault) for name, fault in faults(self.inbox, self.platform.platform)]
        for item in [*offered(self.folder), *unfetched]:
            kept += self._kept(item)
        self.names = {k.item.name for k in kept}
        self._remember_standing()
        for each in sorted(kept, key=_order):
            self._take(each)
        self.seen.save()
        for delivery_id, line in self.known.items():
            if not line["sha256"] and delivery_id not in self.faulty:
                deliveries.forget(self.home, self.platform.platform, delivery_id)
        return _sum(self.platform.platform, self.reports, self.skipped)

    def _kept(self, item: Offered) -> list[_Kept]:
        """The bytes of an offered file, or of the files of an archive; none where it can't be read."""
        if item.fault:
            return self._refuse(item, item.fault)
        named = files.parse(self.platform.patterns, item.base)
        try:
            if named is None and archives.is_archive(item.name):
                return self._unpacked(item)
            return [_Kept(item, self._bytes(item), named)]
        except DeliveryRejected as verdict:
            return self._refuse(item, verdict)
        except StillWrittenError:
            told = (f"{shown(item.name)}：文件仍在写入，本次未读取，下次运行再读",)
            self.reports.append(LandingReport(self.platform.platform, warnings=told))
            return []

    def _bytes(self, item: Offered) -> str:
        """Keep the bytes of a file, unless it has not changed since; return their SHA-256."""
        beside = companions(item.path) if isinstance(self.platform.format, Sql) else []
        size, changed = _size_and_time(item.path, *beside)
        sha256 = self.seen.get(item.name, size, changed)
        if sha256 is None or not self.home.original(sha256).exists():
            sha256 = keep_database(item.path, beside, self.home) if beside else keep_original(item.path, self.home)
            self.seen.put(item.name, size, changed, sha256)
        return sha256

    def _unpacked(self, item: Offered) -> list[_Kept]:
        size, changed = _size_and_time(item.path)
        members = self.seen.members(item.name, size, changed)
        if members is None or not all(self.home.original(sha256).exists() for _, sha256 in members):
            with tempfile.TemporaryDirectory(prefix="onenet-archive-") as folder:
                found = archives.unpack(item.path, item.name, Path(folder))
                members = [(name, keep_original(path, self.home)) for name, path in found]
            self.seen.put_members(item.name, size, changed, members)
        inner = [Offered(item.path, f"{item.name}/{name}") for name, _ in members]
        return [
            _Kept(i, sha256, files.parse(self.platform.patterns, i.base))
            for i, (_, sha256) in zip(inner, members, strict=True)
        ]

    def _refuse(self, item: Offered, verdict: DeliveryRejected) -> list[_Kept]:
        """A delivery of which there are no bytes."""
        delivery_id = deliveries.identity(self.platform.platform, item.name, verdict.code)
        self.faulty.add(delivery_id)
        if delivery_id in self.known:
            self.skipped += 1
            return []
        self.sequence += 1
        nowhere = Path(os.devnull)
        offer = Offer(self.platform, delivery_id, shown(item.name), "", 0, nowhere, None, "", self.sequence)
        self.reports.append(refuse(offer, self.home, verdict))
        return []

    def _remember_standing(self) -> None:
        refused = {i for i, d in decisions(self.home).items() if d.verdict == "refused"}
        for delivery_id, line in self.known.items():
            if line["state"] == "landed" and line["rows_landed"] and delivery_id not in refused:
                self.landed.setdefault((line["sha256"], _day_in(self.platform, line["file_name"])), line["file_name"])

    def _take(self, kept: _Kept) -> None:
        """Land one file, unless it was taken in before."""
        item, sha256, named = kept.item, kept.sha256, kept.named
        delivery_id = deliveries.identity(self.platform.platform, item.name, sha256)
        before = self.known.get(delivery_id)
        if before and (before["state"] == "landed" or before["description"] == deliveries.description(self.platform)):
            self.skipped += 1
            return
        same = self.landed.get((sha256, named.delivered_on if named else None)) if named else None
        again = same is not None and same.rpartition("/")[2] == shown(item.base) and same not in self.names
        if again or (before and before["reason_code"] == "same_bytes" and same):
            self.skipped += 1
            return
        self.sequence += 1
        original = self.home.original(sha256)
        day, scope = (named.delivered_on, shown(named.scope)) if named else (None, "")
        size = original.stat().st_size
        offer = Offer(self.platform, delivery_id, shown(item.name), sha256, size, original, day, scope, self.sequence)
        if named is None:
            verdict = _name_verdict(self.platform, item.base)
            self.reports.append(refuse(offer, self.home, verdict))
        elif same is not None:
            reason = (
                f"与已落地的“{same}”日期相同、内容逐字节相同，只计一次；若范围或文件名有误，请先用onenet refuse撤下前者"
            )
            self.reports.append(refuse(offer, self.home, DeliveryRejected("same_bytes", reason)))
        else:
            if self._lost_its_line_end(original):
                offer = replace(offer, doubt=LINE_END_LOST)
            report = land_offer(offer, self.home)
            self.reports.append(report)
            if report.rows_landed:
                self.landed.setdefault((sha256, day), offer.file_name)

    def _lost_its_line_end(self, original: Path) -> bool:
        """Whether a text file stops without a line end although what the platform delivered last had one.

        A file cut inside its last column has the right number of fields everywhere, and may lack but a few rows.
        """
        if not isinstance(self.platform.format, Delimited | Ndjson) or _ends_a_line(original):
            return False
        standing = [line for line in self.known.values() if line["state"] == "landed" and line["sha256"]]
        last = sorted(standing, key=lambda line: line["sequence"])[-LOOK_BACK:]
        return bool(last) and all(_ends_a_line(self.home.original(line["sha256"])) for line in last)


def _ends_a_line(path: Path) -> bool:
    """Whether the last byte of a file ends a line, or the file as DOS does; a file that is not there tells nothing, and counts as one that does not."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(stream.tell() - 1, 0))
            return stream.read(1) in (b"\n", b"\r", b"\x1a")
    except OSError:
        return False


def _order(kept: _Kept) -> tuple[datetime.date, str]:
    day = kept.named.delivered_on if kept.named else None
    return day or datetime.date.max, kept.item.name


def _size_and_time(*paths: Path) -> tuple[int, int]:
    """Bytes of some files and the time (ns) the newest of them changed.

    Raises:
        DeliveryRejected: `not_readable`, where one went away meanwhile.
    """
    try:
        status = [path.lstat() for path in paths]
    except OSError as error:
        raise unreadable(error) from None
    return sum(s.st_size for s in status), max(s.st_mtime_ns for s in status)


def _day_in(platform: Platform, file_name: str) -> datetime.date | None:
    named = files.parse(platform.patterns, file_name.rpartition("/")[2])
    return named.delivered_on if named else None


def _name_verdict(platform: Platform, name: str) -> DeliveryRejected:
    pattern = files.nearest(platform.patterns, name)
    other = "" if len(platform.patterns) == 1 else f"（共{len(platform.patterns)}种约定，此为最接近的一种）"
    return DeliveryRejected(
        "file_name_unknown",
        f"文件名不符合约定“{pattern}”{other}；date为日期，如20261108、2026-11-08、202611；请改名后重新提交",
    )


def _pull(platform: Platform, url: str, home: Home) -> LandingReport:
    """Take in what is new on the platform's database server; a table that can't be read leaves the others alone."""
    lines = manifest(home, platform.platform).to_pylist()
    sequence = max((line["sequence"] for line in lines), default=0)
    reports: list[LandingReport] = []
    failing: set[str] = set()
    skipped = 0
    if unusable := server.refusal(url):
        delivery_id = deliveries.identity(platform.platform, platform.platform, unusable.code)
        failing.add(delivery_id)
        nowhere = Path(os.devnull)
        offer = Offer(platform, delivery_id, platform.platform, "", 0, nowhere, None, "", sequence + 1)
        reports.append(refuse(offer, home, unusable))
    with tempfile.TemporaryDirectory(prefix="onenet-pull-") as folder:
        for dataset in () if unusable else platform.datasets:
            own = server.pull_name(platform, dataset, url, None)
            before = [
                line
                for line in lines
                if line["dataset"] == dataset.name and line["file_name"].startswith(own) and line["state"] == "landed"
            ]
            earlier = server.Earlier(tuple(home.original(line["sha256"]) for line in before))
            try:
                pulled = server.pull(platform, dataset, url, earlier, Path(folder))
            except DeliveryRejected as verdict:
                delivery_id = deliveries.identity(platform.platform, own, verdict.code)
                failing.add(delivery_id)
                offer = Offer(platform, delivery_id, own, "", 0, Path(os.devnull), None, "", sequence + 1)
                reports.append(refuse(offer, home, verdict))
                continue
            if pulled is None:
                skipped += 1
                continue
            sequence += 1
            sha256 = keep_original(pulled.path, home)
            delivery_id = deliveries.identity(platform.platform, pulled.file_name, sha256)
            original = home.original(sha256)
            offer = Offer(
                platform, delivery_id, pulled.file_name, sha256, original.stat().st_size, original, None, "", sequence
            )
            reports.append(land_offer(offer, home, server.read(original, dataset)))
    for line in lines:
        if not line["sha256"] and line["delivery_id"] not in failing:
            deliveries.forget(home, platform.platform, line["delivery_id"])
    return _sum(platform.platform, reports, skipped)


def unknown_folders(inbox: Path, platforms: Iterable[str]) -> list[str]:
    """Folders and files of the inbox that belong to no declared platform, sorted; hidden ones are ignored."""
    known = set(platforms)
    return sorted(shown(p.name) for p in inbox.iterdir() if p.name not in known and not p.name.startswith("."))


def land_offer(offer: Offer, home: Home, batches: Batches | None = None) -> LandingReport:
    """Read one kept delivery (or take `batches`, where it was pulled) and store rows, refused rows and manifest.

    What is large, or dense enough to fill the memory, is read in a process of its own.
    """
    if batches is not None or not alone.needs_to_be(offer.original, offer.platform.format):
        return _land_here(offer, home, batches)
    try:
        report = alone.run(_land_here, offer, home)
    except DeliveryRejected as verdict:
        shutil.rmtree(home.rows(offer.platform.platform, offer.delivery_id, "").parent, ignore_errors=True)
        return refuse(offer, home, verdict)
    assert isinstance(report, LandingReport)
    return report


def _land_here(offer: Offer, home: Home, batches: Batches | None = None) -> LandingReport:
    platform = offer.platform
    writers: dict[str, DatasetWriter] = {}
    refused = RejectedWriter(home.rejected(platform.platform, offer.delivery_id), platform.platform, offer)
    doubt = DeliveryRejected(*offer.doubt) if offer.doubt else None
    try:
        for batch in batches if batches is not None else read(offer.original, platform):
            writer = writers.get(batch.dataset)
            if writer is None:
                path = home.rows(platform.platform, offer.delivery_id, batch.dataset)
                writer = writers[batch.dataset] = DatasetWriter(
                    path, platform.dataset(batch.dataset), offer, batch.sheet
                )
            writer.write(batch)
            refused.write(batch)
            doubt = DeliveryRejected(*batch.doubt) if batch.doubt else doubt
        _judge(platform, list(writers.values()))
    except BaseException as error:
        if verdict := _verdict(error):
            return _reject(offer, home, verdict, writers, refused)
        for writer in writers.values():
            writer.drop()
        refused.drop()
        raise
    return _accept(offer, home, writers, refused, doubt)


def _verdict(error: BaseException) -> DeliveryRejected | None:
    """What is to be said of a delivery that could not be read; nothing where it is not at fault: a full disk, no memory, or a
    stop by the user.

    A file that a machine in want of memory could not read is no bad file: sent back, it would never be looked at again.
    """
    if isinstance(error, DeliveryRejected):
        return None if is_of_the_machine(error.__cause__) else error
    if isinstance(error, OSError) or is_of_the_machine(error):
        return None
    # a reader met what nobody thought of, a parser in Rust panics: one file must not stop the others
    of_the_file = isinstance(error, Exception) or type(error).__name__ == "PanicException"
    return _unforeseen(error) if of_the_file else None


def _unforeseen(error: BaseException) -> DeliveryRejected:
    """Name kind and place of the fault, never its message, which may quote the file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}，{Path(frame.filename).name}:{frame.lineno}"
    return DeliveryRejected("unreadable", f"文件无法读取（{where}），请检查文件是否损坏，并将此信息告知数据团队")


def _judge(platform: Platform, writers: list[DatasetWriter]) -> None:
    """A snapshot without one usable row would withdraw everything the platform ever said: it is refused."""
    if platform.delivery.semantics != "snapshot" or platform.volume.min_rows == 0:
        return
    if sum(w.landed for w in writers) == 0:
        delivered = sum(w.delivered for w in writers)
        if delivered:
            raise DeliveryRejected(
                "no_usable_rows", f"全量交付的{delivered}行均不可用，未替换上一批；请按退回行原因修正"
            )
        raise DeliveryRejected("no_rows", "只有表头没有数据行，全量交付不能为空，未替换上一批；请重新导出")


def _accept(
    offer: Offer,
    home: Home,
    writers: dict[str, DatasetWriter],
    refused: RejectedWriter,
    doubt: DeliveryRejected | None,
) -> LandingReport:
    platform = offer.platform
    total = sum(w.delivered for w in writers.values())
    volume = platform.volume
    warnings = []
    if total == 0:
        warnings.append("没有数据行")
    elif total < volume.min_rows or (volume.max_rows is not None and total > volume.max_rows):
        warnings.append(f"共{total}行，超出约定的行数范围")
    lines = []
    newest: datetime.date | None = None
    for name, writer in writers.items():
        writer.close()
        warnings += writer.warnings
        repeated = f"数据集“{name}”有{writer.repeated_keys}行的主键在本批内重复" if writer.repeated_keys else None
        if platform.delivery.semantics == "delta" and repeated:
            warnings.append(repeated)
        column = platform.dataset(name).changed_at
        if offer.delivered_on is None and column and platform.delivery.semantics == "delta":
            newest = max(filter(None, (newest, claims.newest(writer.path, column))), default=None)
    refused.close()
    for name, writer in writers.items():
        lines.append(
            deliveries.line(
                offer,
                name,
                "landed",
                (writer.delivered, writer.landed, writer.rejected),
                warnings=warnings,
                verdict=doubt,
            )
            | {"delivered_on": offer.delivered_on or newest}
        )
        warnings = []  # once, on the first line
    deliveries.write(offer, home, lines)
    return _report(offer, lines)


def _reject(
    offer: Offer,
    home: Home,
    verdict: DeliveryRejected,
    writers: dict[str, DatasetWriter],
    refused: RejectedWriter,
) -> LandingReport:
    for writer in writers.values():
        writer.drop()
    # Rows were counted only if the reading came to its end; of a file that broke off nobody knows how many it had.
    counted = verdict.code in ("no_rows", "no_usable_rows")
    lines = []
    if counted:
        refused.close(also=verdict)
        lines = [
            deliveries.line(offer, name, "rejected", (w.delivered, 0, w.delivered), verdict=verdict)
            for name, w in writers.items()
        ]
    else:
        refused.drop()
        refused = RejectedWriter(refused.path, refused.platform, offer)
        refused.close(also=verdict)
    deliveries.write(offer, home, lines or [deliveries.line(offer, "", "rejected", (0, 0, 0), verdict=verdict)])
    return _report(offer, lines, verdict)


def refuse(offer: Offer, home: Home, verdict: DeliveryRejected) -> LandingReport:
    """Reject a delivery without reading it."""
    platform = offer.platform.platform
    return _reject(
        offer, home, verdict, {}, RejectedWriter(home.rejected(platform, offer.delivery_id), platform, offer)
    )


def _report(offer: Offer, lines: list[dict[str, Any]], verdict: DeliveryRejected | None = None) -> LandingReport:
    def total(column: str) -> int:
        return sum(line[column] for line in lines)

    warnings = [w for line in lines for w in line["warnings"]]
    return LandingReport(
        offer.platform.platform,
        (offer.delivery_id,),
        0,
        total("rows_delivered"),
        total("rows_landed"),
        total("rows_rejected"),
        ((offer.file_name, verdict.code, verdict.reason),) if verdict else (),
        tuple(f"{offer.file_name}：{warning}" for warning in warnings),
    )


def _sum(platform: str, reports: list[LandingReport], skipped: int) -> LandingReport:
    return LandingReport(
        platform,
        tuple(d for r in reports for d in r.deliveries),
        skipped,
        sum(r.rows_delivered for r in reports),
        sum(r.rows_landed for r in reports),
        sum(r.rows_rejected for r in reports),
        tuple(d for r in reports for d in r.rejected_deliveries),
        tuple(w for r in reports for w in r.warnings),
    )

"""The landing area: the immutable copy of every delivery, its rows as Parquet, its refused rows, its manifest line.

Belongs here: what makes a file a new delivery, in which order its parts are stored, what a delivery's verdict is.
Does not: reading a format (`connectors.reading`), or deciding which landed rows hold now (`connectors.current`).

A delivery counts as landed from the moment its manifest exists, which is written last: what a killed run left behind
has no manifest and is overwritten by the next one.
"""

from __future__ import annotations

import datetime
import os
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors import claims, deliveries, files, server
from connectors.deliveries import Offer
from connectors.holding import standing
from connectors.machine import is_of_the_machine
from connectors.manifest import manifest
from connectors.reading import read
from connectors.rows import Batches, DeliveryRejected, legible
from connectors.spec import Platform, Sql
from connectors.store import DatasetWriter, RejectedWriter, keep_original
from warehouse.model.home import Home


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
    """Take in the files of one platform from `<inbox>/<platform>/`.

    A platform whose `url_env` is set in the environment is pulled from that database instead.

    Files are landed in order of (delivery date, name). A file that was taken in before (same name, same bytes) is
    skipped; one that was rejected is tried again once the platform's description has changed. Hidden files and the lock
    files of office programs (`~$…`) are no deliveries.

    Returns:
        What was new. A delivery that can't be read is part of the report, not an exception.

    Raises:
        OSError: the home can't be written to.
    """
    url = os.environ.get(platform.format.url_env or "") if isinstance(platform.format, Sql) else None
    report = _pull(platform, url, home) if url else _take_in(platform, inbox, home)
    lines = standing(platform, home).to_pylist()
    held = {(i["delivery_id"], i["file_name"], i["reason"]): None for i in lines if i["state"] == "held"}
    return replace(report, held=tuple(held))


def _take_in(platform: Platform, inbox: Path, home: Home) -> LandingReport:
    """Take in the files of the inbox."""
    known = deliveries.known(home, platform)
    seen = deliveries.Seen(home.seen(platform.platform))
    sequence = max((line["sequence"] for line in known.values()), default=0)
    reports: list[LandingReport] = []
    skipped = 0
    for path, named in _offered(platform, inbox / platform.platform):
        stat = path.stat()
        name = legible(path.name)
        sha256 = seen.get(name, stat.st_size, stat.st_mtime_ns)
        if sha256 is None or not home.original(sha256).exists():
            sha256 = keep_original(path, home)
            seen.put(name, stat.st_size, stat.st_mtime_ns, sha256)
        delivery_id = deliveries.identity(platform.platform, name, sha256)
        before = known.get(delivery_id)
        if before and (before["state"] == "landed" or before["description"] == deliveries.description(platform)):
            skipped += 1
            continue
        sequence += 1
        original = home.original(sha256)
        day, scope = (named.delivered_on, named.scope) if named else (None, "")
        size = original.stat().st_size
        offer = Offer(platform, delivery_id, name, sha256, size, original, day, scope, sequence)
        reports.append(_refuse_name(offer, home) if named is None else land_offer(offer, home))
    seen.save()
    return _sum(platform.platform, reports, skipped)


def _pull(platform: Platform, url: str, home: Home) -> LandingReport:
    """Take in what is new on the platform's database server; a table that can't be read leaves the others alone."""
    lines = manifest(home, platform.platform).to_pylist()
    sequence = max((line["sequence"] for line in lines), default=0)
    reports: list[LandingReport] = []
    skipped = 0
    with tempfile.TemporaryDirectory(prefix="onenet-pull-") as folder:
        for dataset in platform.datasets:
            own = server.pull_name(platform, dataset, url, None)
            before = [line for line in lines if line["dataset"] == dataset.name and line["file_name"].startswith(own)]
            earlier = server.Earlier(tuple(home.original(line["sha256"]) for line in before))
            try:
                pulled = server.pull(platform, dataset, url, earlier, Path(folder))
            except DeliveryRejected as verdict:
                rejected = ((own, verdict.code, verdict.reason),)
                reports.append(LandingReport(platform.platform, rejected_deliveries=rejected))
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
    return _sum(platform.platform, reports, skipped)


def unknown_folders(inbox: Path, platforms: Iterable[str]) -> list[str]:
    """Folders and files of the inbox that belong to no declared platform, sorted; hidden ones are ignored."""
    known = set(platforms)
    return sorted(p.name for p in inbox.iterdir() if p.name not in known and not p.name.startswith("."))


def land_offer(offer: Offer, home: Home, batches: Batches | None = None) -> LandingReport:
    """Read one kept delivery (or take `batches`, where it was pulled) and store rows, refused rows and manifest."""
    platform = offer.platform
    writers: dict[str, DatasetWriter] = {}
    refused = RejectedWriter(home.rejected(platform.platform, offer.delivery_id), platform.platform, offer)
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
        _judge(platform, list(writers.values()))
    except BaseException as error:
        if verdict := _verdict(error):
            return _reject(offer, home, verdict, writers, refused)
        for writer in writers.values():
            writer.drop()
        refused.drop()
        raise
    return _accept(offer, home, writers, refused)


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


def _offered(platform: Platform, folder: Path) -> list[tuple[Path, files.FileName | None]]:
    paths = folder.iterdir() if folder.is_dir() else ()
    offered = [
        (path, files.parse(platform.files, path.name))
        for path in paths
        if path.is_file() and not path.name.startswith((".", "~$"))
    ]
    last = datetime.date.max

    def order(item: tuple[Path, files.FileName | None]) -> tuple[datetime.date, str]:
        return (item[1].delivered_on or last) if item[1] else last, item[0].name

    return sorted(offered, key=order)


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


def _accept(offer: Offer, home: Home, writers: dict[str, DatasetWriter], refused: RejectedWriter) -> LandingReport:
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
                offer, name, "landed", (writer.delivered, writer.landed, writer.rejected), warnings=warnings
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


def _refuse_name(offer: Offer, home: Home) -> LandingReport:
    verdict = DeliveryRejected(
        "file_name_unknown", f"文件名不符合约定“{offer.platform.files}”（date为8位日期），请改名后重新提交"
    )
    refused = RejectedWriter(home.rejected(offer.platform.platform, offer.delivery_id), offer.platform.platform, offer)
    return _reject(offer, home, verdict, {}, refused)


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

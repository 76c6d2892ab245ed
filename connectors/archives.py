"""Archives in the inbox: zip, tar and gzip are unpacked with the standard library, 7z with py7zr, within bounds.

Belongs here: which names are archives, and getting their files out. Does not: what the files mean; each is a delivery of its
own under `<archive>/<name>`. Names inside an archive never become paths on disk.
"""

from __future__ import annotations

import gzip
import io
import itertools
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connectors import alone
from connectors.bounds import require_honest_packing
from connectors.machine import is_of_the_machine
from connectors.rows import DeliveryRejected, legible

UNPACKED = (".zip", ".7z", ".tar", ".tar.gz", ".tgz", ".gz")
FOREIGN = (".rar",)
"""Archives for which there is no reader."""
MAX_MEMBERS = 2_000
MAX_BYTES = 32 << 30
BLOCK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, NotImplementedError)


def is_archive(name: str) -> bool:
    """Whether a name is that of an archive, one that can be unpacked or not."""
    return name.lower().endswith((*UNPACKED, *FOREIGN))


def unpack(path: Path, name: str, folder: Path) -> list[tuple[str, Path]]:
    """Write the files of an archive into `folder`, numbered; hidden ones are left out.

    Returns:
        Name inside the archive and path of each, in order of name.

    Raises:
        DeliveryRejected: `archive_unreadable`, `archive_foreign`, `archive_too_large`, `encrypted`, `packed_too_densely`.
        OSError: the disk is full.
    """
    lower = name.lower()
    if lower.endswith(FOREIGN):
        raise DeliveryRejected("archive_foreign", "RAR压缩包无法解压，请改用zip、7z或tar.gz压缩，或直接放入文件")
    try:
        if lower.endswith(".zip"):
            found = list(_zip(path, folder))
        elif lower.endswith(".7z"):
            found = alone.run(_seven_zip, path, folder)
        elif lower.endswith((".tar", ".tar.gz", ".tgz")):
            found = list(_tar(path, folder))
        else:
            with gzip.open(path) as stream:
                inner = name.rpartition("/")[2][: -len(".gz")]
                found = [(inner, _write(stream, folder / "0", path.stat().st_size))]
    except _DAMAGE as error:
        raise DeliveryRejected("archive_unreadable", "压缩包不完整或已损坏，请重新压缩、上传") from error
    if not found:
        raise DeliveryRejected("archive_unreadable", "压缩包里没有文件，请重新压缩")
    return sorted(found)


def _zip(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename)]
        _require_bounds(len(members), sum(m.file_size for m in members))
        for number, member in enumerate(members):
            if member.flag_bits & 1:
                raise _encrypted()
            require_honest_packing("压缩包中的一个文件", member.compress_size, member.file_size)
            with archive.open(member) as stream:
                yield _zip_name(member), _write(stream, folder / str(number), member.compress_size)


def _zip_name(member: zipfile.ZipInfo) -> str:
    """Windows writes names in GBK without saying so, and the library takes them for code page 437."""
    if member.flag_bits & 0x800:
        return legible(member.filename)
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return legible(member.filename)


def _tar(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    packed = path.stat().st_size
    with tarfile.open(path, "r:*") as archive:
        count = total = 0
        for member in archive:
            if not member.isfile() or _hidden(member.name):
                continue
            count, total = count + 1, total + member.size
            _require_bounds(count, total)
            require_honest_packing("压缩包", packed, total)
            stream = archive.extractfile(member)
            assert stream
            yield legible(member.name), _write(stream, folder / str(count), packed)


def _seven_zip(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """In a process of its own: the head of an archive says how much memory its parser and decoder ask for."""
    import py7zr  # a tenth of a second that only archives of this kind cost

    try:
        # a file, not a path: of a path the library reads in several threads, which say nothing of what stopped them
        with path.open("rb") as packed, py7zr.SevenZipFile(packed, max_extract_size=MAX_BYTES) as archive:
            if archive.needs_password():
                raise _encrypted()
            members = [m for m in archive.list() if m.is_file and not m.is_symlink and not _hidden(m.filename)]
            total = sum(m.uncompressed for m in members)
            _require_bounds(len(members), total)
            require_honest_packing("压缩包", path.stat().st_size, total)
            if any(_leads_out(m.filename) for m in members):
                raise DeliveryRejected("archive_unreadable", "压缩包里有文件名指向压缩包之外，未解压，请重新压缩")
            if not members:
                return []
            numbered = _NumberedFiles(folder.resolve())
            archive.extract(numbered.folder, {m.filename for m in members}, factory=numbered)
            return [(legible(name), written) for name, written in numbered.written]
    except py7zr.exceptions.PasswordRequired:
        raise _encrypted() from None
    except py7zr.exceptions.UnsupportedCompressionMethodError:
        raise DeliveryRejected("archive_foreign", "7z压缩包用了无法解压的压缩方法，请改用LZMA2或zip压缩") from None
    except (DeliveryRejected, OSError):
        raise
    except Exception as error:  # whatever a parser says of bytes that are no archive
        if is_of_the_machine(error):
            raise
        raise zipfile.BadZipFile(type(error).__name__) from None


class _Member(io.FileIO):
    """A file py7zr writes to."""

    def size(self) -> int:
        """Bytes written so far."""
        return self.tell()


class _NumberedFiles:
    """Gives py7zr its files: numbered, since a name inside an archive is no path here."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, itertools.count()
        self.written: list[tuple[str, Path]] = []

    def create(self, filename: str) -> _Member:
        """The file for a member, whose name comes as a path below the folder."""
        path = self.folder / str(next(self.numbers))
        self.written.append((Path(filename).relative_to(self.folder).as_posix(), path))
        return _Member(path, "w+")


def _encrypted() -> DeliveryRejected:
    return DeliveryRejected("encrypted", "压缩包有密码，请去除密码后重新提交")


def _write(stream: IO[bytes] | gzip.GzipFile, path: Path, packed: int) -> Path:
    size = 0
    with path.open("wb") as out:
        while block := stream.read(BLOCK):
            size += len(block)
            require_honest_packing("压缩包中的一个文件", packed, size)
            _require_bounds(1, size)
            out.write(block)
    return path


def _require_bounds(members: int, size: int) -> None:
    if members > MAX_MEMBERS or size > MAX_BYTES:
        raise DeliveryRejected(
            "archive_too_large",
            f"压缩包超过{MAX_MEMBERS}个文件或{MAX_BYTES >> 30}GB的上限，请拆分后重新提交",
        )


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or parts[0].endswith(":")


def _hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith((".", "~$"))

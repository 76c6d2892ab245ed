"""XML with one element a row, streamed with lxml; entities and network are off.

Belongs here: elements to objects. Turning objects into columns is `connectors.objects`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, cast

from lxml import etree

from connectors.delimited import codec, damage_kept
from connectors.objects import Item, Problem, batches
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Dataset, Xml

UNDECODABLE = Problem("undecodable", "该条记录含有不符合声明编码的字节，请按约定编码重新导出")
LOST = "\U0010fffd"
"""Stands for a byte that is nothing in the document's encoding: a private character no department writes."""
_LABEL = re.compile(rb"""\s*(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DAMAGE = re.compile("[\udc80-\udcff\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read(path: Path, layout: Xml, dataset: Dataset) -> Batches:
    """Yield the rows of an XML file; the prolog names its encoding.

    Child elements are columns, attributes of the row element are columns `@name`; a child that holds elements lands as
    XML text, a child that occurs twice as a JSON list.

    Raises:
        DeliveryRejected: `not_xml` where it is not well-formed to its end, `xml_doctype` where it declares a DTD (which
            exports never need and attacks do), `rows_not_found` where no row element occurs.
    """
    return batches(items(path, layout), dataset)


def items(path: Path, layout: Xml) -> Iterator[Item]:
    """The row elements as objects; raises as `read` does."""
    found = False
    try:
        _refuse_doctype(path)
        for _, element in _walk(path, "end", f"{{*}}{layout.row}"):
            found = True
            row = _object(element)
            yield UNDECODABLE if any(isinstance(v, str) and LOST in v for v in row.values()) else row
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if not found and len(list(islice(_walk(path, "start"), 2))) > 1:
            raise DeliveryRejected("rows_not_found", f"文件中没有“{layout.row}”元素，请检查导出结构或平台配置中的row")
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        if "depth" in (error.msg or "").lower():
            raise DeliveryRejected("too_deep", f"文件在第{line}行嵌套过深，请检查导出程序后重新导出") from error
        if "huge" in (error.msg or "").lower() or "too long" in (error.msg or "").lower():
            raise DeliveryRejected("cell_too_long", f"文件在第{line}行有超过10MB的内容，请检查后重新导出") from error
        raise DeliveryRejected(
            "not_xml", f"文件在第{line}行不是合法的XML，可能被截断或编码与声明不符，请重新导出"
        ) from error


def _walk(path: Path, event: str, tag: str | None = None) -> Iterator[tuple[str, etree._Element]]:
    with path.open("rb") as stream:
        source, encoding = _transcoded(stream)
        walk: Iterator[tuple[str, etree._Element]] = etree.iterparse(
            source,
            events=(event,),
            tag=tag,
            encoding=encoding,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        yield from walk


def _transcoded(stream: IO[bytes]) -> tuple[IO[bytes], str | None]:
    """The document in UTF-8 where Python knows the encoding its prolog names; else as it is, for the parser to decide.

    GB2312 and GBK are read as GB 18030, as browsers do. A byte that is nothing in the encoding becomes `LOST`, which costs
    its row; a control character, which XML can't hold, is left out.
    """
    head = stream.read(200)
    stream.seek(0)
    label = _LABEL.match(head)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (label and label[1].lower().startswith(b"utf-16")):
        return stream, None
    try:
        name = codec(label[1].decode("ascii")) if label else "utf-8"
        decoder = codecs.getincrementaldecoder(name)(damage_kept(name))
    except LookupError:
        return stream, None
    return cast("IO[bytes]", _Utf8(stream, decoder)), "utf-8"


class _Utf8:
    """A stream read through a decoder and written in UTF-8."""

    def __init__(self, stream: IO[bytes], decoder: codecs.IncrementalDecoder) -> None:
        self._stream, self._decoder = stream, decoder

    def read(self, size: int = -1) -> bytes:
        """Some bytes, b'' at the end. A reader that asks for few at a time gets more: the parser takes what comes."""
        while True:
            block = self._stream.read(size)
            text = self._decoder.decode(block, final=not block)
            out = _DAMAGE.sub(lambda m: LOST if "\udc80" <= m[0] <= "\udcff" else "", text).encode()
            if out or not block:
                return out


def _refuse_doctype(path: Path) -> None:
    for _, root in _walk(path, "start"):
        if root.getroottree().docinfo.doctype:
            raise DeliveryRejected("xml_doctype", "文件含有DTD声明（DOCTYPE），出于安全不予读取，请去除后重新导出")
        return


def _object(element: etree._Element) -> dict[str, object]:
    row: dict[str, object] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.rpartition("}")[2]
        value: object = child.text
        if len(child):
            nested = any(isinstance(inner.tag, str) for inner in child)
            value = etree.tostring(child, encoding="unicode", with_tail=False) if nested else "".join(child.itertext())
        if name in row:
            former = row[name]
            value = [*former, value] if isinstance(former, list) else [former, value]
        row[name] = value
    return row

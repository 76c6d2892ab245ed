"""XML with one element a row, streamed with lxml; entities and network are off.

Belongs here: elements to objects. Turning objects into columns is `connectors.objects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lxml import etree

from connectors.objects import Item, batches
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Dataset, Xml


def read(path: Path, layout: Xml, dataset: Dataset) -> Batches:
    """Yield the rows of an XML file; the prolog names its encoding.

    Child elements are columns, attributes of the row element are columns `@name`; a child that holds elements lands as
    XML text, a child that occurs twice as a JSON list.

    Raises:
        DeliveryRejected: `not_xml` where it is not well-formed to its end, `xml_doctype` where it declares a DTD (which
            exports never need and attacks do), `rows_not_found` where no row element occurs.
    """
    return batches(_items(path, layout), dataset)


def _items(path: Path, layout: Xml) -> Iterator[Item]:
    found = False
    try:
        _refuse_doctype(path)
        for _, element in _walk(path, "end", f"{{*}}{layout.row}"):
            found = True
            yield _object(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if not found and len(list(islice(_walk(path, "start"), 2))) > 1:
            raise DeliveryRejected("rows_not_found", f"文件中没有“{layout.row}”元素，请检查导出结构或平台配置中的row")
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise DeliveryRejected(
            "not_xml", f"文件在第{line}行不是合法的XML，可能被截断或编码与声明不符，请重新导出"
        ) from error


def _walk(path: Path, event: str, tag: str | None = None) -> Iterator[tuple[str, etree._Element]]:
    walk: Iterator[tuple[str, etree._Element]] = etree.iterparse(
        str(path), events=(event,), tag=tag, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    return walk


def _refuse_doctype(path: Path) -> None:
    for _, root in _walk(path, "start"):
        if root.getroottree().docinfo.doctype:
            raise DeliveryRejected("xml_doctype", "文件含有DTD声明（DOCTYPE），出于安全不予读取，请去除后重新导出")
        return


def _object(element: etree._Element) -> Item:
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

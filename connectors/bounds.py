"""What one delivery may cost: beyond these a file is sent back with the reason, and the others go on.

Belongs here: the bounds that several readers share, and their words. A bound that one format has stands with its reader.
"""

from __future__ import annotations

from connectors.rows import DeliveryRejected

MAX_COLUMNS = 2_000
"""Columns or keys a table may have. The widest known export of a department has a few hundred."""

MAX_DEPTH = 64
"""How deep objects and lists may lie in each other. GeoJSON needs nine."""

MAX_RATIO = 200
"""How many times its packed size a packed part may have. Sheets of repeated values reach some dozens, bombs a thousand."""

HARMLESS = 64 << 20
"""Bytes up to which a packed part may be as dense as it likes."""


def require_few_columns(count: int) -> None:
    """Raises DeliveryRejected `too_many_columns` where a table is wider than any real one."""
    if count > MAX_COLUMNS:
        raise DeliveryRejected(
            "too_many_columns", f"文件有{count}列，超过{MAX_COLUMNS}列的上限；疑为换行丢失或行列颠倒，请重新导出"
        )


def too_deep() -> DeliveryRejected:
    """The verdict on values that lie too deep in each other."""
    return DeliveryRejected("too_deep", f"内容嵌套超过{MAX_DEPTH}层的上限，请检查导出程序后重新导出")


def require_honest_packing(name: str, packed: int, unpacked: int) -> None:
    """Raises DeliveryRejected `packed_too_densely` where a part would fill the memory: no export is that dense.

    Args:
        name: what is packed, in words; never a name out of the file.
        packed: its bytes in the archive.
        unpacked: its bytes once unpacked.
    """
    if unpacked > HARMLESS and unpacked > packed * MAX_RATIO:
        raise DeliveryRejected(
            "packed_too_densely",
            f"{name}解压后达{unpacked >> 20}MB，是压缩后的{MAX_RATIO}倍以上，不是正常导出的内容，请重新导出",
        )

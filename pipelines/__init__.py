"""What happens to the data: standardise, match, resolve, and the Dagster definitions that run it all.

Stands on `connectors`, `quality` and `warehouse`; nothing imports it. Inside, the way is
standardise → matching → resolution → defs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _sorts_slowly() -> bool:
    """An AMD processor of family 25 (Zen 3 and 4), where numpy would sort by AVX-512 if there is any."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    first = told.split("\n\n", 1)[0]
    return "AuthenticAMD" in first and "avx512f" in first and "cpu family\t: 25\n" in first


def _import_numpy() -> None:
    """Let numpy sort by AVX2 where its AVX-512 is the slower one.

    On Zen 4 storing compressed vectors to memory is microcoded, and numpy's AVX-512 sort does that at every step: 61 ns an
    integer instead of 14 (github.com/numpy/x86-simd-sort, issue 6). Sorting is how blocking joins. numpy reads the setting
    when it is first imported and never again; who has imported it before, or has a setting of his own, is left alone.
    """
    setting = "NPY_DISABLE_CPU_FEATURES"
    if "numpy" in sys.modules or setting in os.environ or not _sorts_slowly():
        return
    os.environ[setting] = "X86_V4 AVX512_ICL AVX512_SPR"
    try:
        import numpy  # noqa: F401
    finally:
        del os.environ[setting]


_import_numpy()

"""Temporary files of a run lie in its home, but for what other processes are spoken to by."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

READ_ALONE = """
import sys
from pathlib import Path
from connectors import alone
from pipelines.recovery import scratch
from warehouse.model import Home

with scratch(Home(Path(sys.argv[1]))):
    print(alone.run(pow, 2, 3))
"""


def test_a_file_is_read_alone_in_a_home_whose_path_is_longer_than_that_of_a_socket_may_be(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 20) / ("path" * 20)
    ran = subprocess.run([sys.executable, "-c", READ_ALONE, str(home)], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("8\n", "", 0)
    assert not (home / "scratch").exists()

"""Spark's client may be installed: nothing imports it unasked, and Great Expectations lives with it."""

import subprocess
import sys

import pytest


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_great_expectations_does_not_end_the_process_beside_the_client_of_spark():
    pytest.importorskip("pyspark")
    done = run("import quality, great_expectations; print('alive')")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "alive", "")


def test_matching_and_its_engines_are_imported_without_spark():
    done = run(
        "import sys, pipelines.stages.links; print([m for m in sys.modules if m.startswith(('pyspark', 'pysail', 'grpc'))])"
    )
    assert done.stdout.strip() == "[]"

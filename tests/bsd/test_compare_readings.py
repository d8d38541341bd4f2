"""The script that CI runs on real machines, on kernels in memory."""

import pathlib
import subprocess

import pytest

from kernel_scenario import SCENARIOS
from recorded_kernel import socket_path
from service import BUILD

SCRIPT = pathlib.Path(__file__).parent / "compare_readings"


@pytest.fixture
def kernels(tmp_path):
    made, platforms = [], []
    for number, scenario in enumerate(("dual", "plain")):
        directory = tmp_path / str(number)
        directory.mkdir()
        made.append(SCENARIOS[scenario]("openbsd-8-amd64", socket_path(directory)))
        platforms.append("bsd:openbsd-8-amd64,calls=unix:" + socket_path(directory))
    yield platforms
    for kernel in made:
        kernel.close()


def compare(*platforms):
    return subprocess.run([SCRIPT, BUILD, *platforms], capture_output=True, text=True, check=False, timeout=60)


def test_one_kernel_is_told_alike(kernels):
    done = compare(kernels[0], kernels[0])
    assert done.returncode == 0 and "tell the same" in done.stdout, done.stderr
    assert "192.0.2.1" in done.stdout


def test_another_kernel_is_not(kernels):
    done = compare(*kernels)
    assert done.returncode == 1 and "\n< " in done.stdout, done.stderr


def test_a_service_that_does_not_start_is_told(kernels):
    done = compare("bsd:openbsd-8-amd64,calls=unix:/nowhere", kernels[0])
    assert done.returncode == 1 and "/nowhere" in done.stderr

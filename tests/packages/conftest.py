import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "packages"), str(ROOT / "tests" / "api"), str(ROOT / "tests" / "lab")]


@pytest.fixture(scope="session")
def prepared():
    """What tests/packages/prepare.py has made."""
    return Path(os.environ.get("MH_PACKAGES") or ROOT / "build" / "packages")


@pytest.fixture(scope="session")
def dist(prepared):
    return prepared / "dist"

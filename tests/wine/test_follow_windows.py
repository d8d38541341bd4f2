"""The labs' tests of following a host against multihomed.exe on the bed, which tells of changes as Windows does."""
import pytest

from test_follow import *  # noqa: F401,F403
from windowshost import bed_lab  # noqa: F401


@pytest.fixture
def any_lab(bed_lab):  # noqa: F811
    return bed_lab


@pytest.fixture
def linux_host():
    pytest.skip("what only `ip` and /proc can do")

"""The labs' tests of following a host against multihomed.exe."""
import pytest

from test_follow import *  # noqa: F401,F403
from windowshost import any_lab  # noqa: F401


@pytest.fixture
def linux_host():
    pytest.skip("what only `ip` and /proc can do")

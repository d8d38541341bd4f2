"""The labs' tests of following a host on kernels in memory, of all personalities."""

import pytest

from bsdhost import any_lab  # noqa: F401
from test_follow import *  # noqa: F401,F403
from test_follow import interface


@pytest.fixture
def linux_host():
    pytest.skip("what only `ip` and /proc can do")


def test_an_interface_comes_back_under_its_name(host, any_lab):
    """FreeBSD gives its index to it again."""
    host.remove_interface("eth1")
    host.add_interface("eth1", any_lab.segment("wan2"))
    host.add_address("eth1", "203.0.113.1/24")
    host.wait_for(lambda: {item["address"] for item in interface(host, "eth1")["addresses"]} >= {"203.0.113.1"})
    assert "198.51.100.1" not in {item["address"] for item in interface(host, "eth1")["addresses"]}

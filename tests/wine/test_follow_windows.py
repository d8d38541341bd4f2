"""The labs' tests of following a host against multihomed.exe on the bed, which tells of changes as Windows does."""
import pytest

from test_follow import *  # noqa: F401,F403
from test_follow import interface
from windowshost import bed_lab  # noqa: F401


@pytest.fixture
def any_lab(bed_lab):  # noqa: F811
    return bed_lab


@pytest.fixture
def linux_host():
    pytest.skip("what only `ip` and /proc can do")


def test_an_interface_comes_back_under_its_name(host, any_lab):
    """With its index, for which Wine keeps the name."""
    host.remove_interface("eth1")
    host.wait_for(lambda: host.api.request("GET", "/v1/interfaces/eth1").status == 404)
    host.add_interface("eth1", any_lab.segment("wan2"))
    host.add_address("eth1", "203.0.113.1/24")
    host.wait_for(lambda: "203.0.113.1" in {item["address"] for item in interface(host, "eth1")["addresses"]})
    assert "198.51.100.1" not in {item["address"] for item in interface(host, "eth1")["addresses"]}
    host.settle()


def test_an_address_is_seen_within_50_ms():
    pytest.skip("the bed starts `ip` for each table that is read: its times say nothing of Windows")

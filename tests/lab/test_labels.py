"""Of two addresses alike the kernel takes the one whose label is the destination's, as the document says."""
import pytest

from daemon import wait_for
from kept import SECOND, Kept, make_host
from picture import assert_same, picture
from topology import Network

FIRST, SECOND_ADDRESS, LAST = "2001:db8:1::1", "2001:db8:2::1", "2001:db8:2::2"
REMOTE = "2001:db8:ff::9"

# The source that connect() takes.
CONNECT = """
import socket, sys
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
    sock.connect((sys.argv[1], 9))
    print(sock.getsockname()[0])
"""
DOCUMENT = {"address_policy": {"labels": {"2001:db8:1::/48": 99, "2001:db8:ff::/48": 99, "2002::/16": 7}}}


class Lab:
    def __init__(self, network, directory):
        self.host = make_host(network, "host")
        self.host.ip_batch([f"-6 address add {FIRST}/64 dev eth0 nodad", f"-6 address add {SECOND_ADDRESS}/64 dev eth0 nodad",
                            "-6 route add default via fe80::99 dev eth0 protocol static"])
        self.kept = Kept(self.host, directory)
        self.kept.start()
        self.kept.api.get(f"/v1/select?destination={REMOTE}")  # the socket by which the kernel is asked stays open
        self.kept.daemon.descriptors_at_start = self.kept.daemon.settled_descriptors()
        self.before = picture(self.host)

    def source(self):
        return self.host.run(["python3", "-c", CONNECT, REMOTE]).strip()

    def labels(self):
        return {line.split()[1]: int(line.split()[-1]) for line in self.host.ip("addrlabel", "show").splitlines()}


@pytest.fixture
def lab(world, built, tmp_path):
    with Network() as network:
        lab = Lab(network, tmp_path)
        yield lab
        assert not lab.kept.daemon.stop()


def test_the_kernel_chooses_by_label(lab):
    assert lab.source() == SECOND_ADDRESS  # of two alike the one that came last
    lab.kept.apply(DOCUMENT)
    assert lab.source() == FIRST
    assert lab.kept.api.get(f"/v1/select?destination={REMOTE}")["source"] == FIRST
    lab.kept.apply({"address_policy": {"labels": {"2001:db8:2::/48": 99, "2001:db8:ff::/48": 99}}})
    assert lab.source() == SECOND_ADDRESS and "2001:db8:1::/48" not in lab.labels()
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_rows_that_were_there_come_back(lab):
    lab.host.ip("addrlabel", "add", "prefix", "2001:db8:1::/48", "label", "5")
    before = picture(lab.host)
    lab.kept.apply(DOCUMENT)  # which reads the rows anew
    assert lab.labels()["2001:db8:1::/48"] == 99 and lab.labels()["2002::/16"] == 7
    lab.kept.daemon.kill()
    lab.kept.daemon.start()
    lab.kept.apply({})
    lab.kept.daemon.descriptors_at_start = lab.kept.daemon.settled_descriptors()  # with the socket by which it acts
    assert_same(before, lab.host, "everything was taken away")


def test_what_others_change(lab):
    """Nobody tells of it: the rows are read again together with the addresses that they are for."""
    lab.kept.apply(DOCUMENT)
    lab.host.ip("addrlabel", "delete", "prefix", "2001:db8:1::/48", "label", "99")
    lab.host.ip_batch(["addrlabel delete prefix 2002::/16 label 7", "addrlabel add prefix 2002::/16 label 8",
                       f"-6 address add {LAST}/64 dev eth1 nodad"])
    wait_for(lambda: lab.labels().get("2001:db8:1::/48") == 99 and lab.labels()["2002::/16"] == 7, SECOND)
    assert lab.source() == FIRST


def test_a_change_is_taken_back(lab):
    answer = lab.kept.api.request("PUT", "/v1/config?confirm_timeout=60s", DOCUMENT, {"If-Match": "*"}).json()
    assert lab.source() == FIRST
    assert "ip addrlabel add prefix 2001:db8:1::/48 label 99" in [item["native"] for item in answer["operations"]]
    lab.kept.api.request("POST", f"/v1/transactions/{answer['id']}/revert")
    assert_same(lab.before, lab.host, "the change was taken back")

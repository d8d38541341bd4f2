"""Two interfaces in one subnet, and what neighbours see of it: who answers, who is asked as, and what is answered for others;
before the configuration asks for something, and after."""
import json

import pytest

from kept import Kept
from picture import assert_same, picture
from topology import Network

SECONDS = 0.4  # that are listened for answers

# Sends an ARP request by an interface, and prints the MACs of all answers that come in there.
ASK = """
import json, socket, struct, sys, time
interface, target, sender, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as wire:
    wire.bind((interface, 0))
    mac = wire.getsockname()[4]
    wire.send(b"\\xff" * 6 + mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + mac + socket.inet_aton(sender) +
              bytes(6) + socket.inet_aton(target))
    answers, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            data = wire.recv(2048)
        except TimeoutError:
            break
        if data[20:22] == b"\\0\\2" and data[28:32] == socket.inet_aton(target):
            answers.append(data[22:28].hex(":"))
print(json.dumps(sorted(answers)))
"""

# Listens to requests for an address on an interface, says so, and prints as whom the first one asks.
OVERHEAR = """
import socket, sys
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as wire:
    wire.bind((sys.argv[1], 0))
    wire.settimeout(5)
    print("ready", flush=True)
    while True:
        data = wire.recv(2048)
        if data[20:22] == b"\\0\\1" and data[38:42] == socket.inet_aton(sys.argv[2]):
            print(socket.inet_ntoa(data[28:32]), flush=True)
            break
"""

# A datagram from an address, by an interface.
SAY = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
    speaker.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[1].encode())
    speaker.bind((sys.argv[2], 0))
    speaker.sendto(b"x", (sys.argv[3], 9))
"""


class Lab:
    """A host with two interfaces on one segment and a third elsewhere, and a station on that segment."""

    def __init__(self, network, directory):
        lan, other = network.segment("lan"), network.segment("other")
        self.host, self.station = network.host("host"), network.host("station")
        for interface, segment, address in (("eth0", lan, "192.0.2.1"), ("eth1", lan, "192.0.2.2"), ("eth2", other, "198.51.100.1")):
            self.host.attach(interface, segment)
            self.host.ip("address", "add", f"{address}/24", "dev", interface)
        self.station.attach("eth0", lan)
        self.station.ip("address", "add", "192.0.2.9/24", "dev", "eth0")
        self.macs = {link["ifname"]: link["address"] for link in self.host.ip_json("link", "show")}
        self.names = {mac: name for name, mac in self.macs.items()}
        self.before = picture(self.host)
        self.kept = Kept(self.host, directory)
        self.kept.start()

    def probe_itself(self):
        """eth0 asks for its own address: which interfaces of the host answer."""
        return self.answers(self.host, "192.0.2.1", "0.0.0.0")

    def answers(self, namespace, target, sender):
        macs = json.loads(namespace.run(["python3", "-c", ASK, "eth0", target, sender, SECONDS]))
        return [self.names.get(mac, mac) for mac in macs]

    def asked_by_station(self, target):
        return sorted(self.answers(self.station, target, "192.0.2.9"))

    def asks_as(self, source, target):
        """As whom the host asks for a neighbour by eth0, for a packet from `source`."""
        self.host.ip("neighbor", "flush", "dev", "eth0")
        listener = self.station.spawn(["python3", "-u", "-c", OVERHEAR, "eth0", target], stdout=-1, text=True)
        assert listener.stdout.readline() == "ready\n"
        self.host.run(["python3", "-c", SAY, "eth0", source, target])
        return listener.stdout.readline().strip()

    def apply(self, document):
        self.kept.apply(document)


@pytest.fixture
def lab(world, built, tmp_path):
    with Network() as network:
        lab = Lab(network, tmp_path)
        yield lab
        lab.apply({})
        assert_same(lab.before, lab.host, "everything was taken away")
        assert not lab.kept.daemon.stop()


def test_reply_scope(lab):
    assert lab.probe_itself() == ["eth1"]
    assert lab.asked_by_station("192.0.2.1") == lab.asked_by_station("192.0.2.2") == ["eth0", "eth1"]
    assert lab.asked_by_station("198.51.100.1") == ["eth0", "eth1"]
    lab.apply({"arp": {"reply": "interface"}})
    assert lab.probe_itself() == []
    assert lab.asked_by_station("192.0.2.1") == ["eth0"] and lab.asked_by_station("192.0.2.2") == ["eth1"]
    assert lab.asked_by_station("198.51.100.1") == []


def test_reply_to_the_subnet_only(lab):
    """One who asks from elsewhere gets an answer from the interface that has the address, unless the scope is the subnet."""
    lab.apply({"arp": {"reply": "interface"}})
    assert lab.answers(lab.station, "192.0.2.1", "203.0.113.9") == ["eth0"]
    lab.apply({"arp": {"reply": "subnet"}})
    assert lab.answers(lab.station, "192.0.2.1", "203.0.113.9") == []
    assert lab.asked_by_station("192.0.2.1") == ["eth0"]


def test_reply_of_one_interface(lab):
    lab.apply({"interfaces": {"eth1": {"ipv4": {"arp": {"reply": "interface"}}}}})
    assert lab.asked_by_station("192.0.2.1") == ["eth0"]
    assert lab.asked_by_station("192.0.2.2") == ["eth0", "eth1"]


def test_announce_scope(lab):
    assert lab.asks_as("192.0.2.2", "192.0.2.77") == "192.0.2.2"
    assert lab.asks_as("198.51.100.1", "192.0.2.78") == "198.51.100.1"
    lab.apply({"arp": {"announce": "subnet"}})
    assert lab.asks_as("198.51.100.1", "192.0.2.79") == "192.0.2.1"
    lab.apply({"arp": {"announce": "best"}})
    assert lab.asks_as("192.0.2.2", "192.0.2.80") == "192.0.2.1"
    assert lab.asks_as("198.51.100.1", "192.0.2.81") == "192.0.2.1"


def test_filter(lab):
    """Only the interface by which the answer would be routed answers."""
    assert lab.asked_by_station("192.0.2.2") == ["eth0", "eth1"]
    lab.apply({"arp": {"filter": True}})
    assert lab.asked_by_station("192.0.2.2") == lab.asked_by_station("192.0.2.1") == ["eth0"]


def test_proxy(lab):
    lab.host.set("net/ipv4/conf/all/forwarding", 1)
    lab.host.set("net/ipv4/neigh/eth0/proxy_delay", 0)
    assert lab.asked_by_station("198.51.100.77") == []
    lab.apply({"interfaces": {"eth0": {"ipv4": {"arp": {"proxy": True}}}}})
    assert lab.asked_by_station("198.51.100.77") == ["eth0"]
    lab.apply({})
    lab.host.set("net/ipv4/conf/all/forwarding", 0)

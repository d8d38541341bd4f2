"""Strong receive and the reverse path of IPv6 as packets meet them, before and after: our own nftables table beside others'."""
import os
import subprocess
import time

import pytest

from daemon import wait_for
from kept import SECOND, Kept
from topology import Network

STRONG = {"host_model": {"receive": "strong"}}

# Other programs' tables: what Docker makes, and one that drops something of its own.
FOREIGN = """
table ip nat {
	chain DOCKER {
		iifname "br0" counter return
	}
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter jump DOCKER
	}
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.17.0.0/16 oifname != "br0" counter masquerade
	}
}
table inet filter {
	set bad { type ipv4_addr; elements = { 203.0.113.66 }; }
	chain input {
		type filter hook input priority filter; policy accept;
		ip saddr @bad drop
	}
}
"""

SERVE = """
import socket, sys
sockets = []
for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        s = socket.socket(family, kind)
        if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((any, 7000)); sockets.append(s)
        if kind == socket.SOCK_STREAM: s.listen(64)
import select
four, six = sockets[0], sockets[2]
for name in sys.argv[1:]:
    index = socket.if_nametoindex(name)
    four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.1.1") + bytes(4) + index.to_bytes(4, "little"))
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff02::7777") + index.to_bytes(4, "little"))
print("ready", flush=True)
while True:
    for s in select.select(sockets, [], [])[0]:
        if s.type == socket.SOCK_DGRAM:
            data, peer = s.recvfrom(64)
            s.sendto(b"echo " + data, peer)
        else:
            s.accept()[0].close()
"""

# Whether somebody answers: from any address, as a weak host may.
ASK = """
import socket, sys
kind, address, interface = sys.argv[1:4]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
s.settimeout(0.5)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
if interface: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
try:
    to = socket.getaddrinfo(address, 7000, family, s.type)[0][4]
    if kind == "tcp":
        s.connect(to)
    else:
        s.sendto(b"x", to)
        s.recvfrom(64)
    print("yes")
except OSError:
    print("no")
"""


class Setting:
    """host: eth0 and eth1 on one segment, br0 with a container. near: on the segment, with addresses of both subnets, and
    routes to whatever host has by the one next hop that it names."""

    def __init__(self, network, directory):
        segment = network.segment("lan")
        self.host = network.router("host")
        self.near, self.container = network.host("near"), network.host("container")
        for link in ("eth0", "eth1"):
            self.host.attach(link, segment)
        self.near.attach("n0", segment)
        self.host.contain("br0", "tap0", self.container, "c0")
        self.host.ip_batch([
            "address add 192.0.2.1/24 dev eth0", "address add 198.51.100.1/24 dev eth1", "address add 203.0.113.80/32 dev lo",
            "-6 address add 2001:db8:1::1/64 dev eth0 nodad", "-6 address add 2001:db8:2::1/64 dev eth1 nodad",
            "-6 address add 2001:db8:80::80/128 dev lo nodad",
            "address add 172.17.0.1/16 dev br0", "-6 address add 2001:db8:17::1/64 dev br0 nodad"])
        self.near.ip_batch([
            "address add 192.0.2.9/24 dev n0", "-6 address add 2001:db8:1::9/64 dev n0 nodad",
            "route add default via 192.0.2.1", "-6 route add default via 2001:db8:1::1"])
        self.container.ip_batch([
            "address add 172.17.0.2/16 dev c0", "-6 address add 2001:db8:17::2/64 dev c0 nodad",
            "route add default via 172.17.0.1", "-6 route add default via 2001:db8:17::1"])
        # By ARP each address is where it belongs: the neighbour's routes alone bring packets to the other interface.
        for interface in ("all", "eth0", "eth1"):
            self.host.set(f"net/ipv4/conf/{interface}/arp_ignore", 1)
        self.host.link_local("eth0")
        self.link_local = next(address["local"] for address in self.host.ip_json("-6", "address", "show", "dev", "eth0")[0]["addr_info"]
                               if address["scope"] == "link")
        for namespace, links in ((self.host, ["eth0", "eth1"]), (self.container, [])):
            namespace.spawn(["python3", "-c", SERVE, *links])
        self.kept = Kept(self.host, directory)
        self.kept.network = network

    def asks(self, namespace, address, kind="udp", interface=""):
        return namespace.run(["python3", "-c", ASK, kind, address, interface]).strip() == "yes"

    def ruleset(self):
        return self.host.run(["nft", "list", "ruleset"])

    def foreign(self):
        """What is not ours: our table's lines are from its first to the next that begins at the margin with a brace."""
        lines, inside = [], False
        for line in self.ruleset().splitlines():
            inside = inside or line == "table inet multihomed {"
            if not inside:
                lines.append(line)
            inside = inside and line != "}"
        return "\n".join(lines)

    def table(self):
        return self.host.run(["nft", "list", "table", "inet", "multihomed"], check=False)

    def settings(self, interface):
        return self.kept.api.get(f"/v1/interfaces/{interface}")["settings"]


@pytest.fixture
def setting(world, built, tmp_path):
    with Network() as network:
        setting = Setting(network, tmp_path)
        wait_for(lambda: setting.asks(setting.near, "192.0.2.1") and setting.asks(setting.near, "2001:db8:1::1", "tcp"))
        wait_for(lambda: setting.asks(setting.near, "172.17.0.2"))
        setting.kept.start()
        setting.kept.api.get("/v1/path?remote=192.0.2.9&local=192.0.2.1&interface=eth0")  # opens the socket that asks the kernel
        setting.kept.daemon.descriptors_at_start = setting.kept.daemon.settled_descriptors()
        yield setting
        assert not setting.kept.daemon.stop()


# Whom the neighbour or another reaches, whatever the host model.
OWN = ["192.0.2.1", "2001:db8:1::1"]
EVERYBODYS = ["203.0.113.80", "2001:db8:80::80", "192.0.2.255", "255.255.255.255", "239.1.1.1", "ff02::7777%n0"]
FORWARDED = ["172.17.0.2", "2001:db8:17::2"]
OTHERS = ["198.51.100.1", "2001:db8:2::1", "172.17.0.1", "2001:db8:17::1"]


def check_unharmed(setting):
    for address in [*OWN, *EVERYBODYS, *FORWARDED, f"{setting.link_local}%n0"]:
        interface = "n0" if address in EVERYBODYS[2:] else ""
        assert setting.asks(setting.near, address, interface=interface), address
    for address in [*OWN, *EVERYBODYS[:2], *FORWARDED]:
        assert setting.asks(setting.near, address, "tcp"), address
    for address in ["127.0.0.1", "::1", *OWN, *OTHERS, *EVERYBODYS[:2]]:
        assert setting.asks(setting.host, address) and setting.asks(setting.host, address, "tcp"), address
    for address in ["172.17.0.1", "2001:db8:17::1", *OWN, *OTHERS]:  # the bridge is internal: not covered
        assert setting.asks(setting.container, address), address
    # Discovery anew, and duplicate address detection of an address that the host has.
    setting.near.ip("neighbour", "flush", "all")
    assert setting.asks(setting.near, "2001:db8:1::1") and setting.asks(setting.near, "192.0.2.1")
    setting.near.set("net/ipv6/conf/n0/accept_dad", 1)
    setting.near.set("net/ipv6/conf/n0/dad_transmits", 1)
    setting.near.ip("address", "add", "2001:db8:1::1/64", "dev", "n0")
    wait_for(lambda: "dadfailed" in setting.near.ip("-6", "address", "show", "dev", "n0"), 5)
    setting.near.ip("address", "delete", "2001:db8:1::1/64", "dev", "n0")


def test_before_and_after(setting):
    start = setting.ruleset()
    for address in OTHERS:
        assert setting.asks(setting.near, address) and setting.asks(setting.near, address, "tcp"), f"before: {address}"
    setting.kept.apply(STRONG)
    for address in OTHERS:
        assert not setting.asks(setting.near, address) and not setting.asks(setting.near, address, "tcp"), f"after: {address}"
    check_unharmed(setting)
    assert setting.settings("eth0")["ipv4"]["strong-receive"] == setting.settings("eth1")["ipv6"]["strong-receive"] == 1
    assert setting.settings("br0")["ipv4"]["strong-receive"] == 0
    verdicts = setting.kept.api.get("/v1/path?remote=192.0.2.9&local=198.51.100.1&interface=eth0")["verdicts"]
    assert [verdict["by"] for verdict in verdicts if verdict["drops"] == "request"] == ["strong-host"], verdicts
    verdicts = setting.kept.api.get("/v1/path?remote=192.0.2.9&local=203.0.113.80&interface=eth0")["verdicts"]
    assert not [verdict for verdict in verdicts if verdict["drops"] != "reply"], verdicts
    setting.kept.apply({})
    assert setting.ruleset() == start
    for address in OTHERS:
        assert setting.asks(setting.near, address), f"afterwards: {address}"


def test_interfaces_and_families(setting):
    """One family of one interface, and the global value that an entry overrides."""
    setting.kept.apply({"interfaces": {"eth0": {"ipv6": {"host_model": {"receive": "strong"}}}}})
    assert setting.asks(setting.near, "198.51.100.1") and not setting.asks(setting.near, "2001:db8:2::1")
    setting.kept.apply({**STRONG, "interfaces": {"eth0": {"ipv4": {"host_model": {"receive": "weak"}}}}})
    assert setting.asks(setting.near, "198.51.100.1") and not setting.asks(setting.near, "2001:db8:2::1")
    assert '"eth1"' in setting.table()


def test_an_internal_interface_that_is_named(setting):
    """Containers are cut from the host's other addresses, and the plan says so before."""
    document = {"interfaces": {"br0": {"ipv4": {"host_model": {"receive": "strong"}}}}}
    answer = setting.kept.api.request("PUT", "/v1/config?dry_run=true", document, {"If-Match": "*"}).json()
    assert any("br0" in note["text"] and "containers" in note["text"] for note in answer["notes"]), answer["notes"]
    assert answer["operations"][0]["native"] == "nft add element inet multihomed strong_receive_ipv4 '{ \"br0\" }'"
    refused = setting.kept.api.request("PUT", "/v1/config?strict=true", document, {"If-Match": "*"})
    assert refused.status == 422 and not setting.table()
    setting.kept.apply(document)
    assert setting.asks(setting.container, "172.17.0.1") and setting.asks(setting.near, "172.17.0.2")
    assert not setting.asks(setting.container, "192.0.2.1") and setting.asks(setting.container, "2001:db8:1::1")


def test_addresses_of_loopback_are_followed(setting):
    setting.kept.apply(STRONG)
    for address in ("203.0.113.81", "2001:db8:80::81"):
        setting.host.ip("address", "add", address, "dev", "lo")
        wait_for(lambda: setting.asks(setting.near, address), SECOND)
        setting.host.ip("address", "delete", address, "dev", "lo")
        wait_for(lambda: address not in setting.table(), SECOND)
    assert setting.asks(setting.near, "203.0.113.80") and not setting.asks(setting.near, "198.51.100.1")


REMOVALS = [["flush", "ruleset"], ["delete", "table", "inet", "multihomed"], ["flush", "chain", "inet", "multihomed", "input"],
            ["insert", "rule", "inet", "multihomed", "input", "accept"], ["add", "table", "inet", "multihomed", "{ flags dormant; }"],
            ["delete", "element", "inet", "multihomed", "strong_receive_ipv4", '{ "eth0" }']]


@pytest.mark.parametrize("removal", REMOVALS, ids=" ".join)
def test_put_back(setting, removal):
    setting.kept.apply(STRONG)
    table = setting.table()
    setting.host.run(["nft", *removal])
    begun = time.monotonic()
    wait_for(lambda: setting.table().replace("elements = { \"eth1\",\n\t\t\t     \"eth0\" }", 'elements = { "eth0",\n\t\t\t     "eth1" }') == table, 3 * SECOND)
    assert time.monotonic() - begun < 3 * SECOND
    assert not setting.asks(setting.near, "198.51.100.1") and setting.asks(setting.near, "192.0.2.1")


def test_other_tables_stay(setting):
    setting.host.run(["nft", "-f", "-"], stdin=FOREIGN)
    before = setting.foreign()
    setting.kept.apply(STRONG)
    assert setting.foreign() == before
    assert not setting.asks(setting.near, "198.51.100.1")
    setting.kept.apply({**STRONG, "reverse_path": "strict"})
    setting.kept.apply({})
    assert "multihomed" not in setting.ruleset()


def test_a_table_of_that_name(setting):
    """Somebody else's is not touched, and said."""
    setting.host.run(["nft", "-f", "-"], stdin="table inet multihomed { chain mine { type filter hook input priority 5; }; }")
    before = setting.ruleset()
    setting.kept.begin(STRONG)
    wait_for(lambda: setting.kept.api.get("/v1/config") == STRONG)
    notes = setting.kept.api.get("/v1/plan")["notes"]
    assert any("has not made" in note["text"] for note in notes), notes
    assert setting.ruleset() == before
    setting.host.run(["nft", "delete", "table", "inet", "multihomed"])
    wait_for(lambda: not setting.asks(setting.near, "198.51.100.1"), 3 * SECOND)


def test_killed(setting, seeded):
    """In the midst of a change: the next start finishes it, or takes it back, and gives everything back in the end."""
    start = setting.ruleset()
    setting.kept.apply(STRONG)
    table = setting.table()
    for number in range(6):
        setting.kept.begin({} if number % 2 == 0 else STRONG)
        time.sleep(seeded.random() * 0.1)
        setting.kept.daemon.kill()
        setting.kept.daemon.start()
        if number % 2 == 0:
            assert setting.ruleset() == start, number
        else:
            assert sorted(setting.table().split()) == sorted(table.split()), number
    setting.kept.apply({})
    assert setting.ruleset() == start
    setting.kept.daemon.descriptors_at_start = None


# ---- the reverse path ----

SPOOF = """
import socket, struct, sys
sys.path.insert(0, sys.argv[1])
from wire import frame, segment, packed
mac, interface, local = bytes.fromhex(sys.argv[2].replace(":", "")), sys.argv[3], packed(sys.argv[4])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); wire.bind((interface, 0))
source = packed(sys.argv[5])
wire.send(frame(mac, source, local, 17, segment(17, source, local, (4000, int(sys.argv[6])))))
"""

COUNT = """
import socket, sys, time
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
sys.stdin.readline()  # it was sent
s.settimeout(0.5)
try:
    print("taken", s.recvfrom(64)[1][0])
except TimeoutError:
    print("nothing")
"""


def takes(setting, local, source, port):
    """Whether the host takes a datagram for `local` that comes in by eth0 from `source`."""
    mac = setting.host.ip_json("link", "show", "eth0")[0]["address"]
    taker = setting.host.spawn(["python3", "-c", COUNT, local, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert taker.stdout.readline() == "ready\n"
    setting.near.run(["python3", "-c", SPOOF, os.path.dirname(os.path.abspath(__file__)), mac, "n0", local, source, str(port)])
    return taker.communicate("\n")[0].startswith("taken")


# Sources by what their way back is: by eth0, by eth1, none.
SOURCES = {"2001:db8:1::1": ("2001:db8:1::77", "2001:db8:2::77", "2001:db8:ffff::77"),
           "192.0.2.1": ("192.0.2.77", "198.51.100.77", "203.0.113.77")}
TAKEN = {"off": (True, True, True), "loose": (True, True, False), "strict": (True, False, False)}


def test_reverse_path(setting):
    start = setting.ruleset()
    ports = iter(range(5000, 5100))
    for mode in ("off", "loose", "strict", "off"):
        setting.kept.apply({"reverse_path": mode})
        for local, sources in SOURCES.items():
            found = tuple(takes(setting, local, source, next(ports)) for source in sources)
            assert found == TAKEN[mode], (mode, local, found)
        assert setting.asks(setting.near, f"{setting.link_local}%n0") and setting.asks(setting.near, "172.17.0.2")
        assert setting.asks(setting.near, "2001:db8:17::2", "tcp")
    assert setting.ruleset() == start

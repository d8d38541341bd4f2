"""What a plan says of real sessions comes true: TCP connections and connected UDP sockets between two hosts, one of which
changes its addresses and its default gateway."""
import json
import os
import subprocess

import pytest

from daemon import BUILD
from kept import Kept, make_host
from topology import Network

CTL = os.path.join(BUILD, "src", "ctl", "multihomectl")

# Sends everything back, on every address.
ECHO = """
import select, socket
tcp = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
udp = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]
udp[0].setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: answers come from the address that was asked
udp[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
udp[0].bind(("0.0.0.0", 7))
udp[1].bind(("::", 7))
print("ready", flush=True)
taken = []
while True:
    for ready in select.select([tcp, *udp, *taken], [], [])[0]:
        if ready is tcp:
            taken.append(tcp.accept()[0])
        elif ready in udp:
            data, control, _, peer = ready.recvmsg(64, 256)
            ready.sendmsg([data], control, 0, peer)
        else:
            try:
                data = ready.recv(64)
                ready.sendall(data)
            except OSError:
                data = b""
            if not data:
                taken.remove(ready)
                ready.close()
"""

# Opens the sessions of its argument; each line that it reads is the number of one, and it says whether an echo comes back. A line
# that is a list is a command, of which it is the parent: it says what that wrote.
TALK = """
import json, socket, subprocess, sys
sessions = []
for kind, local, port, remote in json.loads(sys.argv[1]):
    family = socket.AF_INET6 if ":" in remote else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    made.settimeout(1)
    made.bind((local, port))
    made.connect((remote, 7))
    sessions.append(made)
print("connected", flush=True)
def echoes(session):
    try:
        session.sendall(b"x")
        return session.recv(1) == b"x"
    except OSError:
        return False
for line in sys.stdin:
    asked = json.loads(line)
    if isinstance(asked, list):
        print(json.dumps(subprocess.run(["sh", "-c", '"$@"; true', "sh", *asked], capture_output=True, text=True).stdout), flush=True)
    else:
        print(json.dumps(echoes(sessions[asked])), flush=True)
"""


class Talker:
    """A process with open sessions."""

    def __init__(self, namespace, sessions):
        self.process = namespace.spawn(["python3", "-c", TALK, json.dumps(sessions)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"connected\n"

    def ask(self, value):
        self.process.stdin.write(json.dumps(value).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


GOOD = {"addresses": {"own": {"interface": "eth0", "address": "192.0.2.5/24"},
                      "own6": {"interface": "eth0", "address": "2001:db8:1::5/64"}},
        "routes": {"out": {"to": "0.0.0.0/0", "via": "192.0.2.254"}, "far": {"to": "203.0.113.77/32", "via": "192.0.2.254"}}}
SESSIONS = [("tcp", "192.0.2.5", 2001, "203.0.113.9"), ("udp", "192.0.2.5", 2002, "203.0.113.9"),  # by the address, and the gateway
            ("tcp", "192.0.2.1", 2003, "203.0.113.9"), ("udp", "192.0.2.1", 2004, "203.0.113.9"),  # by the gateway
            ("tcp", "192.0.2.1", 2005, "192.0.2.254"), ("udp", "192.0.2.1", 2006, "192.0.2.254"),  # by neither
            ("tcp", "2001:db8:1::5", 2007, "2001:db8:1::fe"), ("tcp", "2001:db8:1::1", 2008, "2001:db8:1::fe"),
            ("tcp", "::ffff:192.0.2.5", 2009, "::ffff:192.0.2.254"), ("tcp", "192.0.2.1", 2010, "192.0.2.1")]


@pytest.fixture
def host(world, built, tmp_path):
    with Network() as network:
        host = Kept(make_host(network, "host"), tmp_path / "host")
        far = network.namespaces["far-host"]
        for number, subnet in enumerate(("192.0.2", "198.51.100")):
            host.namespace.ip("address", "add", f"{subnet}.1/24", "dev", f"eth{number}")
            far.ip("address", "add", f"{subnet}.254/24", "dev", f"eth{number}")
        host.namespace.ip("address", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad")
        far.ip("address", "add", "2001:db8:1::fe/64", "dev", "eth0", "nodad")
        for address in ("203.0.113.9/32", "203.0.113.77/32"):
            far.ip("address", "add", address, "dev", "lo")
        for setting in ("all", "eth0", "eth1"):
            far.set(f"net/ipv4/conf/{setting}/rp_filter", 0)
            host.namespace.set(f"net/ipv4/conf/{setting}/rp_filter", 0)
        for place in (far, host.namespace):
            echo = place.spawn(["python3", "-c", ECHO], stdout=subprocess.PIPE)
            assert echo.stdout.readline() == b"ready\n"
        host.daemon.command += ["--listen", "127.0.0.1:8642"]
        host.start()
        assert host.api.request("PUT", "/v1/config", GOOD, {"If-Match": "*"}).status == 200
        host.talker = Talker(host.namespace, SESSIONS)
        yield host
        host.daemon.descriptors_at_start = None
        assert not host.daemon.stop()


def change(host, patch, dry=True):
    answer = host.api.request("PATCH", "/v1/config" + ("?dry_run=true" if dry else ""), patch,
                              {"If-Match": "*", "Content-Type": "application/merge-patch+json"})
    assert answer.status == 200, answer.body
    return answer.json()["effect"]["sessions"] if dry else answer.json()["sessions"]


def ports(listed):
    return {item["local_port"] for item in listed}


def works(host):
    """The ports of the sessions that go on."""
    return {port for number, (_, _, port, _) in enumerate(SESSIONS) if host.talker.ask(number)}


ALL = {port for _, _, port, _ in SESSIONS}


def test_an_address_goes(host):
    assert works(host) == ALL
    patch = {"addresses": None}
    told = change(host, patch)
    assert ports(told["cut"]) == {2001, 2002, 2007, 2009} and told["moved"] == [] and told["undecided_count"] == 0
    assert {item["reason"] for item in told["cut"]} == {"address-lost"}
    assert {(item["process"]["pid"], item["process"]["name"]) for item in told["cut"]} == {(host.talker.process.pid, "python3")}
    mapped = next(item for item in told["cut"] if item["local_port"] == 2009)
    assert (mapped["local"], mapped["remote"], mapped["remote_port"]) == ("192.0.2.5", "192.0.2.254", 7)
    assert not any(item["yours"] or item["api_client"] for item in told["cut"])
    assert change(host, patch, dry=False) == told
    assert works(host) == ALL - {2001, 2002, 2007, 2009}


def test_the_default_gateway_moves(host):
    """Sessions keep their source, and leave by the other link: here nothing stands in their way."""
    told = change(host, {"routes": {"out": {"via": "198.51.100.254"}}})
    assert told["cut"] == [] and ports(told["moved"]) == {2001, 2002, 2003, 2004}
    for item in told["moved"]:
        assert item["before"] == {"interface": "eth0", "next_hop": "192.0.2.254"}
        assert item["after"] == {"interface": "eth1", "next_hop": "198.51.100.254"}
    change(host, {"routes": {"out": {"via": "198.51.100.254"}}}, dry=False)
    way = host.namespace.ip("route", "get", "203.0.113.9", "from", "192.0.2.5")
    assert "via 198.51.100.254 dev eth1" in way
    assert works(host) == ALL


def test_the_default_gateway_goes(host):
    told = change(host, {"routes": None})
    assert ports(told["cut"]) == {2001, 2002, 2003, 2004} and {item["reason"] for item in told["cut"]} == {"no-route"}
    assert told["moved"] == [] and {item["native"] for item in told["cut"]} == {"ENETUNREACH"}
    change(host, {"routes": None}, dry=False)
    assert works(host) == ALL - {2001, 2002, 2003, 2004}


def test_rules_lead_elsewhere(host):
    """A rule by the source: what leaves by the uplink's table is moved, and nothing else."""
    patch = {"uplinks": {"isp": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254"}}},
             "rules": {"g": {"from": "192.0.2.5/32", "uplink": "isp"}}}
    told = change(host, patch)
    assert told["cut"] == [] and ports(told["moved"]) == {2001, 2002, 2009}
    change(host, patch, dry=False)
    for remote in ("203.0.113.9", "192.0.2.254"):
        assert "via 198.51.100.254 dev eth1" in host.namespace.ip("route", "get", remote, "from", "192.0.2.5")


def test_what_is_not_touched(host):
    told = change(host, {"routes": {"far": None}})
    assert told["cut"] == [] and told["moved"] == [], "nobody speaks to 203.0.113.77"


@pytest.mark.parametrize("way", ["socket", "tcp"])
def test_ones_own(host, tmp_path, way):
    """As an administrator on ssh: the process that holds the session is an ancestor of the one that asks."""
    service = {"socket": ["--socket", host.daemon.socket],
               "tcp": ["--url", "http://127.0.0.1:8642", "--token-file", os.path.join(host.daemon.state, "token")]}[way]
    path = tmp_path / "document.json"
    path.write_text(json.dumps({"routes": GOOD["routes"]}))
    told = json.loads(host.talker.ask([CTL, *service, "plan", str(path), "--json"]))["effect"]["sessions"]
    assert ports(told["cut"]) == {2001, 2002, 2007, 2009} and all(item["yours"] for item in told["cut"])
    text = host.talker.ask([CTL, *service, "plan", str(path)])
    assert "warning     this cuts your own session from 203.0.113.9:7: its address 192.0.2.5" in text
    assert "warning     with --confirm 60s" in text

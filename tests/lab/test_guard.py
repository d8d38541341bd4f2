"""What the configuration asks for stays: removed, altered, lost with its interface, or not possible yet. What belongs to
others is never touched."""
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest

from daemon import Daemon, wait_for
from kept import SECOND, Kept, make_host
from picture import assert_same, differences, picture
from topology import Network

DOCUMENT = {
    "addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"},
                  "six": {"interface": "eth0", "address": "2001:db8:2::2/64"}},
    "routes": {"corp": {"to": "10.0.0.0/8", "via": "192.0.2.254", "metric": 50, "source": "192.0.2.2"},
               "lab": {"to": "2001:db8:5::/48", "via": "2001:db8:2::fe"}},
    "uplinks": {"isp1": {"interface": "eth1", "gateway": {"ipv4": "192.0.3.254"}}},
    "rules": {"guests": {"from": "192.0.2.64/26", "uplink": "isp1", "priority": 10}},
    "arp": {"reply": "interface", "announce": "best", "filter": True},
    "reverse_path": "loose",
}

FOREIGN = ["address add 192.0.2.1/24 dev eth0", "address add 192.0.3.1/24 dev eth1", "address add 2001:db8:2::1/64 dev eth0 nodad",
           "route add 10.0.0.0/8 via 192.0.2.253 metric 60 protocol static", "route add 10.0.0.0/8 dev eth1 table 100",
           "rule add priority 5210 from 192.0.2.64/26 lookup 100", "rule add priority 90 fwmark 7 lookup 100"]


@pytest.fixture
def host(world, built, tmp_path):
    with Network() as network:
        host = Kept(make_host(network, "host"), tmp_path)
        host.network = network
        host.namespace.ip_batch(FOREIGN)
        host.before = picture(host.namespace)
        host.start()
        host.apply(DOCUMENT)
        host.good = wait_until_done(host)
        yield host
        assert not host.daemon.stop()


def wait_until_done(host):
    """What takes two rounds has come too."""
    wait_for(lambda: "10.0.0.0/8 via 192.0.2.254" in host.namespace.ip("route") and
             "2001:db8:5::/48" in host.namespace.ip("-6", "route") and "5210" in host.namespace.ip("rule"))
    return picture(host.namespace)


# ---- removed and altered ----

REMOVALS = {
    "address": ["ip address delete 192.0.2.2/24 dev eth0"],
    "IPv6 address": ["ip address delete 2001:db8:2::2/64 dev eth0"],
    "route": ["ip route delete 10.0.0.0/8 via 192.0.2.254"],
    "IPv6 route": ["ip -6 route delete 2001:db8:5::/48"],
    "altered route": ["ip route replace 10.0.0.0/8 via 192.0.2.99 metric 50 protocol 157"],
    "rule": ["ip rule delete priority 5210 protocol 157"],
    "table": ["ip route flush table 5203"],
    "reverse path": ["sysctl -w net.ipv4.conf.eth1.rp_filter=1"],
    "several": ["ip rule delete priority 5210 protocol 157", "ip route delete 10.0.0.0/8 via 192.0.2.254",
                "ip address delete 192.0.2.2/24 dev eth0", "sysctl -w net.ipv4.conf.eth0.rp_filter=0"],
}
# The kernel does not tell of these.
SILENT = {
    "ARP reply": "sysctl -w net.ipv4.conf.eth0.arp_ignore=0",
    "ARP announce": "sysctl -w net.ipv4.conf.eth1.arp_announce=0",
    "ARP filter": "sysctl -w net.ipv4.conf.eth0.arp_filter=0",
}


def test_removed_objects_come_back(host):
    for what, commands in REMOVALS.items():
        for command in commands:
            host.namespace.run(command.split())
        assert_same(host.good, host.namespace, f"{what} was removed", SECOND)


def test_silent_settings_come_back_when_looked_at(host):
    for what, command in SILENT.items():
        host.namespace.run(command.split())
        assert differences(host.good, picture(host.namespace))
        assert host.api.request("POST", "/v1/resync").status in (200, 202, 204)
        assert_same(host.good, host.namespace, f"{what} was altered", SECOND)


def test_restoring_is_told(host):
    with host.api.events() as events:
        host.namespace.ip("rule", "delete", "priority", "5210", "protocol", "157")
        events.wait_for("config-restored", "/rules/guests")
        host.namespace.ip("address", "delete", "2001:db8:2::2/64", "dev", "eth0")
        events.wait_for("config-restored", "/addresses/six")
    assert_same(host.good, host.namespace, "both were removed", SECOND)


# A program that keeps its netlink socket open: each line is a message in hexadecimal digits, answered with its error.
ENEMY = """
import socket, struct, sys
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
sock.bind((0, 0))
if sys.argv[1] == "second":  # its port id is no process's id
    first, sock = sock, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    sock.bind((0, 0))
assert (sock.getsockname()[0] < 1 << 22) == (sys.argv[1] == "first")
for line in sys.stdin:
    sock.send(bytes.fromhex(line))
    print(-struct.unpack_from("i", sock.recv(4096), 16)[0], flush=True)
"""
RTM_DELROUTE, RTM_DELRULE, RTA_DST, RTA_PRIORITY, FRA_PRIORITY, FRA_PROTOCOL = 25, 33, 1, 6, 6, 21


def attribute(kind, octets):
    return struct.pack("HH", 4 + len(octets), kind) + octets + bytes(-len(octets) % 4)


def request(kind, body):
    """NLM_F_REQUEST, NLM_F_ACK."""
    return struct.pack("IHHII", 16 + len(body), kind, 5, 1, 0) + body


REQUESTS = {
    "/routes/corp": request(RTM_DELROUTE, struct.pack("BBBBBBBBI", socket.AF_INET, 8, 0, 0, 254, 157, 255, 0, 0) +
                            attribute(RTA_DST, bytes([10, 0, 0, 0])) + attribute(RTA_PRIORITY, struct.pack("I", 50))),
    "/rules/guests": request(RTM_DELRULE, struct.pack("BBBBBBBBI", socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0) +
                             attribute(FRA_PRIORITY, struct.pack("I", 5210)) + attribute(FRA_PROTOCOL, bytes([157]))),
}


@pytest.mark.parametrize("which", ["first", "second"])
def test_the_culprit_is_named(host, which):
    """The process that took it away, while it lives."""
    enemy = host.namespace.spawn([sys.executable, "-c", ENEMY, which], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with host.api.events() as events:
        for member, message in REQUESTS.items():
            enemy.stdin.write(message.hex() + "\n")
            enemy.stdin.flush()
            assert enemy.stdout.readline() == "0\n", member
            event = events.wait_for("config-restored", member)
            with open(f"/proc/{enemy.pid}/comm", encoding="utf-8") as comm:
                assert event["culprit"] == {"pid": enemy.pid, "process": comm.read().strip()}
            assert "culprit_unknown" not in event
            assert f"process {enemy.pid})" in host.daemon.log()
    assert_same(host.good, host.namespace, "both were removed", SECOND)


def test_a_culprit_that_is_not_known(host):
    """`ip` has ended when the change is read; of settings the kernel tells nobody, and of what goes with something else."""
    removals = [("/routes/corp", ["ip", "route", "delete", "10.0.0.0/8", "metric", "50"], "it had ended"),
                ("/rules/guests", ["ip", "rule", "delete", "priority", "5210", "protocol", "157"], "it had ended"),
                ("/addresses/six", ["ip", "address", "delete", "2001:db8:2::2/64", "dev", "eth0"],
                 "the kernel made the change itself, or does not tell who asked"),
                ("/reverse_path", ["sysctl", "-w", "net.ipv4.conf.eth0.rp_filter=1"], "the kernel does not tell who changes such things")]
    with host.api.events() as events:
        for member, command, reason in removals:
            host.namespace.run(["sh", "-c", f"kill -STOP {host.daemon.process.pid}; {' '.join(command)}; kill -CONT {host.daemon.process.pid}"])
            event = events.wait_for("config-restored", member)
            assert event["culprit"] is None and event["culprit_unknown"] == reason, event
    assert_same(host.good, host.namespace, "all of it was removed", SECOND)


def test_foreign_objects_are_left_alone(host):
    """They may go and come as their owners please, also those that look like ours."""
    host.namespace.ip("rule", "delete", "priority", "5210", "lookup", "100")
    host.namespace.ip("route", "delete", "10.0.0.0/8", "metric", "60")
    host.namespace.ip("route", "add", "10.0.0.0/8", "via", "192.0.2.252", "metric", "70")
    host.namespace.ip("rule", "add", "priority", "5211", "from", "192.0.2.64/26", "lookup", "100")
    changed = picture(host.namespace)
    host.namespace.ip("rule", "delete", "priority", "5210", "protocol", "157")
    assert_same(changed, host.namespace, "ours came back among others'", SECOND)
    host.apply({})
    after = picture(host.namespace)
    for words in ("via 192.0.2.252 dev eth0 metric 70", "5211:"):
        assert any(words in line for line in after), after
    assert not any("proto 157" in line or "protocol 157" in line for line in after), after


# ---- interfaces ----

def test_link_down_and_up(host):
    host.namespace.ip("link", "set", "eth0", "down")
    wait_for(lambda: "10.0.0.0/8 via 192.0.2.254" not in host.namespace.ip("route"))
    host.namespace.ip("link", "set", "eth0", "up")
    # The others' route by it and their IPv6 address are lost: theirs to put back.
    lost = [line for line in FOREIGN if "2001:db8:2::1" in line or "metric 60" in line]
    host.namespace.ip_batch(lost)
    assert_same(host.good, host.namespace, "the link is up again", SECOND + 1)


def test_interface_is_replaced(host):
    """Another of the same name, with another index."""
    far = host.network.namespaces["far-host"]
    host.namespace.ip("link", "delete", "eth0")
    wait_for(lambda: "10.0.0.0/8 via 192.0.2.254" not in host.namespace.ip("route"))
    host.namespace.connect("eth0", far, "eth0")
    assert_present(host, "inet 192.0.2.2/24", "inet6 2001:db8:2::2/64")
    wait_for(lambda: setting(host, "eth0", "arp_ignore") == "1", SECOND)
    wait_for(lambda: "10.0.0.0/8 via 192.0.2.254" in host.namespace.ip("route"), SECOND)
    host.apply({})
    assert "192.0.2.2" not in host.namespace.ip("address")
    assert setting(host, "eth0", "arp_ignore") == "0"


def assert_present(host, *texts):
    for text in texts:
        wait_for(lambda text=text: text in host.namespace.ip("address", "show"), SECOND)


def setting(host, interface, name):
    return host.namespace.run(["sysctl", "-n", f"net.ipv4.conf.{interface}.{name}"]).strip()


# ---- fights ----

FIGHT = "while :; do ip rule delete priority 5210 protocol 157 2>/dev/null; sleep 0.01; done"


def test_a_fight_backs_off(host, full):
    """Somebody who takes a rule away each time does not keep the service busy, and when he ends it comes back."""
    seconds = 30 if full else 5
    with host.api.events() as events:
        events.drain(0.1)
        enemy = host.namespace.spawn(["sh", "-c", FIGHT])
        begun = time.monotonic()
        times = []
        while (left := begun + seconds - time.monotonic()) > 0:
            event = events.next(left)
            if event and event["type"] == "config-restored":
                times.append(time.monotonic() - begun)
        enemy.kill()
        enemy.wait()
        host.network.background.remove(enemy)
    # 3 at once, then 0.1, 0.2, 0.4 … seconds apart.
    assert 3 <= len(times) <= (14 if full else 11), times
    last = times[-1] - times[-2]
    assert last > 0.5, times
    assert "something undoes the configuration" in host.daemon.log()
    assert_same(host.good, host.namespace, "the fight is over", 2 * seconds)


# ---- not there yet ----

def test_what_is_not_there_is_waited_for(world, built, tmp_path):
    """A saved configuration at whose start there is neither interface nor gateway nor address."""
    with Network() as network:
        namespace, far = network.host("host"), network.host("far")
        daemon = Daemon(tmp_path, namespace.enter, config={
            **DOCUMENT, "addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}})
        daemon.start()
        assert "192.0.2" not in namespace.ip("address") and "157" not in namespace.ip("rule")
        assert daemon.api.get("/v1/config")["addresses"]
        namespace.connect("eth0", far, "eth0")
        wait_for(lambda: "inet 192.0.2.2/24" in namespace.ip("address"), SECOND)
        wait_for(lambda: "via 192.0.2.254 dev eth0 proto 157" in namespace.ip("route"), SECOND)
        namespace.connect("eth1", far, "eth1")
        namespace.ip("address", "add", "192.0.3.1/24", "dev", "eth1")
        wait_for(lambda: "192.0.2.64/26 lookup 5203" in namespace.ip("rule"), SECOND)
        assert "via 192.0.3.254 dev eth1" in namespace.ip("route", "show", "table", "5203")
        namespace.ip("address", "delete", "192.0.3.1/24", "dev", "eth1")
        wait_for(lambda: "lookup 5203" not in namespace.ip("rule"), SECOND)
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.wait() == 0


# ---- giving back ----

def test_release(host):
    """--release gives everything back, and ends with 0; also when there is nothing."""
    assert not host.daemon.stop()
    assert_same(host.good, host.namespace, "a service that ends leaves the network as it is", 1)
    for _ in range(2):
        releasing = Daemon(host.daemon.directory, host.namespace.enter, ["--release"])
        releasing.launch()
        assert releasing.wait() == 0, releasing.log()
        assert_same(host.before, host.namespace, "everything is given back", 1)
    assert not releasing.reports()
    host.daemon.start()
    assert_same(host.good, host.namespace, "it is started again", SECOND)

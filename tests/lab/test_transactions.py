"""Transactions on a real kernel: killed at any moment, the next start finds the host, the ledger and the file as they
were before or, if confirmed, as they are after; what cuts the client's own way comes back by itself."""
import contextlib
import datetime
import http.client
import itertools
import json
import os
import select
import subprocess
import threading
import time

import pytest

from configurations import Host
from client import Api
from daemon import BINARY, wait_for
from kept import SECOND, Kept, empty, make_host
from picture import assert_same, differences, picture, settled
from topology import Network

KILLS_QUICK, KILLS_FULL = 50, 400


@pytest.fixture
def host(world, built, tmp_path, seeded):
    """A host full of other programs' objects, with its service."""
    with Network() as network:
        host = Kept(make_host(network, "host"), tmp_path / "host")
        host.network = network
        others = Host(seeded)
        others.build(host.namespace)
        host.start()
        host.before = picture(host.namespace)
        yield host
        host.daemon.descriptors_at_start = None
        assert not host.daemon.stop()


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def ledger(host):
    """What the service would give back, in no order; nothing when nothing is written down."""
    text = read(os.path.join(host.daemon.state, "ledger"))
    kept = json.loads(text.split("\n", 1)[1])["ledger"] if text else {"settings": [], "addresses": []}
    return sorted(json.dumps(entry, sort_keys=True) for entries in kept.values() for entry in entries)


def wide(number):
    """A document of many ops, so that a kill hits in between; its number makes it differ from the others."""
    return {"addresses": {f"a{i}": {"interface": ("eth0", "eth1", "br0")[i % 3], "address": f"203.0.{113 + i % 3}.{number * 20 + i + 2}/24"}
                          for i in range(18)},
            "routes": {f"r{i}": {"to": f"172.16.{i}.0/24", "via": "203.0.113.254", "metric": 10 + number} for i in range(20)},
            "uplinks": {"u": {"interface": "eth1", "gateway": {"ipv4": "203.0.114.254"}}},
            "rules": {f"g{i}": {"from": f"203.0.{113 + i % 3}.{number * 20 + i + 2}/32", "uplink": "u"} for i in range(10)},
            "arp": {"reply": ("interface", "subnet")[number % 2]}, "reverse_path": ("loose", "strict")[number % 2], "host_wide": True}


# ---- killed while a file is taken ----

def test_killed_while_reloading(host, seeded, full):
    """The file is what is to be: after the next start the host is as it says, and gives everything back."""
    pictures = []
    for number in range(2):
        host.apply(wide(number))
        pictures.append(settled(host.namespace))
    pause = 0.15
    for kill in range(KILLS_FULL if full else 12):
        number = kill % 2
        host.begin(wide(number))
        time.sleep(seeded.random() * pause)
        host.daemon.kill()
        host.daemon.start()
        assert_same(pictures[number], host.namespace, f"kill {kill}")
    host.apply({})
    assert_same(host.before, host.namespace, "the empty document")


# ---- what a change may change ----

def put(host, document, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return host.api.request("PUT", "/v1/config" + (f"?{words}" if words else ""), document, {"If-Match": "*"})


class State:
    """All that a transaction may change."""

    def __init__(self, host):
        self.picture, self.ledger, self.file = picture(host.namespace), ledger(host), read(host.daemon.config)


# ---- the system was started again ----

BOOTS = itertools.count(1)
BOOTED = 'mount --bind "$1" /proc/sys/kernel/random/boot_id && shift && exec "$@"'


def reboot(host, tmp_path):
    """The same state and file, another boot: a kernel that knows nothing, and interfaces with values of their own. Their
    indices are the same, and so is the namespace."""
    host.daemon.kill()
    empty(host.namespace, host.network.namespaces["far-host"])
    boot = tmp_path / "boot"
    boot.write_text(f"{next(BOOTS):08x}-89ab-cdef-0123-456789abcdef\n")
    prefix = host.namespace.enter
    host.daemon.command = [*prefix, "sh", "-c", BOOTED, "sh", str(boot), *host.daemon.command[host.daemon.command.index(BINARY):]]
    for interface in ("eth0", "eth1", "br0"):
        host.namespace.set(f"net/ipv4/conf/{interface}/arp_ignore", 2)
        host.namespace.set(f"net/ipv4/conf/{interface}/rp_filter", 0)


@pytest.fixture
def other_boot(host):
    """Whether a boot can be feigned here."""
    probe = host.namespace.run(["sh", "-c", "mount --bind /dev/null /proc/sys/kernel/random/boot_id && echo yes"], check=False)
    if probe.strip() != "yes":
        pytest.skip("no bind mount over /proc/sys here")


def test_reboot_restores_nothing_stale(host, other_boot, tmp_path):
    """The ledger's earlier values are of another kernel."""
    host.apply(wide(1))
    assert any("arp_ignore" in entry for entry in ledger(host))
    reboot(host, tmp_path)
    host.daemon.write_config({})
    fresh = picture(host.namespace)
    host.daemon.start()
    assert_same(fresh, host.namespace, "the service is there after a reboot")
    host.apply({"arp": {"reply": "interface"}, "host_wide": True})
    host.apply({})
    assert_same(fresh, host.namespace, "what this boot had is given back")


def test_reboot_while_applying(host, other_boot, tmp_path, seeded):
    """A journal without an outcome, whose ops speak of interfaces that have other values today."""
    for number in range(3):
        host.begin(wide(number % 2))
        time.sleep(seeded.random() * 0.1)
        reboot(host, tmp_path)
        host.daemon.write_config({})
        fresh = picture(host.namespace)
        host.daemon.start()
        assert_same(fresh, host.namespace, f"reboot {number}")


# ---- killed at any moment of a change ----

class Change:
    """One change of the document, begun in the background, as far as the moment allows."""

    def __init__(self, host, document, moment):
        self.host, self.document, self.moment = host, document, moment
        self.confirmed, self.refusal = False, None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        """On a connection of its own; nobody hears how it ends."""
        api = Api(self.host.daemon.socket)
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = api.request("PUT", "/v1/config?confirm_timeout=30s", self.document, {"If-Match": "*"})
            if answer.status != 202:
                self.refusal = answer.body
                return
            change = answer.json()
            if self.moment in ("confirming", "confirmed"):
                answer = api.request("POST", f"/v1/transactions/{change['id']}/confirm", {"token": change["token"]})
                self.confirmed = answer.status == 200
            elif self.moment == "reverting":
                api.request("POST", f"/v1/transactions/{change['id']}/revert")
        api.close()


def test_killed_at_any_moment(host, seeded, full):
    """Applying, waiting, confirming, reverting: what is there afterwards is all of the document before, or all of the one
    after; in the kernel, in the ledger and in the file. Which one is known once a confirmation was answered."""
    states = []
    for number in (1, 0):
        assert put(host, wide(number)).status == 200
        settled(host.namespace)
        states.append(State(host))
    before, after = states[1], states[0]
    number, outcomes = 0, []
    for kill in range(KILLS_FULL if full else KILLS_QUICK):
        moment = seeded.choice(["applying", "waiting", "confirming", "confirmed", "reverting"])
        change = Change(host, wide(1 - number), moment)
        change.thread.start()
        if moment in ("waiting", "confirmed"):
            change.thread.join()
        else:
            time.sleep(seeded.random() * (0.1 if moment == "applying" else 0.25))
        host.daemon.kill()
        change.thread.join()
        assert change.refusal is None, change.refusal
        host.daemon.start()
        went = read(host.daemon.config) == after.file
        expected = after if went else before
        assert_same(expected.picture, host.namespace, f"kill {kill}, {moment}, {'after' if went else 'before'}")
        assert ledger(host) == expected.ledger, f"kill {kill}, {moment}"
        assert went or read(host.daemon.config) == before.file, f"kill {kill}, {moment}: the file"
        assert not os.path.exists(host.daemon.config + ".next"), f"kill {kill}, {moment}"
        assert went if change.confirmed else not went or moment in ("confirming", "confirmed"), f"kill {kill}, {moment}"
        outcomes.append((moment, went))
        if went:
            number, before, after = 1 - number, after, before
    print(sorted(outcomes))
    assert {went for _, went in outcomes} == {True, False}
    assert put(host, {}).status == 200
    assert_same(host.before, host.namespace, "the empty document")


def test_reboot_while_waiting(host, other_boot, tmp_path):
    """What was never confirmed is not in the file, and its ops are not undone in a kernel that never had them."""
    assert put(host, {"arp": {"reply": "interface"}, "host_wide": True}).status == 200
    file = read(host.daemon.config)
    assert put(host, wide(1), confirm_timeout="30s").status == 202
    reboot(host, tmp_path)
    fresh = picture(host.namespace)
    host.daemon.start()
    assert read(host.daemon.config) == file
    changed = differences(fresh, picture(host.namespace))
    assert changed and all("arp_ignore" in line for line in changed), changed
    host.apply({})
    assert_same(fresh, host.namespace, "what this boot had is given back")


# ---- the client's own way ----

ECHO = """
import socket
with socket.create_server(("192.0.2.1", 7)) as server:
    print("ready", flush=True)
    connection, _ = server.accept()
    while data := connection.recv(1):
        connection.sendall(data)
"""
TALK = """
import socket, sys
connection = socket.create_connection(("192.0.2.1", 7), 2)
connection.settimeout(None)
print("connected", flush=True)
for line in sys.stdin:
    connection.sendall(b"x")
    print(connection.recv(1).decode(), flush=True)
"""


class Client:
    """A TCP connection from another host that was there before the change, and is to go on after it."""

    def __init__(self, host):
        server = host.namespace.spawn(["python3", "-c", ECHO], stdout=subprocess.PIPE)
        assert server.stdout.readline() == b"ready\n"
        far = host.network.namespaces["far-host"]
        self.process = far.spawn(["python3", "-c", TALK], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"connected\n"

    def ask(self):
        self.process.stdin.write(b"x\n")
        self.process.stdin.flush()

    def hears(self, timeout):
        return bool(select.select([self.process.stdout], [], [], timeout)[0]) and self.process.stdout.readline() == b"x\n"


CUTS = {"address": {"addresses": {"own": None}}, "route": {"routes": {"back": None}}, "all": {"addresses": None, "routes": None}}


GOOD = {"addresses": {"own": {"interface": "eth0", "address": "192.0.2.1/25"}},
        "routes": {"back": {"to": "198.51.100.0/24", "via": "192.0.2.9"}}}


def make_client(host):
    """A client whose way leads over what the service keeps; returns it and what the host is like."""
    far = host.network.namespaces["far-host"]
    far.ip("address", "add", "198.51.100.9/32", "dev", "lo")
    far.ip("address", "add", "192.0.2.9/24", "dev", "eth0")
    far.ip("route", "add", "192.0.2.1/32", "dev", "eth0", "src", "198.51.100.9")
    assert put(host, GOOD).status == 200
    there = settled(host.namespace)
    client = Client(host)
    client.ask()
    assert client.hears(2)
    return client, there


def cut_off(host, cut):
    """Begins it: the transaction."""
    answer = host.api.request("PATCH", "/v1/config?confirm_timeout=5s", CUTS[cut],
                              {"If-Match": "*", "Content-Type": "application/merge-patch+json"})
    assert answer.status == 202, answer.body
    return answer.json()


def check_comes_back(host, client, there, begun):
    """Five seconds after it began: the host as it was, and the same connection."""
    client.ask()
    assert not client.hears(max(0, begun + 4.5 - time.monotonic())), "it was not cut off"
    wait_for(lambda: not differences(there, picture(host.namespace)), 5)
    assert 4.5 < time.monotonic() - begun < 5 + SECOND
    assert client.hears(15), "the connection did not go on"
    assert host.api.get("/v1/config") == GOOD


@pytest.mark.parametrize("cut", CUTS)
def test_cut_off(host, cut):
    """The client's own way is cut by a change that is not confirmed: five seconds later it is back, and the same connection
    goes on."""
    client, there = make_client(host)
    begun = time.monotonic()
    transaction = cut_off(host, cut)
    check_comes_back(host, client, there, begun)
    assert host.api.get("/v1/transactions/" + transaction["id"])["state"] == "reverted"


# ---- the time of day is set ----

class WallClock:
    """The service's time of day (tests/lab/clock_step.c); that of others stays as it is."""

    def __init__(self, host, directory):
        source, library = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock_step.c"), os.path.join(directory, "clock_step.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.path = os.path.join(directory, "clock_step")
        assert not host.daemon.stop()
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        host.daemon.environment.update(LD_PRELOAD=library, MH_CLOCK_STEP=self.path, ASAN_OPTIONS=sanitizer)
        host.daemon.start()

    def set(self, seconds):
        with open(self.path + ".new", "w") as file:
            file.write(str(seconds))
        os.replace(self.path + ".new", self.path)


def seconds(moment):
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def check_deadline(host, transaction, step):
    """While it waits the deadline is told in the time of day as that is now."""
    def follows():
        shown = host.api.get("/v1/transactions/" + transaction["id"])
        return shown["state"] == "pending" and abs(seconds(shown["deadline"]) - seconds(transaction["deadline"]) - step) < 1
    wait_for(follows, 3)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_cut_off_while_the_clock_is_set(host, tmp_path, step):
    """An hour back or forth in between: it comes back after five seconds, and the client goes on."""
    clock = WallClock(host, str(tmp_path))
    client, there = make_client(host)
    begun = time.monotonic()
    transaction = cut_off(host, "all")
    assert abs(seconds(transaction["deadline"]) - seconds(transaction["begun"]) - 5) < 0.01
    clock.set(step)
    check_deadline(host, transaction, step)
    check_comes_back(host, client, there, begun)
    shown = host.api.get("/v1/transactions/" + transaction["id"])
    assert shown["state"] == "reverted" and shown["problem"]["code"] == "timeout"
    assert 4.5 < seconds(shown["ended"]) - seconds(shown["begun"]) - step < 5 + SECOND, "the clock was not set"


@pytest.mark.parametrize("step", [-3600, 3600])
def test_confirmed_while_the_clock_is_set(host, tmp_path, step):
    """In time is in time, whatever the day says; and too late is too late."""
    clock = WallClock(host, str(tmp_path))
    for limit, waits, status in (("20s", 0, 200), ("1s", 1.5, 410)):
        clock.set(0)
        transaction = put(host, GOOD if status == 200 else {}, confirm_timeout=limit).json()
        clock.set(step)
        time.sleep(waits)
        answer = host.api.request("POST", f"/v1/transactions/{transaction['id']}/confirm", {"token": transaction["token"]})
        assert answer.status == status, answer.body
    assert host.api.get("/v1/config") == GOOD
    assert put(host, {}).status == 200

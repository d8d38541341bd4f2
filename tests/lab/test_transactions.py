"""Transactions on a real kernel: killed at any moment, the next start finds the host, the ledger and the file as they
were before or, if confirmed, as they are after; what cuts the client's own way comes back by itself."""
import itertools
import os
import time

import pytest

from configurations import Host, document
from daemon import BINARY
from kept import Kept, empty, make_host
from picture import assert_same, picture, settled
from topology import Network

KILLS_QUICK, KILLS_FULL = 50, 400


@pytest.fixture
def host(world, built, tmp_path, seeded):
    """A host full of other programs' objects, with its service."""
    with Network() as network:
        host = Kept(make_host(network, "host"), tmp_path / "host")
        host.network = network
        Host(seeded).build(host.namespace)
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
    """What the service would give back; "" when nothing is written down."""
    text = read(os.path.join(host.daemon.state, "ledger"))
    return "" if text is None else text.split("\n", 1)[1]


def wide(number):
    """A document of many ops, so that a kill hits in between; its number makes it differ from the others."""
    return {"addresses": {f"a{i}": {"interface": ("eth0", "eth1", "br0")[i % 3], "address": f"203.0.{113 + i % 3}.{number * 20 + i + 1}/24"}
                          for i in range(18)},
            "routes": {f"r{i}": {"to": f"172.16.{i}.0/24", "via": "203.0.113.254", "metric": 10 + number} for i in range(20)},
            "uplinks": {"u": {"interface": "eth1", "gateway": {"ipv4": "203.0.114.254"}}},
            "rules": {f"g{i}": {"from": f"203.0.{113 + i % 3}.{number * 20 + i + 1}/32", "uplink": "u"} for i in range(10)},
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


# ---- killed at any moment of a change ----

def put(host, document, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return host.api.request("PUT", "/v1/config" + (f"?{words}" if words else ""), document, {"If-Match": "*"})


class State:
    """All that a transaction may change."""

    def __init__(self, host):
        self.picture, self.ledger, self.file = picture(host.namespace), ledger(host), read(host.daemon.config)

    def is_of(self, host):
        return (self.picture, self.ledger, self.file) == (picture(host.namespace), ledger(host), read(host.daemon.config))


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
    assert "arp_ignore" in ledger(host)
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

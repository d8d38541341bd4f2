"""A host that the service keeps as a document says: a namespace with two links and an internal bridge."""
import os

from daemon import BINARY, Daemon, sanitized, wait_for

# What is to happen within a second, on a build that is not made to find faults.
SECOND = 3 if os.path.exists(BINARY) and sanitized() else 1


def make_host(network, name):
    """All that are made are alike, down to the MACs and indices of their interfaces."""
    host, far = network.host(name), network.host(f"far-{name}")
    make_links(host, far)
    return host


def make_links(host, far):
    for number in range(2):
        link = f"eth{number}"
        host.ip("link", "add", link, "index", 2 + number, "address", f"02:00:00:00:01:0{number}", "type", "veth",
                "peer", "name", link, "address", f"02:00:00:00:02:0{number}", "netns", far.name)
        host.ip("link", "set", link, "up")
        far.ip("link", "set", link, "up")
    host.ip("link", "add", "br0", "index", 4, "address", "02:00:00:00:03:00", "type", "bridge", "stp_state", "0")
    host.ip("link", "add", "tap0", "index", 5, "address", "02:00:00:00:03:01", "type", "veth", "peer", "name", "inside",
            "netns", far.name)
    host.ip("link", "set", "tap0", "master", "br0", "up")
    far.ip("link", "set", "inside", "up")
    host.ip("link", "set", "br0", "up")
    # A link gets its own address when it has its carrier.
    host.link_local("eth0", "eth1", "br0", "tap0")
    wait_for(lambda: host.ip("-6", "-o", "address", "show", "scope", "link", "-tentative").count("fe80::") == 4)


def empty(host, far):
    """As a kernel is that has just been started, with the same interfaces."""
    for link in ("eth0", "eth1", "br0", "tap0"):
        host.ip("link", "delete", link)
    host.ip_batch(["nexthop flush", "route flush table all protocol static", "route flush table all protocol bird",
                   "route flush table all protocol 99", "rule flush", "-6 rule flush", "rule add priority 32766 lookup main protocol 2",
                   "rule add priority 32767 lookup default protocol 2", "-6 rule add priority 32766 lookup main protocol 2"],
                  force=True)
    host.run(["nft", "flush", "ruleset"])
    make_links(host, far)


class Kept:
    """A host, and the service on it."""

    def __init__(self, namespace, directory):
        self.namespace = namespace
        self.daemon = Daemon(directory, namespace.enter, config={})
        self.api = self.daemon.api

    def start(self):
        """It keeps the socket by which it acted first: that one is no leak."""
        self.daemon.start()
        self.apply({"addresses": {"first": {"interface": "lo", "address": "198.18.255.1/32"}}})
        self.apply({})
        self.daemon.descriptors_at_start = self.daemon.settled_descriptors()

    def begin(self, document):
        """Has the service read another file."""
        self.daemon.write_config(document)
        self.daemon.reload()

    def finish(self, document):
        def taken():
            return self.daemon.api.get("/v1/config") == document or "not reloaded" in self.daemon.log()
        wait_for(taken, 5, 0.005)
        assert "not reloaded" not in self.daemon.log(), f"{self.daemon.log()}\n{document}"
        wait_for(self.has_settled, 10, 0.005)

    def has_settled(self):
        """Nothing is left to do, now or when a tentative address has passed duplicate address detection."""
        plan = self.daemon.api.get("/v1/plan")
        assert not plan["operations"] and not any("tentative" in note["text"] for note in plan["notes"]), (plan["operations"], plan["notes"], self.daemon.log()[-1500:])
        return True

    def apply(self, document):
        self.begin(document)
        self.finish(document)


def apply(document, *hosts):
    """The same on several hosts at a time."""
    for host in hosts:
        host.begin(document)
    for host in hosts:
        host.finish(document)

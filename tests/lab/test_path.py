"""/v1/path is true: every packet that it speaks of is sent, and what comes back is watched on each link.

rp_filter off, strict and loose; the interfaces in one subnet or in two; with and without source rules; without a packet
filter, with filters that bind a connection or an address to an interface, and with others; TCP, UDP bound and UDP on the
wildcard address; each local address, on each interface, from far and near."""
import itertools

import pytest

from adapter import NamespaceHost
from wire import Wire

SOCKETS = ("tcp", "udp-bound", "udp-wildcard")
INTERFACES = ("eth0", "eth1")
GATEWAYS = {"eth0": 0xf0, "eth1": 0xf1}  # the last octet of their MACs
NEAR = {"eth0": 0xe0, "eth1": 0xe1}

# address of the host, its gateway, a neighbour
LAYOUTS = {
    "two-subnets": {
        "ipv4": {"eth0": ("192.0.2.1", "192.0.2.254", "192.0.2.50"), "eth1": ("198.51.100.1", "198.51.100.254", "198.51.100.50")},
        "ipv6": {"eth0": ("2001:db8:1::1", "2001:db8:1::fe", "2001:db8:1::50"),
                 "eth1": ("2001:db8:2::1", "2001:db8:2::fe", "2001:db8:2::50")}},
    "one-subnet": {
        "ipv4": {"eth0": ("192.0.2.1", "192.0.2.253", "192.0.2.50"), "eth1": ("192.0.2.3", "192.0.2.254", "192.0.2.51")},
        "ipv6": {"eth0": ("2001:db8:1::1", "2001:db8:1::fd", "2001:db8:1::50"),
                 "eth1": ("2001:db8:1::3", "2001:db8:1::fe", "2001:db8:1::51")}},
}
FAR = {"ipv4": "203.0.113.9", "ipv6": "2001:db8:ffff::9"}
BITS = {"ipv4": 24, "ipv6": 64}
FAMILY = {"ipv4": "-4", "ipv6": "-6"}

FILTERS = {"none": ""}


class Host:
    """A dual-homed host on a wire."""

    def __init__(self, lab, layout):
        self.lab, self.layout = lab, LAYOUTS[layout]
        self.host = NamespaceHost(lab.network.host("host"), lab.directory)
        lab.hosts.append(self.host)
        self.namespace = self.host.namespace
        self.wire = Wire(self.namespace, INTERFACES)
        self.configure()
        self.wire.start({"served": [ends[0] for family in self.layout.values() for ends in family.values()],
                         "arp": {name: ends[0] for name, ends in self.layout["ipv4"].items()}})
        self.host.start_daemon()
        self.ask(self.questions("ipv4")[0])  # the first question opens the socket that the kernel is asked by, which then stays
        self.host.daemon.descriptors_at_start = self.host.daemon.settled_descriptors()
        self.state = {}

    def configure(self):
        for family, ends in self.layout.items():
            for metric, (interface, (address, gateway, near)) in enumerate(ends.items()):
                self.namespace.ip("address", "add", f"{address}/{BITS[family]}", "dev", interface)
                for table, number in (("main", 100 + metric), (str(100 + metric), 1)):
                    self.namespace.ip(FAMILY[family], "route", "add", "default", "via", gateway, "dev", interface, "table", table,
                                      "metric", str(number))
                subnet = {"ipv4": ".".join(address.split(".")[:3]) + ".0/24", "ipv6": address.rsplit("::", 1)[0] + "::/64"}[family]
                self.namespace.ip(FAMILY[family], "route", "add", subnet, "dev", interface, "table", str(100 + metric))
        for family, ends in self.layout.items():
            for interface in INTERFACES:
                for of, (_, gateway, near) in ends.items():
                    self.neighbor(gateway, interface, GATEWAYS[of])
                    self.neighbor(near, interface, NEAR[of])

    def ask(self, question):
        return self.host.api.get("/v1/path", **question)

    def neighbor(self, address, interface, mac):
        self.namespace.ip("neighbor", "replace", address, "lladdr", f"02:00:00:00:00:{mac:02x}", "dev", interface, "nud", "permanent")

    def become(self, rp_filter=0, source_rules=False, packet_filter=""):
        """Changes what differs, and has the daemon read the host anew."""
        wanted = {"rp_filter": rp_filter, "source_rules": source_rules, "packet_filter": packet_filter}
        for name, value in wanted.items():
            if self.state.get(name) != value:
                getattr(self, f"set_{name}")(value)
        self.state = wanted
        assert self.host.api.request("POST", "/v1/resync").status == 200

    def set_rp_filter(self, value):
        for interface in INTERFACES:
            self.namespace.set(f"net/ipv4/conf/{interface}/rp_filter", value)
        self.namespace.set("net/ipv4/conf/all/rp_filter", 0)

    def set_source_rules(self, wanted):
        for family, ends in self.layout.items():
            for i, (address, _, _) in enumerate(ends.values()):
                self.namespace.ip(FAMILY[family], "rule", "add" if wanted else "delete", "from", address, "table", str(100 + i), "priority",
                                  str(1000 + i), check=wanted)

    def set_packet_filter(self, text):
        places = {"A0": self.layout["ipv4"]["eth0"][0], "A1": self.layout["ipv4"]["eth1"][0],
                  "B0": self.layout["ipv6"]["eth0"][0], "B1": self.layout["ipv6"]["eth1"][0]}
        for word, address in places.items():
            text = text.replace(word, address)
        self.namespace.run(["nft", "-f", "-"], stdin="flush ruleset\n" + text)

    def questions(self, family):
        """Each address, on each interface, from afar, from a neighbour of each interface."""
        ends = self.layout[family]
        remotes = [FAR[family], *(near for _, _, near in ends.values())]
        return [{"remote": remote, "local": local, "interface": interface}
                for remote, (local, _, _), interface in itertools.product(remotes, ends.values(), INTERFACES)]


@pytest.fixture(params=LAYOUTS)
def host(request, lab):
    return Host(lab, request.param)


# ---- what is predicted ----

def about(answer, socket):
    return [item for item in answer["verdicts"] if socket in item["sockets"]]


def dropped(answer, socket, what):
    """Whether this host drops it. A wrong source is sent all the same: the client does not take it."""
    return any(item["drops"] == what and item["by"] != "udp-wrong-source" for item in about(answer, socket))


def predicted(answer, socket):
    request, reply = (dropped(answer, socket, what) for what in ("request", "reply"))
    received = None if socket == "tcp" else not request
    if request or reply:
        return {"received": received, "replies": []}
    view = next(item for item in answer["sockets"] if item["socket"] == socket)["reply"]
    return {"received": received, "replies": [(view["interface"], view["source"], view["next_hop"])]}


def as_seen(host, outcome, remote):
    """The outcome of a probe, in the words of the prediction: MACs become the next hops that have them."""
    owners = {}
    for ends in host.layout.values():
        for of, (_, gateway, _) in ends.items():
            owners.setdefault(GATEWAYS[of], []).append(gateway)
    family = "ipv6" if ":" in remote else "ipv4"
    gateways = {mac: next(gateway for gateway in all if (":" in gateway) == (family == "ipv6")) for mac, all in owners.items()}
    return {"received": outcome["received"],
            "replies": [(reply["interface"], reply["source"], gateways.get(reply["gateway"])) for reply in outcome["replies"]]}


def wrong_words(answer, question, socket, seen):
    """What the answer says beside the way: asymmetry, the wrong source, what cannot be told, the kernel's opinion."""
    view = next(item for item in answer["sockets"] if item["socket"] == socket)
    unknown = [item["text"] for item in about(answer, socket) if item["drops"] is None and "does not read it" not in item["text"]]
    if unknown:
        yield f"not known: {unknown}"
    if view["agrees"] is not True or answer["request"]["agrees"] is not True:
        yield f"the kernel does not agree: {view['difference']} {answer['request']}"
    for interface, source, _ in seen["replies"]:
        if view["asymmetric"] is not (interface != question["interface"]):
            yield f"asymmetric is {view['asymmetric']}"
        if (source != question["local"]) != any(item["by"] == "udp-wrong-source" for item in about(answer, socket)):
            yield f"the source is {source}"


def disagreements(host, family):
    """Asks, sends, compares; returns what differs, and what was seen at all."""
    questions = host.questions(family)
    probes = [{**question, "socket": socket} for question in questions for socket in SOCKETS]
    answers = [host.ask(question) for question in questions]
    outcomes = host.wire.probe(probes)
    wrong, kinds = [], set()
    for probe, outcome, answer in zip(probes, outcomes, [answer for answer in answers for _ in SOCKETS], strict=True):
        seen, said = as_seen(host, outcome, probe["remote"]), predicted(answer, probe["socket"])
        kinds |= {(item["by"], item["drops"]) for item in about(answer, probe["socket"])} or {"passes"}
        if seen != said:
            wrong.append(f"{host.state} {probe}: we said {said}, seen was {seen}; {answer['verdicts']}")
        wrong += [f"{host.state} {probe}: {words}" for words in wrong_words(answer, probe, probe["socket"], seen)]
    return wrong, kinds


# ---- the matrix ----

def matrix(host, family, modes):
    wrong, kinds = [], set()
    for rp_filter, source_rules, name in itertools.product(modes, (False, True), FILTERS):
        host.become(rp_filter, source_rules, FILTERS[name])
        more, seen = disagreements(host, family)
        wrong += more
        kinds |= seen
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:20])
    return kinds


def test_ipv4(host):
    kinds = matrix(host, "ipv4", (0, 1, 2))
    assert {"passes", ("reverse-path-filter", "request"), ("udp-wrong-source", "reply")} <= kinds


def test_ipv6(host):
    kinds = matrix(host, "ipv6", (0,))
    assert {"passes", ("udp-wrong-source", "reply")} <= kinds

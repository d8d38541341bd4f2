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

# A0 and A1 are the IPv4 addresses of eth0 and eth1, B0 and B1 the IPv6 ones.
FILTERS = {
    "none": "",
    # A connection is bound to the interface that it came in on.
    "ct mark": """table inet lab {
        chain pre { type filter hook prerouting priority mangle; policy accept;
            ct state new iifname "eth0" ct mark set 0x10
            ct state new iifname "eth1" ct mark set 0x11
        }
        chain out { type filter hook output priority filter; policy accept;
            oifname "eth0" ct state established ct mark 0x10 accept
            oifname "eth1" ct state established ct mark 0x11 accept
            meta l4proto { tcp, udp } oifname { "eth0", "eth1" } drop
        }
    }""",
    # An address is bound to its interface.
    "oifname": """table inet lab {
        chain out { type filter hook output priority filter; policy drop;
            oifname "lo" accept
            meta l4proto icmpv6 accept
            ct state established oifname "eth0" ip saddr A0 accept
            ct state established oifname "eth1" ip saddr A1 accept
            ct state established oifname "eth0" ip6 saddr B0 accept
            ct state established oifname "eth1" ip6 saddr B1 accept
        }
    }""",
    # Each interface has connections of its own.
    "ct zone": """table inet lab {
        chain raw { type filter hook prerouting priority raw; policy accept;
            iifname "eth0" ct zone set 10
            iifname "eth1" ct zone set 11
        }
        chain rawout { type filter hook output priority raw; policy accept;
            oifname "eth0" ct zone set 10
            oifname "eth1" ct zone set 11
        }
        chain out { type filter hook output priority filter; policy accept;
            meta l4proto { tcp, udp } ct state { invalid, new } drop
        }
    }""",
    # What comes by one of them is no connection's.
    "notrack": """table inet lab {
        chain raw { type filter hook prerouting priority raw; policy accept;
            iifname "eth1" notrack
        }
        chain out { type filter hook output priority filter; policy accept;
            ct state invalid drop
        }
    }""",
    # The strong host model, and for IPv6 what rp_filter is.
    "strong": """table inet lab {
        chain input { type filter hook input priority filter; policy accept;
            iif "lo" accept
            meta l4proto icmpv6 accept
            fib daddr . iif type != local drop
            meta nfproto ipv6 fib saddr . iif oif missing drop
        }
    }""",
    # New connections to one service only.
    "services": """table inet lab {
        chain input { type filter hook input priority filter; policy drop;
            ct state established,related accept
            iifname "lo" accept
            meta l4proto icmpv6 accept
            tcp dport 9001 accept
            iifname "eth0" udp dport { 9002, 9003 } accept
        }
    }""",
}
PORTS = {"tcp": 9001, "udp-bound": 9002, "udp-wildcard": 9003}


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

    def become(self, rp_filter=0, source_rules=False, packet_filter="none"):
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

    def set_packet_filter(self, name):
        text = FILTERS[name]
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


@pytest.fixture
def plain_host(lab):
    """For what does not depend on the subnets."""
    return Host(lab, "two-subnets")


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
    unknown = [item["text"] for item in about(answer, socket) if item["drops"] is None]
    if unknown:
        yield f"not known: {unknown}"
    cannot_be_asked = "::1" in (question["remote"], question["local"])  # IPv6's own checks are not the routes'
    if view["agrees"] is not True or answer["request"]["agrees"] is not (None if cannot_be_asked else True):
        yield f"the kernel does not agree: {view['difference']} {answer['request']}"
    for interface, source, _ in seen["replies"]:
        if view["asymmetric"] is not (interface != question["interface"]):
            yield f"asymmetric is {view['asymmetric']}"
        if (source != question["local"]) != any(item["by"] == "udp-wrong-source" for item in about(answer, socket)):
            yield f"the source is {source}"


def ask_all(host, questions):
    """An answer for each question and kind of socket. One for all kinds, unless the filter asks for ports."""
    if host.state["packet_filter"] != "services":
        return [answer for question in questions for answer in [host.ask(question)] * len(SOCKETS)]
    return [host.ask({**question, "protocol": socket[:3], "local_port": PORTS[socket]}) for question in questions for socket in SOCKETS]


def disagreements(host, questions, answers):
    """Sends, and compares with what was answered; returns what differs, and what was seen at all."""
    probes = [{**question, "socket": socket} for question in questions for socket in SOCKETS]
    outcomes = host.wire.probe(probes)
    wrong, kinds = [], set()
    for probe, outcome, answer in zip(probes, outcomes, answers, strict=True):
        seen, said = as_seen(host, outcome, probe["remote"]), predicted(answer, probe["socket"])
        kinds |= {(item["by"], item["drops"]) for item in about(answer, probe["socket"])} or {"passes"}
        if seen != said:
            wrong.append(f"{host.state} {probe}: we said {said}, seen was {seen}; {answer['verdicts']}")
        wrong += [f"{host.state} {probe}: {words}" for words in wrong_words(answer, probe, probe["socket"], seen)]
    return wrong, kinds


def agree(host, questions):
    """Asks, sends, compares; returns the answers, and what was seen at all."""
    answers = ask_all(host, questions)
    wrong, kinds = disagreements(host, questions, answers)
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:20])
    return answers, kinds


# ---- the matrix ----

EVERYWHERE = {("udp-wrong-source", "reply"), ("packet-filter", "request"), ("packet-filter", "reply"), ("stateful-filter", "reply")}


def matrix(host, family, modes):
    """Every combination. Returns the answers, by combination, and what was seen at all."""
    answers, kinds = {}, set()
    for state in itertools.product(modes, (False, True), FILTERS):
        host.become(*state)
        answers[state], seen = agree(host, host.questions(family))
        kinds |= seen
    return answers, kinds


def test_ipv4(host):
    answers, kinds = matrix(host, "ipv4", (0, 1, 2))
    assert {"passes", ("reverse-path-filter", "request"), *EVERYWHERE} <= kinds
    for name in FILTERS:
        remedies_cure(answers[1, False, name], answers[1, True, name], answers[2, False, name])


def test_ipv6(host):
    answers, kinds = matrix(host, "ipv6", (0,))
    assert {"passes", *EVERYWHERE} <= kinds
    for name in FILTERS:
        remedies_cure(answers[0, False, name], answers[0, True, name], answers[0, False, name])


# ---- remedies ----

def without(answer, *by):
    return not any(item["by"] in by and item["drops"] for item in answer["verdicts"])


def remedies_cure(ill, with_source_rules, with_loose):
    """Source routing does what the source rules do. Each remedy that is named is looked at."""
    assert sum(map(cures, ill, with_source_rules, with_loose)) >= 4


def cures(ill, with_source_rules, with_loose):
    request = ill["request"]
    for remedy in ill["remedies"]:
        if remedy.get("source_routing"):
            assert with_source_rules["asymmetric"] is False, request
            assert without(with_source_rules, "reverse-path-filter", "no-return-route"), request
            assert all(set(item["sockets"]) == {"udp-wildcard"} for item in with_source_rules["verdicts"]
                       if item["by"] == "stateful-filter"), request
        else:
            assert remedy == {"interfaces": {request["interface"]: {"ipv4": {"reverse_path": "loose"}}}}
            assert not without(ill, "reverse-path-filter") and without(with_loose, "reverse-path-filter"), request
    return len(ill["remedies"])


# ---- other packets ----

def one(remote, local, interface="eth1"):
    return {"remote": remote, "local": local, "interface": interface}


def test_it_can_fail(plain_host):
    """What was said of another state of the host is seen to be wrong."""
    plain_host.become(rp_filter=0)
    questions = plain_host.questions("ipv4")
    answers = ask_all(plain_host, questions)
    plain_host.become(rp_filter=1)
    assert disagreements(plain_host, questions, answers)[0]


def test_odd_addresses(host):
    """Own addresses, loopback ones and others' as either end."""
    mine = [ends[0] for ends in host.layout["ipv4"].values()]
    six = [ends[0] for ends in host.layout["ipv6"].values()]
    odd = [one(mine[0], mine[1]), one(mine[1], mine[1]), one("127.0.0.1", mine[1]), one("255.255.255.255", mine[1]), one("0.1.2.3", mine[1]),
           one(FAR["ipv4"], "8.8.8.8"), one(FAR["ipv4"], host.layout["ipv4"]["eth1"][2]), one(FAR["ipv4"], "127.0.0.1"),
           one("::1", six[1]), one(FAR["ipv6"], "::1"), one(FAR["ipv6"], host.layout["ipv6"]["eth1"][2])]
    for rp_filter, source_rules in itertools.product((0, 1, 2), (False, True)):
        host.become(rp_filter, source_rules)
        _, kinds = agree(host, odd)
    assert {("martian-source", "request"), ("martian-destination", "request"), ("not-local", "request")} <= kinds


def test_accept_local(plain_host):
    """The packet is taken, and the reply stays at home."""
    mine = [ends[0] for ends in plain_host.layout["ipv4"].values()]
    plain_host.namespace.set("net/ipv4/conf/eth1/accept_local", 1)
    for rp_filter, source_rules in itertools.product((0, 1, 2), (False, True)):
        plain_host.become(rp_filter, source_rules)
        agree(plain_host, [one(mine[0], mine[1])])


def test_no_way_at_all(plain_host):
    """Neither strict nor loose lets a packet in that nobody could answer."""
    for family in FAMILY.values():
        for _ in INTERFACES:
            plain_host.namespace.ip(family, "route", "delete", "default")
    for rp_filter in (0, 1, 2):
        plain_host.become(rp_filter)
        _, kinds = agree(plain_host, [one(FAR[family], plain_host.layout[family]["eth1"][0]) for family in FAR])
        assert ("no-return-route", "reply") in kinds
        assert (("reverse-path-filter", "request") in kinds) == (rp_filter != 0)


def test_several_next_hops(plain_host):
    """The reply takes one of them; strict is content with any."""
    gateways = [f"nexthop via {gateway} dev {name}" for name, (_, gateway, _) in plain_host.layout["ipv4"].items()]
    plain_host.namespace.ip("route", "add", "203.0.113.0/24", *" ".join(gateways).split())
    plain_host.become(rp_filter=1)
    local = plain_host.layout["ipv4"]["eth1"][0]
    answer = plain_host.ask({**one(FAR["ipv4"], local), "protocol": "tcp"})
    assert answer["asymmetric"] is None and answer["agrees"] is True
    choices = {(choice["interface"], choice["next_hop"]) for choice in answer["reply"]["choices"]}
    # Since 6.16 Linux takes the next hop whose source the socket is bound to, before that it spreads over all.
    assert ways(plain_host, local, "udp-bound") <= choices
    assert ways(plain_host, local, "udp-wildcard") == choices


def ways(host, local, socket):
    """By which of the next hops the replies to many remotes leave."""
    probes = [{**one(f"203.0.113.{i}", local), "socket": socket} for i in range(1, 33)]
    seen = [as_seen(host, outcome, FAR["ipv4"])["replies"] for outcome in host.wire.probe(probes)]
    return {(interface, gateway) for ((interface, _, gateway),) in seen}


MARKED = """table inet lab {
    chain pre { type filter hook prerouting priority mangle; policy accept;
        iifname "eth1" ct state new ct mark set 0x77
        iifname "eth1" meta mark set 0x77
    }
    chain out { type KIND hook output priority mangle; policy accept;
        meta mark set ct mark
    }
}"""


@pytest.mark.parametrize("kind", ["filter", "route"])
def test_marks(plain_host, kind, monkeypatch):
    """Marks of the request count for its way in, and for the check of its source with src_valid_mark only. Those of the reply
    lead it another way where the chain is of type route: which it is, is not told, and the answer says so."""
    monkeypatch.setitem(FILTERS, "marked", MARKED.replace("KIND", kind))
    plain_host.namespace.ip("rule", "add", "fwmark", "0x77", "table", "101", "priority", "900")
    question = {**one(FAR["ipv4"], plain_host.layout["ipv4"]["eth1"][0]), "protocol": "tcp"}
    for valid in (0, 1):
        plain_host.namespace.set("net/ipv4/conf/eth1/src_valid_mark", valid)
        plain_host.become(1, False, "marked")
        answer = plain_host.ask(question)
        seen = as_seen(plain_host, *plain_host.wire.probe([{**question, "socket": "tcp"}]), FAR["ipv4"])["replies"]
        assert dropped(answer, "tcp", "request") == (not valid) == (not seen)
        assert answer["asymmetric"] is None and answer["request"]["agrees"] is None
        assert any(item["drops"] is None and "0x77" in item["text"] for item in answer["verdicts"])
        assert [interface for interface, _, _ in seen] == ([] if not valid else ["eth1"] if kind == "route" else ["eth0"])


def test_translation_is_not_known(plain_host, monkeypatch):
    """Where an address is rewritten, what becomes of the packet is not claimed."""
    local, other = (ends[0] for ends in plain_host.layout["ipv4"].values())
    monkeypatch.setitem(FILTERS, "translated", """table ip lab {
        chain pre { type nat hook prerouting priority dstnat; ip daddr A0 dnat to 10.9.9.9; }
        chain post { type nat hook postrouting priority srcnat; ip saddr A0 oifname "eth0" masquerade; }
    }""")
    plain_host.become(0, False, "translated")
    answer = plain_host.ask(one(FAR["ipv4"], local, "eth0"))
    assert any(item["drops"] is None and "destination" in item["text"] for item in answer["verdicts"])
    wildcard = about(plain_host.ask({**one(FAR["ipv4"], other), "protocol": "udp"}), "udp-wildcard")
    assert any(item["drops"] is None and "translate" in item["text"] for item in wildcard)

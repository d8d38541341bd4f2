"""/v1/host-model and /v1/arp are true: for random settings of interface and all, rules, tables and packet filters, packets
decide what the host does, and what is said to be in effect must be that.

The host has two links. On each it has an address, one of the other link's subnet, and far away one on lo; behind each link
there is a net, there is a gateway, and one destination is unreachable. Whatever a packet cannot tell (a check that no packet
meets) is not judged, and counted: each test says how much was."""
import collections
import itertools

import pytest

from adapter import NamespaceHost
from wire import Wire

INTERFACES = ("eth0", "eth1")
FAMILIES = ("ipv4", "ipv6")
BITS = {"ipv4": 24, "ipv6": 64}
FAR = {"ipv4": "203.0.113.9", "ipv6": "2001:db8:ffff::9"}
NOWHERE = {"ipv4": "10.98.0.9", "ipv6": "2001:db8:98::9"}
NOWHERE_NET = {"ipv4": "10.98.0.0/16", "ipv6": "2001:db8:98::/48"}
HOST_SCOPE = {"ipv4": "10.50.0.1", "ipv6": "2001:db8:50::1"}


class End:
    """What is on one link, in one family."""

    def __init__(self, family, i):
        four = family == "ipv4"
        self.own = f"10.{i}.0.1" if four else f"2001:db8:{i + 1}::1"
        self.subnet = f"10.{i}.0.0/16" if four else f"2001:db8:{i + 1}::/64"
        self.length = 16 if four else 64
        self.guest = f"10.{1 - i}.0.3" if four else f"2001:db8:{2 - i}::3"  # in the other link's subnet
        self.near = f"10.{i}.0.50" if four else f"2001:db8:{i + 1}::50"
        self.gateway = f"10.{i}.0.254" if four else f"2001:db8:{i + 1}::fe"
        self.behind = f"10.99.{i}.9" if four else f"2001:db8:99:{i}::9"
        self.behind_net = f"10.99.{i}.0/24" if four else f"2001:db8:99:{i}::/64"
        self.astray = f"10.{i}.77.7"  # in the subnet, but the way there is by the other link
        self.locals = [self.own, self.guest]


ENDS = {family: [End(family, i) for i in range(2)] for family in FAMILIES}
ALL_LOCALS = [address for family in FAMILIES for end in ENDS[family] for address in end.locals] + list(HOST_SCOPE.values())

# Strong receive as this service makes it.
OURS = """table inet lab {
        set covered4 { type ifname; COVERED }
        set covered6 { type ifname; COVERED }
        set exempt4 { type ipv4_addr; elements = { 10.50.0.1 }; }
        set exempt6 { type ipv6_addr; elements = { 2001:db8:50::1 }; }
        chain input { type filter hook input priority -10; policy accept;
            iif "lo" accept
            meta nfproto ipv4 iifname != @covered4 accept
            meta nfproto ipv6 iifname != @covered6 accept
            fib daddr type { broadcast, anycast, multicast } accept
            ip daddr 127.0.0.0/8 accept
            ip daddr @exempt4 accept
            ip6 daddr @exempt6 accept
            ip6 daddr fe80::/10 accept
            icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } accept
            fib daddr type local fib daddr . iif type != local counter drop
        }
    }"""
# O0, O1: the IPv4 addresses of the links.
FILTERS = {
    "none": "",
    "ours": OURS.replace("COVERED", 'elements = { "eth0", "eth1" };'),
    "ours on eth1": OURS.replace("COVERED", 'elements = { "eth1" };'),
    "ours on neither": OURS.replace("COVERED", ""),
    "ours for IPv6": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        meta nfproto ipv6 iifname { "eth0", "eth1" } fib daddr . iif type != local drop
        }
    }""",
    "by address": """table ip lab { chain pre { type filter hook prerouting priority raw; policy accept;
        iifname "eth0" ip daddr { O1, 10.0.0.3 } drop
        iifname "eth1" ip daddr O0 drop
        }
    }""",
    "established first": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        ct state established,related accept
        iifname { "eth0", "eth1" } fib daddr . iif type != local drop
        }
    }""",
    "services": """table inet lab { chain input { type filter hook input priority filter; policy drop;
        ct state established,related accept
        meta l4proto icmpv6 accept
        tcp dport { 22, 9001 } accept
        udp dport 9000-9002 accept
        }
    }""",
    "services, strong": """table inet lab { chain input { type filter hook input priority filter; policy drop;
        meta l4proto icmpv6 accept
        iifname "eth0" ip daddr O0 tcp dport 22 accept
        iifname "eth0" ip daddr O0 udp dport 9002 accept
        iifname "eth1" fib daddr . iif type local accept
        }
    }""",
    "strict": """table inet lab { chain pre { type filter hook prerouting priority -290; policy accept;
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        fib saddr . iif oif missing drop
        }
    }""",
    "strict for IPv6": """table inet lab { chain pre { type filter hook prerouting priority filter; policy accept;
        meta nfproto ipv6 fib saddr . mark . iif oif missing drop
        }
    }""",
    "loose": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        fib saddr oif missing counter drop
        }
    }""",
    "strict on eth0, strong on eth1": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        iifname "eth0" fib saddr . iif oif 0 drop
        iifname "eth1" fib daddr . iif type != local drop
        }
    }""",
    "jumps": """table inet lab { chain strong { fib daddr . iif type local return
            ip daddr 10.50.0.1 return
           
            drop
        }
        chain input { type filter hook input priority filter; policy accept;
        iifname vmap { "lo" : accept, "eth0" : jump strong, "eth1" : jump strong }
        }
    }""",
    "by kind of packet": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        meta pkttype { broadcast, multicast } accept
        fib daddr . iif type != local drop
        }
    }""",
    "a limit": """table inet lab { chain input { type filter hook input priority filter; policy accept;
        limit rate 100000/second burst 5 packets accept
        fib daddr . iif type != local drop
        }
    }""",
}
# What a rule in these does cannot be known, or is not understood.
NOT_FOR_ME = {"a limit", "by kind of packet"}

# Rules of an interface: "own" and "guest" are its addresses, T its table, U refuses.
POLICIES = {
    "none": {},
    "source": {"rules": ["from own lookup T", "from guest lookup T"]},
    "one of two": {"rules": ["from own lookup T"]},
    "strong": {"rules": ["from own lookup T", "from guest lookup T", "from own REFUSE", "from guest REFUSE"]},
    "one of two is strong": {"rules": ["from own lookup T", "from guest lookup T", "from own REFUSE"]},
    "no gateway": {"rules": ["from own lookup T", "from guest lookup T"], "gateway": False},
    "strong, no gateway": {"rules": ["from own lookup T", "from guest lookup T", "from own REFUSE", "from guest REFUSE"], "gateway": False},
    "closed": {"rules": ["from own lookup T", "from guest lookup T"], "closed": True},
    "others": {"rules": ["from all to 198.18.0.0/15 lookup T", "from all fwmark 0x77 REFUSE", "from 10.77.0.0/16 lookup T"]},
    "nothing but refusals": {"rules": ["from own REFUSE", "from guest REFUSE"]},
}
SETTINGS = {"arp_ignore": (0, 0, 1, 2, 3), "arp_announce": (0, 0, 1, 2, 3), "arp_filter": (0, 0, 1), "proxy_arp": (0, 0, 1),
            "proxy_arp_pvlan": (0, 0, 1), "rp_filter": (0, 0, 1, 2)}


class Host:
    def __init__(self, lab):
        self.host = NamespaceHost(lab.network.host("host"), lab.directory)
        lab.hosts.append(self.host)
        self.namespace = self.host.namespace
        self.wire = Wire(self.namespace, INTERFACES)
        self.configure()
        self.wire.start({"served": ALL_LOCALS, "arp": {name: ENDS["ipv4"][i].own for i, name in enumerate(INTERFACES)}})
        self.host.start_daemon()
        self.host.api.get("/v1/host-model")  # what is opened for the first question stays
        self.host.daemon.descriptors_at_start = self.host.daemon.settled_descriptors()
        self.rules, self.count = [], itertools.count()

    def configure(self):
        lines = ["address add 10.50.0.1/32 dev lo scope host", "-6 address add 2001:db8:50::1/128 dev lo"]
        for family, (i, name) in itertools.product(FAMILIES, enumerate(INTERFACES)):
            six = "-6 " if family == "ipv6" else ""
            end = ENDS[family][i]
            lines += [f"{six}address add {end.own}/{end.length} dev {name}",
                      f"{six}address add {end.guest}/{32 if not six else 128} dev {name}"]
        for family, (i, name) in itertools.product(FAMILIES, enumerate(INTERFACES)):
            six = "-6 " if family == "ipv6" else ""
            end = ENDS[family][i]
            lines += [f"{six}route add default via {end.gateway} dev {name} metric {100 + i}",
                      f"{six}route add {end.behind_net} dev {name}"]
            if not six:
                lines.append(f"route add 10.{i}.77.0/24 dev {INTERFACES[1 - i]}")
        for family in FAMILIES:
            lines.append(("-6 " if family == "ipv6" else "") + f"route add unreachable {NOWHERE_NET[family]}")
        for name, i in itertools.product(INTERFACES, range(2)):
            for family in FAMILIES:
                end = ENDS[family][i]
                for place, mac in ((end.gateway, 0xf0 + i), (end.near, 0xe0 + i), (end.behind, 0xd0 + i)):
                    lines.append(f"{'-6 ' if family == 'ipv6' else ''}neighbor replace {place} lladdr 02:00:00:00:00:{mac:02x} "
                                 f"dev {name} nud permanent")
        self.namespace.ip_batch(lines)

    # ---- to make it so ----

    def become(self, state):
        self.state = state
        self.set_settings(state["settings"])
        self.set_policies(state["policies"], state["refuse"])
        text = "flush ruleset\n" + "\n".join(FILTERS[name].replace("table inet lab", f"table inet lab{i}").replace("table ip lab", f"table ip lab{i}")
                                               for i, name in enumerate(state["filters"]))
        for i in range(2):
            text = text.replace(f"O{i}", ENDS["ipv4"][i].own)
        self.namespace.run(["nft", "-f", "-"], stdin=text)
        assert self.host.api.request("POST", "/v1/resync").status == 200

    def set_settings(self, settings):
        script = "\n".join(f"echo {value} > /proc/sys/net/ipv4/conf/{interface}/{name}" for (interface, name), value in settings.items())
        self.namespace.run(["sh", "-e"], stdin=script)

    def set_policies(self, policies, refuse):
        lines = [f"{six}rule delete {rule}" for six, rule in self.rules] + ["-6 " * six + f"route flush table {100 + i}"
                                                                          for six in (0, 1) for i in range(2)]
        self.namespace.ip_batch(lines, force=True)
        self.rules, lines = [], ["neighbor flush nud incomplete", "neighbor flush nud failed"]
        for (family, i), name in policies.items():
            lines += self.policy_lines(family, i, POLICIES[name], refuse)
        self.namespace.ip_batch([line for line in lines if not line.startswith("neighbor")])
        self.namespace.ip_batch(lines[:2], force=True)

    def policy_lines(self, family, i, policy, refuse):
        six, end, table = "-6 " if family == "ipv6" else "", ENDS[family][i], 100 + i
        lines = [f"{six}route add {end.subnet} dev {INTERFACES[i]} table {table}",
                 f"{six}route add {end.behind_net} dev {INTERFACES[i]} table {table}"]
        if policy.get("gateway", True):
            lines.append(f"{six}route add default via {end.gateway} dev {INTERFACES[i]} table {table}")
        if policy.get("closed"):
            lines.append(f"{six}route add unreachable default metric 4000000 table {table}")
        for priority, rule in enumerate(policy.get("rules", [])):
            if six and "198.18" in rule or six and "10.77" in rule:
                continue
            words = [{"own": end.own, "guest": end.guest, "T": str(table), "REFUSE": refuse}.get(word, word) for word in rule.split()]
            rule = " ".join(words) + f" priority {1000 + 10 * priority + i}"
            self.rules.append((six, rule))
            lines.append(f"{six}rule add {rule}")
        return lines

    # ---- what is said ----

    def said(self):
        """{(interface, family, what): effective}."""
        items = {}
        for path in ("/v1/host-model", "/v1/arp"):
            for item in self.host.api.get(path)["items"]:
                for what, value in item.items():
                    if isinstance(value, dict):
                        items[item["interface"], item["family"], what] = value
        return items

    # ---- what packets do ----

    def receives(self, i, family, locals_, remotes, ports=None):
        """{(local, remote): taken}, of datagrams that come in on the interface."""
        pairs = list(itertools.product(locals_, remotes))
        probes = [{"interface": INTERFACES[i], "local": local, "remote": remote, "socket": "udp-bound"} for local, remote in pairs]
        return {pair: outcome["received"] for pair, outcome in zip(pairs, self.wire.probe(probes))}

    def ways(self, i, family):
        """{(source, destination): the interface by which it left, or None}."""
        places = [place for end in ENDS[family] for place in (end.near, end.behind)] + [FAR[family]]
        pairs = list(itertools.product(ENDS[family][i].locals, places))
        packets = [{"source": source, "destination": destination} for source, destination in pairs]
        return {pair: outcome["interface"] for pair, outcome in zip(pairs, self.wire.emit(packets))}


@pytest.fixture
def host(lab):
    return Host(lab)


# ---- the oracles: what can be, by what packets did ----

def receive_of(host, i, family, state):
    """strong when nothing came in for the other addresses, from anywhere."""
    others = ENDS[family][1 - i].locals
    remotes = [end_place for end in ENDS[family] for end_place in (end.near, end.behind)] + [FAR[family]]
    taken = host.receives(i, family, others, remotes)
    return {"weak"} if any(taken.values()) else later_receive_of(host, i, family, others)


def later_receive_of(host, i, family, others):
    """By packets of connections that were begun by the other interface, where the address is. Without a reply there is none: what
    is said then of those that began before it was so, packets cannot tell."""
    remotes = [place for end in ENDS[family] for place in (end.near, end.behind)] + [FAR[family]]
    right = [{"interface": INTERFACES[1 - i], "local": local, "remote": remote, "socket": "udp-bound"}
             for local, remote in itertools.product(others, remotes)]
    begun = host.wire.probe(right)
    wrong = [{**probe, "interface": INTERFACES[i], "port": outcome["port"]} for probe, outcome in zip(right, begun) if outcome["replies"]]
    if any(outcome["received"] for outcome in host.wire.probe(wrong)):
        return {"weak"}
    said_of_some = "established first" in host.state["filters"] and len(wrong) < len(right)
    return {"weak", "strong"} if said_of_some else {"strong"}


def send_of(host, i, family, state):
    own, policy = INTERFACES[i], POLICIES[state["policies"][family, i]]
    ways = host.ways(i, family)
    away = {pair for pair, interface in ways.items() if interface not in (own, None)}
    if not away:
        return {"source-routing" if falls_through(host, i, family) else "strong"}
    # One that has a way, and another takes it all the same.
    far = any(destination == FAR[family] for _, destination in away)
    unruled = any(not any(f"from {which} lookup" in rule for rule in policy.get("rules", []))
                  for which, source in (("own", ENDS[family][i].own), ("guest", ENDS[family][i].guest))
                  if any(at == source for at, _ in away))
    return {"weak"} if far or unruled else {"source-routing"}


def falls_through(host, i, family):
    """Without its gateway and its nets, do packets of the interface's addresses go another way?"""
    six, table = ["-6"] if family == "ipv6" else [], str(100 + i)
    routes = host.namespace.ip(*six, "route", "show", "table", table)
    keep = [line.strip() for line in routes.splitlines() if not line.startswith("unreachable")]
    for line in keep:
        host.namespace.ip(*six, "route", "delete", *line.replace("linkdown", "").split(), "table", table)
    ways = host.ways(i, family)
    for line in sorted(keep, key=lambda line: line.startswith("default")):
        host.namespace.ip(*six, "route", "add", *line.replace("linkdown", "").split(), "table", table)
    return any(interface is not None for interface in ways.values())


def reverse_path_of(host, i, family, state):
    """By sources whose way back is elsewhere, and one that has none; to addresses that no rule speaks of."""
    ruled = state["policies"][family, i] not in ("none", "others")
    locals_ = [HOST_SCOPE[family]] + ([] if ruled else [ENDS[family][i].own])
    near, elsewhere, nowhere = ENDS[family][i].near, ENDS[family][1 - i].behind, NOWHERE[family]
    taken = host.receives(i, family, locals_, [near, elsewhere, nowhere])
    possible = {"off", "loose", "strict"}
    for local in locals_:
        if not taken[local, near]:
            continue
        possible &= {"off", "loose"} if taken[local, elsewhere] else {"strict"}
        possible &= {"off"} if taken[local, nowhere] else {"loose", "strict"}
    return possible


def arp_of(host, i, state):
    """Every question at once: {what: what can be}."""
    name, end, other = INTERFACES[i], ENDS["ipv4"][i], ENDS["ipv4"][1 - i]
    questions = [(other.own, None), (HOST_SCOPE["ipv4"], None), (end.own, end.behind), (end.own, end.near), (end.own, end.astray),
                 (HOST_SCOPE["ipv4"], end.near), (HOST_SCOPE["ipv4"], end.astray),
                 (f"10.{1 - i}.0.77", end.near), (f"10.{i}.0.88", end.near)]
    answers = host.wire.ask([{"interface": name, "target": target, "sender": sender} for target, sender in questions])
    of_other, of_lo, from_far, from_near, from_astray, lo_near, lo_astray, for_other, for_neighbour = answers
    found = {"proxy": {for_other or for_neighbour}}
    if of_other:
        found["reply"] = {"any"} if of_lo else {"other"}
    else:
        found["reply"] = {"interface"} if from_far else {"subnet"} if from_near else {"interface", "subnet"}
    strict = max(state["settings"][where, "rp_filter"] for where in (name, "all")) == 1
    ruled = state["policies"]["ipv4", i] not in ("none", "others")
    found["filter"] = {True, False}
    if not strict and not ruled and from_near:
        found["filter"] &= {not from_astray}
    if not strict and lo_near:
        found["filter"] &= {not lo_astray}
    found["announce"] = announce_of(host, i)
    return found


def announce_of(host, i):
    """Who asks for a neighbour: for a packet from the other interface's address in this subnet, and from another one."""
    name, end, other = INTERFACES[i], ENDS["ipv4"][i], ENDS["ipv4"][1 - i]
    number = next(host.count)
    targets = [f"10.{i}.{128 + number // 100}.{2 * (number % 100) + which + 1}" for which in range(2)]
    sources = (other.guest, other.own)
    packets = [{"source": source, "destination": target, "bound": name} for source, target in zip(sources, targets)]
    asks = [outcome["asks"].get(name) for outcome in host.wire.emit(packets)]
    return {{(sources[0], sources[1]): "any", (sources[0], end.own): "subnet", (end.own, end.own): "best"}.get(tuple(asks), f"asked as {asks}")}


# ---- comparing ----

def random_state(random):
    settings = {(where, name): random.choice(values) for where in (*INTERFACES, "all") for name, values in SETTINGS.items()}
    for name in SETTINGS:  # all outvotes too much else
        if random.random() < 0.7:
            settings["all", name] = 0
    settings.update({(name, "forwarding"): random.choice((0, 1)) for name in INTERFACES})
    return {"settings": settings,
            "policies": {(family, i): random.choice(list(POLICIES)) for family in FAMILIES for i in range(2)},
            "refuse": random.choice(("unreachable", "prohibit", "blackhole")),
            "filters": random.sample(list(FILTERS), random.choice((1, 1, 1, 2)))}


def seen(host, state):
    """{(interface, family, what): what can be, by what packets did}."""
    found = {}
    for i, name in enumerate(INTERFACES):
        for family in FAMILIES:
            found[name, family, "receive"] = receive_of(host, i, family, state)
            found[name, family, "send"] = send_of(host, i, family, state)
            found[name, family, "reverse_path"] = reverse_path_of(host, i, family, state)
        found.update({(name, "ipv4", what): value for what, value in arp_of(host, i, state).items()})
    return found


def compare(state, said, found, tally):
    """What is wrong; counts what was judged and what was not."""
    wrong = []
    for key, possible in found.items():
        effective = said[key]["effective"]
        tally[key[2], "undecided" if effective == "indeterminate" else "judged" if len(possible) == 1 else "open"] += 1
        tally[key[2], effective] += 1
        if effective == "indeterminate" and NOT_FOR_ME & set(state["filters"]):
            continue
        if effective not in possible:
            wrong.append(f"{key} is said to be {effective}, packets say {possible}: {said[key]}\n  {in_short(state)}")
    return wrong


def in_short(state):
    return {**state, "settings": {".".join(key): value for key, value in state["settings"].items() if value}}


def check(host, state, tally):
    host.become(state)
    said = host.said()
    return compare(state, said, seen(host, state), tally)


def test_random_hosts(host, seeded, full):
    tally, wrong = collections.Counter(), []
    for _ in range(400 if full else 60):
        wrong += check(host, random_state(seeded), tally)
    print(dict(tally))
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:12])
    every_word_was_met(tally)


def test_it_can_fail(host, seeded):
    """What was said of another state of the host is seen to be wrong, of every kind."""
    every, kinds = {"receive", "send", "reverse_path", "reply", "announce", "filter", "proxy"}, set()
    for _ in range(60):
        if kinds == every:
            break
        before, after = random_state(seeded), random_state(seeded)
        host.become(before)
        said = host.said()
        host.become(after)
        kinds |= {words.split("'")[5] for words in compare(after, said, seen(host, after), collections.Counter())}
    assert kinds == every


def every_word_was_met(tally):
    words = {"receive": ("weak", "strong"), "send": ("weak", "source-routing", "strong"), "reverse_path": ("off", "loose", "strict"),
             "reply": ("any", "interface", "subnet", "other"), "announce": ("any", "subnet", "best"), "filter": (True, False),
             "proxy": (True, False)}
    assert not [(what, word) for what, all_words in words.items() for word in all_words if not tally[what, word]]
    for what in words:
        assert tally[what, "judged"] * 3 > tally[what, "open"] + tally[what, "undecided"], (what, dict(tally))

"""What the packet filter is said to do with a packet is what the kernel does: random rulesets, real packets
(tests/lab/filter)."""
import collections
import contextlib
import ctypes
import os
import re
import select
import socket
import struct
import subprocess
import time

from daemon import BUILD
from topology import Network

VERDICT = os.path.join(BUILD, "tests", "lab", "filter", "filter_verdict")
QUICK, FULL = 70, 1500  # rulesets
PACKETS = 24            # of each
TCP, UDP = 6, 17
IPV6_HDRINCL = 36
CLONE_NEWNET = 0x40000000

# The host's interfaces, and what is on them: the host is .1, the peer has the others.
LINKS = {"eth0": ("192.0.2.", "2001:db8:0::"), "wan1": ("198.51.100.", "2001:db8:1::")}
PORTS = [22, 53, 80, 443, 1024, 8080]


# ---- packets ---------------------------------------------------------------------------------------------------------

def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def segment(packet):
    """The UDP datagram or the TCP segment, with the checksum that connection tracking looks at."""
    source, destination = packed(packet["source"]), packed(packet["destination"])
    ports = struct.pack("!HH", packet["sport"], packet["dport"])
    if packet["protocol"] == UDP:
        head, tail = ports + struct.pack("!H", 12), packet["id"].to_bytes(4, "big")
    else:
        head, tail = ports + struct.pack("!IIBBH", packet["id"], packet["ack"], 0x50, packet["flags"], 1024), b"\0\0"
    length = len(head) + 2 + len(tail)
    if len(source) == 4:
        pseudo = source + destination + struct.pack("!BBH", 0, packet["protocol"], length)
    else:
        pseudo = source + destination + struct.pack("!II", length, packet["protocol"])
    check = checksum(pseudo + head + b"\0\0" + tail) or 0xffff
    return head + struct.pack("!H", check) + tail


def datagram(packet):
    body = segment(packet)
    source, destination = packed(packet["source"]), packed(packet["destination"])
    if len(source) == 4:
        return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, packet["protocol"], 0) + source + destination + body
    return struct.pack("!IHBB", 6 << 28, len(body), packet["protocol"], 64) + source + destination + body


def identity(octets, protocol):
    """The id that `segment` wrote; None for anything else."""
    if protocol == UDP and len(octets) == 12:
        return int.from_bytes(octets[8:12], "big")
    if protocol == TCP and len(octets) >= 20:
        return int.from_bytes(octets[4:8], "big")
    return None


# ---- sockets in namespaces -------------------------------------------------------------------------------------------

@contextlib.contextmanager
def inside(namespace):
    """Sockets that are made in here belong to the namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as own, open(f"/run/netns/{namespace}") as other:
        assert libc.setns(other.fileno(), CLONE_NEWNET) == 0
        try:
            yield
        finally:
            assert libc.setns(own.fileno(), CLONE_NEWNET) == 0


def sender(namespace, family, interface):
    with inside(namespace):
        made = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
    return made


class Listener:
    """Sees the packets that got as far as the sockets of a namespace."""

    def __init__(self, namespace):
        with inside(namespace):
            self.sockets = {socket.socket(family, socket.SOCK_RAW, protocol): (family, protocol)
                            for family in (socket.AF_INET, socket.AF_INET6) for protocol in (UDP, TCP)}
        for one in self.sockets:
            one.setblocking(False)

    def take(self, moment=0.01):
        """The ids that came, until nothing came for a moment (seconds)."""
        seen = set()
        while True:
            ready, _, _ = select.select(list(self.sockets), [], [], moment)
            if not ready:
                return seen
            for one in ready:
                family, protocol = self.sockets[one]
                octets = one.recv(65536)
                seen.add(identity(octets[20:] if family == socket.AF_INET else octets, protocol))


# ---- rulesets --------------------------------------------------------------------------------------------------------

class Rules:
    """Random rules of what is understood. Chains see either what comes in (prerouting, input) or what goes out (output)."""

    def __init__(self, random):
        self.random = random
        self.hooks = random.choice([["prerouting", "input"]] * 3 + [["output", "postrouting"]])
        self.family = "inet"
        self.out = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def v4(self):
        return self.random.choice([base for base, _ in LINKS.values()]) + str(self.random.randint(1, 6))

    def v6(self):
        return self.random.choice([base for _, base in LINKS.values()]) + str(self.random.randint(1, 6))

    def port(self):
        return self.random.choice(PORTS)

    # ---- sets ----

    def one_of(self, make, extra=()):
        """A value, its negation, or an anonymous set of some."""
        kind = self.random.randrange(5)
        values = sorted({str(make()) for _ in range(self.random.randint(1, 3))} | set(extra))
        if kind < 2:
            return values[0]
        return ("!= " if kind == 2 else "") + (values[0] if kind == 3 else "{ " + ", ".join(values) + " }")

    def prefix4(self):
        return self.pick("192.0.2.0/30", "198.51.100.0/24", "0.0.0.0/1", "192.0.2.2-192.0.2.4", "198.51.100.4/31", self.v4())

    def prefix6(self):
        return self.pick("2001:db8::/64", "2001:db8:1::/64", "2001:db8::2-2001:db8::4", "2001:db8:1::4/126", self.v6())

    def single(self, make):
        return self.pick("", "!= ") + str(make())

    def address(self, version):
        side = self.pick("saddr", "daddr")
        if version == 4:
            named = "named" if self.family == "ip" or self.family == "inet" else None
            return f"ip {side} " + self.pick(self.single(self.prefix4), self.one_of(self.v4), f"@{named}4", f"!= @{named}4",
                                             f"& 0.0.0.3 == 0.0.0.{self.random.randint(0, 3)}", f"> {self.v4()}")
        return f"ip6 {side} " + self.pick(self.single(self.prefix6), self.one_of(self.v6), "@named6", "!= @named6",
                                          f"< {self.v6()}")

    # ---- matches ----

    def ports(self):
        head = self.pick("tcp", "udp", "th") + " " + self.pick("sport", "dport")
        if head.startswith("th"):
            head = "meta l4proto { tcp, udp } " + head
        return head + " " + self.pick(self.one_of(self.port), "1024-9000", "!= 1-100", ">= 443", "< 443", "{ 22, 53-443 }",
                                      "@ports", "!= @ports")

    def connection(self):
        state = self.pick("new", "established", "invalid", "untracked", "established,related", "new,untracked")
        return self.pick(f"ct state {state}", f"ct state ! {state}" if "," not in state else f"ct state {state}",
                         "ct state { new, established }", "ct state != { new, untracked }", "ct state != established",
                         "ct direction original", "ct direction reply",
                         f"ct mark {self.pick(0, 1, 2)}", "ct mark & 1 == 1", f"ct zone {self.pick(0, 7)}",
                         f"ct zone != {self.pick(0, 7)}")

    def interface(self):
        name = self.pick("eth0", "wan1")
        way = "iif" if "input" in self.hooks else "oif"
        other = "oif" if way == "iif" else "iif"
        return self.pick(f"{way} {name}", f"{way} != {name}", f"{way}name {name}", f'{way}name "{name[:2]}*"',
                         f'{way}name != "e*"', f'{way}name {{ "w*", "lo" }}', f"{way}name @names", f'{other}name "{name}"',
                         f'{way}name . meta l4proto {{ "{name}" . udp, "wan1" . tcp }}')

    def routes(self):
        if "output" in self.hooks:
            return "fib daddr type " + self.pick("local", "unicast", "!= unicast")
        bound = self.pick("", " . iif")
        return self.pick(f"fib saddr{bound} oif " + self.pick("missing", "exists", "eth0", "!= 0"),
                         f"fib saddr{bound} oifname " + self.pick("eth0", '"wan*"'),
                         f"fib daddr{bound} type " + self.pick("local", "unicast", "!= local", "{ local, broadcast }"))

    def mark(self):
        return "meta mark " + self.pick("0", "1", "2", "!= 0", "& 1 == 1", "0-1", "{ 1, 4-6 }", "and 0x3 != 0x2")

    def flags(self):
        return "tcp flags " + self.pick("syn", "ack", "& (fin|syn|rst|ack) == syn", "& (syn|ack) != syn", "! ack", "& (syn|ack) == (syn|ack)",
                                        "{ syn, syn|ack }", "== syn", "!= syn", "fin,rst")

    def concatenation(self):
        if self.family == "ip6":
            return "ip6 saddr . th dport { 2001:db8::/64 . 22-80, 2001:db8:1::2 . 53 }"
        return self.pick(f"ip saddr . ip daddr {{ {self.v4()} . 192.0.2.1, 198.51.100.0/24 . 198.51.100.1 }}",
                         "ip saddr . tcp dport @pairs", "ip saddr . udp dport @pairs", "ip saddr . udp dport != @pairs")

    def match(self):
        version = {"ip": 4, "ip6": 6}.get(self.family) or self.pick(4, 4, 6)
        kinds = [lambda: self.address(version)] * 4 + [self.ports] * 4 + [self.interface] * 3 + [self.connection] * 3 + \
                [self.mark] * 2 + [self.flags, self.concatenation, self.routes] + \
                [lambda: self.pick("meta l4proto tcp", "meta l4proto != udp")]
        if self.family == "inet":
            kinds.append(lambda: self.pick("meta nfproto ipv4", "meta nfproto ipv6", "meta protocol ip"))
        if self.family != "ip6":
            kinds.append(lambda: self.pick("ip protocol tcp", "ip protocol != { udp, icmp }", "icmp type echo-request", "ip ttl 5"))
        return self.random.choice(kinds)()

    # ---- rules ----

    def change(self):
        return self.pick("meta mark set 1", "meta mark set meta mark or 2", "meta mark set ct mark", "ct mark set meta mark", "ct mark set 1",
                         "meta mark set ct mark and 0x1", "meta mark set tcp dport map { 22 : 1, 53 : 2, 80-443 : 4 }",
                         "meta mark set meta mark xor 0x3", "notrack", "ct zone set 7", "counter", "log")

    def verdict(self, targets, hook):
        choices = ["accept"] * 4 + ["drop"] * 4 + ["return", "continue"]
        if hook in ("input", "output"):
            choices.append("reject")
        for target in targets:
            choices += [f"jump {target}", f"jump {target}", f"goto {target}"]
        return self.random.choice(choices)

    def plain_rule(self, targets, hook):
        matches = " ".join(self.match() for _ in range(self.random.choice([0, 1, 1, 1, 2, 2])))
        if self.random.random() < 0.15:
            return matches + " " + self.verdict_map(targets, hook)
        last = self.change() if self.random.random() < 0.3 else self.verdict(targets, hook)
        if not matches and "set" not in last and self.random.random() < 0.8:
            matches = self.match()
        return f"{matches} {last}"

    def verdict_map(self, targets, hook):
        one, two, three = (self.verdict(targets, hook).replace("reject", "drop") for _ in range(3))
        name = "iifname" if "input" in self.hooks else "oifname"
        return self.pick(f"ct state vmap {{ new : {one}, established : {two}, untracked : {three} }}",
                         f"tcp dport vmap {{ 22 : {one}, 53-443 : {two} }}", f"udp dport vmap {{ 22 : {one}, 53-443 : {two} }}",
                         f'{name} vmap {{ "eth*" : {one}, "wan1" : {two} }}',
                         f"meta l4proto . th dport vmap {{ tcp . 22 : {one}, udp . 53 : {two} }}",
                         f"meta mark vmap {{ 0 : {one}, 1-3 : {two} }}")

    def consistent(self, make):
        """A rule that is about one protocol and one family at most: nft refuses others."""
        while True:
            rule = make()
            if not (re.search(r"\btcp [sdf]", rule) and re.search(r"\budp [sd]", rule)) and \
                    not (re.search(r"\b(ip|icmp) [sdpt]", rule) and "ip6 " in rule):
                return rule

    def rule(self, targets, hook):
        return self.consistent(lambda: self.plain_rule(targets, hook))

    def begin_table(self, number):
        """A table with what rules refer to; returns its name."""
        self.family = self.pick("ip", "ip6", "inet", "inet", "inet")
        name = f"{self.family} t{number}"
        self.out.append(f"add table {name}")
        if self.family != "ip6":
            self.out.append(f"add set {name} named4 {{ type ipv4_addr; flags interval; elements = {{ 192.0.2.0/30, "
                            "198.51.100.3-198.51.100.5 }; }")
            self.out.append(f"add set {name} pairs {{ type ipv4_addr . inet_service; flags interval; elements = {{ "
                            "192.0.2.0/24 . 22-80, 198.51.100.2 . 443 }; }")
        if self.family != "ip":
            self.out.append(f"add set {name} named6 {{ type ipv6_addr; elements = {{ 2001:db8::2, 2001:db8::3, 2001:db8:1::4 }}; }}")
        self.out.append(f"add set {name} ports {{ type inet_service; flags interval; elements = {{ 53, 400-500 }}; }}")
        self.out.append(f'add set {name} names {{ type ifname; flags interval; elements = {{ "wa*", "lo" }}; }}')
        return name

    def add_base(self, table, chain, policy):
        hook = self.random.choice(self.hooks)
        priority = self.pick(-310, -300, -250, -150, -10, 0, 0, 0, 10)
        self.out.append(f"add chain {table} {chain} {{ type filter hook {hook} priority {priority}; policy {policy}; }}")
        return hook

    def add_rule(self, table, chain, rule):
        self.out.append(f"add rule {table} {chain} {rule}")

    def wild(self):
        """Anything, and much of it; most packets meet several rules."""
        for number in range(self.random.randint(1, 3)):
            table = self.begin_table(number)
            inner = [f"c{i}" for i in range(self.random.randint(0, 3))]
            self.out += [f"add chain {table} {chain}" for chain in inner]
            for i, chain in enumerate(inner):
                for _ in range(self.random.randint(0, 3)):
                    self.add_rule(table, chain, self.rule(inner[i + 1:], "any"))
            for i in range(self.random.randint(1, 2)):
                hook = self.add_base(table, f"b{i}", self.pick("accept", "accept", "accept", "drop"))
                for _ in range(self.random.randint(1, 4)):
                    self.add_rule(table, f"b{i}", self.rule(inner, hook))

    def pointed(self):
        """One rule decides, and what changes the packet before it, or the chain it is in, shows."""
        table = self.begin_table(0)
        policy, verdict = self.pick(("accept", "drop"), ("drop", "accept"))
        kind = self.random.randrange(6)
        if kind == 0:  # a mark, or a state, that another chain has set, before or after, or at the same priority
            self.add_base(table, "other", "accept")
            self.add_rule(table, "other", self.consistent(lambda: f"{self.match()} {self.change()}"))
            self.add_base(table, "b", policy)
            self.add_rule(table, "b", f"{self.pick(self.mark, self.connection)()} {verdict}")
        elif kind == 1:  # what follows a chain that was jumped or gone to
            self.out.append(f"add chain {table} c")
            self.add_rule(table, "c", self.consistent(lambda: f"{self.match()} {self.pick('return', 'continue', 'accept', 'drop')}"))
            hook = self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {self.pick('jump', 'goto')} c"))
            self.add_rule(table, "b", verdict)
        elif kind == 2:
            self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {self.change()}"))
            self.add_rule(table, "b", f"{self.pick(self.mark, self.connection)()} {verdict}")
        elif kind == 3:
            hook = self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.verdict_map([], hook))
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {verdict}"))
        else:
            self.add_base(table, "b", policy)
            self.add_rule(table, "b", self.consistent(lambda: f"{self.match()} {verdict}"))

    def lines(self):
        self.out = []
        self.pick(self.wild, self.pointed, self.pointed, self.pointed)()
        return self.out


QUIET = """table inet quiet {
    chain output {
        type filter hook output priority 0
        tcp flags & rst != 0 drop
        icmp type destination-unreachable drop
        icmpv6 type destination-unreachable drop
    }
}
"""


# ---- the host --------------------------------------------------------------------------------------------------------

class Host:
    def __init__(self, network, random):
        self.random, self.count, self.refused = random, 0, 0
        self.host, self.peer = network.host("host"), network.host("peer")
        for name, (v4, v6) in LINKS.items():
            self.host.connect(name, self.peer, name)
            for side, number in ((self.host, 1), (self.peer, 2)):
                side.ip("address", "add", f"{v4}{number}/24", "dev", name)
                side.ip("address", "add", f"{v6}{number}/64", "dev", name, "nodad")
        for number in range(3, 7):
            for name, (v4, v6) in LINKS.items():
                self.peer.ip("address", "add", f"{v4}{number}/24", "dev", name)
                self.peer.ip("address", "add", f"{v6}{number}/64", "dev", name, "nodad")
        for name in LINKS:
            self.host.set(f"net/ipv4/conf/{name}/rp_filter", 0)
        self.host.set("net/ipv4/conf/all/rp_filter", 0)
        # Nobody answers, so that no connection is known but by what a test sends.
        self.peer.run(["nft", "-f", "-"], stdin=QUIET)
        self.make_neighbors()
        self.indices = {link["ifname"]: link["ifindex"] for link in self.host.ip_json("link", "show")}
        self.senders = {(side.name, version, name): sender(side.name, family, name)
                        for side in (self.host, self.peer) for name in LINKS
                        for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6))}
        self.listeners = {side.name: Listener(side.name) for side in (self.host, self.peer)}

    def make_neighbors(self):
        """Rules that drop neighbour discovery must not keep packets from being sent."""
        for name, bases in LINKS.items():
            macs = {side: side.ip_json("link", "show", "dev", name)[0]["address"] for side in (self.host, self.peer)}
            for base in bases:
                for number in range(1, 7):
                    here, there = (self.peer, self.host) if number == 1 else (self.host, self.peer)
                    here.ip("neighbor", "replace", f"{base}{number}", "lladdr", macs[there], "nud", "permanent", "dev", name)

    def load(self, lines):
        """Line by line where this kernel does not take all: what it does not take is left out."""
        done = subprocess.run([*self.host.enter, "nft", "-f", "-"], input="\n".join(["flush ruleset", *lines, ""]),
                              capture_output=True, text=True)
        if done.returncode == 0:
            return
        self.refused += 1
        self.host.run(["nft", "flush", "ruleset"])
        for line in lines:
            self.host.run(["nft", "-f", "-"], stdin=line + "\n", check=False)

    def packet(self, outgoing):
        """A new packet between host and peer, on one of the links; mostly with the addresses of that link."""
        version, name = self.random.choice([4, 4, 6]), self.random.choice(list(LINKS))
        other = name if self.random.random() < 0.8 else self.random.choice(list(LINKS))
        here = LINKS[name][version == 6] + "1"
        there = LINKS[other][version == 6] + str(self.random.randint(2, 6))
        if outgoing:
            there = LINKS[name][version == 6] + str(self.random.randint(2, 6))
        self.count += 1
        protocol = self.random.choice([UDP, TCP])
        return {"version": version, "link": name, "protocol": protocol, "id": 1000 + self.count, "ack": 0,
                "flags": 2, "source": here if outgoing else there, "destination": there if outgoing else here,
                "sport": 20000 + self.count % 40000 if self.random.random() < 0.8 else self.random.choice(PORTS) * 7 + self.count,
                "dport": self.random.choice(PORTS)}

    def reply(self, packet):
        self.count += 1
        return {**packet, "id": 1000 + self.count, "ack": packet["id"] + 1, "flags": 0x12,
                "source": packet["destination"], "destination": packet["source"], "sport": packet["dport"], "dport": packet["sport"]}

    def send(self, side, packet):
        to = (packet["destination"], 0) if packet["version"] == 4 else (packet["destination"], 0, 0, 0)
        with contextlib.suppress(PermissionError):  # what output drops, the sender is told
            self.senders[side.name, packet["version"], packet["link"]].sendto(datagram(packet), to)

    def words(self, packet, outgoing, state):
        """The packet for filter_verdict."""
        interface = f"{self.indices[packet['link']]}:{packet['link']}"
        mine = packet["source"] if outgoing else packet["destination"]
        theirs = packet["destination"] if outgoing else packet["source"]
        owner = next(name for name, bases in LINKS.items() if theirs.startswith(bases[packet["version"] == 6]))
        return " ".join([
            "hooks=" + ("output,postrouting" if outgoing else "prerouting,input"),
            f"source={packet['source']}", f"destination={packet['destination']}", f"protocol={packet['protocol']}",
            f"sport={packet['sport']}", f"dport={packet['dport']}", f"syn={int(packet['flags'] == 2)}",
            f"{'output' if outgoing else 'input'}={interface}", f"state={state}", f"reply={int(state == 'established')}",
            f"fib={mine}/1:lo/local", f"fib={theirs}/{self.indices[owner]}:{owner}/unicast"])

    def verdicts(self, questions):
        text = self.host.run([VERDICT], stdin="".join(question + "\n" for question in questions))
        return [line.split("\t") for line in text.splitlines()]


def send_all(host, outgoing):
    """Packets and their connections' states: outgoing ones, or incoming ones of which some answer the host's."""
    sent = []
    for _ in range(PACKETS):
        packet, state = host.packet(outgoing), "new"
        if not outgoing and host.random.random() < 0.4:
            request = host.packet(True)  # no chain here looks at what goes out
            host.send(host.host, request)
            packet, state = host.reply(request), "established"
        sent.append((packet, state))
    host.listeners["peer"].take()
    for packet, _ in sent:
        host.send(host.host if outgoing else host.peer, packet)
    return sent


def is_wrong(packet, verdict, came):
    return verdict != "indeterminate" and (verdict == "pass") != (packet["id"] in came)


def compare(host, rules):
    """Sends packets through the rules; returns the verdicts and what disagrees."""
    outgoing = "output" in rules.hooks
    sent = send_all(host, outgoing)
    receiver = host.listeners["peer" if outgoing else "host"]
    came = receiver.take()
    verdicts = host.verdicts([host.words(packet, outgoing, state) for packet, state in sent])
    pairs = list(zip(sent, verdicts, strict=True))
    if any(is_wrong(packet, verdict[0], came) for (packet, _), verdict in pairs):
        came |= receiver.take(0.3)  # a busy machine
    return [verdict[0] for verdict in verdicts], [
        f"{host.words(packet, outgoing, state)}\n  the kernel: {'pass' if packet['id'] in came else 'drop'}; the filter: {verdict}"
        for (packet, state), verdict in pairs if is_wrong(packet, verdict[0], came)]


def run(network, random, rulesets):
    host = Host(network, random)
    said = collections.Counter()
    wrong = []
    for _ in range(rulesets):
        rules = Rules(random)
        host.load(rules.lines())
        verdicts, disagreements = compare(host, rules)
        said.update(verdicts)
        if disagreements:
            wrong.append(host.host.run(["nft", "list", "ruleset"]) + "\n".join(disagreements))
    print(f"{rulesets} rulesets ({host.refused} not whole): {dict(said)}")
    return said, wrong


def test_the_kernel_does_what_is_said(world, full, seeded):
    """MH_LAB_SEED repeats a run, MH_FILTER_RULESETS makes it longer."""
    rulesets = int(os.environ.get("MH_FILTER_RULESETS") or (FULL if full else QUICK))
    with Network() as network:
        said, wrong = run(network, seeded, rulesets)
    assert not wrong, "\n\n".join(wrong[:3])
    assert said["indeterminate"] < said.total() / 10, "too little is understood for this to say anything"
    assert min(said["pass"], said["drop"]) > said.total() / 10, "too many have the same verdict"

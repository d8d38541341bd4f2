"""What the packet filter is said to do with a packet is what the kernel does: random rulesets, real packets
(tests/lab/filter)."""
import collections
import contextlib
import ctypes
import os
import select
import socket
import struct
import subprocess

from adapter import Unsupported
from daemon import BUILD
from filter_rules import LINKS, PORTS, Rules
from topology import CommandFailed, Network
from wire import checksum, packed

VERDICT = os.path.join(BUILD, "tests", "lab", "filter", "filter_verdict")
QUICK, FULL = 50, 1500  # rulesets
PACKETS = 24            # of each
TCP, UDP = 6, 17
IPV6_HDRINCL = 36
CLONE_NEWNET = 0x40000000


# ---- packets ---------------------------------------------------------------------------------------------------------

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

def need_nft(namespace):
    try:
        namespace.run(["nft", "list", "ruleset"])
    except (FileNotFoundError, CommandFailed) as error:
        raise Unsupported(f"no nft here: {error}") from error


class Host:
    def __init__(self, network, random):
        self.random, self.count, self.refused, self.program = random, 0, 0, [VERDICT]
        self.host, self.peer = network.host("host"), network.host("peer")
        need_nft(self.host)
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
                "sport": 20000 + self.count % 40000 if self.random.random() < 0.8 else (self.random.choice(PORTS) * 7 + self.count) % 65536,
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
        text = self.host.run(self.program, stdin="".join(question + "\n" for question in questions))
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


def run(network, random, rulesets, *options):
    host = Host(network, random)
    host.program += options
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


def test_it_can_fail(world, seeded):
    """A filter that is not read lets pass what the kernel drops."""
    with Network() as network:
        _, wrong = run(network, seeded, 6, "--forget")
    assert wrong and "the kernel: drop; the filter: ['pass'" in wrong[0]

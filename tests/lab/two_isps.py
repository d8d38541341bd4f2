"""A host with two providers, a server far away, and a container behind an internal bridge:

    box --- br0 [ host ] eth0 --- isp1 [ r1 ] --+
                         eth1 --- isp2 [ r2 ] --+-- far --- server

Each provider drops what does not come from its own addresses (BCP 38), and counts what leaves by it.
"""
import contextlib
import json

from kept import Kept
from picture import picture
from topology import Network

ADDRESSES = {"eth0": ("192.0.2.1", "2001:db8:1::1"), "eth1": ("198.51.100.1", "2001:db8:2::1")}
NETS = {"isp1": ("192.0.2", "2001:db8:1"), "isp2": ("198.51.100", "2001:db8:2")}
SERVER = ("203.0.113.9", "2001:db8:99::9")
SECOND_SERVER = "203.0.113.10"
BOX = "172.17.0.2"

FILTER = """
table inet provider {{
    counter out4 {{ }}
    counter out6 {{ }}
    chain forward {{
        type filter hook forward priority 0;
        iifname "isp" ip saddr != {four}.0/24 drop
        iifname "isp" ip6 saddr != {six}::/64 drop
        iifname "isp" meta nfproto ipv4 counter name out4
        iifname "isp" meta nfproto ipv6 counter name out6
    }}
}}
"""

# Answers every request with the address that it came to.
ANSWER = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
listener = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
chosen.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        peer, _ = listener.accept()
        peer.sendall(peer.getsockname()[0].encode())
        peer.close()
"""

# Who of the addresses answers.
ASK = """
import json, socket, sys
def ask(address):
    try:
        with socket.create_connection((address, 7), timeout=float(sys.argv[1])) as peer:
            return bool(peer.recv(100))
    except OSError:
        return False
json.dump({address: ask(address) for address in sys.argv[2:]}, sys.stdout)
"""

# Datagrams from a source (or none), one socket for each destination and port; the errors' names.
SEND = """
import errno, json, socket, sys
errors = set()
for order in json.load(sys.stdin):
    family = socket.AF_INET6 if ":" in order["to"] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if order.get("from"):
            sock.bind((order["from"], 0))
        try:
            for _ in range(order.get("count", 1)):
                sock.sendto(b"x", (order["to"], order.get("port", 9)))
        except OSError as error:
            errors.add(errno.errorcode[error.errno])
json.dump(sorted(errors), sys.stdout)
"""


def serve(namespace):
    """Answers everybody at all addresses from here on."""
    namespace.spawn(["python3", "-c", ANSWER])


def ask(namespace, addresses, timeout=0.7):
    """Which of the addresses answer somebody: a dictionary."""
    return json.loads(namespace.run(["python3", "-S", "-c", ASK, str(timeout), *addresses]))


class TwoIsps:
    """Within a `Network`. The host's addresses are there, default routes are not."""

    def __init__(self, network):
        self.network = network
        self.host, self.server, self.box = (network.host(name) for name in ("host", "server", "box"))
        self.routers = {name: network.router(name) for name in NETS}
        far = network.segment("far")
        for number, name in enumerate(NETS):
            self.provide(number, name, network.segment(name), far)
        self.server.attach("eth0", far)
        self.server.ip_batch([f"address add {SERVER[0]}/24 dev eth0", f"address add {SECOND_SERVER}/24 dev eth0",
                              f"address add {SERVER[1]}/64 dev eth0 nodad"])
        for number, (four, six) in enumerate(NETS.values()):
            self.server.ip("route", "add", f"{four}.0/24", "via", f"203.0.113.{number + 1}")
            self.server.ip("-6", "route", "add", f"{six}::/64", "via", f"2001:db8:99::{number + 1}")
        self.add_box()
        serve(self.host)

    def provide(self, number, name, segment, far):
        router, (four, six) = self.routers[name], NETS[name]
        router.attach("isp", segment)
        router.attach("far", far)
        router.ip_batch([f"address add {four}.254/24 dev isp", f"address add {six}::fe/64 dev isp nodad",
                         f"address add {four}.253/24 dev isp", "address add fe80::fe/64 dev isp nodad",
                         "address add fe80::fd/64 dev isp nodad",
                         f"address add 203.0.113.{number + 1}/24 dev far", f"address add 2001:db8:99::{number + 1}/64 dev far nodad"])
        router.run(["nft", "-f", "-"], stdin=FILTER.format(four=four, six=six))
        link = f"eth{number}"
        self.host.attach(link, segment)
        self.host.link_local(link)
        self.host.ip_batch([f"address add {four}.1/24 dev {link}", f"address add {six}::1/64 dev {link} nodad"])

    def add_box(self):
        self.host.contain("br0", "veth0", self.box, "eth0")
        self.host.ip("address", "add", "172.17.0.1/16", "dev", "br0")
        self.box.ip("address", "add", f"{BOX}/16", "dev", "eth0")
        self.box.ip("route", "add", "default", "via", "172.17.0.1")

    def add_defaults(self):
        """As a DHCP client and router advertisements would."""
        self.host.ip_batch(["route add default via 192.0.2.254 dev eth0 protocol dhcp metric 100",
                            "route add default via 198.51.100.254 dev eth1 protocol dhcp metric 200",
                            "-6 route add default via fe80::fe dev eth0 protocol ra metric 1024",
                            "-6 route add default via fe80::fe dev eth1 protocol ra metric 1025"])

    # ---- traffic ----

    def answers(self, namespace, *addresses, timeout=0.7):
        """Which of the host's addresses answer somebody."""
        return ask(namespace, addresses, timeout)

    def all_answer(self, *interfaces):
        """Whether the server gets an answer at all addresses of these interfaces."""
        asked = [address for interface in interfaces for address in ADDRESSES[interface]]
        return all(self.answers(self.server, *asked).values())

    def send(self, orders):
        """Sends datagrams as told; the names of the errors that the sockets got."""
        return json.loads(self.host.run(["python3", "-c", SEND], stdin=json.dumps(orders)))

    def counted(self, family):
        """How many packets of a family left by each provider since the last time."""
        result = {}
        for name, router in self.routers.items():
            text = router.run(["nft", "reset", "counter", "inet", "provider", f"out{family}"])
            result[name] = int(text.split("packets ")[1].split()[0])
        return result


class KeptIsps(TwoIsps):
    """The service runs on the host, beside what others have set up there."""

    HAS_DEFAULTS = True
    FOREIGN = []  # lines of `ip -batch`

    def __init__(self, network, directory):
        super().__init__(network)
        if self.HAS_DEFAULTS:
            self.add_defaults()
        self.host.ip_batch(self.FOREIGN)
        self.kept = Kept(self.host, directory)
        self.kept.start()
        self.before = picture(self.host)

    @classmethod
    @contextlib.contextmanager
    def running(cls, directory):
        with Network() as network:
            lab = cls(network, directory)
            yield lab
            assert not lab.kept.daemon.stop()

#!/usr/bin/python3
"""The namespace's side of iphlp_bed.dll (tests/wine/iphlp/link.h): does with `ip` what Wine's IP Helper functions do not.

    iphlp_helper.py PORT        listens on 127.0.0.1:PORT in the network namespace that it is started in

Questions, and the words of each row that answers them (numbers decimal, addresses "@" and their octets, "-" for none; FAMILY 4, 6 or 0):

    adapters                                INDEX MTU UP CARRIER LOOPBACK NAME MAC (each "@" and 16 octets, filled up with zeros)
    addresses FAMILY                        INDEX ADDRESS LENGTH SKIP DAD-STATE VALID PREFERRED PREFIX-ORIGIN SUFFIX-ORIGIN
    address-create, address-set             INDEX ADDRESS LENGTH SKIP VALID PREFERRED (of the question)
    address-delete INDEX ADDRESS
    routes FAMILY                           INDEX PREFIX LENGTH NEXT-HOP METRIC PROTOCOL ORIGIN LOOPBACK
    route-get, -create, -set, -delete       INDEX PREFIX LENGTH NEXT-HOP METRIC (of the question)
    best INDEX SOURCE DESTINATION           that of a route, and the source
    interfaces FAMILY                       INDEX FAMILY FORWARDING WEAK-SEND WEAK-RECEIVE AUTOMATIC METRIC MTU CONNECTED
    interface-get INDEX FAMILY
    interface-set INDEX FAMILY FORWARDING WEAK-SEND WEAK-RECEIVE AUTOMATIC METRIC
    watch interface|address|route FAMILY    a line for each change, until the connection ends

What acts in the namespace: addresses, routes, forwarding, and metrics: the metric of a route in Linux is the sum of the
route's and its interface's, which Windows compares, so that the routes of an interface follow its metric. Routes that the kernel makes
for addresses stand with Windows' 256, and do not. What is only kept: SkipAsSource (GetBestRoute2's answer passes over such an address,
the kernel does not), WeakHostReceive, and WeakHostSend but for GetBestRoute2, which without it looks at the source's interface only.
"""
import collections
import contextlib
import ipaddress
import json
import os
import re
import socketserver
import subprocess
import sys
import threading
import time

OK, NO_FILE, DENIED, UNSUPPORTED, INVALID = 0, 2, 5, 50, 87
NOT_FOUND, UNREACHABLE, EXISTS = 1168, 1231, 5010
TENTATIVE, DUPLICATE, DEPRECATED, PREFERRED = 1, 2, 3, 4  # NL_DAD_STATE
LOCAL, NET_MANAGEMENT, ICMP = 2, 3, 4  # NL_ROUTE_PROTOCOL
MANUAL, FROM_DHCP, FROM_ROUTER = 0, 2, 3  # NL_ROUTE_ORIGIN
FOREVER = 0xFFFFFFFF
DETECTION = 0.2  # how long an IPv4 address is tentative, for which Linux does nothing
KERNEL_METRIC = 256
WRITES = {"address-create", "address-set", "address-delete", "route-create", "route-set", "route-delete", "interface-set"}
KINDS = {"ADDR": "address", "ROUTE": "route", "LINK": "interface", "NETCONF": "interface"}

Address = collections.namedtuple("Address", "index name address length state valid preferred")
Route = collections.namedtuple("Route", "index name prefix hop metric native maker protocol origin kind")
Settings = collections.namedtuple("Settings", "weak_send weak_receive automatic metric")


class Refused(Exception):
    """A code of winerror.h."""


def ip(*words):
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True, timeout=20)
    if done.returncode != 0:
        raise Refused(INVALID, done.stderr.strip())
    return done.stdout


def ip_json(*words):
    return [item for item in json.loads(ip("-json", *words) or "[]") if item]


# ---- words ----

def to_word(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(int(value))
    return "@" + value.packed.hex() if hasattr(value, "packed") else str(value)


def from_word(word):
    if word == "-":
        return None
    return ipaddress.ip_address(bytes.fromhex(word[1:])) if word.startswith("@") else int(word)


# ---- what the namespace has ----

def links():
    return {link["ifindex"]: link for link in ip_json("link")}


def setting_file(name, family):
    return f"/proc/sys/net/ipv{family}/conf/{name}/forwarding"


def addresses():
    found = []
    for link in ip_json("address"):
        for item in link["addr_info"]:
            found.append(Address(link["ifindex"], link["ifname"], ipaddress.ip_address(item["local"]), item["prefixlen"], state_of(item),
                                 item.get("valid_life_time", FOREVER), item.get("preferred_life_time", FOREVER)))
    return found


def state_of(item):
    for name, state in (("dadfailed", DUPLICATE), ("tentative", TENTATIVE), ("deprecated", DEPRECATED)):
        if item.get(name):
            return state
    return PREFERRED


def padded(octets):
    """Any octets, up to 16, as an address."""
    return ipaddress.ip_address(octets.ljust(16, b"\0")[:16])


def hops_of(item):
    return item.get("nexthops") or [item]


def network_of(text, family):
    if text == "default":
        text = "0.0.0.0/0" if family == 4 else "::/0"
    return ipaddress.ip_network(text)


class Host:
    """The namespace, and what Windows has and Linux has not."""

    def __init__(self):
        self.skipped = set()  # (index, address)
        self.tentative = {}  # the same: until when
        self.settings = {}  # (index, family)
        self.tell = lambda kind: None

    def kept(self):
        """What is other than it was at first."""
        there = {(item.index, item.address) for item in addresses()}
        return {"skipped": sorted(map(str, self.skipped & there)),
                "settings": {key: value for key, value in self.settings.items() if value != self.initial(key[0])}}

    # -- addresses

    def addresses(self, family):
        return [(item.index, item.address, item.length, (item.index, item.address) in self.skipped, self.state(item), item.valid,
                 item.preferred, *self.origins(item)) for item in addresses() if family in (0, item.address.version)]

    def state(self, item):
        return TENTATIVE if self.tentative.get((item.index, item.address), 0) > time.monotonic() else item.state

    def origins(self, item):
        """NL_PREFIX_ORIGIN, NL_SUFFIX_ORIGIN."""
        if item.address.is_loopback:
            return 2, 2
        return (2, 4) if item.address.is_link_local else (1, 1)

    def find_address(self, index, address):
        found = [item for item in addresses() if (item.index, item.address) == (index, address)]
        return found[0] if found else None

    def create_address(self, index, address, length, skip, valid, preferred):
        if address.is_multicast or address.is_unspecified:
            raise Refused(INVALID)
        if index not in links():
            raise Refused(NOT_FOUND)
        if self.find_address(index, address):
            raise Refused(EXISTS)
        self.tentative[index, address] = time.monotonic() + DETECTION if address.version == 4 else 0
        self.skip(index, address, skip)
        broadcast = ["broadcast", "+"] if address.version == 4 and length < 31 else []
        ip("address", "add", f"{address}/{length}", *broadcast, "dev", links()[index]["ifname"], *self.lifetimes(valid, preferred))
        threading.Timer(DETECTION + 0.01, self.tell, ["address"]).start()

    def lifetimes(self, valid, preferred):
        return ["valid_lft", "forever" if valid == FOREVER else valid, "preferred_lft", "forever" if preferred == FOREVER else preferred]

    def skip(self, index, address, skip):
        (self.skipped.add if skip else self.skipped.discard)((index, address))

    def set_address(self, index, address, length, skip, valid, preferred):
        item = self.find_address(index, address)
        if item is None:
            raise Refused(NOT_FOUND)
        if length != item.length:
            raise Refused(UNSUPPORTED)
        if (valid, preferred) != (item.valid, item.preferred):
            ip("address", "change", f"{address}/{length}", "dev", item.name, *self.lifetimes(valid, preferred))
        self.skip(index, address, skip)
        self.tell("address")

    def delete_address(self, index, address):
        item = self.find_address(index, address)
        if item is None:
            raise Refused(NOT_FOUND)
        ip("address", "delete", f"{address}/{item.length}", "dev", item.name)
        self.skip(index, address, False)

    # -- routes

    def routes(self, family):
        families = (4, 6) if family == 0 else (family,)
        return [route for each in families for route in self.routes_of(each)]

    def routes_of(self, family):
        indexes = {link["ifname"]: index for index, link in links().items()}
        found = {}
        for table in ("main", "local"):
            for item in ip_json(f"-{family}", "route", "show", "table", table):
                for hop in hops_of(item):
                    if "dev" in hop and item.get("type") != "anycast":
                        route = self.route(item, hop, family, indexes[hop["dev"]])
                        found.setdefault((route.index, route.prefix, route.hop), route)
        return list(found.values())

    def route(self, item, hop, family, index):
        protocol, native = item.get("protocol", "boot"), item.get("metric", 0)
        metric = KERNEL_METRIC if protocol == "kernel" else max(0, native - self.metric(index, family))
        gateway = ipaddress.ip_address(hop["gateway"]) if "gateway" in hop else None
        return Route(index, hop["dev"], network_of(item["dst"], family), gateway, metric, native, protocol,
                     {"kernel": LOCAL, "redirect": ICMP}.get(protocol, NET_MANAGEMENT),
                     {"dhcp": FROM_DHCP, "ra": FROM_ROUTER}.get(protocol, MANUAL), item.get("type", "unicast"))

    def row(self, route):
        nowhere = ipaddress.ip_address(bytes(len(route.prefix.network_address.packed)))
        return (route.index, route.prefix.network_address, route.prefix.prefixlen, route.hop or nowhere, route.metric, route.protocol,
                route.origin, route.kind == "local")

    def find_route(self, index, address, length, hop):
        key = (index, self.prefix(address, length), None if hop.is_unspecified else hop)
        return next((route for route in self.routes(address.version) if route[0:1] + route[2:4] == key), None)

    def prefix(self, address, length):
        try:
            return ipaddress.ip_network((address, length))
        except ValueError as error:
            raise Refused(INVALID) from error

    def get_route(self, index, address, length, hop, _metric):
        route = self.find_route(index, address, length, hop)
        if route is None:
            raise Refused(NOT_FOUND)
        return [self.row(route)]

    def native_words(self, route, metric):
        return [route.prefix, *(["via", route.hop] if route.hop else []), "dev", route.name, "metric", metric]

    def append(self, route, metric):
        """Not `add`: two ways of one metric differ by their next hops, as on Windows. And a next hop may be anywhere there."""
        words = [f"-{route.prefix.version}", "route", "append", *self.native_words(route, metric), "protocol", route.maker]
        try:
            ip(*words)
        except Refused:
            ip(*words, "onlink")

    def create_route(self, index, address, length, hop, metric):
        known = links()
        if index not in known:
            raise Refused(NOT_FOUND)
        if self.find_route(index, address, length, hop):
            raise Refused(EXISTS)
        route = Route(index, known[index]["ifname"], self.prefix(address, length), None if hop.is_unspecified else hop, metric, 0,
                      "static", NET_MANAGEMENT, MANUAL, "unicast")
        self.append(route, metric + self.metric(index, address.version))

    def remove(self, route):
        ip(f"-{route.prefix.version}", "route", "delete", *self.native_words(route, route.native))

    def set_route(self, index, address, length, hop, metric):
        route = self.find_route(index, address, length, hop)
        if route is None:
            raise Refused(NOT_FOUND)
        self.move(route, metric + self.metric(index, address.version))

    def move(self, route, native):
        if native != route.native:
            self.append(route, native)
            self.remove(route)

    def delete_route(self, index, address, length, hop, _metric):
        route = self.find_route(index, address, length, hop)
        if route is None:
            raise Refused(NOT_FOUND)
        self.remove(route)

    # -- the way that is taken

    def best(self, index, source, destination):
        owner = next((item.index for item in addresses() if item.address == source), 0)
        if not index and owner and not self.of(owner, destination.version).weak_send:
            index = owner
        answer = self.ask_linux(index, source, destination)
        route = self.matching(answer, destination)
        if source is None:
            source = self.usable(ipaddress.ip_address(answer["prefsrc"]), route, destination.version)
        return [(*self.row(route), source)]

    def ask_linux(self, index, source, destination):
        try:
            return ip_json("route", "get", destination, *(["from", source] if source else []),
                           *(["oif", links()[index]["ifname"]] if index in links() else []))[0]
        except Refused as error:
            raise Refused(UNREACHABLE) from error

    def matching(self, answer, destination):
        """The route behind an answer of `ip route get`: the longest, then the best, of its next hop."""
        hop = ipaddress.ip_address(answer["gateway"]) if "gateway" in answer else None
        found = [route for route in self.routes(destination.version) if destination in route.prefix and route.hop == hop and
                 (route.name == answer["dev"] or (answer.get("type") == "local" and route.kind == "local"))]
        if not found:
            raise Refused(UNREACHABLE)
        return min(found, key=lambda route: (-route.prefix.prefixlen, route.native))

    def usable(self, source, route, family):
        """Linux knows of no SkipAsSource: the next of the interface that is not left out takes its place."""
        there = [address for index, address, _, skip, state, *_ in self.addresses(family)
                 if index == route.index and not skip and state in (PREFERRED, DEPRECATED)]
        return there[0] if there and source not in there and (route.index, source) in self.skipped else source

    # -- interfaces

    def initial(self, index):
        return Settings(False, False, True, self.automatic(index))

    def automatic(self, index):
        """As Windows reckons it of a loopback interface, and of a gigabit."""
        return 75 if index == 1 else 25

    def of(self, index, family):
        return self.settings.get((index, family)) or self.initial(index)

    def metric(self, index, family):
        return self.of(index, family).metric

    @staticmethod
    def adapters():
        return [(link["ifindex"], link["mtu"], "UP" in link["flags"], "LOWER_UP" in link["flags"], "LOOPBACK" in link["flags"],
                 padded(link["ifname"].encode()), padded(bytes.fromhex(link.get("address", "").replace(":", ""))))
                for link in links().values() if link["link_type"] in ("ether", "loopback")]

    def interfaces(self, family):
        return [self.interface(link, each) for link in links().values() for each in (4, 6)
                if family in (0, each) and os.path.exists(setting_file(link["ifname"], each))]

    def interface(self, link, family):
        with open(setting_file(link["ifname"], family), encoding="ascii") as file:
            forwards = file.read().strip() != "0"
        return (link["ifindex"], family, forwards, *self.of(link["ifindex"], family), link["mtu"], "LOWER_UP" in link["flags"])

    def find_interface(self, index, family):
        link = links().get(index)
        if link is None:
            raise Refused(NO_FILE)
        if not os.path.exists(setting_file(link["ifname"], family)):
            raise Refused(NOT_FOUND)
        return link

    def set_interface(self, index, family, forwarding, weak_send, weak_receive, automatic, metric):
        link = self.find_interface(index, family)
        wanted = Settings(bool(weak_send), bool(weak_receive), bool(automatic), self.automatic(index) if automatic else metric)
        more = wanted.metric - self.metric(index, family)
        moved = [route for route in self.routes(family) if route.index == index and route.protocol != LOCAL and more != 0]
        self.settings[index, family] = wanted
        for route in moved:
            self.move(route, max(0, route.native + more))
        if bool(forwarding) != self.interface(link, family)[2]:
            with open(setting_file(link["ifname"], family), "w", encoding="ascii") as file:
                file.write(str(forwarding))
        self.tell("interface")


# ---- questions ----

class Helper:
    """Answers for one namespace. What a test has it do wrong: `hold` and `fail`."""

    def __init__(self, port=0):
        self.host, self.lock = Host(), threading.RLock()
        self.host.tell = self.tell
        self.watchers = []  # (kind, connection)
        self.writes = []  # lines, in their order
        self.clear()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", port), self.handler(), bind_and_activate=False)
        self.server.allow_reuse_address = self.server.daemon_threads = True
        self.server.block_on_close = False
        self.server.server_bind()
        self.server.server_activate()
        self.port = self.server.server_address[1]

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        words = ["ip", "-oneline", "monitor", "label", "address", "link", "netconf", "route"]
        self.monitor = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.follow, daemon=True).start()
        return self

    def stop(self):
        self.clear()
        self.monitor.kill()
        self.monitor.wait()
        self.server.shutdown()
        self.server.server_close()

    def handler(self):
        helper = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(ConnectionError):
                    helper.serve(self.rfile.readline(1024).decode("ascii").split(), self)

        return Handler

    def serve(self, words, handler):
        if words[:1] == ["watch"]:
            self.watch(words[1], handler)
            return
        code, rows = self.answer(words)
        text = "".join(" ".join(map(to_word, row)) + "\n" for row in rows)
        handler.wfile.write(f"{code} {len(rows)}\n{text}".encode("ascii"))

    # -- notices

    def watch(self, kind, handler):
        with self.lock:
            self.watchers.append((kind, handler.wfile))
        handler.rfile.read()  # until the other side ends it
        with self.lock:
            self.watchers.remove((kind, handler.wfile))

    def tell(self, kind):
        with self.lock:
            for wanted, stream in self.watchers:
                if wanted == kind:
                    with contextlib.suppress(OSError):
                        stream.write(b"changed\n")

    def follow(self):
        for line in self.monitor.stdout:
            label = re.match(r"\[([A-Z]+)\]", line)
            if label and label[1] in KINDS:
                self.tell(KINDS[label[1]])

    # -- faults

    def clear(self):
        """No faults; what is held goes on, and its asker has gone mostly."""
        if hasattr(self, "released"):
            self.released.set()
        self.count, self.hold_at, self.hold_after, self.fail_at, self.fail_code = 0, 0, False, 0, OK
        self.held, self.released = threading.Event(), threading.Event()

    def hold(self, number, after):
        """The write of that number, from now, is never answered: it is carried out (`after`) or not."""
        self.clear()
        self.hold_at, self.hold_after = number, after

    def fail(self, number, code=DENIED):
        """That one answers this code, and nothing is done."""
        self.clear()
        self.fail_at, self.fail_code = number, code

    def write(self, verb, values):
        self.count += 1
        number = self.count
        self.writes.append(" ".join([verb, *map(str, values)]))
        if number == self.fail_at:
            raise Refused(self.fail_code)
        if number != self.hold_at:
            return self.carry_out(verb, values)
        if self.hold_after:
            self.carry_out(verb, values)
        raise Held

    # -- answers

    def answer(self, words):
        try:
            values = list(map(from_word, words[1:]))
            with self.lock:
                rows = (self.write if words[0] in WRITES else self.carry_out)(words[0], values)
            return OK, rows or []
        except Held:
            released = self.released
            self.held.set()
            released.wait()
            return DENIED, []
        except Refused as refusal:
            return refusal.args[0], []

    def carry_out(self, verb, values):
        host = self.host
        verbs = {
            "adapters": host.adapters, "addresses": host.addresses, "address-create": host.create_address, "address-set": host.set_address,
            "address-delete": host.delete_address, "routes": lambda family: list(map(host.row, host.routes(family))),
            "route-get": host.get_route, "route-create": host.create_route, "route-set": host.set_route,
            "route-delete": host.delete_route, "best": host.best, "interfaces": host.interfaces,
            "interface-get": lambda index, family: [host.interface(host.find_interface(index, family), family)],
            "interface-set": host.set_interface,
        }
        if verb not in verbs:
            raise Refused(UNSUPPORTED)
        return verbs[verb](*values)


class Held(Exception):
    pass


if __name__ == "__main__":
    Helper(int(sys.argv[1])).start().monitor.wait()

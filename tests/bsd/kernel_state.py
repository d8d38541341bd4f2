"""What a kernel in memory knows: interfaces with their addresses, and routes."""

import time
from dataclasses import dataclass, field

from kernel_layout import AF_INET, IFT_ETHER, IFT_LOOP, network, shown

IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_RUNNING, IFF_SIMPLEX, IFF_MULTICAST = 1, 2, 8, 0x40, 0x800, 0x8000
RTF_UP, RTF_GATEWAY, RTF_HOST, RTF_REJECT, RTF_DONE, RTF_STATIC = 1, 2, 4, 8, 0x40, 0x800
RTF_CLONING, RTF_LLINFO, RTF_BLACKHOLE = 0x100, 0x400, 0x1000
INFINITE = 0xffffffff


@dataclass(eq=False)
class Address:
    interface: "Interface"
    ip: bytes
    prefix: int
    broadcast: bytes = None  # or the far end
    flags: int = 0           # IPv6: IN6_IFF_*
    valid: int = INFINITE    # lifetimes in seconds
    preferred: int = INFINITE
    up: bool = False         # RTF_UP of ifa_flags: its route is there
    since: float = field(default_factory=time.time)  # from when the lifetimes count

    @property
    def net(self):
        return network(self.ip, self.prefix)

    @property
    def ipv4(self):
        return len(self.ip) == 4

    def __str__(self):
        return f"{shown(self.ip)}/{self.prefix}"


@dataclass(eq=False)
class Interface:
    name: str
    index: int
    mac: bytes = b""
    type: int = IFT_ETHER
    data_type: int = None    # if_data.ifi_type and the type of gateways, when that is another one (if_bridge)
    flags: int = IFF_BROADCAST | IFF_SIMPLEX | IFF_MULTICAST
    mtu: int = 1500
    header: int = 14
    link_state: int = 0
    baudrate: int = 0
    hwassist: int = 0
    cloned: bool = False     # made by the administrator: vether(4)
    xflags: int = 0          # OpenBSD: IFXF_*
    auto_link_local: bool = True
    groups: list = field(default_factory=list)  # that the administrator put it in
    metric: int = 0
    fib: int = 0
    addresses: list = field(default_factory=list)
    neighbors: dict = field(default_factory=dict)  # address -> (mac, flags as they were asked for)
    multicast: list = field(default_factory=list)  # groups joined
    attached: bool = False   # IPv6 has been set up on it

    @property
    def loopback(self):
        return self.type == IFT_LOOP

    @property
    def up(self):
        return bool(self.flags & IFF_UP)

    def address(self, ip):
        return next((one for one in self.addresses if one.ip == ip), None)

    def of_family(self, size):
        return [one for one in self.addresses if len(one.ip) == size]


@dataclass(eq=False)
class Route:
    destination: bytes
    prefix: int
    gateway: bytes           # a socket address, as it is shown
    hop: bytes               # the address in it, or None
    flags: int
    interface: Interface     # RTA_IFP
    source: Address = None   # RTA_IFA
    mtu: int = 0
    priority: int = 0
    label: bytes = None
    table: int = 0
    number: int = 0          # FreeBSD's nhidx
    expire: int = 0

    @property
    def host(self):
        return bool(self.flags & RTF_HOST)

    def __str__(self):
        to = shown(self.hop) if self.hop else self.interface.name
        return f"{shown(self.destination)}/{self.prefix} {to} table {self.table} flags 0x{self.flags:x}"


def order(route):
    """In a dump."""
    return len(route.destination), route.destination, not route.host, -route.prefix, route.priority


class State:
    def __init__(self):
        self.interfaces = []  # in the order in which the system tells them
        self.tables = {0}
        self.sources = {}     # OpenBSD's preferred sources: by table and octets of an address
        self.made, self.index = {}, {}  # routes in the order of their making; by table, destination and prefix

    def interface(self, name):
        return next((one for one in self.interfaces if one.name == name), None)

    def by_index(self, index):
        return next((one for one in self.interfaces if one.index == index), None)

    @property
    def loopback(self):
        return next((one for one in self.interfaces if one.loopback), None)

    def groups_of(self, interface, openbsd):
        """if_attachsetup() and FreeBSD's if_attach_internal() put each interface in "all", if_clone_create() those that are made
        (lo(4) too) in their driver's; OpenBSD's if_group_egress_build() those of default routes of rtable 0 in "egress"."""
        driver = [interface.name.rstrip("0123456789")] if interface.cloned or interface.loopback else []
        egress = openbsd and any(one.interface is interface for size in (4, 16) for one in self.exact(bytes(size), 0, 0))
        return ["all"] + driver + interface.groups + ["egress"] * egress

    def addresses(self):
        return [address for one in self.interfaces for address in one.addresses]

    @property
    def routes(self):
        return list(self.made)

    @routes.setter
    def routes(self, routes):
        self.made, self.index = {}, {}
        for route in routes:
            self.add_route(route)

    def add_route(self, route):
        self.made[route] = True
        self.index.setdefault((route.table, route.destination, route.prefix), []).append(route)

    def remove_route(self, route):
        del self.made[route]
        self.index[route.table, route.destination, route.prefix].remove(route)

    def dump(self, family=0, table=0):
        """In the order of the tree: IPv4 first, by address; of equal ones hosts first, then the longest prefix; the order of
        192.0.2.77 twice in full-dump-inet of all recordings."""
        wanted = [one for one in self.routes if one.table == table and
                  (family == 0 or (family == AF_INET) == (len(one.destination) == 4))]
        return sorted(wanted, key=order)

    def exact(self, destination, prefix, table, host=None):
        found = self.index.get((table, destination, prefix), ())
        return sorted((one for one in found if host is None or one.host == host), key=order)

    def look_up(self, ip, table=0):
        """The route by which packets go there."""
        for prefix in range(8 * len(ip), -1, -1):
            found = [one for one in self.exact(network(ip, prefix), prefix, table) if one.flags & RTF_UP]
            if found:
                return min(found, key=lambda one: (not one.host, one.priority))
        return None

    def address_near(self, ip, interface=None):
        """The address whose network an address is in (ifa_ifwithnet)."""
        found = [one for one in self.addresses() if len(one.ip) == len(ip) and network(ip, one.prefix) == one.net and
                 (interface is None or one.interface is interface)]
        return max(found, key=lambda one: one.prefix, default=None)

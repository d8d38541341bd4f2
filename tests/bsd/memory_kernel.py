"""A kernel in memory for tests: MemoryKernel("openbsd-8-amd64", "/tmp/k") serves docs/bsd-calls.md like the agent on such a
machine, and tests change it under the client's feet.

    kernel = MemoryKernel("freebsd-14-amd64", path)
    kernel.add_interface("em0", "02:00:00:00:00:01")
    kernel.link("em0", up=True)
    kernel.add_address("em0", "192.0.2.1/24")
    kernel.route_add("default", "192.0.2.254")
    with kernel.losing():
        kernel.delete_address("em0", "192.0.2.1")

What it answers and tells is what was recorded (tests/codec/fixtures/bsd); comments name the recordings; else it is by the source named
beside it, a function and file below sys/."""

import contextlib
import threading

from kernel_calls import RoutingSocket, Server
from kernel_freebsd import FreeBSD
from kernel_ioctl import Ioctl
from kernel_layout import EADDRNOTAVAIL, ENOBUFS, Layout, Refused, packed, shown, with_zone
from kernel_netbsd import NetBSD
from kernel_openbsd import OpenBSD
from kernel_pf import Filter
from kernel_sysctl import Sysctl

SYSTEMS = {"freebsd": FreeBSD, "netbsd": NetBSD, "openbsd": OpenBSD}
RTF_UP, RTF_GATEWAY, RTF_HOST, RTF_STATIC = 1, 2, 4, 0x800


class MemoryKernel:
    def __init__(self, layout, path=None, settle=True):
        """`settle`: duplicate address detection takes no time; else settle() ends it."""
        self.layout = Layout(layout)
        self.system_name = self.layout.system
        self.lock = threading.RLock()
        self.asked, self.failures, self.lost, self.quiet = [], [], None, 0
        self.pid, self.booted = 1, 1700000000
        self.largest_room = 262144 * 2048 // 2304  # sbreserve()
        self.settling = settle
        self.meddler = None  # before(call, arguments) may refuse; after(call, arguments) is true when nobody hears the answer
        self.devices = {"/dev/bpf": []}  # path -> what was opened there
        self.own = RoutingSocket(self.system_name)  # the socket of other programs, and a listener for tests
        self.own.room = 1 << 30
        self.own.table = 0xffffffff
        self.system = SYSTEMS[self.system_name](self.layout, self)
        self.sysctl, self.ioctl, self.filter = Sysctl(self), Ioctl(self), Filter(self.layout)
        self.server = Server(self, path) if path else None

    # ---- what tests do to it -----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def changing(self):
        with self.lock:
            yield self.system
            self.settle_if_asked()
            self.answer_polls()

    def interface(self, name):
        found = self.system.state.interface(name)
        if found is None:
            raise KeyError(name)
        return found

    def add_interface(self, name, mac=None, silent=False, first=False, **more):
        """`more`: attributes of Interface; loopback=True. `silent`: it was there before anybody listened."""
        with self.changing() as system:
            interface = system.add_interface(system.new_interface(name, mac, **more), silent)
            if first:
                system.state.interfaces.insert(0, system.state.interfaces.pop())
            return interface

    def remove_interface(self, name):
        with self.changing() as system:
            system.destroy(self.interface(name))

    def rename_interface(self, name, new):
        with self.changing() as system:
            system.rename(self.interface(name), new)

    def set_up(self, name, up=True):
        """ifconfig NAME up, or down."""
        with self.changing() as system:
            interface = self.interface(name)
            if interface.up != up or interface.loopback and not interface.attached:
                system.set_up(interface, up)

    def link(self, name, up):
        """The cable is plugged in, or pulled."""
        with self.changing() as system:
            system.set_link(self.interface(name), up)

    def set_mtu(self, name, mtu):
        with self.changing() as system:
            system.set_mtu(self.interface(name), mtu)

    def add_address(self, name, text, broadcast=None, **more):
        """ "192.0.2.1/24". """
        text, _, prefix = text.partition("/")
        with self.changing() as system:
            prefix = int(prefix) if prefix else 32 if "." in text else 128
            return system.add_address(self.interface(name), text, prefix, packed(broadcast) if broadcast else None, **more)

    def delete_address(self, name, text):
        with self.changing() as system:
            interface = self.interface(name)
            found = interface.address(with_zone(packed(text), interface.index))
            if found is None:
                raise Refused(EADDRNOTAVAIL)
            system.delete_address(found)

    def add_neighbor(self, name, text, mac):
        """arp -s."""
        interface = self.interface(name)
        link = self.layout.link(interface.index, interface.type, b"", bytes.fromhex(mac.replace(":", "")),
                                {"freebsd": 54, "openbsd": 32, "netbsd": 20}[self.system_name])
        own = [("DST", self.layout.ip(with_zone(packed(text), interface.index))), ("GATEWAY", link)]
        self.write_as_another("RTM_ADD", own, 0x400 | RTF_HOST | RTF_STATIC)

    def route_add(self, to, gateway=None, interface=None, table=0, flags=0, mtu=0, priority=0, kind="RTM_ADD", source=None):
        """As another program would: "default", "198.51.100.0/24" and a gateway, or an interface."""
        addresses, extra = self.route_addresses(to, gateway, interface)
        if source:
            addresses.append(("IFA", self.layout.ip(packed(source))))
        more = {"rmx_mtu": mtu, "rtm_inits": 1} if mtu else {}
        if self.system_name == "openbsd":
            more.update(rtm_tableid=table, rtm_priority=priority)
        self.write_as_another(kind, addresses, RTF_UP | RTF_STATIC | extra | flags, table, **more)

    def route_change(self, to, gateway=None, interface=None, **more):
        self.route_add(to, gateway, interface, kind="RTM_CHANGE", **more)

    def route_delete(self, to, gateway=None, **more):
        self.route_add(to, gateway, kind="RTM_DELETE", **more)

    def route_sourceaddr(self, text, table=0):
        """route sourceaddr TEXT, on OpenBSD; "0.0.0.0" and "::" take it away."""
        self.write_as_another("RTM_SOURCE", [("IFA", self.layout.ip(packed(text)))], 0, table, rtm_tableid=table)

    def route_addresses(self, to, gateway, interface):
        if to == "default":
            to = "0.0.0.0/0" if gateway is None or "." in gateway else "::/0"
        text, _, prefix = to.partition("/")
        ip = packed(text)
        index = self.interface(interface).index if interface else 0
        addresses, extra = [("DST", self.layout.ip(ip))], 0
        if prefix == "" or int(prefix) == 8 * len(ip):
            extra |= RTF_HOST
        else:
            addresses.append(("NETMASK", self.system.messages.mask(int(prefix), len(ip))))
        if gateway is not None:
            zone = packed(gateway, index)
            addresses.append(("GATEWAY", self.layout.ip(zone)))
            extra |= RTF_GATEWAY
        elif interface is not None:
            addresses.append(("GATEWAY", self.layout.link(index, 0, length=54 if self.system_name == "freebsd" else 20)))
        return addresses, extra

    def write_as_another(self, kind, addresses, flags, fib=0, **more):
        message = self.system.messages.route(kind, addresses, 0, flags, 0, 4711, 0, **more)
        with self.lock:
            self.own.fib = fib
            self.write(self.own, message)
            self.answer_polls()

    def settle(self):
        with self.lock:
            self.system.settle()
            self.answer_polls()

    @contextlib.contextmanager
    def losing(self, error=False):
        """What happens meanwhile is not told to anybody who listens. OpenBSD says RTM_DESYNC then; `error`: reading fails with
        ENOBUFS once."""
        with self.lock:
            self.lost = []
            yield
            self.lost = None
            for routing in self.listeners():
                routing.desync = self.system_name == "openbsd"
                routing.error = ENOBUFS if error else None
            self.answer_polls()

    def lose(self):
        """Drops what waits to be read."""
        with self.lock:
            for routing in self.listeners():
                if routing.queue:
                    routing.queue.clear()
                    routing.desync = self.system_name == "openbsd"
            self.answer_polls()

    def fail_next(self, call, errno, match=None, times=1):
        """The next call of that name is refused; `match`: one whose arguments, as they stand in the line, satisfy it."""
        with self.lock:
            self.failures.append([call, errno, match, times])

    def quietly(self, change):
        """Makes a change of which nothing is told."""
        self.quiet += 1
        try:
            change()
        finally:
            self.quiet -= 1

    def close(self):
        if self.server is not None:
            self.server.close()

    def hang_up(self):
        self.server.hang_up()

    # ---- what tests read ---------------------------------------------------------------------------------------------

    def routes(self, table=0, kernels=False):
        """[{"destination": "198.51.100.0/24", "gateway": "192.0.2.254", "interface": "em0", ...}]; `kernels`: those that come
        with addresses too."""
        with self.lock:
            return [self.told_route(one) for one in self.system.state.dump(table=table)
                    if kernels or one.flags & RTF_STATIC and not one.flags & 0x100000]

    def told_route(self, route):
        return {"destination": f"{shown(route.destination)}/{route.prefix}", "gateway": shown(route.hop) if route.hop else None,
                "interface": route.interface.name, "source": shown(route.source.ip) if route.source else None,
                "flags": route.flags, "mtu": route.mtu, "priority": route.priority, "table": route.table,
                "label": route.label[2:].split(b"\0")[0].decode() if route.label else None}

    def addresses(self, name=None):
        """["192.0.2.1/24", ...] of an interface, or of each."""
        with self.lock:
            told = {one.name: [str(address) for address in one.addresses] for one in self.system.state.interfaces}
            return told if name is None else told[name]

    @property
    def settings(self):
        return self.sysctl.settings

    def told(self):
        """What a listener of the kernel's own has been told since the last time."""
        with self.lock:
            messages, self.own.queue = self.own.queue, []
            return messages

    # ---- for the calls -----------------------------------------------------------------------------------------------

    def listeners(self):
        clients = self.server.clients if self.server else []
        return [one for client in clients for one in client.descriptors.values() if isinstance(one, RoutingSocket)]

    def told_of(self, table):
        """NetBSD has one table; None is for all sockets."""
        return None if self.system_name == "netbsd" else table

    def tell(self, message, table=None):
        if self.quiet:
            return
        if not self.own.put(message, table if self.system_name == "openbsd" else None):
            self.own.queue.clear()
        if self.lost is not None:
            self.lost.append(message)
            return
        for routing in self.listeners():
            if not routing.put(message, self.told_of(table)):
                routing.desync = self.system_name == "openbsd"

    def write(self, routing, data):
        # who does not want to hear of its own requests has SO_USELOOPBACK off
        before = list(routing.queue)
        try:
            self.system.request(data, self.pid, routing.fib)
        finally:
            if not routing.loopback:
                routing.queue[:] = before
            self.settle_if_asked()

    def settle_if_asked(self):
        if self.settling:
            self.system.settle()

    def fail(self, call, arguments):
        for failure in self.failures:
            name, errno, match, _ = failure
            if name == call and (match is None or match(*arguments)):
                failure[3] -= 1
                if failure[3] == 0:
                    self.failures.remove(failure)
                raise Refused(errno)

    def answer_polls(self):
        for client in self.server.clients if self.server else []:
            client.answer_polls()

    def forget(self, client):
        if client in self.server.clients:
            self.server.clients.remove(client)


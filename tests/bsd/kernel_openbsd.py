"""OpenBSD 7.3 on i386 and 8.0-beta on amd64, both recorded."""

from kernel_layout import EAFNOSUPPORT, EEXIST, EINVAL, ENETUNREACH, ESRCH, Refused, network, packed, with_zone
from kernel_state import (IFF_UP, RTF_CLONING, RTF_DONE, RTF_GATEWAY, RTF_HOST, RTF_LLINFO, RTF_UP)
from kernel_system import System

RTF_CLONED, RTF_CACHED, RTF_MPATH = 0x10000, 0x20000, 0x40000
RTF_LOCAL, RTF_BROADCAST, RTF_CONNECTED = 0x200000, 0x400000, 0x800000
RTF_MULTICAST = 0x200
LOCAL, CLONED, CONNECTED, STATIC, DOWN = 1, 3, 4, 8, 0x80  # priorities: RTP_*, net/route.h


class OpenBSD(System):
    ostype = "OpenBSD"
    loopback_mtu, loopback_header = 32768, 4
    link_up, link_down = 6, 2  # openbsd80 nic-full-iflist, nic-link-off-iflist

    # ---- requests ----------------------------------------------------------------------------------------------------
    # A wrong version is answered, and nobody is told: openbsd80 badver-request.

    def near(self, hop, interface, table):
        """A gateway is reached directly: openbsd80 radd-unreach-monitor00."""
        route = self.state.look_up(hop, table) or self.state.look_up(hop, 0)
        if route is None or route.flags & RTF_GATEWAY or route.source is None:
            return None
        return route.source if interface is None or route.interface is interface else None

    def carry_out(self, request):
        return self.request_source(request) if request.kind == "RTM_SOURCE" else super().carry_out(request)

    def request_source(self, request):
        """route sourceaddr: sys/net/rtsock.c, route_output() and rt_setsource(); 0.0.0.0 and :: take it away. What is
        refused is told to nobody."""
        if request.table not in self.state.tables or request.flags & (RTF_LOCAL | RTF_BROADCAST) or "IFA" not in request.octets:
            raise Refused(EINVAL)
        wanted = request.address(self.layout, "IFA")
        if wanted is None:
            raise Refused(EAFNOSUPPORT)
        found = next((one for one in self.state.addresses() if one.ip == wanted), None)
        if found is None and any(wanted):
            raise Refused(EINVAL)
        self.state.sources[request.table, len(wanted)] = found
        return [self.echo(request, rtm_flags=request.flags | RTF_DONE)]

    def tells_refusal(self, request):
        return request.kind != "RTM_SOURCE"

    def request_add(self, request):
        if "GATEWAY" not in request.octets:
            raise Refused(EINVAL)
        if self.is_neighbor(request):
            return self.add_neighbor(request)
        interface, source = self.resolve(request)
        priority = request.priority or STATIC
        there = [one for one in self.state.exact(request.destination, request.prefix, request.table) if one.priority == priority]
        if there and (not request.flags & RTF_MPATH or any(one.hop == request.hop for one in there)):
            raise Refused(EEXIST)  # openbsd80 radd-dup-monitor00
        self.state.tables.add(request.table)  # openbsd80 radd-rtable1-table-rtable1: made when it is asked for
        if request.hop is not None:
            self.neighbor_route(request.hop, request.table)
        flags = request.flags & ~RTF_MPATH | RTF_UP | RTF_DONE
        if request.hop is None:
            flags |= RTF_LLINFO  # openbsd80 radd-iface-monitor00
        route = self.new_route(request.destination, request.prefix, self.gateway_of(request, interface), flags, interface,
                               source=source, table=request.table, mtu=self.asked_mtu(request), priority=priority,
                               label=request.octets.get("LABEL"))
        self.mark_multipath(route)
        return [self.told("RTM_ADD", route, request.pid, request.seq)]

    def mark_multipath(self, route):
        """openbsd80 radd-mpath-monitor00, full-dump-inet; daddr4-monitor07: the last of them is none any more."""
        alike = [one for one in self.state.exact(route.destination, route.prefix, route.table) if one.priority == route.priority]
        for one in alike:
            one.flags = one.flags & ~RTF_MPATH | (RTF_MPATH if len(alike) > 1 else 0)

    def gateway_of(self, request, interface):
        if request.hop is not None:
            return request.octets["GATEWAY"]  # with its scope_id: openbsd80 radd-inet6-ll-monitor01
        return self.messages.gateway_link(interface)

    def neighbor_route(self, hop, table):
        """openbsd80 radd-default-monitor00: the way to the gateway is made before the route, and is in use after it."""
        route = self.state.look_up(hop, table) or self.state.look_up(hop, 0)
        if route.flags & RTF_CLONING and route.priority == CONNECTED:
            flags = RTF_UP | RTF_HOST | RTF_DONE | RTF_LLINFO | RTF_CLONED
            route = self.new_route(hop, 8 * len(hop), self.messages.gateway_link(route.interface), flags, route.interface,
                                   source=route.source, priority=CLONED)
            self.tell_route("RTM_ADD", route)
        if route.host:
            route.flags |= RTF_CACHED  # openbsd80 full-dump-inet: 0x30445, and 127.0.0.1 with 0x220045

    def add_neighbor(self, request):
        """openbsd80 arp-static-monitor00: a route like others."""
        interface = self.state.by_index(request.link_index("GATEWAY"))
        source = interface and self.source_on(interface, request.destination)
        if source is None:
            raise Refused(ENETUNREACH)
        if self.state.exact(request.destination, request.prefix, request.table):
            raise Refused(EEXIST)  # as any route that is there: openbsd80 radd-dup-monitor00
        route = self.new_route(request.destination, request.prefix, request.octets["GATEWAY"],
                               request.flags | RTF_UP | RTF_DONE, interface, source=source, priority=STATIC)
        return [self.told("RTM_ADD", route, request.pid, request.seq)]

    def find_asked(self, request, by_gateway):
        """Of all priorities, unless one is asked for: openbsd80 rchange-monitor00, where 40 was meant by its gateway."""
        found = self.state.exact(request.destination, request.prefix, request.table)
        found = [one for one in found if request.priority in (0, one.priority & ~DOWN)]
        exact = [one for one in found if request.hop is not None and one.hop == request.hop]
        if by_gateway and request.hop is not None:
            found = exact
        if not found:
            raise Refused(ESRCH)
        return (exact or found)[0]

    def request_change(self, request):
        """openbsd80 rchange-monitor00; flags, MTU and label by sys/net/rtsock.c, rtm_output()."""
        route = self.find_asked(request, False)
        if "GATEWAY" in request.octets:
            interface, source = self.resolve(request)
            if request.hop is not None:
                self.neighbor_route(request.hop, request.table)
            route.interface, route.source, route.hop = interface, source, request.hop
            route.gateway = self.gateway_of(request, interface)
        taken = request.changed & (0x8 | 0x1000 | 0x2000 | 0x4000 | 0x8000)  # of RTF_FMASK, net/route.h
        route.flags = route.flags & ~taken | request.flags & taken
        route.mtu = self.asked_mtu(request) or route.mtu
        route.label = request.octets.get("LABEL", route.label)
        return [self.told("RTM_CHANGE", route, request.pid, request.seq)]

    def request_delete(self, request):
        route = self.find_asked(request, True)
        if route.flags & (RTF_LOCAL | RTF_BROADCAST) or route.priority == CONNECTED:
            raise Refused(EINVAL)  # sys/net/rtsock.c, rtm_output()
        self.drop(route)
        answer = self.told("RTM_DELETE", route, request.pid, request.seq, route.flags & ~RTF_UP)  # rdel-monitor00
        self.mark_multipath(route)
        return [answer]

    def request_get(self, request):
        if request.table not in self.state.tables:
            raise Refused(ESRCH)
        exact = "NETMASK" in request.octets and not request.flags & RTF_HOST
        if exact:
            request.destination = network(request.destination, request.prefix)
        route = self.find_asked(request, False) if exact else self.get_route(request)
        return [self.told("RTM_GET", route, request.pid, request.seq)]

    # ---- routes ------------------------------------------------------------------------------------------------------

    def addresses_of(self, route, mask):
        addresses = [("DST", self.layout.ip(route.destination)), ("GATEWAY", route.gateway)]
        if mask:
            addresses.append(("NETMASK", self.messages.mask(route.prefix, len(route.destination))))
        if route.interface in self.state.interfaces and route.source is not None:
            # sys/net/rtsock.c, rtm_report() and sysctl_dumpentry(): the table's preferred source hides the route's own
            source = self.state.sources.get((route.table, len(route.destination))) or route.source
            addresses += [("IFP", self.messages.interface_link(route.interface)), ("IFA", self.layout.ip(source.ip))]
        if route.label:
            addresses.append(("LABEL", route.label))
        return addresses

    def header(self, route):
        return {"rtm_priority": route.priority, "rtm_tableid": route.table, "rmx_mtu": self.route_mtu(route)}

    @staticmethod
    def route_mtu(route):
        """openbsd80 radd-rtable1-dump-inet: what leads to lo0 has its MTU."""
        return route.mtu or (route.interface.mtu if route.interface.loopback else 0)

    def told(self, kind, route, pid, seq, flags=None):
        """Answers and dumps have all: openbsd80 radd-host-monitor00, with the mask of a host."""
        flags = route.flags if flags is None else flags
        return self.messages.route(kind, self.addresses_of(route, True), route.interface.index, flags, pid, seq,
                                   **self.header(route))

    def dumped(self, route, pid):
        return self.told("RTM_GET", route, pid, 0)

    def tell_route(self, kind, route, flags=None):
        """Of the kernel's own doing: openbsd80 addr4-monitor01, where a host has no mask; daddr4-monitor11, without an MTU."""
        flags = route.flags if flags is None else flags
        self.tell(self.messages.route(kind, self.addresses_of(route, not route.host), route.interface.index, flags,
                                      rtm_priority=route.priority, rtm_tableid=route.table), route.table)

    def address_flags(self, _address):
        return 0  # openbsd80 full-iflist

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def default_broadcast(self, address, broadcast):
        if address.interface.loopback:  # openbsd80, openbsd73-i386 full-iflist
            return address.ip if address.prefix == 128 and self.layout.release >= 8 else b""
        if address.ipv4 and address.prefix == 32 and broadcast is None:
            return bytes(4)  # openbsd80 alias4-monitor00
        return super().default_broadcast(address, broadcast)

    def attach_ipv6(self, interface, ip):
        """openbsd80 addr6-monitor00 to 02: with the first IPv6 address comes the link-local one."""
        if interface.attached:
            return
        interface.attached = True
        own = self.link_local(interface)
        if ip != own and interface.auto_link_local:
            self.add_address(interface, own, 64)

    def put_address(self, address):
        interface = address.interface
        # openbsd80 lo0up-iflist: ::1 comes first though it was told after fe80::1
        interface.addresses.insert(0 if interface.loopback and address.prefix == 128 else len(interface.addresses), address)
        self.tentative(address)
        if interface.loopback:
            self.tell_interface(interface)  # openbsd80 lo0up-monitor00, 03, 07
        self.tell(self.messages.address("RTM_NEWADDR", address))
        self.tell_route("RTM_ADD", self.local_route(address))
        if interface.loopback:
            self.multicast_routes(address)
            return
        self.tell_route("RTM_ADD", self.connected_route(address))
        self.multicast_routes(address)
        if address.ipv4 and any(address.broadcast):
            self.tell_route("RTM_ADD", self.broadcast_route(address))

    def local_route(self, address):
        interface, size = address.interface, 8 * len(address.ip)
        if interface.loopback:  # openbsd80 lo0up-monitor02
            flags = RTF_UP | RTF_HOST | RTF_DONE | RTF_LOCAL
            return self.new_route(address.ip, size, self.layout.ip(address.ip), flags, interface, source=address, priority=LOCAL)
        flags = RTF_UP | RTF_HOST | RTF_DONE | RTF_LLINFO | RTF_LOCAL
        return self.new_route(address.ip, size, self.messages.interface_link(interface), flags, interface, source=address,
                              priority=LOCAL)

    def connected_route(self, address):
        """Each address has its own, also of one network (rt_ifa_add() asks for RTF_MPATH)."""
        flags = RTF_DONE | RTF_CLONING | RTF_CONNECTED | (RTF_UP if self.running(address.interface) else 0)
        route = self.new_route(address.net, address.prefix, self.layout.ip(address.ip), flags, address.interface,
                               source=address, priority=CONNECTED)
        self.mark_multipath(route)
        return route

    def broadcast_route(self, address):
        flags = RTF_HOST | RTF_DONE | RTF_BROADCAST | (RTF_UP if self.running(address.interface) else 0)
        return self.new_route(address.broadcast, 32, self.layout.ip(address.ip), flags, address.interface, source=address,
                              priority=LOCAL)

    def multicast_routes(self, address):
        """openbsd80 full-dump-inet6; nothing is said of them."""
        if address.ipv4 or self.state.address_near(address.ip) is None or address.ip[:2] != b"\xfe\x80":
            return
        for net in ("ff01::", "ff02::"):
            self.new_route(with_zone(packed(net), address.interface.index), 32, self.layout.ip(address.ip),
                           RTF_UP | RTF_DONE | RTF_MULTICAST, address.interface, source=address, priority=CONNECTED)

    def tell_settled(self, address):
        """openbsd80 addr6-monitor-late00."""
        addresses = [("NETMASK", self.messages.mask(address.prefix, 16)),
                     ("IFP", self.messages.interface_link(address.interface)), ("IFA", self.layout.ip(address.ip))]
        self.tell(self.messages.route("RTM_CHGADDRATTR", addresses, address.interface.index))

    def delete_address(self, address):
        """openbsd80 daddr4-monitor00 to 15, daddr6-monitor00 to 05. The first of its routes that goes takes the table's
        source along: rt_ifa_del(), rtable_clearsource(), which no message tells."""
        self.state.sources = {key: one for key, one in self.state.sources.items() if one is not address}
        of_address = [one for one in self.state.dump(table=0) if one.source is address]
        clones = [one for one in of_address if one.flags & RTF_CLONED]
        connected = [one for one in of_address if one.flags & RTF_CONNECTED]
        own = [one for one in of_address if one.flags & (RTF_LOCAL | RTF_BROADCAST)]
        own.sort(key=lambda one: bool(one.flags & RTF_LOCAL))
        if address.ipv4:
            self.remove(clones + connected + own)
            self.withdraw(address)
            self.remove([one for one in self.state.dump() if one.source is address])
            return
        self.remove(own)
        self.withdraw(address)
        self.remove(clones + connected)
        self.remove([one for one in self.state.dump() if one.source is address])

    def withdraw(self, address):
        address.interface.addresses.remove(address)
        self.tell(self.messages.address("RTM_DELADDR", address))

    def remove(self, routes):
        for route in routes:
            flags = route.flags
            if flags & (RTF_LOCAL | RTF_BROADCAST | RTF_CONNECTED):
                flags &= ~(RTF_UP | (RTF_LLINFO if flags & RTF_LOCAL else 0))  # openbsd80 dalias4-monitor01
            self.drop(route)
            self.tell_route("RTM_DELETE", route, flags)
            self.mark_multipath(route)

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def running(self, interface):
        return interface.up and interface.link_state not in (2, 3)  # LINK_STATE_IS_UP, and unknown

    def set_up(self, interface, up):
        """openbsd80 up-monitor00 and 01, down; nic-up-monitor00 alone."""
        if interface.loopback:
            self.loopback_up(interface, up)
            return
        before = interface.link_state
        if interface.cloned:  # openbsd80 down-monitor00: its link goes with it, which is told too
            interface.link_state = 4 if up else self.link_down
        elif up and before == 0:  # openbsd73-i386 nic-up-monitor01: only then it is known
            interface.link_state = self.link_up
        super().set_up(interface, up)
        if interface.cloned or interface.link_state != before:
            self.tell_interface(interface)
        self.mark_routes(interface)

    def loopback_up(self, interface, up):
        """openbsd80 lo0up-monitor00 to 06."""
        if not up or interface.attached:
            super().set_up(interface, up)
            return
        interface.attached = True
        interface.flags |= IFF_UP | 0x40
        self.add_address(interface, "fe80::1", 64)
        self.add_address(interface, "::1", 128)
        self.tell_interface(interface)

    def set_link(self, interface, up):
        super().set_link(interface, up)
        self.mark_routes(interface)

    def mark_routes(self, interface):
        """RTF_UP goes and comes without a word: openbsd80 nic-link-off-dump-inet; own addresses keep it."""
        for route in self.state.routes:
            if route.interface is interface and not route.flags & RTF_LOCAL:
                route.flags = route.flags & ~RTF_UP | (RTF_UP if self.running(interface) else 0)

    def set_mac(self, interface, mac):
        """Not recorded: as other changes of an interface are told, openbsd80 mtu-monitor00."""
        super().set_mac(interface, mac)
        self.tell_interface(interface)

    def destroy(self, interface):
        """openbsd80 destroy-monitor00 to 07: the interface is no more when its routes are told."""
        self.state.interfaces.remove(interface)
        rest = [one for one in self.state.dump() if one.interface is interface]
        for address in list(interface.addresses):
            own = [one for one in rest if one.source is address and one.flags & RTF_LOCAL]
            self.remove(own)
            self.withdraw(address)
            rest = [one for one in rest if one not in own]
        rest.sort(key=lambda one: not one.flags & RTF_CONNECTED)
        for route in rest:
            route.priority |= DOWN
        for route in rest:
            self.drop(route)
            addresses = self.addresses_of(route, not route.host)
            if not route.flags & RTF_CONNECTED:
                addresses += [("IFP", self.messages.interface_link(interface)), ("IFA", self.layout.ip(route.source.ip))]
            flags = route.flags & ~RTF_CACHED
            self.tell(self.messages.route("RTM_DELETE", addresses, interface.index, flags, **self.header(route)), route.table)
        self.tell(self.messages.announce(interface, True))


"""FreeBSD 12 (recorded), 13 (recorded), 14 (as 13; its headers are those of 14)."""

import struct

from kernel_layout import EADDRINUSE, EEXIST, EINVAL, Refused, network, packed, with_zone
from kernel_state import IFF_UP, RTF_DONE, RTF_HOST, RTF_STATIC, RTF_UP
from kernel_system import System, solicited_node

RTF_ANNOUNCE = 0x4000  # netinet/if_ether.h: it is answered for
RTF_LLINFO, RTF_FIXEDMTU, RTF_PINNED, RTF_LOCAL = 0x400, 0x80000, 0x100000, 0x200000
IFF_DYING = 0x200000


class FreeBSD(System):
    ostype = "FreeBSD"

    def __init__(self, layout, kernel):
        super().__init__(layout, kernel)
        self.old = layout.release < 13

    @property
    def multipath(self):
        return not self.old and bool(self.kernel.settings["net.route.multipath"])  # freebsd13 radd-dup-monitor00: off

    # ---- requests ----------------------------------------------------------------------------------------------------

    def bad_version(self, data):
        self.tell(bytes(data))  # freebsd12, freebsd13 badver-monitor00: as it came, no errno in it

    def near(self, hop, interface, table):
        found = self.state.address_near(hop, interface)
        # net.add_addr_allfibs: until 13 the networks of addresses are in all FIBs, since 14 in the interface's
        if found is not None and found.interface.fib != table and not self.kernel.settings["net.add_addr_allfibs"]:
            found = None
        if found is None:  # not by the default route: freebsd12 radd-unreach-monitor00
            route = self.state.look_up(hop, table)
            found = route.source if route is not None and route.prefix > 0 else None
        return found

    def echo(self, request, **members):
        """Zones of gateways are moved into the address: freebsd12 radd-inet6-ll-monitor00; back again when all went well."""
        data = bytearray(super().echo(request, **members))
        if members.get("rtm_errno"):
            for slot in ("DST", "GATEWAY"):
                address = request.address(self.layout, slot)
                if address is not None and len(address) == 16:
                    at = request.found[slot][0]
                    data[at + 8:at + 24], data[at + 24:at + 28] = address, bytes(4)
        elif not self.old and request.link_index("GATEWAY") and not self.is_neighbor(request):
            at = request.found["GATEWAY"][0]  # freebsd13 radd-iface-monitor00: shortened where it stands
            data[at], data[at + 4] = 16, 0
        return bytes(data)

    def request_add(self, request):
        if self.is_neighbor(request):
            return self.add_neighbor(request)  # freebsd12 arp-static-monitor00: index 0
        if "GATEWAY" not in request.octets:
            raise Refused(EINVAL)
        interface, source = self.resolve(request)
        there = self.state.exact(request.destination, request.prefix, request.table, request.host)
        if there and (not self.multipath or any(one.hop == request.hop for one in there) or there[0].flags & RTF_PINNED):
            raise Refused(EEXIST)  # radd-dup-monitor00
        route = self.new_route(request.destination, request.prefix, self.gateway_of(request, interface),
                               self.asked_flags(request), interface, source=source, table=request.table,
                               mtu=self.asked_mtu(request), number=self.made + 5)
        shown = route.flags & ~RTF_FIXEDMTU if self.old else route.flags  # freebsd12, freebsd13 radd-mtu-monitor00
        return [self.echo(request, rtm_index=interface.index, rtm_flags=shown | RTF_DONE)]

    def asked_flags(self, request):
        flags = request.flags & ~RTF_DONE | RTF_UP
        return flags | (RTF_FIXEDMTU if self.asked_mtu(request) else 0)

    def gateway_of(self, request, interface):
        if request.hop is not None:
            return self.layout.ip(request.hop)
        if self.old:  # freebsd12 full-dump-inet: as it was asked for
            return request.octets["GATEWAY"]
        return self.messages.gateway_link(interface)

    def request_change(self, request):
        """freebsd12 rchange-monitor00; the flags by net/route.c, rtrequest1_fib_change()."""
        route = self.find_asked(request, False)
        if "GATEWAY" in request.octets:
            interface, source = self.resolve(request)
            route.interface, route.source, route.hop = interface, source, request.hop
            route.gateway = self.gateway_of(request, interface)
        if self.asked_mtu(request):
            route.mtu = self.asked_mtu(request)
            route.flags |= RTF_FIXEDMTU
        taken = 0x2 | 0x8 | 0x800 | 0x1000 | 0x4000 | 0x8000 | 0x40000  # RTF_GATEWAY, RTF_FMASK: net/route.h
        route.flags = route.flags & ~taken | request.flags & taken
        return [self.echo(request, rtm_index=route.interface.index, rtm_flags=route.flags & ~RTF_FIXEDMTU | RTF_DONE)]

    def request_delete(self, request):
        if self.is_neighbor(request):
            return self.delete_neighbor(request)
        route = self.find_asked(request, not self.old)
        if route.flags & RTF_PINNED:
            raise Refused(EADDRINUSE)  # net/route.c, rt_unlinkrte(); since 13 net/route/route_ctl.c
        self.drop(route)
        return [self.told("RTM_DELETE", route, request, route.flags & ~RTF_UP | RTF_DONE)]  # rdel-monitor00

    def request_get(self, request):
        route = self.get_route(request)
        whole = "IFP" in request.octets or "IFA" in request.octets  # freebsd12 rget-net-monitor00, rget-noifp-monitor00
        return [self.told("RTM_GET", route, request, route.flags | RTF_DONE, whole)]

    # ---- routes ------------------------------------------------------------------------------------------------------

    def told(self, kind, route, request, flags, whole=False):
        return self.messages.route(kind, self.addresses_of(route, whole), route.interface.index, flags, request.pid,
                                   request.seq, **self.metrics(route))

    def addresses_of(self, route, whole=True):
        addresses = [("DST", self.layout.ip(route.destination)), ("GATEWAY", route.gateway)]
        if not route.host:
            addresses.append(("NETMASK", self.messages.tree_mask(route.prefix, len(route.destination))))
        if whole:
            addresses.append(("IFP", self.messages.interface_link(route.interface)))
            if route.source is not None:
                addresses.append(("IFA", self.layout.ip(route.source.ip)))
        return addresses

    def metrics(self, route):
        """freebsd12 full-dump-inet: the interface's MTU, weight 1; freebsd13 full-dump-inet: a next hop's number."""
        return {"rmx_mtu": route.mtu or route.interface.mtu, "rmx_weight": 1, "rmx_nhidx": 0 if self.old else route.number}

    def dumped(self, route, _pid):
        return self.messages.route("RTM_GET", self.addresses_of(route), route.interface.index, route.flags,
                                   **self.metrics(route))

    def neighbors(self, family):
        """NET_RT_FLAGS of RTF_LLINFO: freebsd12 full-flags-llinfo-inet. Own addresses are among them."""
        rows = []
        for interface in self.state.interfaces:
            if interface.loopback:
                continue
            macs = {one.ip: (interface.mac, 0x100c05) for one in interface.addresses if interface.up}
            macs.update({ip: (mac, 0x405 | flags & (RTF_STATIC | RTF_ANNOUNCE))
                         for ip, (mac, flags) in interface.neighbors.items()})
            rows += [(ip, interface, mac, flags) for ip, (mac, flags) in macs.items()
                     if self.layout.family(ip) == family]
        return [self.messages.route("RTM_GET", [("DST", self.layout.ip(ip)),
                                                ("GATEWAY", self.messages.gateway_link(interface, mac, 54))],
                                    interface.index, flags, rmx_weight=int(len(ip) == 16))  # rmx_state: reachable
                for ip, interface, mac, flags in sorted(rows, key=lambda row: row[0])]

    def address_flags(self, address):
        """ifam_flags in freebsd12, freebsd13 full-iflist."""
        if address.ipv4:
            return RTF_UP if address.up else 0
        return RTF_HOST | (RTF_UP if self.old and address.interface.loopback and address.prefix == 128 else 0)

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def default_broadcast(self, address, broadcast):
        if address.interface.loopback:  # freebsd12, freebsd13 full-iflist
            zeros = b""
            return address.ip if address.prefix == 128 or (self.old and address.ipv4) else zeros
        return super().default_broadcast(address, broadcast)

    def attach_ipv6(self, interface, ip):
        if interface.attached:
            return
        interface.attached = True
        own = self.link_local(interface)
        if interface.auto_link_local and not interface.loopback and ip != own:
            self.add_address(interface, own, 64)

    def replace_address(self, address, broadcast, flags, lifetimes):
        """freebsd13 lo0up-monitor00 to 04: an IPv4 address goes, and comes again."""
        if not address.ipv4:
            return super().replace_address(address, broadcast, flags, lifetimes)
        self.delete_address(address)
        address.broadcast = broadcast if broadcast is not None else address.broadcast
        self.put_address(address)
        return address

    def put_address(self, address):
        interface = address.interface
        interface.addresses.append(address)
        if address.ipv4:
            self.put_ipv4(address)
        elif interface.loopback:
            self.put_ipv6_loopback(address)
        else:
            self.put_ipv6(address)

    def prefix_route(self, address):
        """The route to an address's network, or to itself. (flags as told, addresses as told)"""
        interface = address.interface
        link = self.messages.gateway_link(interface)
        host = interface.loopback or (not self.old and address.ipv4 and address.prefix == 32)
        flags = RTF_UP | RTF_PINNED | (RTF_HOST if host else 0)
        if interface.loopback and self.old:
            flags |= RTF_LOCAL  # freebsd12 lo0up-monitor13
        prefix = 8 * len(address.ip) if host else address.prefix
        return self.new_route(network(address.ip, prefix), prefix, link, flags, interface, source=address, number=self.made + 1)

    def tell_prefix(self, kind, route, flags):
        """freebsd12 addr4-monitor01 without RTF_DONE, freebsd13 addr4-monitor01 with it."""
        self.tell(self.messages.route(kind, self.addresses_of(route, False), route.interface.index,
                                      flags | (0 if self.old else RTF_DONE)))

    def local_route(self, address, prefix=None):
        """Own addresses are reached by lo0: full-dump-inet, full-dump-inet6. Nothing is said for IPv4."""
        size = len(address.ip)
        loopback = self.state.loopback
        source = next(iter(loopback.of_family(size)), None) if address.interface is not loopback else address
        flags = RTF_UP | RTF_HOST | RTF_STATIC | RTF_PINNED
        return self.new_route(address.ip, 8 * size, self.messages.gateway_link(address.interface), flags, loopback,
                              source=source, number=self.made + 1)

    def put_ipv4(self, address):
        interface = address.interface
        self.tell(self.messages.address("RTM_NEWADDR", address))
        self.put_prefix(address)
        if not interface.loopback and not (not self.old and address.prefix == 32):
            self.local_route(address)
        self.join(interface, packed("224.0.0.1"))

    def put_prefix(self, address):
        if self.same_net(address) is None:
            route = self.prefix_route(address)
            self.tell_prefix("RTM_ADD", route, route.flags)
        address.up = True

    def join(self, interface, group):
        if group in interface.multicast:
            return
        interface.multicast.append(group)
        self.tell(self.messages.multicast("RTM_NEWMADDR", interface, group, group_mac(group)))

    def leave(self, interface, group):
        if group in interface.multicast:
            interface.multicast.remove(group)
            if self.old:  # freebsd13 daddr4, daddr6 have none
                self.tell(self.messages.multicast("RTM_DELMADDR", interface, group, group_mac(group)))

    def join_ipv6(self, interface, ip):
        for group in (solicited_node(ip, interface.index), with_zone(packed("ff02::1"), interface.index),
                      with_zone(packed("ff01::1"), interface.index)):
            self.join(interface, group)

    def put_ipv6(self, address):
        """freebsd12, freebsd13 addr6-monitor00 to 06."""
        interface, messages = address.interface, self.messages
        own = self.layout.ip(address.ip)
        self.tell(messages.route("RTM_ADD", [("DST", own), ("GATEWAY", messages.gateway_link(interface, interface.mac, 54))],
                                 0, RTF_UP | RTF_HOST | RTF_DONE | RTF_LLINFO))
        self.join_ipv6(interface, address.ip)
        self.tell(messages.address("RTM_NEWADDR", address, flags=RTF_HOST))
        local = self.local_route(address)
        self.tell_local("RTM_ADD", address, local.flags)
        if self.same_net(address) is None:
            self.tell_network("RTM_ADD", self.network_route(address), RTF_UP)

    def network_route(self, address):
        flags = RTF_UP if self.old else RTF_UP | RTF_PINNED
        return self.new_route(address.net, address.prefix, self.messages.gateway_link(address.interface), flags,
                              address.interface, source=address, number=self.made + 1)

    def tell_local(self, kind, address, flags):
        up = flags & RTF_UP
        if self.old:  # freebsd12 addr6-monitor05: an empty gateway
            addresses = [("DST", self.layout.ip(address.ip)), ("GATEWAY", self.layout.link(0, 0, length=54)),
                         ("NETMASK", self.messages.mask(address.prefix, 16))]
            self.tell(self.messages.route(kind, addresses, address.interface.index, up | RTF_HOST | RTF_STATIC))
            return
        addresses = [("DST", self.layout.ip(address.ip)),
                     ("GATEWAY", self.messages.gateway_link(address.interface, length=54))]
        index = self.state.loopback.index if up else 0  # freebsd13 addr6-monitor05, daddr6-monitor00
        self.tell(self.messages.route(kind, addresses, index, up | RTF_HOST | RTF_DONE | RTF_STATIC | RTF_PINNED))

    def tell_network(self, kind, route, up):
        if not self.old:  # freebsd13 addr6-monitor06
            self.tell_prefix(kind, route, route.flags & ~RTF_UP | up)
            return
        addresses = [one for one in self.addresses_of(route) if one[0] != "NETMASK"]
        addresses.append(("NETMASK", self.messages.raw_mask(route.prefix, 16)))
        self.tell(self.messages.route(kind, addresses, 0, up | RTF_DONE))  # freebsd12 addr6-monitor06: index 0

    def put_ipv6_loopback(self, address):
        """freebsd12 lo0up-monitor01 to 10."""
        interface = address.interface
        if address.prefix == 128 and self.old:
            self.tell(self.messages.address("RTM_NEWADDR", address, flags=RTF_HOST))
            route = self.prefix_route(address)
            self.tell_prefix("RTM_ADD", route, route.flags)
            self.join_ipv6(interface, address.ip)
            self.tell(self.messages.address("RTM_NEWADDR", address, flags=RTF_HOST | RTF_UP))
            self.tell_local("RTM_ADD", address, RTF_UP)
            return
        self.join_ipv6(interface, address.ip)
        self.tell(self.messages.address("RTM_NEWADDR", address, flags=RTF_HOST))
        local = self.local_route(address)
        self.tell_local("RTM_ADD", address, local.flags)
        if address.prefix < 128:
            self.tell_network("RTM_ADD", self.network_route(address), RTF_UP)

    def delete_address(self, address):
        interface = address.interface
        if address.ipv4:
            self.remove_ipv4(address)
        else:
            self.remove_ipv6(address)
        if not interface.of_family(len(address.ip)):
            groups = [packed("224.0.0.1")] if address.ipv4 else [with_zone(packed(one), interface.index)
                                                                 for one in ("ff01::1", "ff02::1")]
            for group in groups:
                self.leave(interface, group)

    def forget(self, address):
        """The address, and all about it of which nothing is said."""
        address.interface.addresses.remove(address)
        self.state.routes = [one for one in self.state.routes
                             if not (one.destination == address.ip and one.flags & RTF_PINNED and one.host and
                                     one.gateway[2:4] == struct.pack("<H", address.interface.index))]

    def remove_ipv4(self, address):
        """freebsd12 daddr4: RTM_DELETE, RTM_DELADDR; freebsd13 the other way round. Routes that use the address go with it,
        silently: after-dump-inet."""
        route = next((one for one in self.state.routes if one.source is address and one.flags & RTF_PINNED), None)
        said = self.messages.address("RTM_DELADDR", address, flags=RTF_UP)
        self.forget(address)
        if not self.old:
            self.tell(said)
        if route is not None:
            if route in self.state.routes:
                self.drop(route)
            self.tell_prefix("RTM_DELETE", route, route.flags & ~RTF_UP)
        if self.old:
            self.tell(said)
        self.state.routes = [one for one in self.state.routes if one.source is not address]
        if route is None:
            return
        other = self.same_net(address)
        if other is not None:  # in_scrubprefix(): another one takes the network over, with its neighbours
            moved = self.prefix_route(other)
            self.tell_prefix("RTM_ADD", moved, moved.flags)
            return
        net = [ip for ip in address.interface.neighbors if len(ip) == 4 and network(ip, address.prefix) == address.net]
        for ip in net:  # in_scrubprefixlle(), with LLE_STATIC: all of them
            del address.interface.neighbors[ip]

    def remove_ipv6(self, address):
        """freebsd12, freebsd13 daddr6. Routes that use the address stay: after-dump-inet6."""
        self.tell_local("RTM_DELETE", address, 0)
        self.forget(address)
        self.tell(self.messages.address("RTM_DELADDR", address, flags=0))
        address.interface.multicast = [one for one in address.interface.multicast
                                       if one != solicited_node(address.ip, address.interface.index)]
        if self.same_net(address) is None:
            route = self.one(address.net, address.prefix, interface=address.interface, host=False)
            if route is not None and route.hop is None:
                self.drop(route)
                self.tell_network("RTM_DELETE", route, 0)

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def set_up(self, interface, up):
        """freebsd12 up-monitor00; down-monitor00 still has IFF_RUNNING, after-iflist has not."""
        if interface.loopback and up and not interface.attached:
            self.attach_loopback(interface)
            return
        if up:
            super().set_up(interface, up)
            for address in interface.of_family(4):
                if not address.up:  # rip_ctlinput(), PRC_IFUP
                    self.put_prefix(address)
            if interface.auto_link_local and interface.mac:
                self.attach_ipv6(interface, b"")
            return
        interface.flags &= ~IFF_UP
        self.tell_interface(interface)
        interface.flags &= ~0x40
        # freebsd12 after-flags-llinfo-inet6: nothing to write
        interface.neighbors = {ip: mac for ip, mac in interface.neighbors.items() if len(ip) == 4}
        # in_ifadown(): what is not static goes, also the network's route: freebsd12 end-iflist, 198.18.5.2 with flags 0
        self.state.routes = [one for one in self.state.routes
                             if one.source is None or one.source.interface is not interface or one.flags & RTF_STATIC or
                             len(one.destination) == 16]
        for address in interface.of_family(4):
            address.up = False

    def attach_loopback(self, interface):
        """freebsd12 lo0up-monitor00 to 11."""
        interface.attached = True
        interface.flags |= IFF_UP
        self.tell_interface(interface)
        self.add_address(interface, "::1", 128)
        self.add_address(interface, "fe80::1", 64)
        interface.flags |= 0x40
        self.tell_interface(interface)

    def destroy(self, interface):
        """freebsd12 destroy-monitor00, 01; what it told of addresses is daddr4's and daddr6's."""
        for address in list(interface.addresses):
            self.delete_address(address)
        interface.flags |= IFF_DYING  # freebsd12 destroy-monitor00
        interface.flags &= ~(IFF_UP | 0x40)
        self.tell_interface(interface)
        super().destroy(interface)


def group_mac(group):
    """RFC 1112 section 6.4, RFC 2464 section 7."""
    if len(group) == 4:
        return b"\x01\x00\x5e" + bytes([group[1] & 0x7f]) + group[2:]
    return b"\x33\x33" + group[12:]


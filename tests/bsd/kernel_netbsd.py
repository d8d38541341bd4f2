"""NetBSD 7.99 (recorded) and 10 (its messages about addresses by the headers, all else as recorded)."""

from kernel_layout import EEXIST, EINVAL, Refused, network, packed, with_zone
from kernel_state import (IFF_UP, RTF_CLONING, RTF_DONE, RTF_GATEWAY, RTF_HOST, RTF_LLINFO, RTF_STATIC, RTF_UP)
from kernel_system import IN6_IFF_TENTATIVE, RTV_MTU, System

RTF_LOCAL, RTF_ANNOUNCE, RTF_MASK = 0x40000, 0x20000, 0x80
HOME, HOME6 = packed("127.0.0.1"), packed("::1")
RTF_CONNECTED = RTF_CLONING  # the same bit; since 7.99 it is called so


class NetBSD(System):
    ostype = "NetBSD"
    loopback_mtu = 33624

    # ---- requests ----------------------------------------------------------------------------------------------------

    def bad_version(self, data):
        self.layout.put(data, "rt_msghdr", rtm_errno=43)  # netbsd7 badver-monitor00
        self.tell(bytes(data))

    def near(self, hop, interface, table):
        found = self.state.address_near(hop, interface)
        if found is None:  # by whatever way there is: netbsd7 radd-unreach-monitor00
            route = self.state.look_up(hop, table)
            found = route.source if route is not None else None
        return found

    def source_on(self, interface, destination):
        """netbsd7 full-dump-inet, 10.95.0.0: of those in no such network the last."""
        of_family = interface.of_family(len(destination))
        near = [one for one in of_family if one.net == destination[:len(one.net)]]
        return (near or of_family[-1:] or [None])[0]

    def request_add(self, request):
        if self.is_neighbor(request):
            return self.add_neighbor(request)  # netbsd7 arp-static-monitor00
        if "GATEWAY" not in request.octets:
            raise Refused(EINVAL)
        interface, source = self.resolve(request)
        if self.state.exact(request.destination, request.prefix, request.table, request.host):
            raise Refused(EEXIST)  # netbsd7 radd-dup-monitor00
        flags = request.flags & ~RTF_DONE | RTF_UP
        if request.hop is None:
            flags |= RTF_CONNECTED  # netbsd7 full-dump-inet, 10.95.0.0
        self.new_route(request.destination, request.prefix, self.gateway_of(request, interface), flags, interface, source=source,
                       table=request.table, mtu=self.asked_mtu(request))
        return [self.echo(request, rtm_flags=request.flags | RTF_UP | RTF_DONE)]  # netbsd7 radd-net-monitor00: index 0

    def gateway_of(self, request, interface):
        if request.hop is not None:
            return request.octets["GATEWAY"]  # with its scope_id: netbsd7 full-dump-inet6
        return self.messages.gateway_link(interface)

    def request_change(self, request):
        """netbsd7 rchange-monitor00; the rest by route_output() of net/rtsock.c: all flags are the request's but PRESERVED_RTF, so
        that a route by an interface gets no RTF_GATEWAY, and metrics are what rtm_inits names."""
        route = self.find_asked(request, False)
        if "GATEWAY" in request.octets:
            interface, source = self.resolve(request)
            route.interface, route.source, route.hop = interface, source, request.hop
            route.gateway = self.gateway_of(request, interface)
        preserved = RTF_UP | RTF_GATEWAY | RTF_HOST | RTF_DONE | RTF_MASK
        route.flags = request.flags & ~preserved | route.flags & preserved
        route.mtu = request.mtu if request.inits & RTV_MTU else route.mtu
        return [self.echo(request, rtm_flags=request.flags | RTF_DONE)]

    def request_delete(self, request):
        if self.is_neighbor(request):
            return self.delete_neighbor(request)
        route = self.find_asked(request, False)
        self.drop(route)
        addresses = [one for one in self.addresses_of(route) if one[0] not in ("IFP", "IFA")]
        return [self.messages.route("RTM_DELETE", addresses, 0, route.flags & ~RTF_UP | RTF_DONE, request.pid, request.seq,
                                    **self.metrics(route))]  # netbsd7 rdel-monitor00

    def request_get(self, request):
        route = self.get_route(request)
        whole = "IFP" in request.octets or "IFA" in request.octets
        flags = route.flags | RTF_DONE
        addresses = self.addresses_of(route)
        if request.flags & RTF_HOST and not request.flags & RTF_GATEWAY:
            # netbsd7 rget-noifp-monitor00: the neighbour that would be asked for, with room for its hardware address
            addresses = [("DST", request.octets["DST"]),
                         ("GATEWAY", self.messages.gateway_link(route.interface, b"", 14)), *addresses[-2:]]
            flags |= RTF_LLINFO
        if not whole:
            addresses = [one for one in addresses if one[0] not in ("IFP", "IFA")]
        return [self.messages.route("RTM_GET", addresses, route.interface.index if whole else 0, flags, request.pid,
                                    request.seq, **self.metrics(route))]

    # ---- routes ------------------------------------------------------------------------------------------------------

    def addresses_of(self, route):
        addresses = [("DST", self.layout.ip(route.destination)), ("GATEWAY", route.gateway)]
        if not route.host:
            addresses.append(("NETMASK", self.messages.tree_mask(route.prefix, len(route.destination))))
        addresses.append(("IFP", self.messages.interface_link(route.interface)))
        if route.source is not None:
            addresses.append(("IFA", self.layout.ip(route.source.ip)))
        return addresses

    def metrics(self, route):
        # netbsd7 full-dump-all: the MTU of lo0 for what leads to 127.0.0.1 and ::1
        at_home = route.interface.loopback and route.source is not None and route.source.ip in (HOME, HOME6)
        return {"rmx_mtu": route.mtu or (route.interface.mtu if at_home else 0)}

    def dumped(self, route, _pid):
        return self.messages.route("RTM_GET", self.addresses_of(route), route.interface.index, route.flags,
                                   **self.metrics(route))

    def neighbors(self, family):
        """NetBSD 8 and later: NET_RT_FLAGS of RTF_LLDATA tells the neighbours (net/rtsock_shared.c, sysctl_dumpentry of lltable).
        Before, they were routes, and those of static entries were not recorded."""
        rows = [(ip, interface, mac, RTF_UP | RTF_HOST | RTF_LLINFO | flags & (RTF_STATIC | RTF_ANNOUNCE))
                for interface in self.state.interfaces for ip, (mac, flags) in sorted(interface.neighbors.items())
                if self.layout.family(ip) == family]
        return [self.messages.route("RTM_GET", [("DST", self.layout.ip(ip)),
                                                ("GATEWAY", self.messages.gateway_link(interface, mac))],
                                    interface.index, flags) for ip, interface, mac, flags in rows]

    def address_flags(self, address):
        """ifam_flags in netbsd7 full-iflist."""
        if address.interface.loopback:
            return RTF_UP if not address.ipv4 and address.prefix == 128 else 0
        return RTF_CONNECTED | (RTF_UP if address.ipv4 else 0)

    def link_record(self, interface):
        """The interface's link address is one of its addresses: netbsd7 full-iflist."""
        length = len(interface.name)
        mask = bytes([8 + length]) + bytes(7) + b"\xff" * length
        addresses = [("NETMASK", mask), ("IFA", self.messages.interface_link(interface))]
        return self.messages.address_record("RTM_NEWADDR", interface, addresses, 0, True)

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def default_broadcast(self, address, broadcast):
        if address.interface.loopback:  # netbsd7 full-iflist
            return address.ip if address.ipv4 or address.prefix == 128 else b""
        return super().default_broadcast(address, broadcast)

    def put_address(self, address):
        interface = address.interface
        interface.addresses.append(address)
        self.tentative(address)
        if interface.loopback:
            self.tell_address("RTM_NEWADDR", address, 0)
            self.loopback_routes(address)
            return
        # netbsd7 addr4-monitor00: the broadcast address is not there yet; addr6-monitor00: no flags
        empty = self.layout.ip(bytes(4)) if address.ipv4 else None
        self.tell_address("RTM_NEWADDR", address, RTF_CONNECTED if address.ipv4 else 0, empty)
        local = self.local_route(address)
        self.tell(self.messages.route("RTM_ADD", [("DST", self.layout.ip(address.ip)), ("GATEWAY", local.gateway)],
                                      interface.index, local.flags, self.kernel.pid))
        if not any(self.own_network(one) for one in self.sharers(address)):
            self.tell_network("RTM_ADD", self.network_route(address))

    def tell_address(self, kind, address, flags, broadcast=None):
        self.tell(self.messages.address(kind, address, flags=flags, broadcast=broadcast, addrflags=address.flags))

    def local_route(self, address):
        """netbsd7 full-dump-inet: shown on lo0."""
        return self.new_route(address.ip, 8 * len(address.ip), self.messages.gateway_link(address.interface),
                              RTF_UP | RTF_HOST | RTF_LLINFO | RTF_LOCAL, self.state.loopback, source=address)

    def network_route(self, address):
        """netbsd7 addr6-monitor02: with the interface's first IPv6 address."""
        first = address if address.ipv4 else address.interface.of_family(16)[0]
        return self.new_route(address.net, address.prefix, self.messages.gateway_link(address.interface),
                              RTF_UP | RTF_CONNECTED, address.interface, source=first)

    def own_network(self, address):
        """The network's route that stands for an address: IFA_ROUTE of its ifa_flags, in netinet/in.c."""
        made_for = {"source": address} if address.ipv4 else {"interface": address.interface}
        return self.one(address.net, address.prefix, host=False, **made_for)

    def sharers(self, address):
        """Those that share its route: netinet/in.c, in_addprefix(), where interface and mask do not count; for IPv6 those of
        the interface's prefix (netinet6/nd6.c, ndpr_refcnt)."""
        if not address.ipv4:
            return [one for one in [self.same_net(address)] if one is not None]
        return [one for one in self.state.addresses() if one is not address and one.ipv4 and one.net == address.net and
                not one.interface.loopback]

    def tell_network(self, kind, route, up=RTF_UP):
        addresses = [one for one in self.addresses_of(route) if one[0] != "NETMASK"]
        addresses.append(("NETMASK", self.messages.raw_mask(route.prefix, len(route.destination))))
        self.tell(self.messages.route(kind, addresses, 0, route.flags & ~RTF_UP | up | RTF_DONE, self.kernel.pid))

    def loopback_routes(self, address):
        """netbsd7 lo0up-dump-all."""
        link = self.messages.interface_link(address.interface)
        own = self.layout.ip(address.ip)
        interface, size = address.interface, 8 * len(address.ip)
        if not address.ipv4 and address.prefix == 128:
            self.new_route(address.ip, size, own, RTF_UP | RTF_HOST, interface, source=address)
            for net in ("ff01::", "ff02::"):
                self.new_route(with_zone(packed(net), interface.index), 32, own, RTF_UP | RTF_CONNECTED, interface,
                               source=address)
            return
        if not address.ipv4:
            self.new_route(address.net, address.prefix, own, RTF_UP, interface, source=address)
        self.new_route(address.ip, size, link, RTF_UP | RTF_HOST | RTF_LOCAL, interface, source=address)

    def tell_settled(self, address):
        self.tell_address("RTM_NEWADDR", address, RTF_CONNECTED)  # netbsd7 addr6-monitor-late00

    def attach_ipv6(self, interface, ip):
        if interface.attached or interface.loopback:
            return
        interface.attached = True
        own = self.link_local(interface)
        if interface.auto_link_local and ip != own:
            self.add_address(interface, own, 64)
            gateway = self.messages.gateway_link(interface)
            for net in ("ff01::", "ff02::"):  # netbsd7 full-dump-inet6
                self.new_route(with_zone(packed(net), interface.index), 32, gateway, RTF_UP | RTF_CONNECTED, interface,
                               source=interface.address(own))

    def delete_address(self, address):
        """netbsd7 daddr4, dalias4, daddr6, destroy. Routes by gateways stay: after-dump-inet."""
        interface = address.interface
        shared = self.sharers(address)
        net = None if shared and not address.ipv4 else self.own_network(address)
        first = address.ipv4 or address is next(iter(interface.of_family(16)), None)
        if net is not None and first:
            self.remove_network(net)
            self.hand_over(shared)
        self.remove_local(address)
        interface.addresses.remove(address)
        self.tell_address("RTM_DELADDR", address, RTF_CONNECTED)
        if net is not None and not first:
            self.remove_network(net)

    def remove_network(self, net):
        self.drop(net)
        self.tell_network("RTM_DELETE", net, 0)

    def hand_over(self, shared):
        """netinet/in.c, in_scrubprefix() of 7.99 and 10: after the route has gone, and before the address has, the first of the
        others that has none gets its own, by rtinit(), which tells as netbsd7 addr4-monitor02 does."""
        heir = next((one for one in shared if self.own_network(one) is None), None)
        if heir is not None:
            self.tell_network("RTM_ADD", self.network_route(heir))

    def remove_local(self, address):
        local = self.one(address.ip, 8 * len(address.ip), host=True, source=address)
        if local is not None:
            self.drop(local)
            self.tell(self.messages.route("RTM_DELETE", [("DST", self.layout.ip(address.ip)), ("GATEWAY", local.gateway)], 0,
                                          local.flags | RTF_DONE, self.kernel.pid))

    def drop(self, route):
        """net/route.c, rtrequest1(): neighbours that were learnt go with the route to their network, those of arp -s stay."""
        super().drop(route)
        if not route.host:
            neighbors = route.interface.neighbors
            for ip in [ip for ip, (_, flags) in neighbors.items() if not flags & RTF_STATIC and
                       len(ip) == len(route.destination) and network(ip, route.prefix) == route.destination]:
                del neighbors[ip]

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def set_up(self, interface, up):
        """netbsd7 up-monitor00 to 04, down-monitor00 and 01."""
        if interface.loopback:
            if up and not interface.attached:
                interface.attached = True
                interface.flags |= IFF_UP | 0x40
                self.kernel.quietly(lambda: (self.add_address(interface, "::1", 128), self.add_address(interface, "fe80::1", 64)))
                return
        if up:
            interface.flags |= IFF_UP
            self.tell_interface(interface)
            if interface.mac and interface.auto_link_local:
                self.attach_ipv6(interface, b"")
            interface.flags |= 0x40
            self.tell_interface(interface)
            return
        interface.flags &= ~IFF_UP
        self.tell_interface(interface)
        for address in interface.of_family(16):
            address.flags &= ~IN6_IFF_TENTATIVE
            self.tell_address("RTM_NEWADDR", address, RTF_CONNECTED)
        interface.flags &= ~0x40

    def set_mtu(self, interface, mtu):
        interface.mtu = mtu  # netbsd7: nothing is said of it

    def destroy(self, interface):
        """netbsd7 destroy-monitor00 to 05."""
        interface.flags &= ~(IFF_UP | 0x40)
        self.tell_interface(interface)
        self.tell_interface(interface)
        super().destroy(interface)

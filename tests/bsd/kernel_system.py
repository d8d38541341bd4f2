"""What the three systems have in common: requests on routing sockets are taken apart, carried out, and told to all listeners;
addresses and interfaces come and go. What differs is in kernel_freebsd.py, kernel_netbsd.py and kernel_openbsd.py."""

import struct
import time

from kernel_layout import (AF_LINK, EADDRNOTAVAIL, EEXIST, EINVAL, ENETUNREACH, ENOENT, EPROTONOSUPPORT, ESRCH, IFT_LOOP, Refused,
                           network, packed, with_zone, zone_of)
from kernel_messages import Messages
from kernel_state import (IFF_LOOPBACK, IFF_MULTICAST, IFF_RUNNING, IFF_UP, RTF_DONE, RTF_HOST, RTF_LLINFO, Address, Interface,
                          Route, State)

EOPNOTSUPP = 45
RTV_MTU = 1
REQUESTS = {"RTM_ADD": "add", "RTM_DELETE": "delete", "RTM_CHANGE": "change", "RTM_GET": "get"}
IN6_IFF_TENTATIVE = 2
LINK_LOCAL = bytes([0xfe, 0x80]) + bytes(14)


class Request:
    """A message that a program wrote."""

    def __init__(self, layout, data, pid):
        self.data, self.pid = bytearray(data), pid
        self.kind = layout.types.get(data[3])
        start = layout.size("rt_msghdr")
        if layout.system == "openbsd":
            start = struct.unpack_from("<H", data, 4)[0]
        if layout.size("rt_msghdr") > start or start > len(data):
            raise Refused(EINVAL)
        header = layout.reader.fields("rt_msghdr", data)
        self.flags, self.seq, self.inits = header["rtm_flags"], header["rtm_seq"], header["rtm_inits"]
        self.table = header.get("rtm_tableid", 0)
        self.changed = header.get("rtm_fmask", 0)
        self.priority = header.get("rtm_priority", 0)
        self.mtu = layout.get(data, "rt_metrics", "rmx_mtu", layout.figures["offsetof rt_msghdr.rtm_rmx"])
        self.found = layout.split(data, start, header["rtm_addrs"])
        self.octets = {slot: octets for slot, (_, octets) in self.found.items()}
        self.destination = self.address(layout, "DST")
        self.hop = self.address(layout, "GATEWAY")
        self.host = bool(self.flags & RTF_HOST) or "NETMASK" not in self.octets
        self.index = self.link_index("IFP")

    def address(self, layout, slot):
        return layout.parse_ip(self.octets[slot]) if slot in self.octets else None

    def link_index(self, slot):
        octets = self.octets.get(slot, b"")
        return struct.unpack_from("<H", octets, 2)[0] if len(octets) >= 8 and octets[1] == AF_LINK else 0

    def link_mac(self):
        octets = self.octets["GATEWAY"]
        return octets[8 + octets[5]:8 + octets[5] + octets[6]]


class System:
    ostype = None

    def __init__(self, layout, kernel):
        self.layout, self.kernel = layout, kernel
        self.messages, self.state = Messages(layout), State()
        self.made = 0

    def tell(self, message, table=None):
        self.kernel.tell(message, table)

    def tell_interface(self, interface):
        self.tell(self.messages.interface(interface))

    # ---- requests ----------------------------------------------------------------------------------------------------
    # Errors of what no recording asks for are those of route_output() in net/rtsock.c, and of rtm_output() on OpenBSD.

    def request(self, data, pid, fib=0):
        layout = self.layout
        if len(data) < 16 or struct.unpack_from("<H", data, 0)[0] != len(data):
            raise Refused(EINVAL)
        if data[2] != layout.const("RTM_VERSION"):
            self.bad_version(bytearray(data))
            raise Refused(EPROTONOSUPPORT)
        request = Request(layout, data, pid)
        if layout.system == "freebsd":
            request.table = fib
        try:
            answer = self.carry_out(request)
        except Refused as refused:
            if self.tells_refusal(request):
                self.tell(self.echo(request, rtm_errno=refused.errno), request.table)
            raise
        for message in answer:
            self.tell(message, request.table)

    def tells_refusal(self, _request):
        return True

    def bad_version(self, data):
        """What listeners see of it."""

    def carry_out(self, request):
        if request.kind not in REQUESTS:
            raise Refused(EOPNOTSUPP)
        if request.destination is None:
            raise Refused(EINVAL)
        request.prefix = self.prefix_of(request)
        if request.kind != "RTM_GET":
            request.destination = network(request.destination, request.prefix)
        return getattr(self, "request_" + REQUESTS[request.kind])(request)

    def prefix_of(self, request):
        if request.host:
            return 8 * len(request.destination)
        return self.layout.parse_mask(request.octets["NETMASK"], self.layout.family(request.destination))

    def echo(self, request, **members):
        """The request itself, completed."""
        data = bytearray(request.data)
        self.layout.put(data, "rt_msghdr", rtm_pid=request.pid, **members)
        return bytes(data)

    # ---- where a route leads -----------------------------------------------------------------------------------------

    def resolve(self, request):
        """(interface, address to send from); ENETUNREACH: the gateway is no neighbour."""
        named = self.state.by_index(request.index) if request.index else None
        if request.index and named is None:
            raise Refused(ENETUNREACH)
        source = self.source_asked(request)
        if request.hop is None:
            named = named or self.state.by_index(request.link_index("GATEWAY"))
            if named is None:
                raise Refused(ENETUNREACH)
            return named, source or self.source_on(named, request.destination)
        near = source or self.near(request.hop, named, request.table)
        if near is None:
            raise Refused(ENETUNREACH)
        return named or near.interface, near

    def source_asked(self, request):
        """RTA_IFA: rt_getifa() in net/route.c; one that nobody has is refused."""
        wanted = request.address(self.layout, "IFA")
        if wanted is None:
            return None
        found = next((one for one in self.state.addresses() if one.ip == wanted), None)
        if found is None:
            raise Refused(EADDRNOTAVAIL)
        return found

    def source_on(self, interface, destination):
        of_family = interface.of_family(len(destination))
        near = [one for one in of_family if network(destination, one.prefix) == one.net]
        return (near or of_family or [None])[0]

    def near(self, hop, interface, _table):
        return self.state.address_near(hop, interface)

    # ---- neighbours --------------------------------------------------------------------------------------------------

    def add_neighbor(self, request):
        """arp -s: what it is told with differs."""
        interface = self.state.by_index(request.link_index("GATEWAY"))
        if interface is None:
            raise Refused(ENETUNREACH)
        interface.neighbors[request.destination] = (request.link_mac(), request.flags & ~RTF_DONE)
        return [self.echo(request, rtm_flags=request.flags | RTF_DONE)]

    def delete_neighbor(self, request):
        """arp -d (lla_rt_output())."""
        index = request.link_index("GATEWAY")
        for interface in self.state.interfaces:
            if index in (0, interface.index) and request.destination in interface.neighbors:
                del interface.neighbors[request.destination]
                return [self.echo(request, rtm_flags=request.flags | RTF_DONE)]
        raise Refused(ENOENT)

    @staticmethod
    def is_neighbor(request):
        return bool(request.flags & RTF_LLINFO) and request.hop is None and "GATEWAY" in request.octets

    # ---- routes ------------------------------------------------------------------------------------------------------

    def new_route(self, destination, prefix, gateway, flags, interface, **more):
        self.made += 1
        route = Route(destination, prefix, gateway, self.layout.parse_ip(gateway), flags, interface, **more)
        self.state.add_route(route)
        return route

    def drop(self, route):
        self.state.remove_route(route)

    def one(self, destination, prefix, table=0, **wanted):
        """A route by its destination and attributes."""
        for route in self.state.exact(destination, prefix, table):
            if all(getattr(route, name) == value for name, value in wanted.items()):
                return route
        return None

    def find_asked(self, request, by_gateway):
        """The route of a RTM_CHANGE or RTM_DELETE."""
        found = self.state.exact(request.destination, request.prefix, request.table, request.host or None)
        if request.host is False:
            found = [one for one in found if not one.host] or found
        if by_gateway and request.hop is not None:
            found = [one for one in found if one.hop == request.hop]
        if not found:
            raise Refused(ESRCH)  # rdel-missing-monitor00
        return found[0]

    def asked_mtu(self, request):
        return request.mtu if request.inits & RTV_MTU else 0

    def get_route(self, request):
        """rget-net-monitor00: the longest match; rget-default-monitor00: exactly, with a mask."""
        if "NETMASK" in request.octets and not request.flags & RTF_HOST:
            found = self.state.exact(network(request.destination, request.prefix), request.prefix, request.table)
            found = found[0] if found else None
        else:
            found = self.state.look_up(request.destination, request.table)
        if found is None:
            raise Refused(ESRCH)
        return found

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def add_interface(self, interface, silent=False):
        self.state.interfaces.append(interface)
        if not silent:
            self.tell(self.messages.announce(interface, False))
        return interface

    def new_interface(self, name, mac=None, index=None, **more):
        index = index or 1 + max((one.index for one in self.state.interfaces), default=0)
        if more.pop("loopback", False):
            more = {"type": IFT_LOOP, "flags": IFF_LOOPBACK | IFF_MULTICAST, "mtu": self.loopback_mtu,
                    "header": self.loopback_header, **more}
        mac = bytes.fromhex(mac.replace(":", "")) if isinstance(mac, str) else mac or b""
        return Interface(name, index, mac, **more)

    loopback_mtu, loopback_header = 16384, 0

    def set_up(self, interface, up):
        if up:
            interface.flags |= IFF_UP | IFF_RUNNING
        else:
            interface.flags &= ~(IFF_UP | IFF_RUNNING)
        self.tell_interface(interface)

    def set_mtu(self, interface, mtu):
        interface.mtu = mtu
        self.tell_interface(interface)

    def set_link(self, interface, up):
        """The cable."""
        interface.link_state = self.link_up if up else self.link_down
        self.tell_interface(interface)

    link_up, link_down = 2, 1

    def set_mac(self, interface, mac):
        interface.mac = mac

    def rename(self, interface, name):
        """FreeBSD only: it departs and arrives (net/if.c, SIOCSIFNAME)."""
        self.tell(self.messages.announce(interface, True))
        interface.name = name
        self.tell(self.messages.announce(interface, False))

    def destroy(self, interface):
        for address in list(interface.addresses):
            self.delete_address(address)
        self.state.routes = [one for one in self.state.routes if one.interface is not interface]
        self.state.interfaces.remove(interface)
        self.tell(self.messages.announce(interface, True))

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def add_address(self, interface, text, prefix, broadcast=None, flags=0, **lifetimes):
        """As ifconfig does it. One that is there is replaced."""
        ip = text if isinstance(text, bytes) else packed(text, interface.index)
        ip = with_zone(ip, interface.index) if zone_of(ip) == 0 else ip
        there = interface.address(ip)
        if there is not None and (there.prefix == prefix or len(ip) == 16):
            return self.replace_address(there, broadcast, flags, lifetimes)
        if there is not None:
            self.delete_address(there)
        # OpenBSD's net/rtable.c, rtable_insert(): a connected route's gateway is the address, and there it is. FreeBSD and NetBSD
        # take it (netinet/in.c, in_addprefix()); two holders of one address are not modelled.
        if any(one.ip == ip for one in self.state.addresses()):
            raise Refused(EEXIST)
        address = Address(interface, ip, prefix, flags=flags, **lifetimes)
        address.broadcast = self.default_broadcast(address, broadcast)
        if len(ip) == 16:
            self.attach_ipv6(interface, ip)
        self.put_address(address)
        return address

    def replace_address(self, address, broadcast, flags, lifetimes):
        """What is told then is what a new address tells first: addr4-monitor00."""
        address.flags = flags | address.flags & IN6_IFF_TENTATIVE
        address.broadcast = broadcast if broadcast is not None else address.broadcast
        for name, value in {**lifetimes, "since": time.time()}.items():
            setattr(address, name, value)
        self.tell(self.messages.address("RTM_NEWADDR", address))
        return address

    def default_broadcast(self, address, broadcast):
        if address.ipv4 and broadcast is None and not address.interface.loopback:
            return bytes(a | b ^ 0xff for a, b in zip(address.ip, self.messages.mask(address.prefix, 4)[4:8]))
        return broadcast

    def link_local(self, interface):
        """fe80:: and the interface's EUI-64 (RFC 4291 appendix A)."""
        mac = interface.mac
        identifier = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:6] if len(mac) == 6 else bytes(7) + b"\1"
        return with_zone(LINK_LOCAL[:8] + identifier, interface.index)

    def attach_ipv6(self, interface, ip):
        """Before the first IPv6 address comes the interface's own link-local one, where the system does that."""

    def put_address(self, address):
        raise NotImplementedError

    def delete_address(self, address):
        raise NotImplementedError

    def tentative(self, address):
        if not address.ipv4 and not address.interface.loopback:
            address.flags |= IN6_IFF_TENTATIVE

    def settle(self):
        """Duplicate address detection is over for those who wait."""
        for address in self.state.addresses():
            if address.flags & IN6_IFF_TENTATIVE and address.interface.up:
                address.flags &= ~IN6_IFF_TENTATIVE
                self.tell_settled(address)

    def tell_settled(self, address):
        pass

    def same_net(self, address):
        """Another address of the interface in the same network."""
        return next((one for one in address.interface.addresses if one is not address and one.prefix == address.prefix and
                     one.net == address.net), None)


def solicited_node(ip, index):
    return with_zone(packed("ff02::1:ff00:0")[:13] + ip[13:], index)


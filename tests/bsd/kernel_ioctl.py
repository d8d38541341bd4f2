"""ioctl(2) of a kernel in memory on datagram sockets. Numbers and offsets are those of the systems' headers (netinet/in_var.h,
netinet6/in6_var.h, net/if.h, sys/sockio.h), which are alike for 32 and 64 bits but for struct ifgroupreq."""

import struct

from kernel_layout import (AF_INET, AF_LINK, EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL, ENOTTY, ENXIO, Refused, with_zone)
from kernel_state import IFF_UP, INFINITE

REQUESTS = {
    "freebsd": {0x8044692b: "add_ipv4", 0x80206919: "delete_ipv4", 0x8088691b: "add_ipv6", 0x81206919: "delete_ipv6",
                0xc1206949: "get_ipv6_flags", 0xc1206951: "get_ipv6_lifetime", 0xc0206911: "get_flags", 0x80206910: "set_flags",
                0xc0286988: "get_groups", 0xc0206933: "get_mtu", 0x80206934: "set_mtu", 0x8020693c: "set_mac",
                0x8048756c: "add_policy", 0x8048756d: "delete_policy", 0xc020695c: "get_fib", 0x8020695d: "set_fib",
                0xc0246988: "get_groups"},
    "openbsd": {0x8040691a: "add_ipv4", 0x80206919: "delete_ipv4", 0x8080691a: "add_ipv6", 0x81206919: "delete_ipv6",
                0xc1206949: "get_ipv6_flags", 0xc1206951: "get_ipv6_lifetime", 0xc0206911: "get_flags", 0x80206910: "set_flags",
                0xc0286988: "get_groups", 0xc0246988: "get_groups", 0xc020697e: "get_mtu", 0x8020697f: "set_mtu",
                0x8020691f: "set_mac", 0xc02069a0: "get_fib"},
    "netbsd": {0x8040691a: "add_ipv4", 0x80906919: "delete_ipv4", 0x8080696b: "add_ipv6", 0x81206919: "delete_ipv6",
               0xc1206949: "get_ipv6_flags", 0xc120696a: "get_ipv6_lifetime", 0xc0906911: "get_flags", 0x80906910: "set_flags",
               0xc090697e: "get_mtu", 0x8090697f: "set_mtu", 0x8118691c: "add_link", 0x8118691e: "delete_link",
               0xc118691d: "get_link", 0xc0906927: "get_ipv4_flags", 0x8048756c: "add_policy", 0x8048756d: "delete_policy"},
}
WITHOUT_NAME = {"add_policy", "delete_policy"}
IPV6_ONLY = {"add_ipv6", "delete_ipv6", "get_ipv6_flags", "get_ipv6_lifetime", "add_policy", "delete_policy"}
IPV4_ONLY = {"add_ipv4", "delete_ipv4", "get_ipv4_flags"}
IFLR_PREFIX, IFLR_ACTIVE, IFLR_FACTORY = 0x8000, 0x4000, 0x2000


class Ioctl:
    """One call returns (data, buffer) as they are afterwards."""

    def __init__(self, kernel):
        self.kernel, self.layout, self.system = kernel, kernel.layout, kernel.system

    def call(self, domain, request, data, pointer=0, buffer=None):
        name = REQUESTS[self.layout.system].get(request & 0xffffffff)
        if name is None:
            raise Refused(ENOTTY)
        if len(data) != request >> 16 & 0x1fff:
            raise Refused(EINVAL)
        if name in IPV6_ONLY and domain != self.layout.inet6 or name in IPV4_ONLY and domain != AF_INET:
            raise Refused(EAFNOSUPPORT if domain in (AF_INET, self.layout.inet6) else ENOTTY)
        data = bytearray(data)
        if name in WITHOUT_NAME:
            getattr(self, name)(bytes(data))
            return bytes(data), buffer
        interface = self.system.state.interface(data[:16].split(b"\0")[0].decode("ascii", "replace"))
        if interface is None:
            raise Refused(ENXIO)
        if name == "get_groups":
            return self.get_groups(interface, data, pointer, buffer)
        getattr(self, name)(interface, data)
        return bytes(data), buffer

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def ip_at(self, data, at, size):
        return self.layout.parse_ip(bytes(data[at:at + size]))

    def add_ipv4(self, interface, data):
        """struct in_aliasreq or ifaliasreq: name, address at 16, broadcast or far end at 32, mask at 48."""
        ip = self.ip_at(data, 16, 16)
        if ip is None or len(ip) != 4:
            raise Refused(EAFNOSUPPORT)
        prefix = self.layout.parse_mask(bytes(data[48:64]), AF_INET) if data[48] else 32
        far = self.ip_at(data, 32, 16)
        self.system.add_address(interface, ip, prefix, far if far and any(far) else None)

    def find(self, interface, data):
        wanted = self.ip_at(data, 16, 28)
        if wanted is None:
            raise Refused(EAFNOSUPPORT)
        found = interface.address(with_zone(wanted, interface.index))
        if found is None:
            raise Refused(EADDRNOTAVAIL)
        return found

    def delete_ipv4(self, interface, data):
        self.system.delete_address(self.find(interface, data))

    def add_ipv6(self, interface, data):
        """struct in6_aliasreq: address at 16, far end at 44, mask at 72, flags at 100, lifetimes in seconds at 120 and 124."""
        ip = self.ip_at(data, 16, 28)
        if ip is None or len(ip) != 16:
            raise Refused(EAFNOSUPPORT)
        there = interface.address(with_zone(ip, interface.index))
        prefix = self.layout.parse_mask(bytes(data[72:100]), self.layout.inet6)
        if data[72] == 0:
            if there is None:
                raise Refused(EINVAL)  # in6_update_ifa(): a new one needs a mask
            prefix = there.prefix
        flags, = struct.unpack_from("<i", data, 100)
        valid, preferred = struct.unpack_from("<II", data, 120)
        if preferred > valid:
            raise Refused(EINVAL)
        if valid == 0 and there is None:
            raise Refused(EINVAL)
        self.system.add_address(interface, ip, prefix, flags=flags, valid=valid, preferred=preferred)

    def delete_ipv6(self, interface, data):
        self.system.delete_address(self.find(interface, data))

    def get_ipv6_flags(self, interface, data):
        struct.pack_into("<i", data, 16, self.find(interface, data).flags)

    get_ipv4_flags = get_ipv6_flags

    def get_ipv6_lifetime(self, interface, data):
        """struct in6_addrlifetime: when it ends and when it ends to be preferred, 0: never; and how long that was to be. FreeBSD
        counts from its start (time_uptime), the others by the calendar."""
        found = self.find(interface, data)
        start = int(found.since) - (self.kernel.booted if self.layout.system == "freebsd" else 0)
        ends = [0 if one == INFINITE else start + one for one in (found.valid, found.preferred)]
        struct.pack_into("<qqII", data, 16, *ends, found.valid, found.preferred)

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def get_flags(self, interface, data):
        struct.pack_into("<HH", data, 16, interface.flags & 0xffff, interface.flags >> 16)

    def set_flags(self, interface, data):
        up = bool(struct.unpack_from("<H", data, 16)[0] & IFF_UP)
        if up != interface.up:
            self.system.set_up(interface, up)

    def get_mtu(self, interface, data):
        struct.pack_into("<i", data, 16, interface.mtu)

    def set_mtu(self, interface, data):
        mtu, = struct.unpack_from("<i", data, 16)
        if not 72 <= mtu <= 65536:
            raise Refused(EINVAL)
        self.system.set_mtu(interface, mtu)

    def get_fib(self, interface, data):
        struct.pack_into("<I", data, 16, interface.fib)

    def set_fib(self, interface, data):
        interface.fib, = struct.unpack_from("<I", data, 16)

    def set_mac(self, interface, data):
        """A struct sockaddr whose length is that of the address: FreeBSD's ifconfig sets sa_family AF_LINK or AF_LOCAL."""
        if data[16] != 6:
            raise Refused(EINVAL)
        self.system.set_mac(interface, bytes(data[18:24]))

    def get_groups(self, interface, data, pointer, buffer):
        """struct ifgroupreq: length at 16, pointer behind it, 16 octets a group. if_getgroup(), alike on both systems: the length
        is told when it was 0, and else stays as it is."""
        names = self.system.state.groups_of(interface, self.layout.system == "openbsd")
        groups = b"".join(name.encode().ljust(16, b"\0") for name in names)
        room, = struct.unpack_from("<I", data, 16)
        if room == 0:
            struct.pack_into("<I", data, 16, len(groups))
            return bytes(data), buffer
        if buffer is None or pointer != (24 if self.layout.long == 8 else 20):
            raise Refused(14)  # EFAULT
        if room < len(groups):
            raise Refused(EINVAL)
        return bytes(data), groups[:len(buffer)] + buffer[len(groups):]

    # ---- NetBSD: link-layer addresses (net/link_proto.c), on sockets of AF_LINK --------------------------------------

    @staticmethod
    def link_address(data):
        if data[25] != AF_LINK or data[30] != 6:
            raise Refused(EINVAL)
        start = 24 + 8 + data[29]
        return bytes(data[start:start + 6])

    def add_link(self, interface, data):
        mac = self.link_address(data)
        if struct.unpack_from("<I", data, 16)[0] & IFLR_ACTIVE:
            self.system.set_mac(interface, mac)

    def delete_link(self, interface, data):
        if self.link_address(data) == interface.mac:
            raise Refused(16)  # EBUSY: the active one

    def get_link(self, interface, data):
        sockaddr = self.layout.link(interface.index, interface.type, interface.name.encode(), interface.mac)
        struct.pack_into("<i", data, 16, IFLR_ACTIVE | IFLR_FACTORY)
        data[24:24 + len(sockaddr)] = sockaddr

    # ---- address policy ----------------------------------------------------------------------------------------------

    def add_policy(self, data):
        self.kernel.sysctl.policy.add(data)

    def delete_policy(self, data):
        self.kernel.sysctl.policy.delete(data)

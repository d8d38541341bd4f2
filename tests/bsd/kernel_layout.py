"""How the kernels of the personalities lay out their messages: structures at the offsets of the systems' headers
(tests/codec/fixtures/bsd/layouts.txt), socket addresses by what was recorded. Nothing here is shared with the codec in C."""

import ipaddress
import struct

from rtmsg_decoder import SLOTS, System
from rtmsg_recordings import figures

# Personality -> the target whose headers come closest.
PERSONALITIES = {
    "openbsd-8-amd64": "x86_64-openbsd", "openbsd-7-i386": "x86-openbsd", "freebsd-12-amd64": "x86_64-freebsd",
    "freebsd-13-amd64": "x86_64-freebsd", "freebsd-14-amd64": "x86_64-freebsd", "netbsd-7-amd64": "x86_64-netbsd",
    "netbsd-10-amd64": "x86_64-netbsd",
}
AF_INET, AF_LINK = 2, 18
IFT_ETHER, IFT_LOOP, IFT_BRIDGE = 6, 24, 209
EPERM, ENOENT, ESRCH, EINTR, ENXIO, EBADF, ENOMEM, EEXIST = 1, 2, 3, 4, 6, 9, 12, 17
EINVAL, EAGAIN, EPROTONOSUPPORT, EAFNOSUPPORT, EADDRINUSE = 22, 35, 43, 47, 48
EADDRNOTAVAIL, ENETUNREACH, ENOBUFS, ETIMEDOUT, ENOSYS, ENOTTY, EMSGSIZE = 49, 51, 55, 60, 78, 25, 40


class Refused(Exception):
    """A call that ends with an errno of the BSD."""

    def __init__(self, errno):
        super().__init__(errno)
        self.errno = errno


class Layout:
    def __init__(self, name):
        self.name = name
        self.system, release, self.machine = name.split("-")
        self.release = int(release)
        self.reader = System(name, figures()[PERSONALITIES[name]])
        self.figures = self.reader.figures
        self.long, self.unit, self.inet6 = self.reader.long, self.reader.unit, self.reader.inet6
        self.numbers = {kind: number for number, kind in self.reader.types.items()}
        self.types = self.reader.types
        if self.system == "freebsd":
            self.figures = dict(self.figures)
            self.figures["offsetof rt_metrics.rmx_nhidx"] = self.figures["offsetof rt_metrics.rmx_weight"] + 8
        if self.system == "openbsd":  # net/route.h, sys/socket.h
            self.figures = {**self.figures, "const NET_RT_SOURCE": 7}
            self.types = {**self.types, 22: "RTM_SOURCE"}
            self.numbers["RTM_SOURCE"] = 22
        if self.reader.old_netbsd:
            self.numbers.update({"RTM_NEWADDR": 12, "RTM_DELADDR": 13, "RTM_CHGADDR": 21})

    def const(self, name):
        return self.figures["const " + name]

    def size(self, structure):
        return self.figures["sizeof " + structure]

    # ---- structures --------------------------------------------------------------------------------------------------

    def code(self, member):
        code = {"rmx_nhidx": "I", "rmx_weight": "L"}.get(member) or self.reader.code(member)
        return {"L": "I" if self.long == 4 else "Q"}.get(code, code)

    def put(self, data, structure, base=0, **members):
        """Writes members of a C structure at their offsets."""
        for member, value in members.items():
            offset = self.figures.get(f"offsetof {structure}.{member}")
            if offset is None:
                raise KeyError(f"{structure}.{member}")
            code = self.code(member)
            value &= (1 << 8 * struct.calcsize(code)) - 1
            struct.pack_into("<" + code, data, base + offset, value)

    def get(self, data, structure, member, base=0):
        return struct.unpack_from("<" + self.code(member), data, base + self.figures[f"offsetof {structure}.{member}"])[0]

    def head(self, size, kind):
        data = bytearray(size)
        data[2], data[3] = self.const("RTM_VERSION"), self.numbers[kind]
        if self.system == "openbsd":
            struct.pack_into("<H", data, 4, size)
        return data

    def finish(self, data, addresses=(), trailing=0):
        """Puts the addresses behind the header, each at a full word, and the length into it."""
        for _, address in sorted(addresses, key=lambda pair: SLOTS.index(pair[0])):
            data += self.aligned(address)
        data += bytes(trailing)
        struct.pack_into("<H", data, 0, len(data))
        return bytes(data)

    def aligned(self, address):
        return bytes(address) + bytes(max(self.unit, -(-len(address) // self.unit) * self.unit) - len(address))

    @staticmethod
    def listed(addresses):
        return sum(1 << SLOTS.index(slot) for slot, _ in addresses)

    def split(self, data, at, listed):
        """The addresses of a request: slot -> (offset, octets)."""
        found = {}
        for number, slot in enumerate(SLOTS):
            if listed & 1 << number and at < len(data):
                length = data[at]
                if at + length > len(data):
                    raise Refused(EINVAL)
                found[slot] = (at, bytes(data[at:at + length]))
                at += max(self.unit, -(-length // self.unit) * self.unit)
        return found

    # ---- socket addresses --------------------------------------------------------------------------------------------
    # An IPv6 address is kept with its zone in octets 2 and 3, as the kernels keep it.

    def family(self, address):
        return AF_INET if len(address) == 4 else self.inet6

    def ip(self, address, scope=0):
        if len(address) == 4:
            return struct.pack("<BBH", 16, AF_INET, 0) + address + bytes(8)
        zone = zone_of(address)
        if self.system == "freebsd" and zone:  # freebsd12 lo0up-iflist: fe80::1 with scope_id 2
            address, scope = without_zone(address), zone
        return struct.pack("<BBHI", 28, self.inet6, 0, 0) + address + struct.pack("<I", scope)

    def link(self, index, kind, name=b"", mac=b"", length=None):
        data = struct.pack("<BBHBBBB", 0, AF_LINK, index, kind, len(name), len(mac), 0) + name + mac
        data = data.ljust(length or len(data), b"\0")
        return bytes([len(data)]) + data[1:]

    def parse_ip(self, data):
        """The address in a socket address, zone in it; None: it is of another family."""
        if len(data) >= 2 and data[1] == AF_INET:
            return data.ljust(16, b"\0")[4:8]
        if len(data) >= 2 and data[1] == self.inet6:
            data = data.ljust(28, b"\0")
            address, scope = data[8:24], struct.unpack_from("<I", data, 24)[0]
            return with_zone(address, scope) if self.system == "freebsd" and scope else address
        return None

    def parse_mask(self, data, family):
        """Length of the prefix; masks may be cut short."""
        start, size = (4, 4) if family == AF_INET else (8, 16)
        octets = data[start:start + size].ljust(size, b"\0")
        bits = "".join(f"{octet:08b}" for octet in octets)
        return len(bits.rstrip("0"))

    def __str__(self):
        return self.name


def scoped(address):
    return len(address) == 16 and ((address[0] == 0xfe and address[1] & 0xc0 == 0x80) or
                                   (address[0] == 0xff and address[1] & 0xf in (1, 2)))


def zone_of(address):
    return int.from_bytes(address[2:4], "big") if scoped(address) else 0


def without_zone(address):
    return address[:2] + b"\0\0" + address[4:] if scoped(address) else address


def with_zone(address, zone):
    return address[:2] + zone.to_bytes(2, "big") + address[4:] if scoped(address) else address


def mask_octets(prefix, size):
    return ((1 << 8 * size) - (1 << 8 * size - prefix)).to_bytes(size, "big")


def network(address, prefix):
    mask = mask_octets(prefix, len(address))
    return bytes(a & b for a, b in zip(address, mask))


def packed(text, zone=0):
    """"fe80::1" and a zone, or "192.0.2.1", as octets."""
    text, _, index = str(text).partition("%")
    return with_zone(ipaddress.ip_address(text).packed, int(index) if index.isdigit() else zone)


def shown(address):
    text = str(ipaddress.ip_address(without_zone(address)))
    return f"{text}%{zone_of(address)}" if zone_of(address) else text

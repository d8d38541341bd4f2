"""A second decoder of routing messages, which shares nothing with the one in C: it reads header fields by `struct` at the
offsets that the systems' headers give (fixtures/bsd/layouts.txt), and addresses by the rules of route(4)."""

import ipaddress
import struct

AF_INET, AF_LINK = 2, 18
SLOTS = "DST GATEWAY NETMASK GENMASK IFP IFA AUTHOR BRD SRC SRCMASK LABEL BFD DNS STATIC SEARCH".split()
WIDTHS = {
    "B": {"rtm_priority", "rtm_mpls", "ifi_type"},
    "H": {"rtm_index", "rtm_hdrlen", "rtm_tableid", "ifm_index", "ifm_hdrlen", "ifm_tableid", "ifam_index", "ifam_hdrlen",
          "ifam_tableid", "ifan_index", "ifan_hdrlen", "ifan_what", "ifm_len", "ifm_data_off", "ifam_len", "ifam_data_off"},
    "Q": {"ifi_baudrate", "ifi_ipackets", "ifi_ibytes", "ifi_obytes"},
}
# Members whose width is the system's affair.
LINK_STATE = {"freebsd": "B", "netbsd": "I", "openbsd": "B"}
IF_NUMBER = {"freebsd": "I", "netbsd": "Q", "openbsd": "I"}
RMX = {"freebsd": "L", "netbsd": "Q", "openbsd": "I"}


class System:
    """What the decoder needs to know, taken from the figures of a target."""

    def __init__(self, layout, figures):
        self.name = layout.split("-")[0]
        self.old_netbsd = layout.startswith("netbsd-7")
        self.figures = figures
        self.long = 4 if layout.split("-")[-1] in ("i386", "armv7", "arm", "macppc", "mips") else 8
        self.unit = 8 if self.name == "netbsd" else self.long
        self.types = {value: key.split()[1] for key, value in figures.items() if key.startswith("const RTM_")}
        if self.name == "freebsd":
            self.types.update({15: "RTM_NEWMADDR", 16: "RTM_DELMADDR", 6: "RTM_REDIRECT", 5: "RTM_LOSING"})
        if self.old_netbsd:
            self.types.update({12: "RTM_NEWADDR", 13: "RTM_DELADDR", 21: "RTM_CHGADDR"})
        self.inet6 = figures["const AF_INET6"]

    def code(self, member):
        for code, members in WIDTHS.items():
            if member in members:
                return code
        if member == "ifi_link_state":
            return LINK_STATE[self.name]
        if member in ("ifi_mtu", "ifi_metric"):
            return IF_NUMBER[self.name]
        if member == "rmx_expire":
            return "L" if self.name == "freebsd" else "Q"
        if member.startswith("rmx_"):
            return RMX[self.name]
        if member == "rtm_inits" and self.name == "freebsd":
            return "L"
        return "I"

    def number(self, data, offset, code):
        if code == "L":
            code = "I" if self.long == 4 else "Q"
        return struct.unpack_from("<" + code, data, offset)[0]

    def fields(self, structure, data, base=0):
        """All members of a C structure whose offsets are known."""
        result = {}
        for key, offset in self.figures.items():
            if not key.startswith(f"offsetof {structure}."):
                continue
            member = key.split(".")[1]
            if member.split("_")[1] in ("msglen", "version", "type", "name", "data", "rmx") and member != "ifi_type":
                continue
            result[member] = self.number(data, base + offset, self.code(member))
        return result


def structure_of(system, kind, long_records):
    if kind in ("RTM_IFINFO",):
        return "if_msghdrl" if long_records else "if_msghdr"
    if kind in ("RTM_NEWADDR", "RTM_DELADDR", "RTM_CHGADDR"):
        return "ifa_msghdrl" if long_records else "ifa_msghdr"
    if kind == "RTM_IFANNOUNCE":
        return "if_announcemsghdr"
    return "ifma_msghdr" if kind.endswith("MADDR") else "rt_msghdr"


def decode_header(system, data, kind, long_records):
    """(fields by their C names, length of the header)"""
    structure = structure_of(system, kind, long_records)
    if structure == "ifma_msghdr":
        addrs, flags, index = struct.unpack_from("<IIH", data, 4)
        return {"ifmam_addrs": addrs, "ifmam_flags": flags, "ifmam_index": index}, 16
    if structure == "ifa_msghdr" and system.old_netbsd:
        addrs, flags, metric, index = struct.unpack_from("<IIIH", data, 4)
        return {"ifam_addrs": addrs, "ifam_flags": flags, "ifam_metric": metric, "ifam_index": index}, 24
    if long_records:
        fields = dict(zip(("addrs", "flags", "index", "len", "data_off"), struct.unpack_from("<IIHxxHH", data, 4)))
        fields = {"ifm_" + name: value for name, value in fields.items()}
        fields.update(system.fields("if_data", data, fields["ifm_data_off"]))
        return fields, fields["ifm_len"]
    fields = system.fields(structure, data)
    if structure == "rt_msghdr":
        fields.update(system.fields("rt_metrics", data, system.figures["offsetof rt_msghdr.rtm_rmx"]))
    if structure == "if_msghdr":
        fields.update(system.fields("if_data", data, system.figures["offsetof if_msghdr.ifm_data"]))
    if structure == "if_announcemsghdr":
        start = system.figures["offsetof if_announcemsghdr.ifan_name"]
        fields["ifan_name"] = data[start:start + 16].split(b"\0")[0].decode()
    header = system.figures["sizeof " + structure]
    if system.name == "openbsd":
        header = struct.unpack_from("<H", data, 4)[0]
    return fields, header


def decode_link(data):
    index, kind, name, hardware = struct.unpack_from("<HBBB", data, 2)
    rest = data[8:]
    return {"index": index, "interface_type": kind, "name": rest[:name].decode("latin-1"),
            "hardware_address": ":".join(f"{octet:02x}" for octet in rest[name:name + hardware])}


def decode_inet6(data):
    octets = bytearray(data.ljust(28, b"\0")[8:24])
    scope = struct.unpack_from("<I", data.ljust(28, b"\0"), 24)[0]
    link_local = octets[0] == 0xfe and octets[1] & 0xc0 == 0x80
    embedded = 0
    if link_local or (octets[0] == 0xff and octets[1] & 0xf in (1, 2)):
        embedded = octets[2] << 8 | octets[3]
        octets[2] = octets[3] = 0
    return {"address": str(ipaddress.IPv6Address(bytes(octets))), "scope_id": scope, "embedded_zone": embedded}


def decode_sockaddr(system, slot, data):
    if slot.endswith("MASK") or not data:
        return {"length": len(data), "bytes": data.hex()} if slot.endswith("MASK") else {"length": 0}
    if slot == "LABEL":
        return {"length": len(data), "text": data[2:].split(b"\0")[0].decode()}
    result = {"length": len(data)}
    if len(data) > 1 and data[1] == AF_INET:
        result["address"] = str(ipaddress.IPv4Address(data.ljust(16, b"\0")[4:8]))
    elif len(data) > 1 and data[1] == system.inet6:
        result.update(decode_inet6(data))
    elif len(data) > 7 and data[1] == AF_LINK:
        result.update(decode_link(data))
    return result


def prefix_length(mask, of):
    """The ones in front of a mask, at the place where addresses of that family stand."""
    start, size = (8, 16) if ":" in of else (4, 4)
    octets = mask[start:start + size].ljust(size, b"\0")
    bits = "".join(f"{octet:08b}" for octet in octets)
    return len(bits) - len(bits.lstrip("1"))


def decode_addresses(system, data, at, listed):
    found = {}
    for number, slot in enumerate(SLOTS):
        if not listed & 1 << number or at >= len(data):
            continue
        length = data[at]
        found[slot] = decode_sockaddr(system, slot, data[at:at + length])
        at += max(system.unit, -(-length // system.unit) * system.unit)
    for of in ("DST", "IFA", "BRD"):
        if "address" in found.get(of, {}) and "NETMASK" in found:
            mask = bytes.fromhex(found["NETMASK"]["bytes"])
            found["NETMASK"]["prefix_length"] = prefix_length(mask, found[of]["address"])
            break
    return found, data[at:]


def decode(system, data, long_records):
    """All messages of a buffer."""
    offset = 0
    while offset < len(data):
        length, version, number = struct.unpack_from("<HBB", data, offset)
        message = data[offset:offset + length]
        kind = system.types[number]
        fields, header = decode_header(system, message, kind, long_records)
        listed = next((value for name, value in fields.items() if name.endswith("_addrs")), 0)
        addresses, trailing = decode_addresses(system, message, header, listed)
        yield {"offset": offset, "type": kind, "msglen": length, "version": version, "fields": fields,
               "addresses": addresses, "trailing": trailing.hex()}
        offset += length

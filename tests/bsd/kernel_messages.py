"""The messages of a kernel in memory, in the layout of its personality."""

import struct

from kernel_layout import IFT_LOOP, mask_octets

IF_DATA_FREEBSD = 152


class Messages:
    def __init__(self, layout):
        self.layout = layout

    # ---- socket addresses --------------------------------------------------------------------------------------------

    def interface_link(self, interface):
        """RTA_IFP: name and hardware address. Lengths: freebsd12 addr4-monitor00 (56), openbsd80 addr4-monitor00 (32),
        netbsd7 addr4-monitor00 (8 and what stands in it); NetBSD 10 by its header (32 at least)."""
        length = {"freebsd": 56, "openbsd": 32, "netbsd": None}[self.layout.system]
        return self.layout.link(interface.index, interface.type, interface.name.encode(), interface.mac, length)

    def gateway_link(self, interface, mac=b"", length=None):
        """A gateway that is the interface itself: freebsd12 addr4-monitor01 (54), freebsd13 addr4-monitor01 (16)."""
        if self.layout.system == "freebsd":
            length = length or (54 if self.layout.release < 13 else 16)
        elif self.layout.system == "netbsd":  # netbsd7 addr4-monitor01: as long as the interface's
            length = length or 8 + len(interface.name) + len(interface.mac)
        else:
            length = 32
        return self.layout.link(interface.index, interface.data_type or interface.type, b"", mac, length)

    def mask(self, prefix, size, family=None):
        """A whole mask with its family."""
        family = self.layout.family(bytes(size)) if family is None else family
        if size == 4:
            return struct.pack("<BBH", 16, family, 0) + mask_octets(prefix, 4) + bytes(8)
        return struct.pack("<BBHI", 28, family, 0, 0) + mask_octets(prefix, 16) + bytes(4)

    def tree_mask(self, prefix, size):
        """A mask as it comes out of the routing tree."""
        system, start = self.layout.system, 4 if size == 4 else 8
        if system == "netbsd":  # netbsd7 full-dump-all: 07ffffffffffff, 0effff.., nothing for the default
            octets = b"\xff" * (start - 1) + mask_octets(prefix, size)[:-(-prefix // 8)]
            return bytes([len(octets) + 1]) + octets if prefix else b"\0"
        mask = self.mask(prefix, size)
        if system == "freebsd" and self.layout.release < 13 and prefix:  # freebsd12 full-dump-all: 1002ffffffff..
            return mask[:2] + b"\xff" * (start - 2) + mask[start:]
        return mask

    def raw_mask(self, prefix, size):
        """freebsd12 addr6-monitor06, netbsd7 addr6-monitor02: the tree's own, without a family."""
        start = 4 if size == 4 else 8
        octets = b"\xff" * (start - 1) + mask_octets(prefix, size)[:-(-prefix // 8)]
        return bytes([len(octets) + 1]) + octets

    def address_mask(self, address, listed):
        """The mask of an interface's address; `listed`: after it has been set."""
        system, size = self.layout.system, len(address.ip)
        if size == 16:
            return self.mask(address.prefix, 16)
        whole = self.mask(address.prefix, 4)
        if system == "openbsd":  # openbsd80 addr4-monitor00: 08000000ffffff00; full-iflist: 07000000ffffff
            length = 4 + max(1, -(-address.prefix // 8)) if listed else 8
            return bytes([length, 0, 0, 0]) + whole[4:length]
        if system == "netbsd" and listed:  # netbsd7 full-iflist: 07020000ffffff
            length = 4 + max(1, -(-address.prefix // 8))
            return bytes([length, whole[1]]) + whole[2:length]
        return whole

    # ---- routes ------------------------------------------------------------------------------------------------------

    def route(self, kind, addresses, index=0, flags=0, pid=0, seq=0, errno=0, **more):
        """`more`: members of rt_metrics (rmx_*), and of OpenBSD's header."""
        layout = self.layout
        data = layout.head(layout.size("rt_msghdr"), kind)
        layout.put(data, "rt_msghdr", rtm_index=index, rtm_flags=flags, rtm_pid=pid, rtm_seq=seq, rtm_errno=errno,
                   rtm_addrs=layout.listed(addresses))
        rmx = layout.figures["offsetof rt_msghdr.rtm_rmx"]
        for member, value in more.items():
            if member.startswith("rmx_"):
                layout.put(data, "rt_metrics", rmx, **{member: value})
            else:
                layout.put(data, "rt_msghdr", **{member: value})
        return layout.finish(data, addresses)

    # ---- interfaces --------------------------------------------------------------------------------------------------

    def interface_data(self, interface):
        layout = self.layout
        data = bytearray(layout.size("if_data"))
        struct.pack_into("<B", data, 0, interface.data_type or interface.type)
        at = 2 if layout.system == "freebsd" else 1
        struct.pack_into("<BB", data, at, len(interface.mac), interface.header)
        layout.put(data, "if_data", ifi_link_state=interface.link_state, ifi_mtu=interface.mtu, ifi_metric=interface.metric,
                   ifi_baudrate=interface.baudrate)
        if layout.system == "freebsd":
            struct.pack_into("<H", data, 6, IF_DATA_FREEBSD)
            struct.pack_into("<QQ", data, 120, interface.hwassist, 1)  # ifi_hwassist, ifi_epoch
        return data

    def interface_flags(self, interface):
        flags = interface.flags
        # if_flags is a short there: netbsd7 up-monitor00, flags 0xffff8803
        return flags - 0x10000 if self.layout.system == "netbsd" and flags & 0x8000 else flags

    def interface(self, interface, listed=False, long=False):
        """RTM_IFINFO. Read from the socket it has no RTA_IFP on FreeBSD and NetBSD: freebsd12 and netbsd7 up-monitor00."""
        layout = self.layout
        addresses = [("IFP", self.interface_link(interface))] if listed or layout.system == "openbsd" else []
        if long:
            return self.long_record("RTM_IFINFO", interface, addresses, self.interface_flags(interface),
                                    self.interface_data(interface))
        data = layout.head(layout.size("if_msghdr"), "RTM_IFINFO")
        layout.put(data, "if_msghdr", ifm_index=interface.index, ifm_addrs=layout.listed(addresses),
                   ifm_flags=self.interface_flags(interface))
        if layout.system == "openbsd" and not listed:
            layout.put(data, "if_msghdr", ifm_xflags=interface.xflags)  # openbsd80 up-monitor00; full-iflist has none
        start = layout.figures["offsetof if_msghdr.ifm_data"]
        inside = self.interface_data(interface)
        data[start:start + len(inside)] = inside
        return layout.finish(data, addresses)

    def long_record(self, kind, interface, addresses, flags, inside):
        """if_msghdrl and ifa_msghdrl: freebsd12 full-iflistl. The data stand at 24, the header is 176 octets long."""
        layout = self.layout
        data = layout.head(layout.size("if_msghdrl"), kind)
        struct.pack_into("<IiHxxHH", data, 4, layout.listed(addresses), flags, interface.index, len(data), 24)
        data[24:24 + len(inside)] = inside
        return layout.finish(data, addresses)

    def announce(self, interface, gone):
        layout = self.layout
        data = layout.head(layout.size("if_announcemsghdr"), "RTM_IFANNOUNCE")
        layout.put(data, "if_announcemsghdr", ifan_index=interface.index, ifan_what=int(gone))
        start = layout.figures["offsetof if_announcemsghdr.ifan_name"]
        data[start:start + 15] = interface.name.encode().ljust(15, b"\0")
        return layout.finish(data)

    # ---- addresses ---------------------------------------------------------------------------------------------------

    def address_end(self, address):
        """RTA_BRD, None: there is none. On loopback interfaces the far end: empty for fe80::1 (freebsd12 full-iflist), and
        for 127.0.0.1 too on OpenBSD and FreeBSD 13."""
        if address.broadcast is not None:
            return self.layout.ip(address.broadcast) if address.broadcast else b"\0"
        return None

    def address(self, kind, address, listed=False, flags=0, long=False, broadcast=None, addrflags=0):
        """RTM_NEWADDR, RTM_DELADDR. `listed`: from sysctl, without RTA_IFP."""
        layout = self.layout
        mask = self.address_mask(address, listed or kind == "RTM_DELADDR")
        if layout.system == "freebsd" and layout.release < 13 and not listed:
            # freebsd12 addr4-monitor00: the mask with the length and family of the interface's sockaddr_dl
            mask = bytes([56, 18]) + mask[2:].ljust(54, b"\0")
        addresses = [("NETMASK", mask), ("IFA", layout.ip(address.ip))]
        if not listed:
            addresses.append(("IFP", self.interface_link(address.interface)))
        end = self.address_end(address) if broadcast is None else broadcast
        if end is not None:
            addresses.append(("BRD", end))
        return self.address_record(kind, address.interface, addresses, flags, listed, long, addrflags)

    def address_record(self, kind, interface, addresses, flags, listed=False, long=False, addrflags=0):
        layout = self.layout
        if long:
            inside = bytearray(IF_DATA_FREEBSD)
            struct.pack_into("<H", inside, 6, IF_DATA_FREEBSD)
            return self.long_record(kind, interface, addresses, flags, inside)
        if layout.reader.old_netbsd:  # ifa_msghdr70
            data = layout.head(24, kind)
            struct.pack_into("<IIIH", data, 4, layout.listed(addresses), flags, 0, interface.index)
            return layout.finish(data, addresses)
        data = layout.head(layout.size("ifa_msghdr"), kind)
        layout.put(data, "ifa_msghdr", ifam_index=interface.index, ifam_flags=flags, ifam_addrs=layout.listed(addresses))
        if layout.system == "netbsd":  # from its header: ifam_addrflags, IN6_IFF_*
            layout.put(data, "ifa_msghdr", ifam_addrflags=addrflags)
        # freebsd12 full-iflist: the length is rounded up, with 4 octets behind the last address
        trailing = -(len(data) + sum(len(layout.aligned(one)) for _, one in addresses)) % layout.long if listed else 0
        return layout.finish(data, addresses, trailing if layout.system == "freebsd" else 0)

    def multicast(self, kind, interface, group, mac=None):
        """FreeBSD's RTM_NEWMADDR and RTM_DELMADDR: freebsd12 addr4-monitor02, lo0up-monitor03."""
        layout = self.layout
        addresses = [("IFP", self.interface_link(interface)), ("IFA", layout.ip(group))]
        if interface.type != IFT_LOOP:
            addresses.append(("GATEWAY", layout.link(interface.index, 6, b"", mac, 54)))
        data = layout.head(16, kind)
        struct.pack_into("<IIH", data, 4, layout.listed(addresses), 0, interface.index)
        return layout.finish(data, addresses)

    def desync(self):
        """openbsd80 overflow-monitor08: a header of zeros."""
        return self.layout.finish(self.layout.head(self.layout.size("rt_msghdr"), "RTM_DESYNC"))

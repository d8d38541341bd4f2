#!/usr/bin/env python3
"""Writes composed_links.hex: links of kinds that many machines cannot make (bond, VLAN, VRF, dummy, ipvlan, WireGuard, tunnels), built after
linux/if_link.h and linux/rtnetlink.h as net/core/rtnetlink.c fills them. Needs nothing but Python."""
import struct

import record_netlink

UP, POINT_TO_POINT = 0x11043, 0x110d1  # IFF_UP, IFF_RUNNING, IFF_LOWER_UP and what belongs to broadcast or tunnels
ETHER, NONE, PPP, TUNNEL, SIT, GRE, INFINIBAND, CAN = 1, 0xfffe, 512, 768, 776, 778, 32, 280


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def number(kind, value):
    return attribute(kind, struct.pack("=I", value))


def text(kind, value):
    return attribute(kind, value.encode() + b"\0")


def link(index, name, kind=None, hardware=ETHER, flags=UP, address=None, mtu=1500, master=0, below=0, elsewhere=None,
         data=b""):
    body = struct.pack("=BBHiII", 0, 0, hardware, index, flags, 0)
    body += text(3, name) + number(4, mtu) + attribute(16, b"\6") + attribute(33, b"\1")
    if address is None and hardware == ETHER:
        address = bytes([2, 0, 0, 0, 1, index])
    if address:
        body += attribute(1, address)
    if master:
        body += number(10, master)
    if below:
        body += number(5, below)
    if elsewhere is not None:
        body += number(37, elsewhere)
    if kind:
        info = text(1, kind)
        if data:
            info += attribute(2 | 0x8000, data)
        body += attribute(18 | 0x8000, info)
    return struct.pack("=IHHII", 16 + len(body), 16, 2, 1, 1) + body


LINKS = [
    link(2, "eth0", master=4),
    link(3, "eth1", master=4),
    link(4, "bond0", "bond"),
    link(5, "bond0.100", "vlan", below=4, data=attribute(1, struct.pack("=H", 100))),
    link(6, "red", "vrf", hardware=ETHER, data=number(1, 1001)),
    link(7, "br-red", "bridge", master=6),
    link(8, "eth2", master=7),
    link(9, "dummy0", "dummy"),
    link(10, "ipvl0", "ipvlan", below=2, data=attribute(1, struct.pack("=H", 1))),
    link(11, "wg0", "wireguard", hardware=NONE, flags=POINT_TO_POINT, mtu=1420),
    link(12, "gre1", "gre", hardware=GRE, flags=POINT_TO_POINT, address=bytes([192, 0, 2, 1]), below=2),
    link(13, "gre0", "gre", hardware=GRE, flags=0x80, address=bytes(4), mtu=1476),
    link(14, "sit1", "sit", hardware=SIT, flags=POINT_TO_POINT, address=bytes([192, 0, 2, 1]), below=14),
    link(15, "tunl1", "ipip", hardware=TUNNEL, flags=POINT_TO_POINT, address=bytes([192, 0, 2, 1])),
    link(16, "vxlan7", "vxlan", below=4, data=number(1, 7)),
    link(17, "ppp0", hardware=PPP, flags=POINT_TO_POINT, mtu=1492),
    link(18, "ib0", hardware=INFINIBAND, address=bytes(range(20)), mtu=2044),
    link(19, "team0", "team"),
    link(20, "can0", hardware=CAN, flags=0x10041, mtu=16),
    link(21, "tap-old", "tun"),
    link(22, "tun-old", "tun", hardware=NONE, flags=POINT_TO_POINT),
    link(23, "nlmon0", "nlmon", hardware=824, flags=0x10081),
    link(24, "eth0", "macvlan", below=2, elsewhere=3),
    link(25, "waits", "vlan", below=2, flags=0x21003),
    link(26, "caf\xe9\u20ac"),
    link(27, "xfrm1", "xfrm", hardware=NONE, below=2),
]

COMMENT = """A dump of links, composed after the kernel's headers, not recorded: a bond of two with a VLAN on top; a VRF over a
bridge with a port; dummy, ipvlan, WireGuard, GRE, SIT (which names itself as the one below), IPIP, VXLAN, PPP,
InfiniBand, team, CAN, tap and tun without IFLA_TUN_TYPE, nlmon, a macvlan above another namespace's interface, a VLAN
without carrier, a name beyond ASCII, xfrm. Written by compose_netlink.py."""

if __name__ == "__main__":
    record_netlink.write_octets("composed_links", COMMENT.splitlines(), LINKS)

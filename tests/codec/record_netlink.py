#!/usr/bin/env python3
"""Records the netlink fixtures beside it from the running kernel, in network namespaces of its own; needs root and iproute2.

Usage: unshare -n python3 record_netlink.py [NAME...]

Every fixture is a text file: comment lines begin with '#', everything else is hexadecimal digits of one or more netlink messages.
composed_*.hex are not recorded but written by compose_netlink.py. The same octets become seeds for the fuzzer.
"""
import os
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "netlink")
SEEDS = os.path.join(os.path.dirname(HERE), "..", "..", "fuzz", "corpus", "netlink_codec")
RTM = dict(link=18, addr=22, route=26, neigh=30, rule=34, label=74, nexthop=106)
FIXED = dict(link=16, addr=8, route=12, neigh=12, rule=12, label=12, nexthop=8)
GROUPS = [1, 3, 5, 7, 8, 9, 11, 19, 24, 25, 32]


def run(script):
    for line in script.strip().splitlines():
        subprocess.run(line.strip(), shell=True, check=True)


def messages(data):
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        yield kind, data[offset:offset + length]
        offset += (length + 3) & ~3


def request(sock, kind, flags, body):
    sock.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)


def dump(what, family, flags_octet=0):
    body = bytearray(FIXED[what])
    body[0] = family
    if what == "neigh":
        body[10] = flags_octet
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    sock.setsockopt(270, 12, 1)
    if what == "link":
        body += struct.pack("=HHI", 8, 29, 8)
    request(sock, RTM[what], 0x301, bytes(body))
    found = []
    while True:
        for kind, message in messages(sock.recv(1 << 16)):
            if kind == 2:
                raise OSError(-struct.unpack_from("=i", message, 16)[0], "dump of " + what)
            if kind == 3:
                return found
            found.append(message)


def acknowledged(kind, flags, body):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    request(sock, kind, flags | 5, body)
    error = -struct.unpack_from("=i", sock.recv(1 << 16), 16)[0]
    if error:
        raise OSError(error, "request %d" % kind)


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class Watch:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        self.sock.bind((0, 0))
        for group in GROUPS:
            self.sock.setsockopt(270, 1, group)

    def read(self, kinds):
        time.sleep(0.1)
        found = []
        while True:
            try:
                found += [m for k, m in messages(self.sock.recv(1 << 16)) if k in kinds]
            except BlockingIOError:
                return found


def write_octets(name, lines, found):
    """The fixture NAME.hex with `lines` of comment, and the fuzzer's seed."""
    padded = [message + bytes(-len(message) % 4) for message in found]
    with open(os.path.join(HERE, name + ".hex"), "w") as file:
        for line in lines:
            file.write("# %s\n" % line.strip())
        for digits in (message.hex() for message in padded):
            file.write("\n")
            for i in range(0, len(digits), 96):
                file.write(digits[i:i + 96] + "\n")
    os.makedirs(SEEDS, exist_ok=True)
    with open(os.path.join(SEEDS, name), "wb") as file:
        file.write(b"".join(padded))


def write(name, comment, found):
    version = os.uname().release.split("-")[0]
    write_octets(name, comment.strip().splitlines() + ["Recorded on Linux %s." % version], found)


def links():
    run("""
        ip link set lo up
        ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
        ip link add b0 address 02:00:00:00:00:03 type bridge
        ip link set v1 master b0
        ip link set b0 up
        ip link set v0 mtu 1400 up
        ip link set v1 up
        ip link add mv0 link v0 address 02:00:00:00:00:04 type macvlan mode bridge
        ip link add mt0 link v0 address 02:00:00:00:00:05 type macvtap
        ip tuntap add tap0 mode tap
        ip link set tap0 address 02:00:00:00:00:06 up
        ip tuntap add tun0 mode tun
        ip link add ifb0 address 02:00:00:00:00:07 type ifb
        ip link add d0 address 02:00:00:00:00:08 type veth peer name d1 address 02:00:00:00:00:09
        ip link set d0 up
        sysctl -qw net.ipv4.conf.v0.arp_ignore=1 net.ipv4.conf.v0.arp_announce=2 net.ipv4.conf.v0.rp_filter=2
        sysctl -qw net.ipv4.conf.v0.proxy_arp=1 net.ipv4.conf.v0.promote_secondaries=1 net.ipv4.conf.v0.arp_filter=1
        sysctl -qw net.ipv6.conf.v0.accept_ra=2 net.ipv6.conf.v0.use_tempaddr=2 net.ipv6.conf.v0.proxy_ndp=1
    """)
    time.sleep(2)
    other = subprocess.Popen(["unshare", "-n", "sleep", "60"])
    time.sleep(0.3)
    run("""
        ip link add far0 address 02:00:00:00:00:0a type veth peer name far1 address 02:00:00:00:00:0b
        ip link set far1 netns %d
        ip link set far0 up
    """ % other.pid)
    found = dump("link", 0)
    other.kill()
    write("links", """A dump of links: loopback, a veth pair (v0, v1 in bridge b0), macvlan, macvtap, tap, tun, ifb, a veth that is up
        while its peer is down (d0), a veth whose peer is in another namespace (far0). v0 has settings of its own.""", found)
    watch = Watch()
    run("ip link set v1 nomaster\nip link del d0")
    write("link_changes", "Notifications: v1 leaves its bridge (also told as AF_BRIDGE), d0 and d1 are deleted.",
          watch.read({16, 17}))


def addresses():
    run("""
        ip link set lo up
        ip link add v0 type veth peer name v1
        ip link set v0 address 02:00:00:00:00:01 up
        ip link set v1 address 02:00:00:00:00:02 up
        ip addr add 192.0.2.1/24 dev v0
        ip addr add 192.0.2.2/24 dev v0
        ip addr add 198.51.100.1/24 dev v0 valid_lft 3600 preferred_lft 1800
        ip addr add 203.0.113.1 peer 203.0.113.2/32 dev v0
        ip addr add 10.9.0.1/16 dev v0 metric 77 noprefixroute
        ip addr add 169.254.7.1/16 dev v0 scope link
        ip -6 addr add 2001:db8:1::1/64 dev v0 nodad
        ip -6 addr add 2001:db8:1::2/64 dev v0 preferred_lft 0 nodad
        ip -6 addr add 2001:db8:1::3/64 dev v0 valid_lft 3600 preferred_lft 1800 noprefixroute nodad
        ip -6 addr add 2001:db8:1::4/128 dev v0 valid_lft 3600 preferred_lft 1800 nodad
        ip -6 addr add 2001:db8:2::1 peer 2001:db8:2::2/128 dev v0 nodad
        ip -6 addr add 2001:db8:3::1/64 dev v0
    """)
    body = struct.pack("=BBBBI", 2, 24, 0, 0, socket.if_nametoindex("v0"))
    for kind, data in ((2, bytes([172, 16, 5, 1])), (1, bytes([172, 16, 5, 1])), (11, bytes([157]))):
        body += attribute(kind, data)
    acknowledged(20, 0x600, body)
    write("addresses", """Dumps of addresses, IPv4 then IPv6: loopback's, primary and secondary, with lifetimes, point-to-point, with a metric and
        without prefix route, link-local, made with IFA_PROTO 157; deprecated, of a lifetime, tentative.""",
          dump("addr", 2) + dump("addr", 10))
    watch = Watch()
    run("ip addr del 192.0.2.1/24 dev v0")
    write("address_changes", "Notifications: a primary address is deleted, and its secondary with it.", watch.read({20, 21}))


def routes():
    run("""
        ip link set lo up
        ip link add v0 type veth peer name v1
        ip link set v0 address 02:00:00:00:00:01 up
        ip link set v1 address 02:00:00:00:00:02 up
        ip addr add 192.0.2.1/24 dev v0
        ip addr add 198.51.100.1/24 dev v1
        ip route add default via 192.0.2.254 proto dhcp metric 100 src 192.0.2.1
        ip route add 10.0.0.0/8 proto bird table 1234 nexthop via 192.0.2.2 weight 3 nexthop via 198.51.100.2 weight 1
        ip route add 10.1.0.0/16 via 172.31.0.1 dev v0 onlink
        ip route add 10.2.0.0/16 via inet6 fe80::1 dev v0
        ip route add blackhole 10.3.0.0/16
        ip route add unreachable 10.4.0.0/16 metric 5
        ip route add prohibit 10.5.0.0/16 table 300
        ip route add throw 10.6.0.0/16 table 300
        ip route add 10.7.0.0/16 via 192.0.2.3 tos 0x10
        ip route add 10.7.0.0/16 via 192.0.2.4
        ip route append 10.7.0.0/16 via 192.0.2.5 proto 157
        ip route add 10.8.0.0/16 nexthop via inet6 fe80::1 dev v0 nexthop via 198.51.100.7
        ip nexthop add id 5 via 192.0.2.50 dev v0
        ip nexthop add id 6 via 198.51.100.60 dev v1
        ip nexthop add id 7 group 5,200/6,3
        ip nexthop add id 8 blackhole
        ip route add 10.10.0.0/16 nhid 5
        ip route add 10.11.0.0/16 nhid 7
        ip route add 10.12.0.0/16 nhid 8
    """)
    body = struct.pack("=BBBBI", 0, 0, 3, 0, 0) + attribute(1, struct.pack("=I", 9))
    wide = attribute(2, struct.pack("=IBBHIBBH", 5, 0xe7, 3, 0, 6, 0, 0, 0))
    acknowledged(104, 0x600, body + wide)
    run("ip route add 10.13.0.0/16 nhid 9")
    write("nexthops", "A dump of nexthop objects: two with gateways, groups with weights (9 with one of 1000), a blackhole.",
          dump("nexthop", 0))
    write("routes_ipv4", """A dump of IPv4 routes: default, multipath, on-link gateway, IPv6 gateway, blackhole and its kin, TOS, a row of two,
        by nexthop objects (5, group 7, blackhole 8, group 9 with a weight of 1000), all with their next hops.""", dump("route", 2))
    run("sysctl -qw net.ipv4.nexthop_compat_mode=0")
    write("routes_ipv4_objects", "The same with net.ipv4.nexthop_compat_mode=0: routes by nexthop objects tell only the id.",
          [m for m in dump("route", 2) if m[16:] and m[20] == 254 and m[17] == 16 and b"\x08\x00\x1e\x00" in m])
    run("""
        sysctl -qw net.ipv4.nexthop_compat_mode=1
        ip -6 addr add 2001:db8:1::1/64 dev v0 nodad
        ip -6 addr add 2001:db8:2::1/64 dev v1 nodad
        ip -6 route add default via 2001:db8:1::fe pref high proto ra metric 1024
        ip -6 route add default via 2001:db8:2::fe pref low proto ra metric 2048
        ip -6 route add 2001:db8:10::/48 nexthop via 2001:db8:1::2 weight 2 nexthop via 2001:db8:2::2
        ip -6 route add 2001:db8:11::/48 from 2001:db8:99::/48 via 2001:db8:1::3
        ip -6 route add 2001:db8:12::/48 via 2001:db8:1::4 src 2001:db8:1::1 table 400
        ip -6 route add blackhole 2001:db8:13::/48
        ip -6 route add unreachable 2001:db8:14::/48
        ip -6 nexthop add id 15 via 2001:db8:1::50 dev v0
        ip -6 nexthop add id 16 via 2001:db8:2::60 dev v1
        ip nexthop add id 17 group 15/16
        ip -6 route add 2001:db8:15::/48 nhid 15
        ip -6 route add 2001:db8:16::/48 nhid 17
    """)
    write("routes_ipv6", """A dump of IPv6 routes: two defaults with preferences, multipath, by source prefix, with preferred source, blackhole,
        unreachable, by nexthop objects.""", dump("route", 10))
    watch = Watch()
    run("""
        ip route replace 10.7.0.0/16 via 192.0.2.6
        ip route prepend 10.7.0.0/16 via 192.0.2.7
        ip route del 10.7.0.0/16 via 192.0.2.6
        ip -6 route append 2001:db8:10::/48 via 2001:db8:1::9
        ip -6 route del 2001:db8:10::/48 via 2001:db8:1::2
        ip nexthop replace id 5 via 192.0.2.51 dev v0
        ip nexthop del id 6
    """)
    write("route_changes", """Notifications: replace, prepend and delete in a row of IPv4 routes; a next hop is added to an IPv6 multipath route
        and one taken away; nexthop object 5 is replaced, 6 deleted.""", watch.read({24, 25, 104, 105}))


def rules():
    run("""
        ip rule add priority 100 from 192.0.2.0/24 to 198.51.100.0/24 iif v0 oif v1 table 1000 protocol 157
        ip rule add priority 101 not fwmark 0x10/0xff lookup 1001
        ip rule add priority 102 tos 0x10 ipproto tcp sport 1000-2000 dport 443 lookup 1002
        ip rule add priority 103 uidrange 1000-1999 lookup 1003
        ip rule add priority 104 tun_id 77 lookup 1004
        ip rule add priority 105 l3mdev
        ip rule add priority 106 lookup main suppress_prefixlength 0
        ip rule add priority 107 lookup main suppress_ifgroup 7
        ip rule add priority 108 goto 200
        ip rule add priority 109 nop
        ip rule add priority 110 blackhole from 203.0.113.0/24
        ip rule add priority 111 unreachable fwmark 5
        ip rule add priority 112 prohibit iif lo
        ip rule add priority 200 lookup 1005 realms 3/4
        ip -6 rule add priority 100 from 2001:db8:1::/48 to 2001:db8:2::/48 lookup 1000
        ip -6 rule add priority 101 not iif v0 lookup 1001
    """)

    def raw(family, priority, attributes):
        body = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, 0, 0, 1, 0)
        for kind, data in [(6, struct.pack("=I", priority)), (15, struct.pack("=I", 2000))] + attributes:
            body += attribute(kind, data)
        acknowledged(32, 0x600, body)

    raw(2, 300, [(25, bytes([46]))])
    raw(2, 301, [(25, bytes([0]))])
    raw(2, 302, [(25, bytes([8])), (30, bytes([0x38]))])
    raw(2, 303, [(22, bytes([17])), (23, struct.pack("=HH", 4000, 4000))])
    raw(2, 304, [(22, bytes([17])), (24, struct.pack("=HH", 4000, 4000)), (29, struct.pack("=H", 0xfff0))])
    raw(10, 305, [(26, struct.pack(">I", 0x12345)), (27, struct.pack(">I", 0xfffff))])
    write("rules", """Dumps of rules, IPv4 then IPv6, with every selector: 300 to 302 by DSCP (46, 0, 8/0x38), 303 by one port (told with a mask of all
        ones), 304 by a masked port, 305 by flow label.""", dump("rule", 2) + dump("rule", 10))


def address_labels():
    run("""
        ip link set lo up
        ip link add v0 type veth peer name v1
        ip addrlabel add prefix 2001:db8::/32 label 99
        ip addrlabel add prefix 2001:db8::/32 dev v0 label 100
        ip addrlabel add prefix 2001:db8:1:2:3:4:5:6/128 label 4294967294
        ip addrlabel del prefix 3ffe::/16 label 12
    """)
    write("address_labels", """A dump of address labels: the kernel's own without 3ffe::/16, one for an interface beside one for all, one of a single
        address with the largest label.""", dump("label", 10))


def neighbors():
    run("""
        ip link set lo up
        ip link add v0 type veth peer name v1
        ip link set v0 address 02:00:00:00:00:01 up
        ip link set v1 address 02:00:00:00:00:02 up
        ip addr add 192.0.2.1/24 dev v0
        ip neigh add 192.0.2.10 lladdr 02:00:00:00:10:01 dev v0
        ip neigh add 192.0.2.11 lladdr 02:00:00:00:10:02 nud reachable dev v0
        ip neigh add 192.0.2.12 lladdr 02:00:00:00:10:03 nud stale dev v0
        ip neigh add 192.0.2.13 lladdr 02:00:00:00:10:04 nud noarp dev v0
        ip neigh add 2001:db8::10 lladdr 02:00:00:00:10:05 nud permanent router dev v0
        ip neigh add proxy 192.0.2.20 dev v0
        ip -6 neigh add proxy 2001:db8::20 dev v0
        ip link add b0 type bridge
        ip link set v1 master b0
        bridge fdb add 02:00:00:00:20:01 dev v1 master static
    """)
    talker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    talker.sendto(b"?", ("192.0.2.99", 9))
    time.sleep(4)
    talker.sendto(b"?", ("192.0.2.98", 9))
    fdb = [m for m in dump("neigh", 7) if b"\x02\x00\x00\x00\x20\x01" in m]
    write("neighbors", """Dumps of neighbours: IPv4, IPv6, the proxy entries of both (192.0.2.98 is asked for,
        192.0.2.99 did not answer), and one entry of a bridge's forwarding table (AF_BRIDGE).""",
          dump("neigh", 2) + dump("neigh", 10) + dump("neigh", 2, 8) + dump("neigh", 10, 8) + fdb)
    watch = Watch()
    run("ip neigh del 192.0.2.12 dev v0")
    write("neighbor_changes", "Notifications: a neighbour is deleted.", watch.read({28, 29}))


def listen(family, address, kind=socket.SOCK_STREAM, **options):
    made = socket.socket(family, kind)
    for (level, option), value in options.get("options", {}).items():
        made.setsockopt(level, option, value)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made


def connect(family, source, destination, kind=socket.SOCK_STREAM, options=()):
    made = socket.socket(family, kind)
    for level, option, value in options:
        made.setsockopt(level, option, value)
    made.bind(source)
    made.connect(destination)
    return made


def sockets(protocol, family):
    """A dump of sock_diag(7) in all states, asking for TOS and traffic class as the service does."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
    sock.bind((0, 0))
    request(sock, 20, 0x301, struct.pack("=BBBBI48x", family, protocol, 1 << 4 | 1 << 5, 0, 0xfff))
    found = []
    while True:
        for kind, message in messages(sock.recv(1 << 16)):
            if kind == 3:
                return found
            found.append(message)


def endpoints():
    """Ports tell the sockets apart."""
    run("""
        ip link set lo up
        ip link add v0 type veth peer name v1
        ip link set v0 address 02:00:00:00:00:01 up
        ip link set v1 up
        ip addr add 192.0.2.1/24 dev v0
        ip -6 addr add 2001:db8::1/64 dev v0 nodad
        ip -6 addr add fe80::1:1/64 dev v0 nodad
    """)
    four, six, udp = socket.AF_INET, socket.AF_INET6, socket.SOCK_DGRAM
    both, only = {(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY): 0}, {(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY): 1}
    mark, tos = (socket.SOL_SOCKET, socket.SO_MARK, 0x10), (socket.IPPROTO_IP, socket.IP_TOS, 0x10)
    kept = [listen(four, ("0.0.0.0", 1001)), listen(four, ("192.0.2.1", 1002)), listen(six, ("::", 1003), options=both),
            listen(six, ("::", 1004), options=only), listen(four, ("127.0.0.1", 1005)), listen(six, ("2001:db8::1", 1006)),
            connect(four, ("192.0.2.1", 2001), ("192.0.2.1", 1001), options=[mark, tos]),
            connect(six, ("2001:db8::1", 2002), ("2001:db8::1", 1006), options=[(socket.IPPROTO_IPV6, 67, 0x20)]),
            connect(six, ("::ffff:192.0.2.1", 2003), ("::ffff:192.0.2.1", 1003)),
            connect(four, ("192.0.2.1", 2004), ("192.0.2.1", 1003))]
    half = socket.socket(four)
    half.setblocking(False)
    half.bind(("192.0.2.1", 2005))
    half.connect_ex(("192.0.2.77", 9))
    write("endpoints_tcp", """Dumps of TCP sockets, IPv4 then IPv6: listening on wildcard and other addresses, with and without IPV6_V6ONLY; connected with
        mark and TOS, with a traffic class, IPv4 by an IPv6 socket; one that is being connected. Accepted by the kernel, their other ends have no inode.""",
          sockets(6, 2) + sockets(6, 10))
    kept += [listen(four, ("0.0.0.0", 3001), udp), listen(six, ("::", 3002), udp, options=both),
             listen(four, ("192.0.2.1", 3003), udp, options={(socket.SOL_SOCKET, socket.SO_BINDTODEVICE): b"v0"}),
             connect(four, ("192.0.2.1", 4001), ("192.0.2.9", 53), udp), connect(six, ("2001:db8::1", 4002), ("2001:db8::9", 53), udp),
             connect(six, ("::", 4003), ("::ffff:192.0.2.9", 53), udp), connect(six, ("fe80::1:1", 4004, 0, 3), ("fe80::9", 53, 0, 3), udp)]
    write("endpoints_udp", """Dumps of UDP sockets, IPv4 then IPv6: on wildcard addresses, bound to an interface; connected, IPv4 by an IPv6 socket, link-local.""",
          sockets(17, 2) + sockets(17, 10))


ALL = dict(endpoints=endpoints, links=links, addresses=addresses, routes=routes, rules=rules, address_labels=address_labels, neighbors=neighbors)

if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1] in ALL:
        ALL[sys.argv[1]]()
    else:
        for name in sys.argv[1:] or ALL:
            subprocess.run(["unshare", "-n", sys.executable, __file__, name], check=True)

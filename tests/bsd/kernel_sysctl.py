"""sysctl(3) of a kernel in memory: the tables of net.route, what the kernel says of itself, and settings."""

import struct

import made_sockets
from kernel_layout import (EAFNOSUPPORT, EINVAL, ENOENT, ENOMEM, EPERM, Refused, mask_octets, packed, shown)

CTL_KERN, CTL_NET = 1, 4

# inet(4), inet6(4), arp(4) of FreeBSD; sysctl(7) of NetBSD. OpenBSD: by number, <netinet/in.h> and <netinet6/in6.h>.
FREEBSD = {"net.inet.ip.forwarding": 0, "net.inet6.ip6.forwarding": 0, "net.link.ether.inet.proxyall": 0,
           "net.inet6.ip6.use_tempaddr": 0, "net.fibs": 1, "net.my_fibnum": 0, "net.add_addr_allfibs": 1}
FREEBSD_OF = {12: {"net.inet.ip.check_interface": 0}, 13: {"net.inet.ip.check_interface": 0, "net.route.multipath": 0},
              14: {"net.inet.ip.rfc1122_strong_es": 0, "net.inet.ip.source_address_validation": 1,
                   "net.inet6.ip6.source_address_validation": 1, "net.route.multipath": 1, "net.add_addr_allfibs": 0}}
NETBSD = {"net.inet.ip.forwarding": 0, "net.inet.ip.checkinterface": 0, "net.inet6.ip6.forwarding": 0}
OPENBSD = {(4, 2, 0, 1): 0, (4, 24, 41, 1): 0}
READ_ONLY = {"net.fibs", "net.my_fibnum"}
# One octet: SYSCTL_BOOL in netinet/ip_input.c and netinet6/ip6_input.c of FreeBSD 14; all else is an int.
BOOLEANS = {"net.inet.ip.rfc1122_strong_es", "net.inet.ip.source_address_validation", "net.inet6.ip6.source_address_validation"}

# ip6addrctl(8): what FreeBSD's rc.d/ip6addrctl installs with ip6addrctl_policy="ipv6_prefer" (RFC 6724): prefix, precedence,
# label.
POLICY = [("::1/128", 50, 0), ("::/0", 40, 1), ("::ffff:0:0/96", 35, 4), ("2002::/16", 30, 2), ("2001::/32", 5, 5),
          ("fc00::/7", 3, 13), ("::/96", 1, 3), ("fec0::/10", 1, 11), ("3ffe::/16", 1, 12)]


def settings_of(layout):
    if layout.system == "freebsd":
        return {**FREEBSD, **FREEBSD_OF[layout.release]}
    return dict(NETBSD) if layout.system == "netbsd" else dict(OPENBSD)


class Policy:
    """The table of address policies: struct in6_addrpolicy, 72 octets on all (net headers)."""

    def __init__(self, layout):
        self.layout = layout
        self.rows = {}
        if layout.system == "freebsd":
            for text, precedence, label in POLICY:
                address, _, prefix = text.partition("/")
                self.rows[packed(address), int(prefix)] = (precedence, label)

    def table(self):
        return b"".join(self.layout.ip(net) + self.layout.ip(mask_octets(prefix, 16)) + struct.pack("<iiQ", *row, 0)
                        for (net, prefix), row in self.rows.items())

    def key(self, data):
        layout = self.layout
        if len(data) != 72 or data[1] != layout.inet6 or data[29] != layout.inet6:
            raise Refused(EAFNOSUPPORT)
        return layout.parse_ip(data[:28]), layout.parse_mask(data[28:56], layout.inet6)

    def add(self, data):
        key = self.key(data)
        precedence, label = struct.unpack_from("<ii", data, 56)
        if key in self.rows:
            raise Refused(17)  # EEXIST: add_addrsel_policyent()
        if label == -1:
            raise Refused(EINVAL)
        self.rows[key] = (precedence, label)

    def delete(self, data):
        if self.rows.pop(self.key(data), None) is None:
            raise Refused(3)  # ESRCH

    def shown(self):
        return {f"{shown(net)}/{prefix}": row for (net, prefix), row in self.rows.items()}


class Sysctl:
    def __init__(self, kernel):
        self.kernel, self.layout, self.system = kernel, kernel.layout, kernel.system
        self.settings = settings_of(self.layout)
        self.policy = Policy(self.layout)
        self.sockets = made_sockets.Tables(self.layout.name, [])  # made_sockets.Socket: a test may add some
        self.others = {}  # what a test wants answered besides: numbers as a tuple, or a name -> octets
        self.texts = {1: self.system.ostype, 2: f"{self.layout.release}.0-MEMORY", 10: "memory.example"}

    # ---- by number ---------------------------------------------------------------------------------------------------

    def numbers(self, numbers, value):
        if tuple(numbers) in self.others:
            return self.read_only(value, self.others[tuple(numbers)])
        made = self.sockets.answer(list(numbers), value)
        if made is not None:
            return made
        if numbers[0] == CTL_KERN:
            return self.read_only(value, self.kern(numbers))
        if tuple(numbers) in self.settings:
            return self.setting(tuple(numbers), value)
        if numbers == [CTL_NET, self.layout.inet6, 41, 38] and self.layout.system != "openbsd":
            return self.read_only(value, self.policy.table())  # IPV6CTL_ADDRCTLPOLICY: netinet6/in6.h of both
        if numbers[:3] == [CTL_NET, self.layout.const("PF_ROUTE"), 0] and len(numbers) >= 6:
            return self.read_only(value, self.table(*numbers[3:]))
        raise Refused(ENOENT)

    @staticmethod
    def read_only(value, old):
        if value is not None:
            raise Refused(EPERM)
        return old

    def kern(self, numbers):
        if len(numbers) == 2 and numbers[1] in self.texts:
            return self.texts[numbers[1]].encode() + b"\0"
        if numbers == [CTL_KERN, 83 if self.layout.system == "netbsd" else 21]:  # KERN_BOOTTIME
            return struct.pack("<qq", self.kernel.booted, 0)
        raise Refused(ENOENT)

    def table(self, family, what, argument, *table):
        kinds = {self.layout.const(name): name for name in ("NET_RT_DUMP", "NET_RT_FLAGS", "NET_RT_IFLIST")}
        for name in ("NET_RT_IFLISTL", "NET_RT_TABLE", "NET_RT_IFNAMES", "NET_RT_SOURCE"):
            if "const " + name in self.layout.figures:
                kinds[self.layout.const(name)] = name
        if self.layout.reader.old_netbsd:  # NET_RT_OIFLIST
            kinds[5] = kinds.pop(6)
        if self.layout.system == "freebsd" and not self.system.old:
            kinds[self.layout.const("NET_RT_NHGRP")] = "NET_RT_NHGRP"
        if what not in kinds:
            raise Refused(EINVAL)
        return getattr(self, "table_" + kinds[what][7:].lower())(family, argument, table[0] if table else 0)

    def table_dump(self, family, _argument, table):
        if self.layout.system == "openbsd" and table not in self.system.state.tables:
            raise Refused(EINVAL)
        if self.layout.system == "freebsd" and table >= self.settings["net.fibs"]:
            raise Refused(EINVAL)
        return b"".join(self.system.dumped(route, self.kernel.pid) for route in self.system.state.dump(family, table))

    def table_nhgrp(self, family, _argument, table):
        """FreeBSD since 13: groups of next hops of one family and FIB, nothing where no routes share a destination
        (nhgrp_dump_sysctl(), net/route/nhgrp_ctl.c). What stands in a group nobody has recorded: the first of each."""
        routes = [group[0] for group in self.system.state.index.values()
                  if len(group) > 1 and group[0].table == table and self.layout.family(group[0].destination) == family]
        return b"".join(self.system.dumped(route, self.kernel.pid) for route in routes)

    def table_flags(self, family, argument, table):
        """FreeBSD, and NetBSD since 8, keep neighbours apart. Empty there: freebsd12 after-flags-llinfo-inet was not written."""
        if argument == 0x400 and self.layout.system != "openbsd":
            return b"".join(self.system.neighbors(family))
        return b"".join(self.system.dumped(route, self.kernel.pid) for route in self.system.state.dump(family, table)
                        if argument == 0 or route.flags & argument)

    def interfaces(self, index, long):
        messages, system = self.system.messages, self.system
        for interface in self.system.state.interfaces:
            if index in (0, interface.index):
                yield messages.interface(interface, True, long)
                if self.layout.system == "netbsd":
                    yield system.link_record(interface)
                for address in interface.addresses:
                    yield messages.address("RTM_NEWADDR", address, True, system.address_flags(address), long,
                                           addrflags=address.flags)

    def table_iflist(self, _family, argument, _table):
        return b"".join(self.interfaces(argument, False))

    def table_iflistl(self, _family, argument, _table):
        return b"".join(self.interfaces(argument, True))

    def table_ifnames(self, _family, _argument, _table):
        return b"".join(struct.pack("<I16s", one.index, one.name.encode()) for one in self.system.state.interfaces)

    def table_table(self, _family, argument, _table):
        """struct rt_tableinfo: openbsd80 radd-rtable1-table-rtable1, table 1 in domain 0."""
        if argument not in self.system.state.tables:
            raise Refused(ENOENT)
        return struct.pack("<HH", argument, 0)

    def table_source(self, family, argument, _table):
        """OpenBSD's sys/net/rtsock.c, sysctl_source()."""
        if argument not in self.system.state.tables:
            raise Refused(ENOENT)
        found = [one for (table, _), one in sorted(self.system.state.sources.items()) if one is not None and table == argument]
        return b"".join(self.layout.ip(one.ip) for one in found if family in (0, self.layout.family(one.ip)))

    # ---- by name -----------------------------------------------------------------------------------------------------

    def named(self, name, value):
        if self.layout.system == "openbsd":
            raise Refused(78)  # ENOSYS
        if name in self.others:
            return self.read_only(value, self.others[name])
        if name == "net.inet6.ip6.addrctlpolicy":
            return self.read_only(value, self.policy.table())
        texts = {"kern.ostype": 1, "kern.osrelease": 2, "kern.hostname": 10}
        if name in texts:
            return self.read_only(value, self.texts[texts[name]].encode() + b"\0")
        if name not in self.settings:
            raise Refused(ENOENT)
        return self.setting(name, value)

    def setting(self, name, value):
        form = "<B" if name in BOOLEANS else "<i"
        old = struct.pack(form, self.settings[name])
        if value is not None:
            if name in READ_ONLY:
                raise Refused(EPERM)
            if len(value) != len(old):
                raise Refused(EINVAL)
            self.settings[name] = struct.unpack(form, value)[0]
        return old

    @staticmethod
    def answer(old, room):
        """The words of an answer: as much as there is when nothing was asked for."""
        if room == 0:
            return (len(old),)
        if len(old) > room:
            raise Refused(ENOMEM)
        return len(old), old.hex() or "-"


#!/usr/bin/env python3
"""Tables of sockets, open files and processes as the BSDs' headers say that their kernels tell them: made_sockets.py HEADER
writes them, and what they hold, as a C header for tests/codec/test_pcb.c.

The members of each structure stand here in their order with their widths, and places follow from those: this knows nothing
of the offsets in platform/bsd. No recording of a kernel shows such tables.
"""

import ipaddress
import struct
import sys

LISTEN, ESTABLISHED, TIME_WAIT = 1, 4, 10
TCP, UDP = 6, 17
PCBLIST = 1042  # NetBSD gives out numbers as it starts
SSHD, HTTPD, NTPD = 812, 900, 700
PROCESSES = {SSHD: (811, "sshd-session"), 811: (640, "sshd"), 640: (1, "sshd"), HTTPD: (1, "httpd\x01"), NTPD: (1, "ntpd")}


class Socket:
    def __init__(self, protocol, local, remote=None, state=0, **members):
        self.protocol, self.local, self.remote = protocol, local, remote or ("0.0.0.0" if "." in local[0] else "::", 0)
        self.state = state if protocol == TCP else 0
        self.key = members.get("key", 0)
        self.pid = members.get("pid", 0)
        self.zone = members.get("zone", 0)
        self.table = members.get("table", 0)
        self.mapped = members.get("mapped", False)
        self.only = members.get("only", False)

    @property
    def family(self):
        return 4 if "." in self.local[0] else 6


SOCKETS = [
    Socket(TCP, ("::", 22), state=LISTEN, key=0xc0de0000_00001001, pid=640),
    Socket(TCP, ("192.0.2.1", 22), ("10.97.0.9", 50000), ESTABLISHED, key=0xc0de0000_00001002, pid=SSHD),
    Socket(TCP, ("2001:db8:1::1", 443), ("2001:db8:2::9", 50001), ESTABLISHED, key=0xc0de0000_00001003, pid=HTTPD),
    Socket(TCP, ("fe80::1", 22), ("fe80::9", 50002), ESTABLISHED, key=0xc0de0000_00001004, pid=SSHD, zone=2),
    Socket(TCP, ("192.0.2.1", 22), ("203.0.113.5", 50004), TIME_WAIT),
    Socket(TCP, ("192.0.2.1", 80), ("203.0.113.7", 50003), ESTABLISHED, key=0xc0de0000_00001005, pid=HTTPD, mapped=True),
    Socket(TCP, ("192.0.2.1", 81), ("203.0.113.8", 50005), ESTABLISHED, key=0xc0de0000_00001006, pid=HTTPD, table=1),
    Socket(TCP, ("::1", 8080), state=LISTEN, key=0xc0de0000_00001007, pid=HTTPD, only=True),
    Socket(UDP, ("0.0.0.0", 123), key=0xc0de0000_00002001, pid=NTPD),
    Socket(UDP, ("192.0.2.1", 4000), ("10.97.0.53", 53), key=0xc0de0000_00002002),
    Socket(UDP, ("0.0.0.0", 0), key=0xc0de0000_00002003, pid=NTPD),
]


# ---- structures ------------------------------------------------------------------------------------------------------

def octets(text):
    return ipaddress.ip_address(text).packed


class Structure:
    """Members in their order: "NAME:WIDTH" or "WIDTH*COUNT" of numbers, "NAME:=LENGTH" of octets, or (NAME, Structure)."""

    def __init__(self, machine, members, least=1):
        self.machine, self.places, self.align, at = machine, {}, least, 0
        for member in members:
            name, what = member if isinstance(member, tuple) else member.rpartition(":")[::2]
            if isinstance(what, Structure):
                align, size = what.align, what.size
                inner = {f"{name}.{key}": place for key, place in what.places.items()}
            elif what.startswith("="):
                align, size, inner = 1, int(what[1:]), {}
            else:
                width, _, count = what.partition("*")
                align, inner = min(int(width), machine.wide), {}
                size = int(width) * int(count or 1)
            at += -at % align
            self.align = max(self.align, align)
            if name:
                self.places[name] = (at, size)
            self.places.update({key: (at + place, length) for key, (place, length) in inner.items()})
            at += size
        self.size = at + -at % self.align

    def make(self, **values):
        made = bytearray(self.size)
        for name, value in values.items():
            at, width = self.places[name.replace("__", ".")]
            data = value if isinstance(value, bytes) else (value & (1 << 8 * width) - 1).to_bytes(width, self.machine.order)
            assert len(data) <= width
            made[at:at + len(data)] = data
        return bytes(made)


class Machine:
    def __init__(self, layout):
        self.layout = layout
        self.system, _, name = layout.split("-")
        self.order = "big" if name in ("powerpc64", "sparc64", "mips", "octeon", "macppc") else "little"
        self.long = 4 if name in ("i386", "armv7", "arm", "mips", "macppc") else 8
        self.wide = 4 if name == "i386" else 8  # how 64-bit numbers are aligned
        self.time = 4 if name == "i386" and self.system == "freebsd" else 8
        self.inet6 = {"freebsd": 28, "netbsd": 24, "openbsd": 24}[self.system]


def freebsd_structures(machine):
    buffer = Structure(machine, ["4*8", "2"])
    xsocket = Structure(machine, ["8", "so:8", "8*10", "4*6", "uid:4", "4*8", "2*6", ("", buffer), ("", buffer)])
    ends = Structure(machine, ["fport:2", "lport:2", "faddr:=16", "laddr:=16", "4"], 4)
    conninfo = Structure(machine, ["1*2", "fib:2", ("ie", ends)])
    xinpcb = Structure(machine, ["len:8", ("socket", xsocket), ("inc", conninfo), "8", "8*5", "4*3", "flags:4", "4*3", "4*4", "2", "tos:1",
                                 "1", "vflag:1", "1*3", "1*4"], 8)
    longs, word = f"{machine.long}*", f"{machine.long}"
    timeval = Structure(machine, [str(machine.time), word])
    return {
        "xinpgen": Structure(machine, ["len:8", "count:4", "4", "8*2", "8*4"], 8),
        "xinpcb": xinpcb,
        "xtcpcb": Structure(machine, ["xt_len:8", ("inp", xinpcb), ":=32", ":=64", ":=16", "8*6", "state:4", "4*20", "2*2", "4*22"], 8),
        "xfile": Structure(machine, ["len:8", "pid:4", "4*3", "8", "type:2", "2", "4*3", "8", "data:8", "8", "4*2", "8*6"]),
        "process": Structure(machine, ["size:4", "4", longs + "8", "pid:4", "ppid:4", "4*4", "2*2", "4", "4*16", "4*5", "2*2", "4*16", longs + "6",
                                       "2*2", "4*5", "8", ("", timeval), ("", timeval), longs + "2", "4", "1*6", ":=17", ":=9", ":=18", ":=9",
                                       "comm:=20", ":=17", ":=18", ":=4", ":=46"]),
    }


def netbsd_structures(machine):
    return {
        "pcb": Structure(machine, ["8*2", "so:8", "family:4", "type:4", "protocol:4", "pflags:4", "4", "4", "tstate:4", "4", "8*2", "src:=264",
                                   "dst:=264", "8*5"]),
        "file": Structure(machine, ["8", "4*2", "type:4", "4*3", "8", "4*2", "8*2", "data:8", "8*2", "4*2", "8", "pid:4", "4*3"]),
        "process": Structure(machine, ["8*13", "4*3", "pid:4", "ppid:4", "4*3", "4*4", "4*16", "2*2", "4", "4*8", "8*4", "4*2", "4*16", "1*4",
                                       "2*2", "comm:=24", ":=8", "8"]),
        "node": Structure(machine, ["4", "number:4", "name:=32", "4*2", "8*6"]),
    }


def openbsd_structures(machine):
    return {
        "file": Structure(machine, ["8", "4*2", "type:4", "4*3", "8", "4*2", "8*8", "8", "4*4", "8*4", "4*2", ":=96", "kind:4", "4", "pcb:8",
                                    "protocol:4", "family:4", "8", "lport:4", "laddr:=16", "fport:4", "faddr:=16", "8", "8", "4*4", "pid:4",
                                    "4*5", "comm:=24", "rtable:4", "8*7", ":=104", "4", "state:4", "8*3", "4"]),
        "process": Structure(machine, ["8*12", "4*3", "pid:4", "ppid:4", "4*3", "4*4", "4*16", "2*2", "4", "4*8", "8*4", "4*2", "4*4", "1*4",
                                       "2*2", "comm:=24", ":=8", "8"]),
    }


# ---- tables ----------------------------------------------------------------------------------------------------------

class Tables:
    """What a kernel of this layout would answer. `made` may be told other sockets."""

    def __init__(self, layout, sockets=None):
        self.machine = Machine(layout)
        self.sockets = SOCKETS if sockets is None else sockets
        self.of = globals()[self.machine.system + "_structures"](self.machine)

    def address(self, address, zone):
        """As the kernel keeps it: the zone inside."""
        packed = octets(address)
        return packed[:2] + struct.pack(">H", zone) + packed[4:] if zone else packed

    def shown(self, protocol=None, family=None):
        return [one for one in self.sockets if protocol in (None, one.protocol) and
                (family is None or family == (6 if one.mapped else one.family)) and not (one.mapped and self.machine.system == "openbsd")]

    # FreeBSD

    def freebsd_pcb(self, one):
        both = one.family == 6 and one.local[0] == "::" and not one.only
        ends = {}
        for name, (address, port) in (("laddr", one.local), ("faddr", one.remote)):
            packed = self.address(address, one.zone)
            ends["inc__ie__" + name] = bytes(16 - len(packed)) + packed
            ends["inc__ie__" + name[0] + "port"] = struct.pack(">H", port)
        return dict(len=self.of["xinpcb"].size, socket__so=one.key, socket__uid=77, inc__fib=one.table, tos=0x10, **ends,
                    vflag=3 if both else 2 if one.family == 6 else 1, flags=0x8000 if one.only else 0)

    def freebsd_list(self, protocol):
        sockets = self.shown(protocol)
        head = self.of["xinpgen"].make(len=self.of["xinpgen"].size, count=len(sockets))
        if protocol == UDP:
            rows = [self.of["xinpcb"].make(**self.freebsd_pcb(one)) for one in sockets]
        else:
            rows = [self.of["xtcpcb"].make(xt_len=self.of["xtcpcb"].size, state=one.state,
                                           **{"inp__" + key: value for key, value in self.freebsd_pcb(one).items()}) for one in sockets]
        return head + b"".join(rows) + head

    # NetBSD

    def netbsd_sockaddr(self, one, end):
        address, port = end
        if one.mapped:
            address = "::ffff:" + address
        packed = self.address(address, one.zone)
        if len(packed) == 4:
            return struct.pack(">BBH", 16, 2, port) + packed
        return struct.pack(">BBHI", 28, self.machine.inet6, port, 0) + packed + bytes(4)

    def netbsd_list(self, family, protocol):
        return b"".join(self.of["pcb"].make(so=one.key, family=2 if family == 4 else self.machine.inet6, type=1 if protocol == TCP else 2,
                                            protocol=protocol, tstate=one.state, pflags=0x8000 if one.only else 0,
                                            src=self.netbsd_sockaddr(one, one.local), dst=self.netbsd_sockaddr(one, one.remote))
                        for one in self.shown(protocol, family))

    def nodes(self):
        return b"".join(self.of["node"].make(number=number, name=name.encode())
                        for number, name in ((3, "recvspace"), (1041, "pcblist2"), (PCBLIST, "pcblist"), (1050, "drop")))

    # OpenBSD

    def openbsd_socket(self, one):
        def port(number):  # in network order, then widened
            return int.from_bytes(struct.pack(">H", number), self.machine.order)
        return dict(type=2, kind=1 if one.protocol == TCP else 2, pcb=one.key, protocol=one.protocol, rtable=one.table,
                    family=2 if one.family == 4 else self.machine.inet6, lport=port(one.local[1]), laddr=self.address(one.local[0], one.zone),
                    fport=port(one.remote[1]), faddr=self.address(one.remote[0], one.zone), state=one.state)

    def openbsd_list(self):
        raw = [dict(self.openbsd_socket(one), kind=3) for one in self.sockets[1:2]]
        return [self.of["file"].make(**values) for values in [self.openbsd_socket(one) for one in self.shown()] + raw]

    # all of them

    def lists(self):
        """Pairs of the protocol (0: both) and the table, whole."""
        if self.machine.system == "freebsd":
            return [(TCP, self.freebsd_list(TCP)), (UDP, self.freebsd_list(UDP))]
        if self.machine.system == "netbsd":
            return [(protocol, self.netbsd_list(family, protocol)) for family in (4, 6) for protocol in (TCP, UDP)]
        return [(0, b"".join(cut(self.openbsd_list(), self.socket_size())))]

    def socket_size(self):
        """What OpenBSD's backend asks for: to the end of t_state."""
        at, width = self.of["file"].places["state"]
        return at + width

    def files(self):
        """What the processes have open: one structure each. The first is no socket, the second one of another kind."""
        other = Socket(TCP, ("192.0.2.1", 1), key=0xc0de0000_00009999, pid=1)
        made = []
        for one, kind in [(other, 1), (other, 2)] + [(one, 2) for one in self.shown() if one.pid]:
            if self.machine.system == "freebsd":
                made.append(self.of["xfile"].make(len=self.of["xfile"].size, pid=one.pid, type=kind, data=one.key))
            elif self.machine.system == "netbsd":
                made.append(self.of["file"].make(pid=one.pid, type=kind, data=one.key))
            else:
                name = PROCESSES.get(one.pid, (0, "init"))[1].encode()
                made.append(self.of["file"].make(**dict(self.openbsd_socket(one), type=kind, pid=one.pid, comm=name)))
        return made

    def file_size(self):
        """What the backend asks for; FreeBSD is not asked."""
        if self.machine.system == "freebsd":
            return self.of["xfile"].size
        return 112 if self.machine.system == "netbsd" else self.socket_size()

    def process(self, pid):
        parent, name = PROCESSES[pid]
        whole = self.of["process"]
        size = {"size": whole.size} if self.machine.system == "freebsd" else {}
        return whole.make(pid=pid, ppid=parent, comm=name.encode(), **size)

    def answer(self, numbers, value=None):
        """Of sysctl(3); None: not one of these."""
        machine = self.machine
        if machine.system == "freebsd":
            if numbers in ([4, 2, TCP, 11], [4, 2, UDP, 5]):
                return self.freebsd_list(numbers[2])
            if numbers == [1, 15]:
                return b"".join(self.files())
            if numbers[:3] == [1, 14, 1] and numbers[3] in PROCESSES:
                return self.process(numbers[3])
        if machine.system == "netbsd":
            if numbers[0] == 4 and numbers[3:] == [-2]:
                assert len(value) == 96 and int.from_bytes(value[:4], machine.order) == 0x01000000
                return self.nodes()
            if numbers[0] == 4 and numbers[3:] == [PCBLIST, 0, 0, 640, 0x7fffffff]:
                return self.netbsd_list(4 if numbers[1] == 2 else 6, numbers[2])
        file_list = {"netbsd": 77, "openbsd": 73}.get(machine.system)
        process_list = {"netbsd": 47, "openbsd": 66}.get(machine.system)
        if numbers[:5] == [1, file_list, 1, 2, self.socket_size() if machine.system == "openbsd" else 0]:
            return b"".join(cut(self.openbsd_list(), numbers[4]))
        if numbers[:4] == [1, file_list, 2, -1]:
            return b"".join(cut(self.files(), numbers[4]))
        if numbers[:3] == [1, process_list, 1] and len(numbers) == 6 and numbers[3] in PROCESSES:
            return self.process(numbers[3])[:numbers[4]]
        return None

    # what is to be read from them

    def expected(self):
        return "".join(self.line(one) for protocol, family in self.order() for one in self.shown(protocol, family)
                       if one.state in (LISTEN, ESTABLISHED) or one.protocol == UDP and one.local[1])

    def order(self):
        if self.machine.system == "netbsd":
            return [(TCP, 4), (UDP, 4), (TCP, 6), (UDP, 6)]
        return [(TCP, None), (UDP, None)]

    def line(self, one):
        system = self.machine.system
        connected = one.remote[1] != 0
        remote = f"{one.remote[0]} {one.remote[1]}" if connected else " 0"
        only = one.family == 6 and {"freebsd": one.only or connected or one.local[0] != "::", "netbsd": one.only, "openbsd": True}[system]
        tos, uid = (16 if one.family == 4 else 0, 77) if system == "freebsd" else (0, 0)
        return (f"{'tcp' if one.protocol == TCP else 'udp'} {'connected' if connected else 'listening'} {one.local[0]} {one.local[1]} {remote} "
                f"interface={one.zone} table={one.table if system != 'netbsd' else 0} key={one.key:x} only={int(only)} tos={tos} uid={uid}\n")

    def expected_files(self):
        shown = [one for one in self.shown() if one.pid]
        names = self.machine.system == "openbsd"
        return "1 c0de000000009999 " + ("init" if names else "") + "\n" + "".join(
            f"{one.pid} {one.key:x} {PROCESSES[one.pid][1].replace(chr(1), '?') if names else ''}\n" for one in shown)


def cut(records, size):
    return [record[:size] for record in records]


# ---- as C ------------------------------------------------------------------------------------------------------------

LAYOUTS = ("freebsd-12-amd64", "freebsd-14-amd64", "freebsd-14-i386", "freebsd-14-armv7", "freebsd-14-powerpc64", "netbsd-7-amd64",
           "netbsd-10-i386", "netbsd-10-sparc64", "openbsd-7-i386", "openbsd-8-amd64", "openbsd-8-macppc", "openbsd-8-sparc64")


def c_text(text):
    return '"' + text.replace("\n", "\\n") + '"'


def c_table(kind, protocol, data):
    return f"{{{kind}, {protocol}, {len(data)}, (const uint8_t[]){{{','.join(map(str, data))}}}}}"


def c_layout(layout):
    tables = Tables(layout)
    process = tables.process(SSHD)
    if tables.machine.system != "freebsd":
        at, width = tables.of["process"].places["comm"]
        process = process[:at + width]
    made = [c_table("SOCKETS", protocol, data) for protocol, data in tables.lists()]
    made.append(c_table("FILES", 0, b"".join(cut(tables.files(), tables.file_size()))))
    made.append(c_table("PROCESS", 0, process))
    if tables.machine.system == "netbsd":
        made.append(c_table("NODES", 0, tables.nodes()))
    return (f'{{"{layout}", {c_text(tables.expected())},\n {c_text(tables.expected_files())},\n {len(made)},\n (const struct made_table[]){{'
            + ",\n".join(made) + "}}")


def main():
    with open(sys.argv[1], "w", encoding="ascii") as header:
        header.write("static const struct made made[] = {\n" + ",\n".join(map(c_layout, LAYOUTS)) + "};\n")


if __name__ == "__main__":
    main()

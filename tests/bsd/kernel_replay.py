"""Replays a recorded session (tests/codec/fixtures/bsd) to a kernel in memory: the commands of each step, the octets that were
written; and pairs what it tells with what was recorded."""

import re
import struct

from kernel_calls import RoutingSocket
from kernel_layout import IFT_BRIDGE, Refused
from memory_kernel import MemoryKernel
from rtmsg_recordings import KERNELS, recordings

STEPS = """sizes lo0up create up mtu addr4 alias4 addr6 radd-default radd-net radd-net20 radd-dup radd-host radd-blackhole
radd-reject radd-mtu radd-unreach radd-iface radd-inet6 radd-inet6-ll radd-inet6-host arp-static rget-net rget-noifp
rget-connected rget-default rget-inet6 radd-priority radd-mpath radd-label radd-rtable1 full rchange rdel rdel-missing badver
overflow dalias4 daddr6 daddr4 down after nic-up nic-addr4 nic-addr6 nic-radd-inet6-ll nic-radd-inet6-ll2 nic-radd-ifscope
nic-full nic-link-off nic-link-on nic-down destroy end""".split()

# What stood there before: name, attributes. And the interface under test.
LO = {"loopback": True}
BEFORE = {
    "openbsd80": [("lo0", dict(LO, index=2, xflags=0x202)),
                  ("vio0", dict(mac="52:54:00:12:34:56", index=1, link_state=6, xflags=0x401))],
    "openbsd73-i386": [("lo0", dict(LO, index=2, xflags=2)), ("vio0", dict(mac="52:54:00:12:34:56", index=1))],
    "freebsd12": [("vtnet0", dict(mac="52:54:00:12:34:56", header=18, baudrate=10000000000)),
                  ("lo0", dict(LO, link_state=2))],
    "freebsd13": [("lo0", dict(LO, link_state=2))],
    "netbsd7": [("lo0", dict(LO))],
}
TESTED = {
    "openbsd80": ("vether0", dict(mac="fe:e1:ba:d0:d3:c4", link_state=4, cloned=True, xflags=3)),
    "openbsd73-i386": ("vether0", dict(mac="fe:e1:ba:d0:5b:c0", link_state=4, cloned=True, xflags=3)),
    "freebsd12": ("bridge0", dict(mac="58:9c:fc:00:60:5b", data_type=IFT_BRIDGE, auto_link_local=False)),
    "freebsd13": ("bridge0", dict(mac="58:9c:fc:10:ff:a3", data_type=IFT_BRIDGE, auto_link_local=False)),
    "netbsd7": ("shmif0", dict(mac="b2:a0:0d:2c:c7:a4", baudrate=10000000)),
}
DUMPS = re.compile(r"(dump-(all|inet6?)(-rtable1)?|flags-(gateway|llinfo)-inet6?|iflistl?|ifnames|table-rtable1)$")


class Replay:
    def __init__(self, name, layout=None):
        """`layout`: another personality than the one that was recorded."""
        self.name = name
        self.kernel = MemoryKernel(layout or KERNELS[name][0], settle=False)
        self.layout = self.kernel.layout
        self.recordings = {one.name: one for one in recordings(name)}
        self.used = set()
        self.tested, self.more = TESTED[name]
        self.listener = self.kernel.own
        self.listener.table = 0
        for interface, more in BEFORE[name]:
            self.kernel.add_interface(interface, silent=True, **more)
        self.before_all()

    def before_all(self):
        """What had happened before the first step was not recorded."""
        kernel = self.kernel
        if self.name in ("freebsd13", "netbsd7"):
            kernel.set_up("lo0")
            kernel.add_address("lo0", "127.0.0.1/8")
        if self.name == "netbsd7":
            kernel.interface("lo0").addresses.sort(key=lambda one: not one.ipv4)
        kernel.told()

    # ---- steps -------------------------------------------------------------------------------------------------------

    def of_step(self, step):
        """Recordings of a step, by what they are called in it."""
        longer = [one for one in STEPS if one != step and one.startswith(step + "-")]
        return {name[len(step) + 1:]: one for name, one in self.recordings.items()
                if name.startswith(step + "-") and not any(name.startswith(other + "-") for other in longer)}

    def run(self):
        """Yields (name, what was recorded, what the kernel in memory says)."""
        for step in STEPS:
            parts = self.of_step(step)
            if not parts:
                self.unrecorded(step)
                continue
            if step == "overflow":
                yield from self.overflow(parts)
                continue
            self.commands(step, next(iter(parts.values())).text)
            self.requests(parts)
            yield from self.compare(step, parts, self.kernel.told())
            self.kernel.settle()
            late = {name: one for name, one in parts.items() if name.startswith("monitor-late")}
            yield from self.pair(step, late, self.kernel.told())
            for name, one in parts.items():
                if DUMPS.match(name):
                    yield f"{step}-{name}", one.bytes, self.dump(name)

    def unrecorded(self, step):
        """Steps in which nothing was told that was recorded, but which show later."""
        if step == "mtu":  # netbsd7: in full-iflist
            self.kernel.set_mtu(self.tested, 1400)
        elif step == "nic-full" and self.name == "freebsd12":  # in end-iflist
            self.kernel.link("vtnet0", True)
            self.kernel.set_up("vtnet0")
            self.kernel.add_address("vtnet0", "198.18.5.2/24")
            self.kernel.add_address("vtnet0", "2001:db8:9::1/64")
            self.kernel.set_up("vtnet0", False)
            self.kernel.told()

    def compare(self, step, parts, told):
        monitors = {name: one for name, one in parts.items() if name.startswith("monitor") and "late" not in name}
        if step == "nic-addr6":  # the late ones were read together with the others
            self.kernel.settle()
            told += self.kernel.told()
        yield from self.pair(step, dict(sorted(monitors.items(), key=self.order)), told)

    @staticmethod
    def order(item):
        number = re.match(r"monitor(\d+)", item[0])
        return int(number[1])

    def pair(self, step, recorded, told):
        for name, one in recorded.items():
            yield f"{step}-{name}", one.bytes, told.pop(0) if told else b""
        for number, message in enumerate(told):
            yield f"{step}-more{number:02}", b"", message

    def commands(self, step, text):
        for line in text:
            words = line.strip().replace("IF ", self.tested + " ").split()
            if not words or words[-2:] == ["->", "-1"]:
                continue
            if words[0] == "ifconfig":
                self.ifconfig(words[1].replace("NIC", "vio0"), *words[2:-2])
            elif line.strip().startswith("cable"):
                self.kernel.link("vio0", words[1] == "back")

    def ifconfig(self, name, verb, *rest):
        kernel = self.kernel
        if verb == "create":
            kernel.add_interface(self.tested, **self.more)
        elif verb in ("up", "down"):
            kernel.set_up(name, verb == "up")
        elif verb == "mtu":
            kernel.set_mtu(name, int(rest[0]))
        elif verb == "destroy":
            kernel.remove_interface(name)
        elif rest[-1] == "-alias":
            kernel.delete_address(name, rest[0])
        else:
            broadcast = rest[rest.index("broadcast") + 1] if "broadcast" in rest else None
            kernel.add_address(name, rest[0], broadcast)

    def requests(self, parts):
        results = []
        for name in sorted(name for name in parts if name.startswith("request")):
            results.append(self.write(parts[name].bytes))
            recorded = [line.split("->")[1].strip() for line in parts[name].text if re.match(r"\s*request2? ->", line)]
        if results:
            assert results == recorded, (self.name, parts, results, recorded)

    def write(self, data):
        try:
            self.kernel.write(self.listener, data)
        except Refused as refused:
            return f"-1 errno {refused.errno}"
        return "0"

    def overflow(self, parts):
        """200 requests while a listener with SO_RCVBUF 2048 does not read; then all is read, and one more is made."""
        first = struct.unpack_from("<I", parts["monitor00-RTM_ADD"].bytes,
                                   self.layout.figures["offsetof rt_msghdr.rtm_seq"])[0]
        small = RoutingSocket(self.layout.system)
        small.room = 2048
        self.kernel.listeners = lambda: [small]
        for number in range(200):
            self.change(("RTM_ADD", "RTM_DELETE")[number % 2], f"172.16.{number // 2}.0", first + number)
        told = []
        while small.ready:
            if small.queue:
                told.append(small.queue.pop(0))
            if small.desync:
                small.desync = False
                small.queue.append(self.kernel.system.messages.desync())
        monitors = {name: one for name, one in parts.items() if re.match(r"monitor\d", name)}
        yield from self.pair("overflow", dict(sorted(monitors.items())), told)
        self.change("RTM_ADD", "172.17.0.0", first + 200)
        del self.kernel.listeners
        yield "overflow-monitor-after00-RTM_ADD", parts["monitor-after00-RTM_ADD"].bytes, small.queue.pop(0)
        self.kernel.told()

    def change(self, kind, to, sequence):
        addresses, flags = self.kernel.route_addresses(to + "/24", "192.0.2.254", None)
        message = self.kernel.system.messages.route(kind, addresses, 0, 0x801 | flags, 0, sequence)
        assert self.write(message) == "0"

    # ---- tables ------------------------------------------------------------------------------------------------------

    def dump(self, name):
        const, family = self.layout.const, {"inet6": self.layout.inet6, "inet": 2, "all": 0}
        parts = name.split("-")
        numbers = [4, const("PF_ROUTE"), 0]
        if parts[0] == "dump":
            numbers += [family[parts[1]], const("NET_RT_DUMP"), 0]
            numbers += [int(parts[-1] == "rtable1")] if self.layout.system == "openbsd" else []
        elif parts[0] == "flags":
            numbers += [family[parts[2]], const("NET_RT_FLAGS"), 0x400 if parts[1] == "llinfo" else 2]
        elif parts[0] == "table":
            numbers += [0, const("NET_RT_TABLE"), 1]
        else:
            what = 5 if self.layout.reader.old_netbsd else const("NET_RT_" + parts[0].upper())
            numbers += [0, what, 0]
        return self.kernel.sysctl.numbers(numbers, None)

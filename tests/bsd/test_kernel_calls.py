"""The kernel in memory behind its socket: the calls of docs/bsd-calls.md, and what no recording shows."""

import struct

import pytest

import rtmsg_decoder
from kernel_client import Client, Errno
from kernel_layout import PERSONALITIES, packed
from kernel_scenario import NAMES, dual, full
from rtmsg_recordings import figures

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
FREEBSDS = [one for one in PERSONALITIES if one.startswith("freebsd")]
DATAGRAM, RAW = 2, 3
INET6 = {"freebsd": 28, "netbsd": 24, "openbsd": 24}
# SIOCAIFADDR, SIOCDIFADDR, SIOCAIFADDR_IN6, SIOCDIFADDR_IN6, SIOCGIFAFLAG_IN6, SIOCGIFALIFETIME_IN6, and the lengths of
# the first two's structures.
NUMBERS = {"freebsd": (0x8044692b, 0x80206919, 0x8088691b, 0x81206919, 0xc1206949, 0xc1206951, 68, 32),
           "netbsd": (0x8040691a, 0x80906919, 0x8080696b, 0x81206919, 0xc1206949, 0xc120696a, 64, 144),
           "openbsd": (0x8040691a, 0x80206919, 0x8080691a, 0x81206919, 0xc1206949, 0xc1206951, 64, 32)}


class Host:
    def __init__(self, layout, path, scenario):
        self.kernel = scenario(layout, path)
        self.client = Client(path)
        self.system = layout.split("-")[0]
        self.first, self.second = NAMES[self.system]
        self.reader = rtmsg_decoder.System(layout, figures()[PERSONALITIES[layout]])
        self.route_domain = 34 if self.system == "netbsd" else 17
        (self.add4, self.delete4, self.add6, self.delete6, self.flags6, self.lifetime6, self.alias,
         self.request) = NUMBERS[self.system]

    def close(self):
        self.client.close()
        self.kernel.close()

    def listen(self):
        return self.client.open_socket(self.route_domain, RAW)

    def heard(self, listener):
        """[(type, {slot: address})]"""
        found = []
        for message in self.client.read_all(listener):
            one, = rtmsg_decoder.decode(self.reader, message, False)
            found.append((one["type"], {slot: value.get("address") for slot, value in one["addresses"].items()}))
        return found

    def ipv4(self, text):
        return struct.pack("<BBH", 16, 2, 0) + packed(text) + bytes(8)

    def ipv6(self, text):
        return struct.pack("<BBHI", 28, INET6[self.system], 0, 0) + packed(text) + bytes(4)

    def alias4(self, name, text, mask):
        return (name.encode().ljust(16, b"\0") + self.ipv4(text) + bytes(16) + self.ipv4(mask)).ljust(self.alias, b"\0")

    def alias6(self, name, text, mask, flags=0, valid=0xffffffff, preferred=0xffffffff):
        data = name.encode().ljust(16, b"\0") + self.ipv6(text) + bytes(28) + self.ipv6(mask) + struct.pack("<i", flags)
        return (data + bytes(16) + struct.pack("<II", valid, preferred)).ljust(136 if self.system == "freebsd" else 128, b"\0")

    def named(self, name, rest, size):
        return (name.encode().ljust(16, b"\0") + rest).ljust(size, b"\0")


@pytest.fixture
def host(tmp_path):
    hosts = []

    def make(layout, scenario=dual):
        hosts.append(Host(layout, str(tmp_path / f"k{len(hosts)}"), scenario))
        return hosts[-1]

    yield make
    for one in hosts:
        one.close()


def refused(number, call, *arguments):
    with pytest.raises(Errno) as caught:
        call(*arguments)
    assert caught.value.number == number


# ---- addresses -------------------------------------------------------------------------------------------------------


@EVERY
def test_addresses_by_ioctl(host, layout):
    one = host(layout)
    listener, control = one.listen(), one.client.open_socket(2, DATAGRAM)
    one.client.ioctl(control, one.add4, one.alias4(one.second, "203.0.113.5", "255.255.255.0"))
    assert "203.0.113.5/24" in one.kernel.addresses(one.second)
    told = one.heard(listener)
    assert told[0][0] == "RTM_NEWADDR" and told[0][1]["IFA"] == "203.0.113.5"
    assert ("RTM_ADD", "203.0.113.0") in [(kind, addresses.get("DST")) for kind, addresses in told]
    one.client.ioctl(control, one.delete4, one.named(one.second, one.ipv4("203.0.113.5"), one.request))
    assert "203.0.113.5/24" not in one.kernel.addresses(one.second)
    kinds = [kind for kind, _ in one.heard(listener)]
    assert "RTM_DELADDR" in kinds and "RTM_DELETE" in kinds
    refused(49, one.client.ioctl, control, one.delete4, one.named(one.second, one.ipv4("203.0.113.5"), one.request))
    refused(6, one.client.ioctl, control, one.add4, one.alias4("nope0", "203.0.113.5", "255.255.255.0"))
    refused(25, one.client.ioctl, control, 0x80206900, bytes(32))
    refused(22, one.client.ioctl, control, one.add4, bytes(12))
    # one that another interface has
    refused(17, one.client.ioctl, control, one.add4, one.alias4(one.second, "192.0.2.1", "255.255.255.0"))


@EVERY
def test_ipv6_addresses_by_ioctl(host, layout):
    one = host(layout)
    listener, control = one.listen(), one.client.open_socket(INET6[one.system], DATAGRAM)
    one.kernel.settling = False
    mask = "ffff:ffff:ffff:ffff::"
    one.client.ioctl(control, one.add6, one.alias6(one.second, "2001:db8:9::5", mask, 0, 7200, 3600))
    assert "2001:db8:9::5/64" in one.kernel.addresses(one.second)
    assert ("RTM_NEWADDR", "2001:db8:9::5") in [(kind, addresses.get("IFA")) for kind, addresses in one.heard(listener)]
    asked = one.named(one.second, one.ipv6("2001:db8:9::5"), 288)
    flags, = struct.unpack_from("<i", one.client.ioctl(control, one.flags6, asked)[0], 16)
    assert flags == (0 if one.system == "freebsd" else 2)  # IN6_IFF_TENTATIVE; freebsd12 addr6: nothing late
    one.kernel.settle()
    flags, = struct.unpack_from("<i", one.client.ioctl(control, one.flags6, asked)[0], 16)
    assert flags == 0
    late = {"freebsd": [], "netbsd": ["RTM_NEWADDR"], "openbsd": ["RTM_CHGADDRATTR"]}
    assert [kind for kind, _ in one.heard(listener)] == late[one.system]
    end, less, valid, preferred = struct.unpack_from("<qqII", one.client.ioctl(control, one.lifetime6, asked)[0], 16)
    assert (valid, preferred, end - less) == (7200, 3600, 3600)
    one.client.ioctl(control, one.delete6, one.named(one.second, one.ipv6("2001:db8:9::5"), 288))
    assert "2001:db8:9::5/64" not in one.kernel.addresses(one.second)
    refused(49, one.client.ioctl, control, one.delete6, one.named(one.second, one.ipv6("2001:db8:9::5"), 288))
    refused(22, one.client.ioctl, control, one.add6, one.alias6(one.second, "2001:db8:9::5", mask, 0, 10, 20))
    other = one.client.open_socket(2, DATAGRAM)
    with pytest.raises(Errno):
        one.client.ioctl(other, one.delete6, one.named(one.second, one.ipv6("2001:db8:9::5"), 288))


@pytest.mark.parametrize("layout, count", [(one, 2 if one.startswith("openbsd") else 1) for one in PERSONALITIES])
def test_two_addresses_of_one_network(host, layout, count):
    """OpenBSD has a route for each; the others one, which passes to the second when the first goes."""
    one = host(layout)
    listener = one.listen()
    one.kernel.add_address(one.second, "198.51.100.2/24")
    one.heard(listener)
    networks = [route for route in one.kernel.routes(kernels=True) if route["destination"] == "198.51.100.0/24"]
    assert len(networks) == count
    one.kernel.delete_address(one.second, "198.51.100.1")
    networks = [route for route in one.kernel.routes(kernels=True) if route["destination"] == "198.51.100.0/24"]
    assert len(networks) == 1
    assert networks[0]["source"] == "198.51.100.2"
    about_network = [kind for kind, addresses in one.heard(listener) if addresses.get("DST") == "198.51.100.0"]
    assert about_network == ["RTM_DELETE"] if one.system == "openbsd" else about_network == ["RTM_DELETE", "RTM_ADD"]


# ---- interfaces ------------------------------------------------------------------------------------------------------


@EVERY
def test_interface_requests(host, layout):
    one = host(layout)
    control = one.client.open_socket(2, DATAGRAM)
    get, put = {"freebsd": (0xc0206911, 0x80206910), "netbsd": (0xc0906911, 0x80906910),
                "openbsd": (0xc0206911, 0x80206910)}[one.system]
    flags, = struct.unpack_from("<H", one.client.ioctl(control, get, one.named(one.first, b"", one.request))[0], 16)
    assert flags & 0x41 == 0x41
    listener = one.listen()
    one.client.ioctl(control, put, one.named(one.first, struct.pack("<H", flags & ~1), one.request))
    assert not one.kernel.interface(one.first).up
    assert "RTM_IFINFO" in [kind for kind, _ in one.heard(listener)]


@EVERY
def test_hardware_address(host, layout):
    one = host(layout)
    if one.system == "netbsd":
        control = one.client.open_socket(18, DATAGRAM)
        link = struct.pack("<BBHBBBB", 20, 18, 0, 6, 0, 6, 0) + bytes.fromhex("020000000099")
        one.client.ioctl(control, 0x8118691c, one.named(one.first, struct.pack("<II", 0x4000, 0) + link, 280))
    else:
        control = one.client.open_socket(2, DATAGRAM)
        number = 0x8020693c if one.system == "freebsd" else 0x8020691f
        one.client.ioctl(control, number, one.named(one.first, bytes([6, 18]) + bytes.fromhex("020000000099"), 32))
    assert one.kernel.interface(one.first).mac.hex() == "020000000099"


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if not one.startswith("netbsd")])
def test_groups(host, layout):
    one = host(layout)
    control = one.client.open_socket(2, DATAGRAM)
    wide = not layout.endswith("i386")
    number, size, at = (0xc0286988, 40, 24) if wide else (0xc0246988, 36, 20)
    one.kernel.interface(one.first).groups.append("uplink")
    expected = [b"all", b"uplink"] + ([b"egress"] if one.system == "openbsd" else [])
    data, = one.client.ioctl(control, number, one.named(one.first, b"", size))
    room, = struct.unpack_from("<I", data, 16)
    assert room == 16 * len(expected)
    data, groups = one.client.ioctl(control, number, one.named(one.first, struct.pack("<I", room), size), at, bytes(room))
    assert [groups[start:start + 16].rstrip(b"\0") for start in range(0, room, 16)] == expected
    assert struct.unpack_from("<I", data, 16) == (room,)


# ---- settings --------------------------------------------------------------------------------------------------------

THERE = {"freebsd-12-amd64": ["net.inet.ip.check_interface"], "freebsd-13-amd64": ["net.inet.ip.check_interface"],
         "freebsd-14-amd64": ["net.inet.ip.rfc1122_strong_es", "net.inet.ip.source_address_validation",
                              "net.inet6.ip6.source_address_validation"],
         "netbsd-7-amd64": ["net.inet.ip.checkinterface"], "netbsd-10-amd64": ["net.inet.ip.checkinterface"],
         "openbsd-8-amd64": [], "openbsd-7-i386": []}


def check_width(one, name, width):
    """An int, or a boolean of FreeBSD 14; another width is refused."""
    assert one.client.call("sysctlbyname", name.encode(), 0) == [width]
    refused(22, one.client.call, "sysctlbyname", name.encode(), width, bytes(5 - width))


@EVERY
def test_settings(host, layout):
    one = host(layout)
    forwarding = (4, 2, 0, 1) if one.system == "openbsd" else "net.inet.ip.forwarding"
    assert one.client.setting(forwarding) == 0
    assert one.client.setting(forwarding, 1) == 0
    assert one.client.setting(forwarding) == 1 and one.kernel.settings[forwarding] == 1
    for name in {name for names in THERE.values() for name in names}:
        if name in THERE[layout]:
            old = one.client.setting(name)
            one.client.setting(name, 1 - old)
            assert one.client.setting(name) == 1 - old
            check_width(one, name, 4 if name.endswith("interface") else 1)
        else:
            refused(78 if one.system == "openbsd" else 2, one.client.setting, name)
    assert one.client.sysctl((1, 1)) == one.kernel.system.ostype.encode() + b"\0"
    refused(1, one.client.call, "sysctl", "1.1", 0, b"X")
    refused(12, one.client.call, "sysctl", "1.1", 2)


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if not one.startswith("openbsd")])
def test_address_policy(host, layout):
    one = host(layout)
    control = one.client.open_socket(INET6[one.system], DATAGRAM)
    policy = one.ipv6("2001:db8:77::") + one.ipv6("ffff:ffff:ffff::") + struct.pack("<iiQ", 45, 99, 0)
    before = len(one.client.call("sysctlbyname", b"net.inet6.ip6.addrctlpolicy", 65536)[1])
    one.client.ioctl(control, 0x8048756c, policy)
    assert one.kernel.sysctl.policy.shown()["2001:db8:77::/48"] == (45, 99)
    table = one.client.call("sysctlbyname", b"net.inet6.ip6.addrctlpolicy", 65536)[1]
    assert len(table) == before + 72 and table.endswith(policy)
    refused(17, one.client.ioctl, control, 0x8048756c, policy)
    one.client.ioctl(control, 0x8048756d, policy)
    refused(3, one.client.ioctl, control, 0x8048756d, policy)


# ---- routing sockets -------------------------------------------------------------------------------------------------


@EVERY
def test_sockets_have_their_own_queues(host, layout):
    one = host(layout)
    first, second = one.listen(), one.listen()
    assert first != second
    one.kernel.route_add("10.0.0.0/8", "192.0.2.254")
    assert ("RTM_ADD", "10.0.0.0") in [(kind, address.get("DST")) for kind, address in one.heard(first)]
    one.client.call("close", first)
    refused(9, one.client.read, first)
    assert len(one.heard(second)) >= 1 and one.heard(second) == []
    # its own requests are not for who does not want them
    one.client.call("setsockopt", second, 0xffff, 0x40, struct.pack("<i", 0))
    request = one.kernel.system.messages.route("RTM_DELETE", [("DST", one.ipv4("10.0.0.0")),
                                                              ("NETMASK", one.ipv4("255.0.0.0"))], flags=0x801, seq=7)
    assert one.client.call("write", second, request) == [len(request)]
    assert one.heard(second) == []
    refused(3, one.client.call, "write", second, request)
    refused(22, one.client.call, "write", second, request[:-1])
    refused(22, one.client.call, "write", second, b"")


@EVERY
def test_polls_wait(host, layout):
    one = host(layout)
    listener = one.listen()
    assert one.client.call("poll", listener, 1, 20) == [0]
    waiting = one.client.ask("poll", listener, 1, -1)
    assert one.client.sysctl((1, 10)) == b"memory.example\0"  # meanwhile others are served
    one.kernel.route_add("10.0.0.0/8", "192.0.2.254")
    assert one.client.answer(waiting) == [1]
    one.heard(listener)
    waiting = one.client.ask("poll", listener, 1, -1)
    one.client.call("close", listener)
    with pytest.raises(Errno) as caught:
        one.client.answer(waiting)
    assert caught.value.number == 9


@EVERY
def test_what_is_lost(host, layout):
    one = host(layout)
    listener = one.listen()
    with one.kernel.losing(error=True):
        one.kernel.route_add("10.0.0.0/8", "192.0.2.254")
    refused(55, one.client.read, listener)
    said = ["RTM_DESYNC"] if one.system == "openbsd" else []  # openbsd80 overflow-monitor08
    assert [kind for kind, _ in one.heard(listener)] == said
    one.client.call("setsockopt", listener, 0xffff, 0x1002, struct.pack("<I", 2048))
    for number in range(40):
        one.kernel.route_add(f"10.{number}.0.0/16", "192.0.2.254")
    heard = [kind for kind, _ in one.heard(listener)]
    assert heard.count("RTM_ADD") in (4, 7, 8) and heard[heard.count("RTM_ADD"):] == said
    refused(55, one.client.call, "setsockopt", listener, 0xffff, 0x1002, struct.pack("<I", 1 << 24))


@EVERY
def test_failures_on_demand(host, layout):
    one = host(layout)
    one.kernel.fail_next("socket", 12)
    refused(12, one.client.open_socket, 2, DATAGRAM)
    one.client.open_socket(2, DATAGRAM)
    one.kernel.fail_next("sysctl", 4, match=lambda numbers, *_: numbers == "1.2", times=2)
    one.client.sysctl((1, 1))
    refused(4, one.client.sysctl, (1, 2))
    refused(4, one.client.sysctl, (1, 2))
    one.client.sysctl((1, 2))
    refused(22, one.client.call, "frobnicate", 1)
    refused(2, one.client.call, "open", b"/dev/nope", 0)


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if not one.startswith("freebsd")])
def test_message_filter(host, layout):
    one = host(layout)
    listener = one.listen()
    only_additions = struct.pack("<I", 1 << 1) if one.system == "openbsd" else bytes([1])
    one.client.call("setsockopt", listener, one.route_domain, 1, only_additions)
    one.kernel.route_add("10.0.0.0/8", "192.0.2.254")
    one.kernel.route_delete("10.0.0.0/8", "192.0.2.254")
    assert {kind for kind, _ in one.heard(listener)} == {"RTM_ADD"}


def test_several_ways_on_freebsd_14(host):
    one = host("freebsd-14-amd64")
    one.kernel.route_add("10.0.0.0/8", "192.0.2.254")
    one.kernel.route_add("10.0.0.0/8", "198.51.100.254")
    assert [route["gateway"] for route in one.kernel.routes() if route["destination"] == "10.0.0.0/8"] == [
        "192.0.2.254", "198.51.100.254"]
    one.kernel.route_delete("10.0.0.0/8", "192.0.2.254")
    assert [route["gateway"] for route in one.kernel.routes() if route["destination"] == "10.0.0.0/8"] == ["198.51.100.254"]


@pytest.mark.parametrize("layout", FREEBSDS)
def test_fibs(host, layout):
    one = host(layout)
    listener = one.listen()
    refused(22, one.client.call, "setsockopt", listener, 0xffff, 0x1014, struct.pack("<I", 1))
    one.kernel.settings["net.fibs"] = 2
    one.client.call("setsockopt", listener, 0xffff, 0x1014, struct.pack("<I", 1))
    one.kernel.interface(one.second).fib = 1
    one.kernel.route_add("10.0.0.0/8", "198.51.100.254", table=1)
    assert [route["destination"] for route in one.kernel.routes(table=1)] == ["10.0.0.0/8"]
    assert "10.0.0.0/8" not in [route["destination"] for route in one.kernel.routes()]
    assert len(list(rtmsg_decoder.decode(one.reader, one.client.sysctl((4, 17, 0, 0, 1, 0, 1)), False))) == 1
    refused(22, one.client.sysctl, (4, 17, 0, 0, 1, 0, 2))


@pytest.mark.parametrize("layout", ["openbsd-8-amd64", "openbsd-7-i386"])
def test_rtables(host, layout):
    one = host(layout)
    listener = one.listen()
    refused(2, one.client.sysctl, (4, 17, 0, 0, 5, 3))
    one.kernel.route_add("10.0.0.0/8", "192.0.2.254", table=3)
    assert one.client.sysctl((4, 17, 0, 0, 5, 3)) == struct.pack("<HH", 3, 0)
    assert "10.0.0.0" not in [address.get("DST") for _, address in one.heard(listener)]
    one.client.call("setsockopt", listener, 17, 2, struct.pack("<I", 0xffffffff))
    one.kernel.route_delete("10.0.0.0/8", table=3)
    assert "10.0.0.0" in [address.get("DST") for _, address in one.heard(listener)]


@EVERY
def test_tables_decode(host, layout):
    """All that sysctl tells can be read by the second decoder to the last octet."""
    one = host(layout, full)
    dump = [4, one.route_domain, 0, 0, 1, 0] + ([0] if one.system == "openbsd" else [])
    routes = list(rtmsg_decoder.decode(one.reader, one.client.sysctl(dump), False))
    assert len(routes) == len(one.kernel.routes(kernels=True))
    assert all(not route["trailing"] for route in routes)
    what = {"freebsd": 3, "openbsd": 3, "netbsd": 5 if layout.startswith("netbsd-7") else 6}[one.system]
    kinds = [message["type"] for message in
             rtmsg_decoder.decode(one.reader, one.client.sysctl([4, one.route_domain, 0, 0, what, 0]), False)]
    addresses = sum(map(len, one.kernel.addresses().values())) + (3 if one.system == "netbsd" else 0)  # link addresses too
    assert kinds.count("RTM_IFINFO") == 3 and kinds.count("RTM_NEWADDR") == addresses


# ---- pf --------------------------------------------------------------------------------------------------------------

RULES = {
    "freebsd": 'pass out quick route-to (em1 198.51.100.254) inet from 198.51.100.1/32 to any label "a b" # why\n',
    "openbsd": 'pass out quick inet from 198.51.100.1/32 to any route-to 198.51.100.254 \\\n label "a b"\n',
}
PRINTED = {
    "freebsd": 'pass out quick route-to (em1 198.51.100.254) inet from 198.51.100.1 to any flags S/SA keep state label "a b"\n',
    "openbsd": 'pass out quick inet from 198.51.100.1 to any flags S/SA label "a b" route-to 198.51.100.254\n',
}


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if not one.startswith("netbsd")])
def test_pf(host, layout):
    one = host(layout)
    assert one.client.run("pfctl", "-s", "info")[1].startswith("Status: Enabled")
    assert one.client.run("pfctl", "-sr") == (0, 'anchor "multihomed" all\n', "")
    assert one.client.run("pfctl", "-a", "multihomed", "-f", "-", text=RULES[one.system])[0] == 0
    assert one.client.run("pfctl", "-a", "multihomed", "-s", "rules") == (0, PRINTED[one.system], "")
    # all or nothing, and the other system's words are none
    other = RULES["openbsd" if one.system == "freebsd" else "freebsd"]
    status, _, errors = one.client.run("pfctl", "-a", "multihomed", "-f", "-", text=RULES[one.system] + other)
    assert status == 1 and "syntax error" in errors
    assert one.client.run("pfctl", "-a", "multihomed", "-s", "rules")[1] == PRINTED[one.system]
    assert one.client.run("pfctl", "-a", "multihomed", "-F", "rules")[0] == 0
    assert one.client.run("pfctl", "-a", "multihomed", "-s", "rules") == (0, "", "")
    one.kernel.filter.enabled = False
    assert one.client.run("pfctl", "-s", "info")[1].startswith("Status: Disabled")
    one.kernel.filter.permitted = False
    assert one.client.run("pfctl", "-s", "info") == (1, "", "pfctl: /dev/pf: Permission denied\n")
    one.kernel.filter.program = False
    refused(2, one.client.run, "pfctl", "-s", "info")


def test_no_pf_on_netbsd(host):
    refused(2, host("netbsd-10-amd64").client.run, "pfctl", "-s", "info")


@EVERY
def test_devices(host, layout):
    one = host(layout)
    device = one.client.call("open", b"/dev/bpf", 2)[0]
    assert one.client.ioctl(device, 0x8020426c, bytes(32)) == [bytes(32)]
    one.client.call("write", device, b"frame")
    opened, = one.kernel.devices["/dev/bpf"]
    assert opened.written == [b"frame"] and opened.requests == [(0x8020426c, bytes(32))]

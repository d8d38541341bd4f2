"""The system chooses the source that the document prefers, by destination, and none that is to be skipped; sources that a program
has chosen itself stay, and leave by their own interface."""
import pytest

from daemon import wait_for
from kept import SECOND
from picture import assert_same, picture
from two_isps import ADDRESSES, SERVER, KeptIsps

SECOND4, SECOND6 = "192.0.2.2", "2001:db8:1::2"


# Answers each datagram and each connection at port 99 with the source that it came from.
TELL = """
import selectors, socket
chosen = selectors.DefaultSelector()
listener = socket.create_server(("::", 99), family=socket.AF_INET6, dualstack_ipv6=True)
datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
datagrams.bind(("::", 99))
chosen.register(listener, selectors.EVENT_READ)
chosen.register(datagrams, selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        if key.fileobj is datagrams:
            _, peer = datagrams.recvfrom(100)
            datagrams.sendto(peer[0].removeprefix("::ffff:").encode(), peer)
        else:
            connection, peer = listener.accept()
            connection.sendall(peer[0].removeprefix("::ffff:").encode())
            connection.close()
"""

# What the server sees: of a datagram, of one from a connected socket, of a connection; "-" when nothing comes back.
ASK = """
import socket, sys
to, source = sys.argv[1], sys.argv[2]
family = socket.AF_INET6 if ":" in to else socket.AF_INET
def ask(kind, connects):
    with socket.socket(family, kind) as sock:
        sock.settimeout(1)
        try:
            if source:
                sock.bind((source, 0))
            if connects:
                sock.connect((to, 99))
            if kind == socket.SOCK_DGRAM:
                sock.send(b"x") if connects else sock.sendto(b"x", (to, 99))
            return sock.recv(100).decode()
        except OSError:
            return "-"
print(*{ask(socket.SOCK_DGRAM, False), ask(socket.SOCK_DGRAM, True), ask(socket.SOCK_STREAM, True)})
"""


class Lab(KeptIsps):
    FOREIGN = ["address add 192.0.2.2/24 dev eth0", "address add 2001:db8:1::2/64 dev eth0 nodad preferred_lft 0",
               "route add 203.0.113.128/25 via 198.51.100.254 dev eth1 protocol static",
               "route add unreachable 203.0.113.64/26 protocol static",
               "-6 route add unreachable 2001:db8:99:0:8000::/65 protocol static"]

    def choice(self, to, *words):
        """The source and the interface that the kernel takes."""
        answer = self.host.ip("route", "get", to, *words, check=False).split()
        return (answer[answer.index("src") + 1], answer[answer.index("dev") + 1]) if "src" in answer else None

    def seen(self, to, source=""):
        """The sources that the server sees."""
        return self.host.run(["python3", "-c", ASK, to, source]).split()

    def way(self, to, *words):
        """The interface that it leaves by."""
        answer = self.host.ip("route", "get", to, *words).split()
        return answer[answer.index("dev") + 1]


@pytest.fixture
def lab(world, built, tmp_path):
    with Lab.running(tmp_path) as lab:
        yield lab


PREFERENCES = {"source_preferences": {"four": {"to": "203.0.113.0/24", "source": SECOND4},
                                      "six": {"to": "2001:db8:99::/64", "source": SECOND6}}}


def test_destinations_have_their_source(lab):
    assert lab.choice(SERVER[0]) == ("192.0.2.1", "eth0") and lab.choice(SERVER[1])[0] != SECOND6
    lab.kept.apply({**PREFERENCES, "source_routing": True})
    assert lab.choice(SERVER[0]) == (SECOND4, "eth0") and lab.choice(SERVER[1]) == (SECOND6, "eth0")
    assert lab.choice("203.0.113.200") == (SECOND4, "eth1") and lab.choice("203.0.113.70") is None
    assert lab.choice("2001:db8:99:0:8000::1") is None and lab.choice("203.0.112.1") == ("192.0.2.1", "eth0")
    # A source that somebody has chosen keeps to its interface.
    for family in (0, 1):
        assert lab.way(SERVER[family], "from", ADDRESSES["eth1"][family]) == "eth1"
    assert lab.way("fe80::99", "oif", "eth1") == "eth1"
    lab.counted(4)
    assert lab.send([{"to": SERVER[0], "port": 99}]) == [] and lab.counted(4) == {"isp1": 1, "isp2": 0}
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_main_is_followed(lab):
    lab.kept.apply(PREFERENCES)
    lab.host.ip("route", "replace", "default", "via", "192.0.2.253", "dev", "eth0", "protocol", "dhcp", "metric", "100")
    wait_for(lambda: "203.0.113.0/24 via 192.0.2.253" in lab.host.ip("route", "show", "table", "5999"), SECOND)
    lab.host.ip("route", "delete", "203.0.113.128/25")
    wait_for(lambda: lab.choice("203.0.113.200") == (SECOND4, "eth0"), SECOND)
    lab.host.ip("route", "delete", "default", "dev", "eth0")
    wait_for(lambda: lab.choice(SERVER[0]) == (SECOND4, "eth1"), SECOND)
    lab.host.ip("address", "delete", f"{SECOND4}/24", "dev", "eth0")
    wait_for(lambda: lab.choice(SERVER[0]) == ("198.51.100.1", "eth1"), SECOND)
    assert "/source_preferences/four" in lab.kept.api.get("/v1/plan")["pending"]


def test_main_is_followed_however_often_it_changes(lab):
    """That is no fight: nobody undoes anything."""
    lab.kept.apply(PREFERENCES)
    for _ in range(6):
        lab.host.ip("route", "delete", "203.0.113.128/25")
        wait_for(lambda: lab.choice("203.0.113.200") == (SECOND4, "eth0"), SECOND)
        lab.host.ip("route", "add", "203.0.113.128/25", "via", "198.51.100.254", "dev", "eth1", "protocol", "static")
        wait_for(lambda: lab.choice("203.0.113.200") == (SECOND4, "eth1"), SECOND)
    assert "again and again" not in lab.kept.daemon.log()


def test_an_address_is_skipped(lab):
    document = {"addresses": {"first": {"interface": "eth0", "address": "192.0.2.1/24", "skip_as_source": True},
                              "six": {"interface": "eth0", "address": "2001:db8:1::1/64", "skip_as_source": True},
                              "third": {"interface": "eth0", "address": "2001:db8:1::3/64"}}}
    near6 = "2001:db8:1::fe"
    lab.kept.apply(document)
    for to in (SERVER[0], "192.0.2.254"):
        wait_for(lambda to=to: lab.choice(to) == (SECOND4, "eth0"), SECOND)
    for to in (SERVER[1], near6):
        wait_for(lambda to=to: lab.choice(to) == ("2001:db8:1::3", "eth0"), SECOND)
    assert lab.choice("198.51.100.254") == ("198.51.100.1", "eth1") and lab.choice("172.17.0.2") == ("172.17.0.1", "br0")
    assert lab.choice("203.0.113.200") == ("198.51.100.1", "eth1") and lab.choice("203.0.113.70") is None
    assert lab.answers(lab.server, "192.0.2.1")["192.0.2.1"]
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_the_server_sees_it(lab):
    """Also with source routing, and when a program has chosen another source itself."""
    lab.server.spawn(["python3", "-c", TELL])
    wait_for(lambda: lab.seen(SERVER[0]) == ["192.0.2.1"], 5)
    for document in (PREFERENCES, {**PREFERENCES, "source_routing": True}):
        lab.kept.apply(document)
        assert lab.seen(SERVER[0]) == [SECOND4] and lab.seen(SERVER[1]) == [SECOND6]
        assert lab.seen(SERVER[0], "192.0.2.1") == ["192.0.2.1"]
        assert lab.seen(SERVER[1], ADDRESSES["eth0"][1]) == [ADDRESSES["eth0"][1]]
    assert lab.seen(SERVER[0], ADDRESSES["eth1"][0]) == [ADDRESSES["eth1"][0]]
    assert lab.seen(SERVER[1], ADDRESSES["eth1"][1]) == [ADDRESSES["eth1"][1]]
    lab.kept.apply({"addresses": {"first": {"interface": "eth0", "address": "192.0.2.1/24", "skip_as_source": True}}})
    assert lab.seen(SERVER[0]) == [SECOND4] and lab.seen(SERVER[0], "192.0.2.1") == ["192.0.2.1"]
    lab.kept.apply({})
    assert lab.seen(SERVER[0]) == ["192.0.2.1"]


def test_a_route_with_an_encapsulation_is_left_whole(lab):
    """What the route has beside its gateway is a part of the copy."""
    lab.host.ip("route", "add", "203.0.113.32/27", "via", "192.0.2.254", "mtu", "lock", "1300", "protocol", "static")
    lab.host.ip("route", "add", "203.0.113.48/28", "encap", "ip", "id", "5", "dst", "192.0.2.99", "dev", "eth0", "protocol", "static")
    before = picture(lab.host)
    lab.kept.apply(PREFERENCES)
    table = lab.host.ip("route", "show", "table", "5999").splitlines()
    assert any("203.0.113.32/27" in line and "mtu lock 1300" in line and SECOND4 in line for line in table), table
    assert any("203.0.113.48/28" in line and "encap ip id 5" in line and SECOND4 in line for line in table), table
    lab.kept.apply({})
    assert_same(before, lab.host, "everything was taken away")

"""/v1/select on a real dual-homed host: it agrees with the kernel. Sockets are in test_sockets.py."""
import pytest

from client import ApiError

SEGMENTS = {"eth0": "isp1", "eth1": "isp2"}
ADDRESSES = [("eth0", "192.0.2.1/24"), ("eth0", "192.0.2.7/24"), ("eth0", "203.0.113.1/28"), ("eth1", "198.51.100.1/24"),
             ("lo", "198.18.255.1/32"), ("eth0", "2001:db8:1::1/64"), ("eth0", "2001:db8:1::7/64"), ("eth1", "2001:db8:2::1/64")]
ROUTES = """
route add default via 192.0.2.254
route add default via 198.51.100.254 metric 100
route add default via 198.51.100.254 table 100
route add 10.0.0.0/8 via 198.51.100.254
route add 10.1.0.0/16 via 192.0.2.254 src 192.0.2.7
route add 10.2.0.0/16 nexthop via 192.0.2.254 weight 2 nexthop via 198.51.100.254
route add 10.3.0.0/16 via 203.0.113.14
route add unreachable 10.4.0.0/16
route add prohibit 10.5.0.0/16
route add blackhole 10.6.0.0/16
rule add priority 100 from 198.51.100.1 table 100
rule add priority 110 fwmark 0x10 table 100
rule add priority 120 to 10.7.0.0/16 unreachable
-6 route add default via 2001:db8:1::fe
-6 route add default via 2001:db8:2::fe metric 2000
-6 route add default via 2001:db8:2::fe table 100
-6 route add 2001:db8:a::/48 via 2001:db8:2::fe
-6 route add 2001:db8:b::/48 via 2001:db8:1::fe src 2001:db8:1::7
-6 route add 2001:db8:c::/48 nexthop via 2001:db8:1::fe nexthop via 2001:db8:2::fe
-6 route add unreachable 2001:db8:d::/48
-6 route add prohibit 2001:db8:e::/48
-6 route add blackhole 2001:db8:f::/48
-6 rule add priority 100 from 2001:db8:2::1 table 100
-6 rule add priority 110 fwmark 0x10 table 100
"""

QUESTIONS = [
    {"destination": "8.8.8.8"},
    {"destination": "8.8.8.8", "source": "198.51.100.1"},
    {"destination": "8.8.8.8", "source": "192.0.2.7"},
    {"destination": "8.8.8.8", "source": "198.18.255.1"},
    {"destination": "8.8.8.8", "source": "172.31.9.9"},
    {"destination": "8.8.8.8", "interface": "eth1"},
    {"destination": "8.8.8.8", "mark": "0x10"},
    {"destination": "10.1.2.3"},
    {"destination": "10.2.2.3"},
    {"destination": "10.2.2.3", "source": "192.0.2.1"},
    {"destination": "10.3.0.1"},
    {"destination": "10.4.0.1"},
    {"destination": "10.5.0.1"},
    {"destination": "10.6.0.1"},
    {"destination": "10.7.0.1"},
    {"destination": "192.0.2.99"},
    {"destination": "192.0.2.7"},
    {"destination": "192.0.2.255"},
    {"destination": "255.255.255.255"},
    {"destination": "224.0.0.5", "interface": "eth1"},
    {"destination": "239.1.2.3"},
    {"destination": "127.0.0.1"},
    {"destination": "2001:db8:ffff::1"},
    {"destination": "2001:db8:ffff::1", "source": "2001:db8:2::1"},
    {"destination": "2001:db8:ffff::1", "interface": "eth1"},
    {"destination": "2001:db8:ffff::1", "mark": "16"},
    {"destination": "2001:db8:a::1"},
    {"destination": "2001:db8:b::1"},
    {"destination": "2001:db8:c::1"},
    {"destination": "2001:db8:d::1"},
    {"destination": "2001:db8:e::1"},
    {"destination": "2001:db8:f::1"},
    {"destination": "2001:db8:1::7"},
    {"destination": "2001:db8:1::99"},
    {"destination": "fe80::9%eth0"},
    {"destination": "ff02::1%eth1"},
    {"destination": "ff0e::1"},
]


@pytest.fixture
def host(lab):
    host = lab.host()
    for interface, segment in SEGMENTS.items():
        host.add_interface(interface, lab.segment(segment))
    host.namespace.link_local(*SEGMENTS)  # the kernel is asked when these are there
    for interface, address in ADDRESSES:
        host.add_address(interface, address)
    host.namespace.settle()
    host.namespace.ip_batch(ROUTES.strip().splitlines())
    host.start_daemon()
    select(host, QUESTIONS[0])  # the first question opens the socket that the kernel is asked by, which then stays
    host.daemon.descriptors_at_start = host.daemon.settled_descriptors()
    return host


def select(host, question):
    return host.api.get("/v1/select", **question)


def disagreement(question, answer):
    kernel, ours = answer["kernel"], {name: answer.get(name) for name in ("source", "interface", "next_hop", "table", "error")}
    return f"{question}: {answer['difference']}: we say {ours}, the kernel {kernel}; choices {answer['choices']}"


def test_the_kernel_agrees(host):
    wrong = []
    for question in QUESTIONS:
        answer = select(host, question)
        assert answer["kernel"] is not None, answer
        if answer["agrees"] is not True:
            wrong.append(disagreement(question, answer))
        if "error" in answer["kernel"] and answer["note"] is None:
            assert answer["error"]["native"] == answer["kernel"]["error"]["native"]
            assert answer["source"] is answer["interface"] is None
    assert not wrong, "\n".join(wrong)


def test_what_is_told(host):
    answer = select(host, {"destination": "8.8.8.8", "source": "198.51.100.1"})
    assert (answer["interface"], answer["next_hop"], answer["table"]) == ("eth1", "198.51.100.254", "100")
    assert answer["rule"]["priority"] == 100 and answer["rule"]["from"] == "198.51.100.1/32"
    assert answer["source_owner"] == {"address": "198.51.100.1", "interface": "eth1", "is_outgoing": True}
    answer = select(host, {"destination": "8.8.8.8", "source": "192.0.2.7", "mark": "0x10"})
    assert answer["source_owner"]["is_outgoing"] is False and answer["interface"] == "eth1"
    answer = select(host, {"destination": "10.1.2.3"})
    assert (answer["source"], answer["route"]["preferred_source"]) == ("192.0.2.7", "192.0.2.7")
    answer = select(host, {"destination": "10.2.2.3"})
    assert [(choice["interface"], choice["weight"]) for choice in answer["choices"]] == [("eth0", 2), ("eth1", 1)]
    answer = select(host, {"destination": "10.5.0.1"})
    assert answer["error"] == {"code": "prohibited", "native": "EACCES"}


def test_it_follows_the_kernel(host):
    """A change, and the question at once: the answer may be of before or after, and is soon that of after."""
    for gateway, interface in (("198.51.100.253", "eth1"), ("192.0.2.253", "eth0")) * 3:
        host.ip("route", "replace", "172.16.0.0/12", "via", gateway)
        host.wait_for(lambda: select(host, {"destination": "172.16.0.1"})["interface"] == interface)
        assert select(host, {"destination": "172.16.0.1"})["agrees"] is True


def test_problems_on_a_real_host(host):
    for query, kind in (({"destination": "fe80::9"}, "zone-needed"), ({"destination": "8.8.8.8", "interface": "eth7"}, "unknown-interface")):
        with pytest.raises(ApiError) as caught:
            select(host, query)
        assert caught.value.response.json()["type"].endswith("/" + kind)

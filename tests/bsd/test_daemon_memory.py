"""The whole program on kernels in memory, of all personalities: what it shows, and what it follows."""

import pytest

from kernel_layout import PERSONALITIES
from kernel_scenario import NAMES
from told import eventually, interface, items, routes_to

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)


def addresses(service, name):
    return {(one["address"], one["prefix_length"]) for one in interface(service, name)["addresses"]}


@EVERY
def test_what_is_there_is_shown(serve, layout):
    service = serve(layout, "full")
    first, second = NAMES[service.kernel.system_name]
    status = service.get("/v1/status").json
    assert status["backend"] == "bsd" and status["hostname"] == "memory.example"
    assert {one["name"] for one in items(service, "/v1/interfaces")} == {"lo0", first, second}
    shown = interface(service, first)
    assert shown["up"] and shown["carrier"] and shown["mtu"] == 1500 and shown["mac"] == "02:00:00:00:00:01"
    assert {("192.0.2.1", 24), ("192.0.2.77", 32), ("2001:db8:1::1", 64),
            ("fe80::ff:fe00:1%" + first, 64)} == addresses(service, first)
    for destination, gateway in (("0.0.0.0/0", "192.0.2.254"), ("203.0.113.7/32", "192.0.2.254"), ("::/0", "2001:db8:1::fe"),
                                 ("2001:db8:3::/48", "2001:db8:1::fe")):
        route, = routes_to(service, destination)
        assert [(hop["gateway"], hop["interface"]) for hop in route["next_hops"]] == [(gateway, first)]
        assert route["owner"] == "static" and route["table"] == "0"
    assert routes_to(service, "10.99.0.0/16")[0]["type"] == "blackhole"


@EVERY
def test_select(serve, layout):
    service = serve(layout)
    first, second = NAMES[service.kernel.system_name]
    answer = service.get("/v1/select?destination=203.0.113.7").json
    assert (answer["source"], answer["interface"], answer["next_hop"]) == ("192.0.2.1", first, "192.0.2.254")
    answer = service.get("/v1/select?destination=198.51.100.9").json
    assert (answer["source"], answer["interface"]) == ("198.51.100.1", second)
    assert service.get("/v1/scenario").json["ipv4"]["multihomed"]


@EVERY
def test_what_others_do_is_followed(serve, layout):
    service = serve(layout)
    first, second = NAMES[service.kernel.system_name]
    resync = service.get("/v1/status").json["last_resync"]
    kernel = service.kernel
    kernel.add_address(second, "203.0.113.1/24")
    kernel.add_address(second, "2001:db8:9::1/64")
    kernel.route_add("10.0.0.0/8", "203.0.113.254")
    eventually(lambda: routes_to(service, "10.0.0.0/8"), service)
    eventually(lambda: {("203.0.113.1", 24), ("2001:db8:9::1", 64)} <= addresses(service, second), service)
    kernel.route_change("10.0.0.0/8", "192.0.2.253")
    eventually(lambda: routes_to(service, "10.0.0.0/8")[0]["next_hops"][0]["gateway"] == "192.0.2.253", service)
    kernel.route_delete("10.0.0.0/8", "192.0.2.253")
    kernel.delete_address(second, "203.0.113.1")
    kernel.delete_address(second, "2001:db8:9::1")
    eventually(lambda: not routes_to(service, "10.0.0.0/8"), service)
    eventually(lambda: not {("203.0.113.1", 24), ("2001:db8:9::1", 64)} & addresses(service, second), service)
    kernel.set_up(first, False)
    eventually(lambda: not interface(service, first)["up"], service)
    kernel.set_up(first)
    eventually(lambda: interface(service, first)["up"], service)
    assert service.get("/v1/status").json["last_resync"] == resync


@EVERY
def test_a_pulled_cable(serve, layout):
    service = serve(layout)
    first, _ = NAMES[service.kernel.system_name]
    service.kernel.link(first, False)
    eventually(lambda: not interface(service, first)["carrier"], service)
    route, = routes_to(service, "0.0.0.0/0")
    assert [hop["alive"] for hop in route["next_hops"]] == [False]
    service.kernel.link(first, True)
    eventually(lambda: interface(service, first)["carrier"], service)
    eventually(lambda: [hop["alive"] for hop in routes_to(service, "0.0.0.0/0")[0]["next_hops"]] == [True], service)


@EVERY
def test_interfaces_come_and_go(serve, layout):
    service = serve(layout)
    service.kernel.add_interface("tap7", "02:00:00:00:00:07")
    eventually(lambda: "tap7" in {one["name"] for one in items(service, "/v1/interfaces")}, service)
    service.kernel.remove_interface("tap7")
    eventually(lambda: "tap7" not in {one["name"] for one in items(service, "/v1/interfaces")}, service)


@EVERY
def test_losses_that_are_told(serve, layout):
    """OpenBSD says RTM_DESYNC, the others ENOBUFS."""
    service = serve(layout)
    _, second = NAMES[service.kernel.system_name]
    with service.kernel.losing(error=service.kernel.system_name != "openbsd"):
        service.kernel.add_address(second, "203.0.113.1/24")
        service.kernel.route_add("10.0.0.0/8", "203.0.113.254")
    eventually(lambda: routes_to(service, "10.0.0.0/8"), service)
    eventually(lambda: ("203.0.113.1", 24) in addresses(service, second), service)


@EVERY
def test_a_queue_that_overflows(serve, layout):
    """Only OpenBSD says so: what came after the queue was full is not told on the others."""
    service = serve(layout)
    kernel = service.kernel
    _, second = NAMES[kernel.system_name]
    with kernel.lock:
        for _ in range(600):
            kernel.route_add("172.16.0.0/12", "192.0.2.254")
            kernel.route_delete("172.16.0.0/12", "192.0.2.254")
        before = [len(routing.queue) for routing in kernel.listeners()]
        kernel.add_address(second, "203.0.113.1/24")
        kernel.route_add("10.0.0.0/8", "203.0.113.254")
        assert [len(routing.queue) for routing in kernel.listeners()] == before
    eventually(lambda: routes_to(service, "10.0.0.0/8"), service)
    eventually(lambda: ("203.0.113.1", 24) in addresses(service, second), service)


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if one.startswith("freebsd")])
def test_a_renamed_interface(serve, layout):
    """Only FreeBSD renames them."""
    service = serve(layout)
    service.kernel.rename_interface("em1", "wan1")
    eventually(lambda: {"lo0", "em0", "wan1"} == {one["name"] for one in items(service, "/v1/interfaces")}, service)
    assert ("198.51.100.1", 24) in addresses(service, "wan1")

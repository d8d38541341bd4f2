"""Uplinks on kernels in memory: default routes by priority where the system has such a thing (OpenBSD), else one that is exchanged
when a cable is pulled; nothing else changes."""

import pytest

from kept_memory import PERSONALITIES, RTF_PROTO2, SECOND, apply, assert_same, differences, dump, eventually, names, notes

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
SOON = 4 * SECOND


def uplinks(kernel, **more):
    first, second = names(kernel)
    return {"uplinks": {"isp1": {"interface": first, "gateway": {"ipv4": "192.0.2.254", "ipv6": "2001:db8:1::fe"}, "priority": 1, **more},
                        "isp2": {"interface": second, "gateway": {"ipv4": "198.51.100.254", "ipv6": "2001:db8:2::fe"}, "priority": 2,
                                 **more}}}


@pytest.fixture
def bare(serve):
    """Two providers, and no default routes of others."""
    def make(layout):
        service = serve(layout)
        service.kernel.route_delete("default", "192.0.2.254")
        service.kernel.route_delete("default", "2001:db8:1::fe")
        eventually(lambda: not defaults(service.kernel), service)
        assert service.request("POST", "/v1/resync").status in (200, 202, 204)
        return service
    return make


def defaults(kernel):
    """The gateways of default routes, best first."""
    found = [one for one in kernel.routes() if one["destination"] in ("0.0.0.0/0", "::/0")]
    return [one["gateway"] for one in sorted(found, key=lambda one: (one["destination"] == "::/0", one["priority"]))]


def leaves_by(service, first):
    """What the service itself says of packets to the world."""
    return {service.get("/v1/select?destination=" + to).json["interface"] for to in ("203.0.113.7", "2001:db8:77::1")} == {first}


@EVERY
def test_the_next_takes_over_and_goes_back(bare, layout):
    service = bare(layout)
    kernel = service.kernel
    first, second = names(kernel)
    before = dump(kernel)
    apply(service, uplinks(kernel))
    good = dump(kernel)
    both = ["192.0.2.254", "198.51.100.254", "2001:db8:1::fe", "2001:db8:2::fe"]
    assert defaults(kernel) == (both if kernel.system_name == "openbsd" else both[::2])
    assert all(one["flags"] & RTF_PROTO2 for one in kernel.routes() if one["gateway"] in both)
    assert leaves_by(service, first)
    for _ in range(2):
        kernel.link(first, False)
        eventually(lambda: defaults(kernel) == ["198.51.100.254", "2001:db8:2::fe"] or
                   kernel.system_name == "openbsd" and leaves_by(service, second), service, SOON)
        eventually(lambda: leaves_by(service, second), service, SOON)
        # OpenBSD itself takes RTF_UP from the routes by that interface (rt_if_track(), net/route.c).
        gone = f"'interface': '{first}'" if kernel.system_name == "openbsd" else "no such"
        changed = [line for line in differences(good, dump(kernel)) if "0.0.0.0/0" not in line and "::/0" not in line and
                   gone not in line and line != "other order of routes"]
        assert not changed, changed
        kernel.link(first, True)
        assert_same(good, kernel, "the cable is in again", SOON)
        eventually(lambda: leaves_by(service, first), service, SOON)
    apply(service, {})
    assert_same(before, kernel, "the empty document")


@EVERY
def test_an_interface_is_taken_down(bare, layout):
    service = bare(layout)
    kernel = service.kernel
    first, second = names(kernel)
    apply(service, uplinks(kernel))
    good = defaults(kernel)
    kernel.set_up(first, False)
    eventually(lambda: leaves_by(service, second), service, SOON)
    kernel.set_up(first)
    eventually(lambda: defaults(kernel) == good, service, SOON)


@EVERY
def test_another_programs_default_route_is_left_and_said(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    before = dump(kernel)
    document = uplinks(kernel)
    document["uplinks"]["isp1"]["gateway"] = {"ipv4": "192.0.2.253", "ipv6": "2001:db8:1::fd"}
    apply(service, document)
    assert {"192.0.2.254", "2001:db8:1::fe"} <= set(defaults(kernel))
    texts = [note["text"] for note in notes(service, "warning") if note["member"].startswith("/uplinks/")]
    assert any("default route by " + names(kernel)[0] in text for text in texts), texts
    if kernel.system_name != "openbsd":
        assert defaults(kernel) == ["192.0.2.254", "2001:db8:1::fe"]
        kernel.route_delete("default", "192.0.2.254")
        eventually(lambda: defaults(kernel)[0] == "192.0.2.253", service, SOON)
        apply(service, {})
        kernel.route_add("default", "192.0.2.254")
    apply(service, {})
    assert_same(before, kernel, "the empty document")


@EVERY
def test_another_order(bare, layout):
    """Priorities that change places: the better route is there at each moment."""
    service = bare(layout)
    kernel = service.kernel
    document = uplinks(kernel)
    apply(service, document)
    document["uplinks"]["isp1"]["priority"] = 3
    apply(service, document)
    both = ["198.51.100.254", "192.0.2.254", "2001:db8:2::fe", "2001:db8:1::fe"]
    assert defaults(kernel) == (both if kernel.system_name == "openbsd" else both[::2])
    assert apply(service, document)["operations"] == []

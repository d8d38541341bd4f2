"""What a document asks for stays on kernels in memory of all personalities: what others remove or alter comes back, at once where
the system tells of it, and what is theirs is never touched."""

import threading
import time

import pytest

from kernel_layout import packed
from kept_memory import (FILTERED, PERSONALITIES, RTF_PROTO2, SECOND, anchor, apply, assert_same, dump, eventually, names, notes,
                         ours, plain_document, put, whole_document)

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
PF = pytest.mark.parametrize("layout", FILTERED)
SOON = 4 * SECOND  # on a machine that is busy with other tests
SETTING = {"freebsd-12-amd64": "net.inet.ip.check_interface", "freebsd-13-amd64": "net.inet.ip.check_interface",
           "freebsd-14-amd64": "net.inet.ip.rfc1122_strong_es", "netbsd-7-amd64": "net.inet.ip.checkinterface",
           "netbsd-10-amd64": "net.inet.ip.checkinterface"}


def resync(service):
    assert service.request("POST", "/v1/resync").status in (200, 202, 204)


# ---- what the system tells of ----

@EVERY
def test_removed_objects_come_back(serve, layout):
    """Addresses, with the routes that went with them, and routes. An address that comes again is the last of its interface,
    as it was."""
    service = serve(layout)
    kernel = service.kernel
    first, second = names(kernel)
    apply(service, plain_document(kernel))
    good = dump(kernel)
    kernel.delete_address(second, "203.0.113.9")
    assert_same(good, kernel, "an IPv4 address and the route behind it", SOON)
    kernel.delete_address(first, "2001:db8:1::2")
    assert_same(good, kernel, "an IPv6 address", SOON)
    kernel.route_delete("203.0.113.200", "198.51.100.254")
    kernel.route_delete("2001:db8:5::/48", "2001:db8:1::fd")
    kernel.route_delete("10.0.0.0/8", "192.0.2.254")
    assert_same(good, kernel, "routes", SOON)


@EVERY
def test_an_altered_route_is_put_right(serve, layout):
    """By RTM_CHANGE, which leaves the mark: still ours."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, plain_document(kernel))
    good = dump(kernel)
    kernel.route_change("172.16.0.0/12", "198.51.100.9", flags=RTF_PROTO2, **priority(kernel))
    assert_same(good, kernel, "another gateway", SOON)


def priority(kernel):
    return {"priority": 8} if kernel.system_name == "openbsd" else {}


@EVERY
def test_an_interface_goes_and_comes_back(serve, layout):
    """Down, up; and away, and there again with another index."""
    service = serve(layout)
    kernel = service.kernel
    _, second = names(kernel)
    apply(service, plain_document(kernel))
    good = ours(kernel)
    kernel.set_up(second, False)
    eventually(lambda: not service.get("/v1/interfaces/" + second).json["up"], service)
    kernel.set_up(second)
    eventually(lambda: ours(kernel) == good, service, SOON)
    kernel.remove_interface(second)
    eventually(lambda: service.get("/v1/interfaces/" + second).status == 404, service)
    eventually(lambda: "/addresses/other" in {note["member"] for note in notes(service, "pending")}, service)
    kernel.add_interface("tap7", "02:00:00:00:00:07")
    kernel.add_interface(second, "02:00:00:00:00:02", link_state=kernel.system.link_up)
    kernel.set_up(second)
    kernel.add_address(second, "198.51.100.1/24")
    eventually(lambda: "203.0.113.9/25" in kernel.addresses(second), service, SOON)
    eventually(lambda: ours(kernel) == good, service, SOON)
    assert not notes(service, "pending")


@EVERY
def test_what_is_not_there_yet_is_waited_for(serve, layout):
    """A gateway without an address near it, and an interface."""
    service = serve(layout)
    kernel = service.kernel
    first, _ = names(kernel)
    answer = apply(service, {"routes": {"far": {"to": "10.0.0.0/8", "via": "203.0.113.254"}},
                             "addresses": {"late": {"interface": "tap9", "address": "192.0.2.200/32"}}})
    assert answer["pending"] == ["/addresses/late", "/routes/far"] or set(answer["pending"]) == {"/addresses/late", "/routes/far"}
    kernel.add_address(first, "203.0.113.1/24")
    eventually(lambda: ("10.0.0.0/8", "203.0.113.254") in ours(kernel), service, SOON)
    kernel.add_interface("tap9", "02:00:00:00:00:09")
    kernel.set_up("tap9")
    eventually(lambda: kernel.addresses("tap9")[-1:] == ["192.0.2.200/32"], service, SOON)


# ---- what it does not tell of ----

@pytest.mark.parametrize("layout", SETTING)
def test_settings_are_seen_when_something_else_is_read(serve, layout):
    """No BSD tells of sysctl(8): the next reading shows it, by request or with the next event."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, {"host_model": {"receive": "strong"}, "host_wide": True})
    good = dump(kernel)
    kernel.settings[SETTING[layout]] = 0
    resync(service)
    assert_same(good, kernel, "it was read on request", SOON)


@pytest.mark.parametrize("layout", SETTING)
def test_labels_are_seen_when_something_else_is_read(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    rows, row = kernel.sysctl.policy.rows, (packed("2002::"), 16)
    rows[row] = (30, 2)
    resync(service)
    before = dump(kernel)
    apply(service, {"address_policy": {"labels": {"2001:db8:1::/48": 99, "2002::/16": 77}}})
    good = dump(kernel)
    assert rows[row] == (30, 77), "the precedence is another matter"
    rows.pop(row)
    rows.pop((packed("2001:db8:1::"), 48))
    resync(service)
    assert_same(good, kernel, "it was read on request", SOON)
    apply(service, {})
    assert_same(before, kernel, "the empty document")


@PF
def test_a_flushed_anchor_is_loaded_again(serve, layout):
    """pfctl -a multihomed -F rules, of which nobody is told."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, whole_document(kernel))
    good = dump(kernel)
    assert anchor(kernel)
    kernel.filter.load("multihomed", "")
    resync(service)
    assert_same(good, kernel, "flushed", SOON)
    kernel.filter.load("multihomed", "\n".join(good["anchor"][:len(good["anchor"]) // 2]))
    resync(service)
    assert_same(good, kernel, "half of them", SOON)


@pytest.mark.parametrize("layout", ["openbsd-8-amd64"])
def test_the_anchor_is_looked_at_now_and_then(serve, layout):
    """Every 30 s while it holds rules of ours, for nobody tells of its changes."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, {"interfaces": {}, "source_routing": True})
    good = dump(kernel)
    assert anchor(kernel)
    kernel.filter.load("multihomed", "")
    assert_same(good, kernel, "flushed", 45)


@PF
def test_an_anchor_of_another_is_left_alone(serve, layout):
    """Somebody has loaded rules of his own under our name: they stay, and what needs the anchor is not done until they go."""
    service = serve(layout)
    kernel = service.kernel
    kernel.filter.load("multihomed", 'pass in quick on em0 all label "mine"\n')
    theirs = list(anchor(kernel))
    answer = apply(service, whole_document(kernel))
    assert {"/source_routing", "/rules/guests", "/host_model/send"} <= set(answer["unsupported"])
    apply(service, whole_document(kernel))
    assert anchor(kernel) == theirs
    kernel.filter.load("multihomed", "")
    resync(service)
    eventually(lambda: anchor(kernel), service, SOON)
    good = list(anchor(kernel))
    kernel.filter.load("multihomed", 'pass in quick on em0 all label "mine"\n')
    resync(service)
    eventually(lambda: "/source_routing" in {note["member"] for note in notes(service, "unsupported")}, service, SOON)
    assert anchor(kernel) == theirs
    kernel.filter.load("multihomed", "")
    resync(service)
    eventually(lambda: anchor(kernel) == good, service, SOON)


@PF
def test_an_anchor_that_is_not_asked_for_is_said(serve, layout):
    """Before: the document is applied without it, with what to write into pf.conf; afterwards it is done by itself."""
    service = serve(layout)
    kernel = service.kernel
    kernel.filter.rules = []
    answer = apply(service, whole_document(kernel))
    assert "/source_routing" in answer["unsupported"] and "/rules/guests" in answer["unsupported"]
    texts = {note["member"]: note["text"] for note in answer["notes"] if note["kind"] == "unsupported"}
    assert 'anchor "multihomed"' in texts["/source_routing"], texts
    assert not anchor(kernel) and ("10.0.0.0/8", "192.0.2.254") in ours(kernel)
    kernel.filter.rules = ['anchor "multihomed" all']
    resync(service)
    eventually(lambda: anchor(kernel), service, SOON)


# ---- what is another's ----

@EVERY
def test_a_foreign_route_keeps_its_place(serve, layout):
    """Of the same destination, where the kernel has one for it: it stays, ours waits and is made when the other goes."""
    service = serve(layout)
    kernel = service.kernel
    kernel.route_add("172.30.0.0/16", "192.0.2.9")
    before = dump(kernel)
    document = {"routes": {"r": {"to": "172.30.0.0/16", "via": "192.0.2.254"}}}
    answer = put(service, document)
    assert answer.status == 200, answer.body
    foreign = [one for one in kernel.routes() if one["destination"] == "172.30.0.0/16" and not one["flags"] & RTF_PROTO2]
    assert [one["gateway"] for one in foreign] == ["192.0.2.9"]
    told = [note for note in answer.json["notes"] if note["member"] == "/routes/r"]
    assert told and told[0]["kind"] in ("pending", "warning"), answer.json["notes"]
    kernel.route_delete("172.30.0.0/16", "192.0.2.9")
    eventually(lambda: ours(kernel) == {("172.30.0.0/16", "192.0.2.254")}, service, SOON)
    apply(service, {})
    kernel.route_add("172.30.0.0/16", "192.0.2.9")
    assert_same(before, kernel, "ours is gone, theirs is back")


@EVERY
def test_what_others_do_is_left_alone(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    first, _ = names(kernel)
    apply(service, plain_document(kernel))
    kernel.add_address(first, "192.0.2.55/32")
    kernel.route_add("172.31.0.0/16", "192.0.2.9")
    kernel.route_change("172.31.0.0/16", "192.0.2.8")
    good = dump(kernel)
    kernel.route_delete("10.0.0.0/8", "192.0.2.254")
    assert_same(good, kernel, "ours came back beside the others'", SOON)
    apply(service, {})
    assert "192.0.2.55/32" in kernel.addresses(first)
    assert ("172.31.0.0/16", "192.0.2.8") in {(one["destination"], one["gateway"]) for one in kernel.routes()}
    assert not ours(kernel)


# ---- fights ----

class Enemy:
    """Another program that takes a route away each time it sees it."""

    def __init__(self, kernel, destination, gateway):
        self.kernel, self.route, self.times, self.done = kernel, (destination, gateway), [], threading.Event()
        self.thread = threading.Thread(target=self.fight, daemon=True)

    def fight(self):
        while not self.done.wait(0.01):
            with self.kernel.lock:
                if self.route in ours(self.kernel):
                    self.kernel.route_delete(*self.route)
                    self.times.append(time.monotonic())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


@EVERY
def test_a_fight_backs_off(serve, layout):
    """As in the Linux lab: somebody who takes a route away each time does not keep the service busy, and when he ends it comes
    back."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, plain_document(kernel))
    good = dump(kernel)
    with Enemy(kernel, "10.0.0.0/8", "192.0.2.254") as enemy:
        time.sleep(5)
    # It is taken, restored 3 times at once, then 0.1, 0.2, 0.4 … seconds apart.
    assert 4 <= len(enemy.times) <= 12, enemy.times
    assert enemy.times[-1] - enemy.times[-2] > 0.5, enemy.times
    assert "something undoes the configuration" in service.log_text()
    assert_same(good, kernel, "the fight is over", 10)

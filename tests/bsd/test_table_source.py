"""OpenBSD's preferred source of the routing table (route sourceaddr) as a preference for all destinations of a family: set, given
back, guarded. test_transactions_bsd.py has it among all else: killed, refused, released."""

import pytest

from kept_memory import (SECOND, Both, Meddler, apply, assert_same, dump, eventually, kill, names, notes, ours, plain_document, put,
                         refusing, release, start_again)
from kernel_layout import EAFNOSUPPORT, EINVAL, Refused, packed, shown

BOTH = pytest.mark.parametrize("layout", ["openbsd-8-amd64", "openbsd-7-i386"])
SOON = 15 * SECOND


def preferences(four=None, six=None):
    wanted = {"four": ("0.0.0.0/0", four), "six": ("::/0", six)}
    return {name: {"to": to, "source": source} for name, (to, source) in wanted.items() if source}


def document(kernel, *sources):
    return {**plain_document(kernel), "source_preferences": preferences(*sources)}


def sources(kernel, table=0):
    with kernel.lock:
        found = [one for (of, _), one in sorted(kernel.system.state.sources.items()) if one is not None and of == table]
        return [shown(one.ip) for one in found]


def natives(answer):
    return [operation["native"] for operation in answer["operations"]]


# ---- the kernel ----

@BOTH
def test_what_the_kernel_takes_and_refuses(serve, layout):
    """sys/net/rtsock.c, route_output() and rt_setsource(); what is refused is told to nobody."""
    kernel = serve(layout).kernel
    kernel.told()
    for addresses, table, errno in (([("IFA", kernel.layout.ip(packed("192.0.2.77")))], 0, EINVAL),
                                    ([("IFA", kernel.layout.ip(packed("192.0.2.1")))], 9, EINVAL),
                                    ([("DST", kernel.layout.ip(packed("192.0.2.1")))], 0, EINVAL),
                                    ([("IFA", kernel.system.messages.gateway_link(kernel.interface(names(kernel)[0])))], 0, EAFNOSUPPORT)):
        with pytest.raises(Refused) as refused:
            kernel.write_as_another("RTM_SOURCE", addresses, 0, rtm_tableid=table)
        assert refused.value.errno == errno
    assert sources(kernel) == [] and not [one for one in kernel.told() if kernel.layout.types.get(one[3]) == "RTM_SOURCE"]
    kernel.route_sourceaddr("192.0.2.1")
    kernel.route_sourceaddr("2001:db8:1::1")
    assert sources(kernel) == ["192.0.2.1", "2001:db8:1::1"]
    assert [kernel.layout.types.get(one[3]) for one in kernel.told()] == ["RTM_SOURCE", "RTM_SOURCE"]
    kernel.route_sourceaddr("::")
    assert sources(kernel) == ["192.0.2.1"]


# ---- set and given back ----

@BOTH
def test_set_and_given_back(serve, layout):
    """An address that is made for it, and one that was there; nothing is left to do, and nothing else has changed."""
    service = serve(layout)
    kernel, before = service.kernel, dump(service.kernel)
    answer = apply(service, document(kernel, "203.0.113.9", "2001:db8:2::1"))
    assert answer["state"] == "confirmed" and not answer["pending"] and not answer["unsupported"]
    assert [one for one in natives(answer) if "sourceaddr" in one] == ["route sourceaddr 203.0.113.9",
                                                                      "route sourceaddr 2001:db8:2::1"]
    assert sources(kernel) == ["203.0.113.9", "2001:db8:2::1"]
    with Meddler(kernel) as meddler:
        assert natives(apply(service, document(kernel, "203.0.113.9", "2001:db8:2::1"))) == []
    assert meddler.count == 0
    answer = apply(service, document(kernel, "198.51.100.1"))
    assert natives(answer) == ["route sourceaddr 198.51.100.1", "route sourceaddr ::"]
    assert sources(kernel) == ["198.51.100.1"]
    assert natives(apply(service, plain_document(kernel))) == ["route sourceaddr 0.0.0.0"]
    answer = apply(service, document(kernel, "203.0.113.9"))
    answer = apply(service, {})
    assert natives(answer).index("route sourceaddr 0.0.0.0") < natives(answer).index(f"ifconfig {names(kernel)[1]} inet 203.0.113.9 -alias")
    assert_same(before, kernel, "the empty document")


@BOTH
def test_the_earlier_one_comes_back(serve, layout):
    """An administrator's, also after the service has been killed, and when the service is released; not when it is another by
    then."""
    service = serve(layout)
    kernel = service.kernel
    kernel.route_sourceaddr("192.0.2.1")
    before = dump(kernel)
    eventually(lambda: "preferred-source" in str(service.get("/v1/addresses").json), service)
    apply(service, document(kernel, "198.51.100.1"))
    kill(service)
    start_again(service)
    assert sources(kernel) == ["198.51.100.1"]
    answer = apply(service, document(kernel, "203.0.113.9"))
    assert natives(answer) == ["route sourceaddr 203.0.113.9"]
    assert natives(apply(service, plain_document(kernel))) == ["route sourceaddr 192.0.2.1"]
    apply(service, {})
    assert_same(before, kernel, "the empty document")
    apply(service, document(kernel, "198.51.100.1"))
    service.stop()
    assert sources(kernel) == ["198.51.100.1"]
    release(service)
    assert_same(before, kernel, "released")
    start_again(service)
    eventually(lambda: sources(kernel) == ["198.51.100.1"], service)
    service.stop()
    kernel.route_sourceaddr("192.0.2.2")
    release(service)
    assert sources(kernel) == []  # 192.0.2.2 was the service's own address, and went


@BOTH
def test_what_is_as_it_shall_be_is_not_ours(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    kernel.route_sourceaddr("192.0.2.1")
    eventually(lambda: "preferred-source" in str(service.get("/v1/addresses").json), service)
    assert natives(apply(service, {"source_preferences": preferences("192.0.2.1")})) == []
    assert natives(apply(service, {})) == []
    assert sources(kernel) == ["192.0.2.1"]


@BOTH
def test_confirmed_reverted_and_forgotten(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    kernel.route_sourceaddr("192.0.2.1")
    kernel.route_sourceaddr("2001:db8:1::1")
    eventually(lambda: str(service.get("/v1/addresses").json).count("preferred-source") == 2, service)
    before = dump(kernel)
    wanted = document(kernel, "203.0.113.9", "2001:db8:2::1")
    change = put(service, wanted, confirm_timeout="30s").json
    assert sources(kernel) == ["203.0.113.9", "2001:db8:2::1"]
    assert service.request("POST", f"/v1/transactions/{change['id']}/revert").status == 200
    assert_same(before, kernel, "reverted")
    assert put(service, wanted, confirm_timeout="1s").status == 202
    assert_same(before, kernel, "nobody confirmed", 10)
    change = put(service, wanted, confirm_timeout="30s").json
    kill(service)
    start_again(service)
    assert_same(before, kernel, "killed while waiting")
    change = put(service, wanted, confirm_timeout="30s").json
    kernel.delete_address(names(kernel)[1], "203.0.113.9")
    assert service.request("POST", f"/v1/transactions/{change['id']}/revert").status == 200
    assert_same(before, kernel, "somebody took the address away meanwhile")


@BOTH
def test_killed_at_any_call_of_exchanging_one(serve, layout):
    """An administrator's makes room for ours, whose address is new: forth, back, and refused."""
    service = serve(layout)
    kernel = service.kernel
    kernel.route_sourceaddr("192.0.2.1")
    eventually(lambda: "preferred-source" in str(service.get("/v1/addresses").json), service)
    apply(service, {"host_wide": False})
    before = Both(service)
    wanted = {"addresses": {"a": {"interface": names(kernel)[1], "address": "203.0.113.9/25"}},
              "source_preferences": preferences("203.0.113.9")}
    for point in (1, 2):
        for how in ("before", "after"):
            with Meddler(kernel, point, **{how: service.process.kill}):
                with pytest.raises(OSError):
                    put(service, wanted)
                service.process.wait(20)
            start_again(service)
            before.check(service, f"killed {how} call {point}")
        with refusing(kernel, point, 1):
            answer = put(service, wanted)
        assert answer.status == 500 and answer.json["native"]["text"] == "EPERM", answer.body
        before.check(service, f"call {point} was refused")


# ---- guarded ----

@BOTH
def test_it_is_put_right(serve, layout):
    """Taken away, changed, and gone with its address, which comes back. The kernel tells of the first two. What comes while the
    service still looks whether it has put the last right undoes that first, so that it takes longer."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, document(kernel, "203.0.113.9", "2001:db8:2::1"))
    good = dump(kernel)
    kernel.route_sourceaddr("0.0.0.0")
    assert_same(good, kernel, "taken away", SOON)
    kernel.route_sourceaddr("2001:db8:1::1")
    assert_same(good, kernel, "another one", SOON)
    kernel.delete_address(names(kernel)[1], "203.0.113.9")
    assert_same(good, kernel, "its address went: ours comes back with it", SOON)


@BOTH
def test_another_ones_address_goes_and_comes_back(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    apply(service, document(kernel, "203.0.113.9", "2001:db8:2::1"))
    kernel.delete_address(names(kernel)[1], "2001:db8:2::1")
    eventually(lambda: [one["member"] for one in notes(service, "pending")] == ["/source_preferences/six"], service)
    assert sources(kernel) == ["203.0.113.9"]
    kernel.add_address(names(kernel)[1], "2001:db8:2::1/64")
    kernel.settle()
    eventually(lambda: sources(kernel) == ["203.0.113.9", "2001:db8:2::1"], service)


@BOTH
def test_without_its_address_the_earlier_one_serves(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    kernel.route_sourceaddr("192.0.2.1")
    eventually(lambda: "preferred-source" in str(service.get("/v1/addresses").json), service)
    apply(service, {"source_preferences": preferences("198.51.100.1")})
    kernel.delete_address(names(kernel)[1], "198.51.100.1")
    eventually(lambda: sources(kernel) == ["192.0.2.1"], service)
    kernel.add_address(names(kernel)[1], "198.51.100.1/24")
    eventually(lambda: sources(kernel) == ["198.51.100.1"], service)
    apply(service, {})
    assert sources(kernel) == ["192.0.2.1"]


# ---- routes ----

@BOTH
def test_routes_are_told_with_it_and_left_alone(serve, layout):
    """While it is set the kernel tells it as the source of every route: those of ours that name another one are as they shall be,
    and of those that are others' none is lost with its address."""
    service = serve(layout)
    kernel = service.kernel
    for number in range(5):
        kernel.route_add(f"10.1.{number}.0/24", "192.0.2.254")
    wanted = document(kernel, "203.0.113.9")
    wanted["source_preferences"]["lab"] = {"to": "10.2.0.0/16", "source": "192.0.2.2"}
    wanted["routes"]["wide"] = {"to": "10.2.0.0/15", "via": "192.0.2.254"}
    apply(service, wanted)
    told = {one["destination"]: one for one in service.get("/v1/routes").json["items"]}
    assert told["10.0.0.0/8"]["preferred_source"] == told["10.1.3.0/24"]["preferred_source"] == "203.0.113.9"
    with Meddler(kernel) as meddler:
        assert natives(apply(service, wanted)) == []
    assert meddler.count == 0
    assert "/source_preferences/lab" in [one["member"] for one in notes(service, "warning")]
    mine = ours(kernel)
    answer = apply(service, {name: value for name, value in wanted.items() if name == "routes"} | {
        "addresses": {name: value for name, value in wanted["addresses"].items() if name != "other"}})
    about = [one for one in natives(answer) if "10.1." in one]
    assert about == [], "routes of others are not touched"
    assert ours(kernel) == mine - {("172.16.0.0/12", "203.0.113.126"), ("10.2.0.0/16", "192.0.2.254")}
    assert sources(kernel) == []


@BOTH
def test_another_prefix_length_of_its_address(serve, layout):
    """The address goes and comes, and is the source again; an administrator's choice is kept so, too."""
    service = serve(layout)
    kernel = service.kernel
    wanted = document(kernel, "203.0.113.9")
    apply(service, wanted)
    wanted["addresses"]["other"]["address"] = "203.0.113.9/24"
    change = put(service, wanted, confirm_timeout="30s").json
    assert sources(kernel) == ["203.0.113.9"]
    service.request("POST", f"/v1/transactions/{change['id']}/revert")
    assert sources(kernel) == ["203.0.113.9"] and kernel.addresses(names(kernel)[1])[-1] == "203.0.113.9/25"
    del wanted["source_preferences"]
    wanted["addresses"]["other"]["address"] = "203.0.113.9/25"
    apply(service, wanted)
    assert sources(kernel) == []
    kernel.route_sourceaddr("203.0.113.9")
    eventually(lambda: "preferred-source" in str(service.get("/v1/addresses").json), service)
    wanted["addresses"]["other"]["address"] = "203.0.113.9/24"
    apply(service, wanted)
    assert sources(kernel) == ["203.0.113.9"]


# ---- what it cannot be ----

@BOTH
def test_what_it_cannot_be(serve, layout):
    """No address of the host; a link-local one. Of other destinations IPv6 has none."""
    service = serve(layout)
    answer = apply(service, {"source_preferences": {**preferences("203.0.113.99", "fe80::1"),
                                                    "lab": {"to": "2001:db8:9::/48", "source": "2001:db8:1::1"}}})
    assert answer["pending"] == ["/source_preferences/four"]
    assert sorted(answer["unsupported"]) == ["/source_preferences/lab", "/source_preferences/six"]
    assert sources(service.kernel) == []

"""Source routing and strong send by pf on kernels in memory: rules of an anchor, which follow addresses and gateways; and what is
said where pf cannot be used."""

import pytest

from kept_memory import (FILTERED, PERSONALITIES, SECOND, anchor, apply, assert_same, dump, eventually, names, notes, put)

PF = pytest.mark.parametrize("layout", FILTERED)
SOON = 4 * SECOND


def document(kernel):
    first, second = names(kernel)
    return {"uplinks": {"isp1": {"interface": first, "gateway": {"ipv4": "192.0.2.254"}, "priority": 1},
                        "isp2": {"interface": second, "gateway": {"ipv4": "198.51.100.254"}, "priority": 2}},
            "source_routing": True}


def ways(kernel, source, end="from {source} to any"):
    """The rules by which packets from that address go out to the world."""
    words = end.format(source=source)
    return [rule for rule in anchor(kernel) if rule.startswith("pass out") and words in rule and "route-to" in rule]


def way_by(kernel, interface, gateway):
    return f"route-to {gateway}" if kernel.system_name == "openbsd" else f"route-to ({interface} {gateway})"


@PF
def test_each_address_leaves_by_its_own(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    first, second = names(kernel)
    before = dump(kernel)
    apply(service, document(kernel))
    for source, interface, gateway in (("192.0.2.1", first, "192.0.2.254"), ("198.51.100.1", second, "198.51.100.254")):
        rule, = ways(kernel, source)
        assert way_by(kernel, interface, gateway) in rule, rule
        answer = service.get(f"/v1/path?remote=203.0.113.7&local={source}&interface={interface}").json
        assert (answer["reply"]["interface"], answer["reply"]["next_hop"]) == (interface, gateway), answer
    assert apply(service, document(kernel))["operations"] == []
    apply(service, {})
    assert_same(before, kernel, "the empty document")


@PF
def test_they_follow_addresses(serve, layout):
    """Made by others, and taken away."""
    service = serve(layout)
    kernel = service.kernel
    _, second = names(kernel)
    apply(service, document(kernel))
    good = dump(kernel)
    kernel.add_address(second, "198.51.100.77/32")
    eventually(lambda: ways(kernel, "198.51.100.77"), service, SOON)
    kernel.delete_address(second, "198.51.100.77")
    assert_same(good, kernel, "as before", SOON)


@PF
def test_strong_send_ends_what_has_no_way(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    before = dump(kernel)
    answer = apply(service, {**document(kernel), "source_routing": False, "host_model": {"send": "strong"}})
    assert "/host_model/send" not in answer["unsupported"]
    assert any(rule.startswith("block return out") and "from 198.51.100.1 to any" in rule for rule in anchor(kernel))
    apply(service, {})
    assert_same(before, kernel, "the empty document")


WITHOUT = {"off": ("enabled", False, "pf"), "no program": ("program", False, "pfctl"), "not permitted": ("permitted", False, "pf"),
           "not named": ("rules", [], 'anchor "multihomed"')}


@PF
@pytest.mark.parametrize("which", WITHOUT)
def test_without_pf_the_rest_is_done(serve, layout, which):
    service = serve(layout)
    kernel = service.kernel
    name, value, word = WITHOUT[which]
    usual = getattr(kernel.filter, name)
    setattr(kernel.filter, name, value)
    assert service.request("POST", "/v1/resync").status in (200, 202, 204)
    answer = put(service, {**document(kernel), "routes": {"r": {"to": "10.0.0.0/8", "via": "192.0.2.254"}}})
    assert answer.status == 200, answer.body
    assert answer.json["unsupported"] == ["/source_routing"]
    text, = [note["text"] for note in answer.json["notes"] if note["kind"] == "unsupported"]
    assert word in text, text
    assert not kernel.filter.loads and "10.0.0.0/8" in {one["destination"] for one in kernel.routes()}
    strict = put(service, document(kernel), strict="true")
    assert strict.status == 422 and strict.json["pointer"] == "/source_routing", strict.body
    setattr(kernel.filter, name, usual)
    assert service.request("POST", "/v1/resync").status in (200, 202, 204)
    eventually(lambda: anchor(kernel), service, SOON)


@PF
def test_rules_that_pf_refuses_revert_all(serve, layout, monkeypatch):
    service = serve(layout)
    kernel = service.kernel
    before = dump(kernel)

    def run(arguments, text):
        return (1, "", "pfctl: DIOCXCOMMIT: Device busy\n") if "-f" in arguments else usual(arguments, text)

    usual = kernel.filter.run
    monkeypatch.setattr(kernel.filter, "run", run)
    answer = put(service, document(kernel))
    assert answer.status == 500 and "Device busy" in answer.json["detail"], answer.body
    assert_same(before, kernel, "it was refused")
    monkeypatch.undo()
    assert put(service, document(kernel)).status == 200


@pytest.mark.parametrize("layout", [one for one in PERSONALITIES if one.startswith("netbsd")])
def test_netbsd_has_none(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    answer = apply(service, {**document(kernel), "host_model": {"send": "strong"}})
    assert set(answer["unsupported"]) == {"/source_routing", "/host_model/send"}
    assert all("NetBSD" in note["text"] for note in notes(service, "unsupported"))
    strict = put(service, document(kernel), strict="true")
    assert strict.status == 422 and strict.json["pointer"] == "/source_routing"

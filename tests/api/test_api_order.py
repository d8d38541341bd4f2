"""/v1/select?destination=A,B,C on simulated hosts: the order of RFC 6724 section 6 with its reasons, and each wrong list. The rules
themselves are the unit tests' (test_rfc6724.c, test_rfc6724_examples.c)."""
import itertools
import os
import urllib.parse

import pytest

from schema import Schemas
from service import HOSTS

PATH = "/v1/select"

DUAL = {"system": "linux",
        "interfaces": {"eth0": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64", "fe80::a/64"]},
                       "eth1": {"addresses": ["198.51.100.1/24", "fe80::b/64"]},
                       "sit1": {"kind": "tunnel", "addresses": ["2001:db8:9::1/64"]}},
        "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"},
                   {"destination": "10.0.0.0/8", "via": "198.51.100.254", "interface": "eth1"},
                   {"destination": "10.66.0.0/16", "type": "prohibit"},
                   {"destination": "203.0.113.0/24", "next_hops": [{"gateway": "192.0.2.254", "interface": "eth0"},
                                                                   {"gateway": "198.51.100.254", "interface": "eth1"}]},
                   {"destination": "::/0", "via": "2001:db8:1::fe", "interface": "eth0"},
                   {"destination": "2001:db8:7::/48", "interface": "sit1"}]}


@pytest.fixture(scope="module")
def schemas(service):
    return Schemas(service.get("/v1/openapi.json").json)


def ask(service, *destinations, **query):
    return service.get(PATH + "?" + urllib.parse.urlencode({"destination": ",".join(destinations), **query}))


def order(service, *destinations, **query):
    answer = ask(service, *destinations, **query)
    assert answer.status == 200, answer.body
    return answer.json["destinations"]


def places(items):
    return [item["destination"] for item in items]


def reasons(items):
    return [item["preferred_over_next_by"] and item["preferred_over_next_by"]["rule"] for item in items]


# ---- the order ----

def test_ipv6_before_ipv4(start, schemas):
    service = start(DUAL)
    answer = ask(service, "8.8.8.8", "2600::1").json
    schemas.check(schemas.of(PATH), answer)
    assert answer["generation"] == service.get("/v1/status").json["generation"]
    assert "getaddrinfo" in answer["note"] and "gai.conf" in answer["note"]
    first, last = answer["destinations"]
    assert first == {"destination": "2600::1", "reachable": True, "source": "2001:db8:1::1", "interface": "eth0",
                     "next_hop": "2001:db8:1::fe", "agrees": None, "preferred_over_next_by": {
                         "rule": "rfc6724-d6", "text": "Prefer the higher precedence.", "reference": "RFC 6724 section 6 rule 6",
                         "evidence": "precedence 40 against 35"}}
    assert (last["destination"], last["source"], last["preferred_over_next_by"]) == ("8.8.8.8", "192.0.2.1", None)


@pytest.mark.parametrize("better, worse, rule, evidence", [
    ("8.8.8.8", "10.66.0.1", "rfc6724-d1", None),
    ("2600::1", "169.254.7.7", "rfc6724-d2", "scope global from global, against link-local from global"),
    ("8.8.8.8", "fd00::1", "rfc6724-d5", "label 4 from 4, against 13 from 1"),
    ("2600::1", "8.8.8.8", "rfc6724-d6", "precedence 40 against 35"),
    ("2600::1", "2001:db8:7::1", "rfc6724-d7", None),
    ("fe80::9%eth1", "2600::1", "rfc6724-d8", "scope link-local against global"),
    ("2001:db8:1::9", "2600::1", "rfc6724-d9", "64 bits in common against 5"),
])
def test_reasons(start, better, worse, rule, evidence):
    service = start(DUAL)
    for given in ([better, worse], [worse, better]):
        items = order(service, *given)
        assert places(items) == [better, worse]
        assert reasons(items) == [rule, None]
        assert items[0]["preferred_over_next_by"]["evidence"] == evidence


def test_the_order_given_is_kept(start):
    service = start(DUAL)
    for given in itertools.permutations(["8.8.8.8", "8.8.8.8", "8.8.4.4"]):
        items = order(service, *given)
        assert places(items) == list(given)
        assert reasons(items) == ["rfc6724-d10", "rfc6724-d10", None]


@pytest.mark.parametrize("system, goes_by_it", [("freebsd", True), ("netbsd", True), ("windows", True), ("linux", False)])
def test_the_policy_table_of_the_host(start, system, goes_by_it):
    """Where getaddrinfo(3) goes by it: here IPv4 before IPv6, as with ip6addrctl_policy="ipv4_prefer"."""
    policies = [{"prefix": "::/0", "precedence": 40, "label": 1}, {"prefix": "::ffff:0:0/96", "precedence": 100, "label": 4}]
    host = {"system": system, "address_labels": policies,
            "interfaces": {"eth0": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64"]}},
            "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"},
                       {"destination": "::/0", "via": "2001:db8:1::fe", "interface": "eth0"}]}
    if system == "linux":
        for policy in policies:
            del policy["precedence"]
    answer = ask(start(host), "2600::1", "8.8.8.8").json
    first = answer["destinations"][0]
    assert first["destination"] == ("8.8.8.8" if goes_by_it else "2600::1")
    assert first["preferred_over_next_by"]["evidence"] == ("precedence 100 against 40" if goes_by_it else "precedence 40 against 35")
    assert ("this host's policy table" in answer["note"]) == goes_by_it


def test_what_is_not_reached_goes_last(start):
    items = order(start(DUAL), "10.66.0.1", "10.1.1.1", "8.8.8.8", "2600::1")
    assert places(items)[0] == "2600::1" and places(items)[-1] == "10.66.0.1"
    assert items[-1] == {"destination": "10.66.0.1", "reachable": False, "source": None, "interface": None, "next_hop": None,
                         "error": {"code": "prohibited", "native": "EACCES"}, "preferred_over_next_by": None, "agrees": None}


def test_of_several_next_hops_the_first(start):
    items = order(start(DUAL), "203.0.113.9", "10.66.0.1")
    assert (items[0]["source"], items[0]["interface"], items[0]["next_hop"]) == ("192.0.2.1", "eth0", "192.0.2.254")


def test_nothing_is_said_of_what_is_not_known(start, schemas):
    host = dict(DUAL, rules=[{"family": "ipv4", "priority": 10, "action": "unreachable", "uid": 1000}])
    service = start(host)
    answer = ask(service, "8.8.8.8", "2600::1", "fe80::9%eth0")
    schemas.check(schemas.of(PATH), answer.json)
    items = answer.json["destinations"]
    assert places(items) == ["fe80::9%eth0", "2600::1", "8.8.8.8"]
    assert reasons(items) == ["rfc6724-d8", None, None]
    assert items[2]["indeterminate"] and not items[2]["reachable"] and "error" not in items[2]
    assert "indeterminate" not in order(service, "8.8.8.8", "2600::1", uid=5)[1]


def test_the_question_is_of_all(start):
    service = start(dict(DUAL, rules=[{"family": "ipv4", "priority": 10, "action": "prohibit", "mark": "0x10"}]))
    assert [item["reachable"] for item in order(service, "10.1.1.1", "8.8.8.8", mark="0x10")] == [False, False]
    assert {item["interface"] for item in order(service, "10.1.1.1", "8.8.8.8", interface="eth1")} == {"eth1"}
    assert {item["source"] for item in order(service, "10.1.1.1", "8.8.8.8", source="198.51.100.1")} == {"198.51.100.1"}


def test_each_item_has_a_zone_of_its_own(start):
    items = order(start(DUAL), "fe80::9%eth0", "fe80::9%eth1", "2600::1")
    assert places(items) == ["fe80::9%eth0", "fe80::9%eth1", "2600::1"]
    assert [item["interface"] for item in items] == ["eth0", "eth1", "eth0"]


def test_as_if_asked_alone(start):
    service = start(DUAL)
    for item in order(service, "8.8.8.8", "10.1.1.1", "2600::1", "fe80::9%eth1", "10.66.0.1", "192.0.2.1", "::1", "224.0.0.5"):
        alone = service.get(PATH + "?" + urllib.parse.urlencode({"destination": item["destination"]})).json
        for name in ("source", "interface", "next_hop", "error"):
            assert item.get(name) == alone.get(name), item


@pytest.mark.parametrize("host", sorted(name[:-5] for name in os.listdir(HOSTS) if name.endswith(".json")))
def test_every_host(start, schemas, host):
    service = start(host)
    own = [item["address"] for item in service.get("/v1/addresses").json["items"]]
    given = (own + ["8.8.8.8", "2001:db8:ffff::1", "255.255.255.255", "ff0e::1", "fd00::1", "0.0.0.0"])[-32:]
    answer = ask(service, *given)
    schemas.check(schemas.of(PATH), answer.json)
    items = answer.json["destinations"]
    assert sorted(places(items)) == sorted(given)
    reached = [item["reachable"] for item in items]
    assert reached == sorted(reached, reverse=True)
    again = order(service, *places(items))
    assert places(again) == places(items) and reasons(again) == reasons(items)


# ---- wrong lists ----

@pytest.mark.parametrize("destinations, query, word, parameter, expected, got", [
    (["8.8.8.8", ""], {}, "invalid-parameter", "destination", "address", ""),
    (["", ""], {}, "invalid-parameter", "destination", "address", ""),
    (["8.8.8.8", " 8.8.4.4"], {}, "invalid-parameter", "destination", "white space", " 8.8.4.4"),
    (["8.8.8.8", "example.org"], {}, "invalid-parameter", "destination", "names are not looked up", "example.org"),
    (["8.8.8.8"] * 33, {}, "invalid-parameter", "destination", "at most 32", "33 addresses"),
    (["8.8.8.8", "fe80::1"], {}, "zone-needed", "destination", "fe80::1%eth0", "fe80::1"),
    (["8.8.8.8", "fe80::1%eth9"], {}, "unknown-interface", "destination", "interface", "eth9"),
    (["fe80::1%eth0", "fe80::1%eth1"], {"interface": "eth0"}, "conflicting-parameters", "destination", "zone", "eth1"),
    (["8.8.8.8", "2600::1"], {"source": "192.0.2.1"}, "invalid-parameter", "source", "IPv6", "192.0.2.1"),
    (["8.8.8.8", "2600::1"], {"interface": "eth9"}, "unknown-interface", "interface", "interface", "eth9"),
    (["8.8.8.8", "2600::1"], {"mark": "red"}, "invalid-parameter", "mark", "32-bit", "red"),
])
def test_problems(start, schemas, destinations, query, word, parameter, expected, got):
    document = ask(start(DUAL), *destinations, **query).problem(word, 400)
    schemas.check(schemas.named("Problem"), document)
    assert document["parameter"] == parameter and expected in document["expected"]
    assert document.get("got", "") == got


def test_thirty_two(start):
    given = [f"10.1.1.{number}" for number in range(32)]
    assert sorted(places(order(start(DUAL), *given))) == sorted(given)


def test_never_from_a_cache(start):
    service = start(DUAL)
    answer = ask(service, "8.8.8.8", "2600::1")
    assert answer.headers.get("ETag") is None and "no" in answer.headers["Cache-Control"]
    assert reasons(answer.json["destinations"])[0] == "rfc6724-d6"
    service.change_host(dict(DUAL, routes=[DUAL["routes"][0]]))
    assert places(order(service, "8.8.8.8", "2600::1")) == ["8.8.8.8", "2600::1"]

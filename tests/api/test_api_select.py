"""/v1/select on simulated hosts: what it answers, each problem, and that every answer fits its schema. Whether the answers are
right is for the unit tests and the labs; here are a few that anybody can check by hand."""
import itertools
import os
import urllib.parse

import pytest

from schema import Schemas
from service import HOSTS, Service

PATH = "/v1/select"


def ask(service, destination=None, **query):
    """Parameters as they are; the answer is checked by the caller."""
    query = {"destination": destination, **query}
    query = {name: value for name, value in query.items() if value is not None}
    return service.get(PATH + "?" + urllib.parse.urlencode(query))


def select(service, *arguments, **query):
    answer = ask(service, *arguments, **query)
    assert answer.status == 200, answer.body
    return answer.json


@pytest.fixture(scope="module")
def schemas(service):
    return Schemas(service.get("/v1/openapi.json").json)


@pytest.fixture(scope="module")
def two_links(tmp_path_factory):
    running = Service(tmp_path_factory.mktemp("two-links"), "simple-multihoming")
    yield running
    running.stop()


def dropped(selection):
    return {item["address"]: item["dropped_by"]["rule"] for item in selection["candidates"] if not item["chosen"]}


# ---- decisions ----

def test_a_decision(service):
    answer = select(service, "203.0.113.9")
    assert (answer["source"], answer["interface"], answer["next_hop"]) == ("192.0.2.1", "eth0", "192.0.2.254")
    assert answer["destination"] == "203.0.113.9" and answer["table"] == "main" and answer["local"] is False
    assert answer["rule"]["priority"] == 32766
    assert answer["route"]["destination"] == "0.0.0.0/0"
    assert answer["chosen_by"]["rule"].startswith("linux4-") and answer["chosen_by"]["text"]
    assert [item["address"] for item in answer["candidates"] if item["chosen"]] == ["192.0.2.1"]
    assert dropped(answer)["192.0.2.3"] == "linux4-2"
    assert answer["advice"]["source"] == "192.0.2.1" and answer["advice"]["rule"].startswith("rfc6724-")
    assert answer["generation"] == service.get("/v1/status").json["generation"]
    assert "error" not in answer and "indeterminate" not in answer and answer["choices"] == []


def test_route_and_rule_are_as_their_collections_have_them(service):
    answer = select(service, "203.0.113.9")
    assert answer["route"] in service.get("/v1/routes?table=main").json["items"]
    assert answer["rule"] in service.get("/v1/rules").json["items"]


def test_a_simulated_host_has_no_kernel(service):
    answer = select(service, "203.0.113.9")
    assert answer["kernel"] is None and answer["agrees"] is None
    assert "kernel" in answer["kernel_unknown"]


def test_on_link(service):
    answer = select(service, "192.0.2.77")
    assert (answer["source"], answer["interface"], answer["next_hop"]) == ("192.0.2.1", "eth0", None)


def test_own_address(service):
    answer = select(service, "192.0.2.3")
    assert (answer["source"], answer["interface"], answer["local"]) == ("192.0.2.3", "lo", True)


def test_the_interface_is_kept(service):
    answer = select(service, "203.0.113.9", interface="eth1")
    assert (answer["source"], answer["interface"]) == ("192.0.2.3", "eth1")
    assert select(service, "203.0.113.9", interface="index:3")["interface"] == "eth1"


def test_a_bound_source_says_whose_it_is(service):
    answer = select(service, "203.0.113.9", source="192.0.2.3")
    assert (answer["source"], answer["interface"], answer["source_given"]) == ("192.0.2.3", "eth0", True)
    assert answer["source_owner"] == {"address": "192.0.2.3", "interface": "eth1", "is_outgoing": False}
    assert select(service, "203.0.113.9", source="192.0.2.1")["source_owner"]["is_outgoing"] is True
    free = select(service, "203.0.113.9")
    assert free["source_given"] is False and free["source_owner"] is None


@pytest.mark.parametrize("destination, wildcard", [("203.0.113.9", "0.0.0.0"), ("2001:db8::77", "::")])
def test_a_wildcard_source_is_none(service, destination, wildcard):
    assert select(service, destination, source=wildcard) == select(service, destination)


def test_flows_are_spread(two_links):
    answer = select(two_links, "203.0.113.9")
    assert answer["source"] is None
    assert answer["choices"] == [
        {"interface": "eth0", "next_hop": "192.0.2.254", "weight": 2, "source": "192.0.2.1"},
        {"interface": "eth1", "next_hop": "198.51.100.254", "weight": 1, "source": "198.51.100.1"}]
    assert {item["address"] for item in answer["candidates"] if item["chosen"]} == {"192.0.2.1", "198.51.100.1"}
    bound = select(two_links, "203.0.113.9", source="192.0.2.1")
    assert bound["source"] == "192.0.2.1" and {item["source"] for item in bound["choices"]} == {"192.0.2.1"}
    assert bound["source_owner"] == {"address": "192.0.2.1", "interface": "eth0", "is_outgoing": None}


# ---- no way, and not known ----

def test_no_way(start):
    service = start("no-address")
    answer = select(service, "203.0.113.9")
    assert (answer["source"], answer["interface"], answer["next_hop"]) == (None, None, None)
    assert answer["error"] == {"code": "unreachable", "native": "ENETUNREACH"}
    assert answer["advice"] is None and answer["chosen_by"] is None


def test_a_source_of_another_host(service):
    """Linux says that there is no route, whether there is one or not."""
    answer = select(service, "203.0.113.9", source="198.51.100.99")
    assert answer["error"]["native"] == "ENETUNREACH"
    assert answer["source_owner"] == {"address": "198.51.100.99", "interface": None, "is_outgoing": None}
    assert (answer["source"], answer["interface"]) == (None, None)


def test_a_source_that_only_bind_refuses(service):
    """Linux routes any IPv6 source; it is bind(2) that wants it to be this host's."""
    answer = select(service, "2001:db8::9", source="2001:db8:5::1")
    assert answer["source_owner"]["interface"] is None and "EADDRNOTAVAIL" in answer["note"]
    assert select(service, "2001:db8::9", source="2001:db8::1")["note"] is None


@pytest.mark.parametrize("asked, meant", [("::ffff:203.0.113.9", "203.0.113.9"), ("::ffff:cb00:7109", "203.0.113.9"), ("::", "::1")])
def test_what_a_socket_takes_it_for(service, asked, meant):
    assert select(service, asked) == select(service, meant)


def host_with_rules(*rules):
    return {"system": "linux", "interfaces": {"eth0": {"addresses": ["192.0.2.1/24", "2001:db8::1/64"]}},
            "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"},
                       {"destination": "198.18.0.0/15", "type": "blackhole"},
                       {"destination": "198.51.100.0/24", "type": "unreachable"},
                       {"destination": "203.0.113.0/24", "type": "prohibit"}],
            "rules": list(rules)}


@pytest.mark.parametrize("destination, code, native", [
    ("198.18.0.1", "invalid", "EINVAL"), ("198.51.100.1", "host-unreachable", "EHOSTUNREACH"),
    ("203.0.113.1", "prohibited", "EACCES")])
def test_routes_that_refuse(start, destination, code, native):
    answer = select(start(host_with_rules()), destination)
    assert answer["error"] == {"code": code, "native": native}
    assert answer["interface"] is None


@pytest.mark.parametrize("selector, given", [
    ({"ip_protocol": "udp"}, {"protocol": "tcp"}), ({"ip_protocol": 17}, {"protocol": "6"}),
    ({"uid": 1000}, {"uid": "5"}),
    ({"destination_port": 80}, {"source_port": "5", "destination_port": "81"})])
def test_what_is_not_said_is_not_known(start, selector, given):
    service = start(host_with_rules({"family": "ipv4", "priority": 10, "action": "unreachable", **selector}))
    answer = select(service, "8.8.8.8")
    assert answer["indeterminate"] and "error" not in answer
    assert (answer["source"], answer["interface"], answer["next_hop"], answer["agrees"]) == (None, None, None, None)
    assert select(service, "8.8.8.8", **given)["interface"] == "eth0"


def test_the_packet_fits_rules(start):
    service = start(host_with_rules(
        {"family": "ipv4", "priority": 10, "action": "prohibit", "mark": "0x10"},
        {"family": "ipv4", "priority": 20, "action": "unreachable", "tos": 16}))
    assert select(service, "8.8.8.8")["interface"] == "eth0"
    for mark in ("16", "0x10", "0x0010"):
        assert select(service, "8.8.8.8", mark=mark)["rule"]["priority"] == 10
    assert select(service, "8.8.8.8", tos="0x10")["rule"]["priority"] == 20
    assert select(service, "8.8.8.8", tos="0x11")["error"] == {"code": "unreachable", "native": "ENETUNREACH"}


@pytest.mark.parametrize("destination", ["255.255.255.255", "192.0.2.255", "224.0.0.1", "239.1.2.3", "ff02::1", "ff0e::1", "0.0.0.0",
                                         "::", "127.0.0.1", "::1", "169.254.1.1", "::ffff:192.0.2.1", "240.0.0.1"])
def test_odd_destinations_are_answered(service, schemas, destination):
    answer = select(service, destination)
    schemas.check(schemas.of(PATH), answer)
    assert (answer["interface"] is None) == ("error" in answer or "indeterminate" in answer)


def test_zones(service):
    by_zone = select(service, "fe80::9%eth1")
    assert by_zone["destination"] == "fe80::9%eth1"
    assert by_zone == select(service, "fe80::9", interface="eth1")
    assert by_zone == select(service, "fe80::9%eth1", interface="eth1")
    assert by_zone == select(service, "fe80::9%3") == select(service, "fe80::9%index:3")
    assert select(service, "ff02::1%eth1")["interface"] == "eth1"


# ---- connected sockets ----

def host_with_source_rule(**rule):
    host = host_with_rules({"family": "ipv4", "priority": 10, "from": "192.0.2.1/32", **rule})
    host["interfaces"]["eth1"] = {"addresses": ["198.51.100.1/24"]}
    host["routes"] += [{"destination": "default", "via": "198.51.100.254", "interface": "eth1", "table": 100},
                       {"destination": "10.0.0.0/8", "next_hops": [{"gateway": "192.0.2.254", "interface": "eth0"},
                                                                   {"gateway": "198.51.100.254", "interface": "eth1"}]}]
    return host


def test_a_connected_socket_is_routed_with_its_source(start):
    service = start(host_with_source_rule(action="table", table=100))
    answer = select(service, "8.8.8.8")
    assert (answer["source"], answer["interface"]) == ("192.0.2.1", "eth0")
    assert answer["connected"] == [{"source": "192.0.2.1", "interface": "eth1", "next_hop": "198.51.100.254"}]
    for query in ({"source": "192.0.2.1"}, {"source": "198.51.100.1"}, {"interface": "eth1"}):
        assert select(service, "8.8.8.8", **query)["connected"] == [], query
    assert select(service, "2001:db8:9::1")["connected"] == []


def test_a_connected_socket_is_refused(start):
    service = start(host_with_source_rule(action="prohibit"))
    assert select(service, "8.8.8.8")["connected"] == [
        {"source": "192.0.2.1", "interface": None, "next_hop": None, "error": {"code": "prohibited", "native": "EACCES"}}]
    order = select(service, "8.8.8.8,198.51.100.9")["destinations"]
    assert [item["destination"] for item in order] == ["198.51.100.9", "8.8.8.8"]
    assert order[0]["preferred_over_next_by"]["rule"] == "rfc6724-d1"
    assert order[1]["error"]["native"] == "EACCES" and order[1]["source"] is None


def test_each_source_of_a_connected_socket(start):
    answer = select(start(host_with_source_rule(action="unreachable")), "10.1.1.1")
    assert [choice["source"] for choice in answer["choices"]] == ["192.0.2.1", "198.51.100.1"]
    assert answer["connected"][0]["error"]["native"] == "ENETUNREACH"
    assert answer["connected"][1] == {"source": "198.51.100.1", "interface": "eth1", "next_hop": "198.51.100.254"}


def test_what_a_connected_socket_does_may_not_be_known(start):
    answer = select(start(host_with_source_rule(action="unreachable", uid=1000)), "8.8.8.8")
    assert answer["interface"] == "eth0" and answer["connected"][0]["indeterminate"]


@pytest.mark.parametrize("rule", [{"action": "table", "table": "main"}, {"action": "unreachable", "to": "203.0.113.0/24"}])
def test_a_connected_socket_that_goes_the_same_way(start, rule):
    assert select(start(host_with_source_rule(**rule)), "8.8.8.8")["connected"] == []


# ---- problems ----

PROBLEMS = [
    ({}, "missing-parameter", "destination"),
    ({"destination": ""}, "invalid-parameter", "destination"),
    ({"destination": "x"}, "invalid-parameter", "destination"),
    ({"destination": "192.0.2"}, "invalid-parameter", "destination"),
    ({"destination": "192.0.2.1/24"}, "invalid-parameter", "destination"),
    ({"destination": "192.0.2.1 "}, "invalid-parameter", "destination"),
    ({"destination": "fe80::1%"}, "invalid-parameter", "destination"),
    ({"destination": "192.0.2.1%eth0"}, "invalid-parameter", "destination"),
    ({"destination": "2001:db8::9%eth0"}, "invalid-parameter", "destination"),
    ({"destination": "fe80::1%eth9"}, "unknown-interface", "destination"),
    ({"destination": "fe80::1%eth0%eth0"}, "unknown-interface", "destination"),
    ({"destination": "fe80::1"}, "zone-needed", "destination"),
    ({"destination": "fe80::1%eth0", "interface": "eth1"}, "conflicting-parameters", "destination"),
    ({"destination": "fe80::1%eth0", "source": "fe80::2%eth1"}, "conflicting-parameters", "source"),
    ({"destination": "8.8.8.8", "source": "::1"}, "invalid-parameter", "source"),
    ({"destination": "2001:db8::9", "source": "192.0.2.1"}, "invalid-parameter", "source"),
    ({"destination": "8.8.8.8", "source": "eth0"}, "invalid-parameter", "source"),
    ({"destination": "2001:db8::9", "source": "fe80::1%eth9"}, "unknown-interface", "source"),
    ({"destination": "8.8.8.8", "interface": "eth9"}, "unknown-interface", "interface"),
    ({"destination": "8.8.8.8", "interface": ""}, "unknown-interface", "interface"),
    ({"destination": "8.8.8.8", "protocol": "nope"}, "invalid-parameter", "protocol"),
    ({"destination": "8.8.8.8", "protocol": "256"}, "invalid-parameter", "protocol"),
    ({"destination": "8.8.8.8", "mark": "0x"}, "invalid-parameter", "mark"),
    ({"destination": "8.8.8.8", "mark": "4294967296"}, "invalid-parameter", "mark"),
    ({"destination": "8.8.8.8", "mark": "0x100000000"}, "invalid-parameter", "mark"),
    ({"destination": "8.8.8.8", "mark": "-1"}, "invalid-parameter", "mark"),
    ({"destination": "8.8.8.8", "tos": "256"}, "invalid-parameter", "tos"),
    ({"destination": "8.8.8.8", "source_port": "65536"}, "invalid-parameter", "source_port"),
    ({"destination": "8.8.8.8", "destination_port": "http"}, "invalid-parameter", "destination_port"),
    ({"destination": "8.8.8.8", "uid": "root"}, "invalid-parameter", "uid"),
    ({"destination": "8.8.8.8", "mark": "0x10/0xff"}, "invalid-parameter", "mark"),
    ({"destination": "8.8.8.8", "source": "224.0.0.1"}, "invalid-parameter", "source"),
    ({"destination": "8.8.8.8", "source": "255.255.255.255"}, "invalid-parameter", "source"),
    ({"destination": "2001:db8::9", "source": "ff02::1"}, "invalid-parameter", "source"),
    ({"destination": "2001:db8::9", "source": "fe80::2"}, "zone-needed", "source"),
    ({"destination": "2001:db8::9", "source": "::ffff:192.0.2.1"}, "invalid-parameter", "source"),
    ({"destination": "::ffff:192.0.2.1%eth0"}, "invalid-parameter", "destination"),
    ({"destination": "fe80::1%0"}, "unknown-interface", "destination"),
    ({"destination": "fe80::1%99"}, "unknown-interface", "destination"),
    ({"destination": "fe80::1%25eth0"}, "unknown-interface", "destination"),
    ({"destination": "8.8.8.8", "family": "ipv4"}, "unknown-parameter", "family"),
]


@pytest.mark.parametrize("query, word, parameter", PROBLEMS)
def test_problems(service, schemas, query, word, parameter):
    answer = service.get(PATH + ("?" + urllib.parse.urlencode(query) if query else ""))
    document = answer.problem(word, 400)
    schemas.check(schemas.named("Problem"), document)
    assert document["parameter"] == parameter
    assert document["expected"]
    if query.get(parameter):
        assert document["got"] in (query[parameter], query[parameter].partition("%")[2], parameter)


@pytest.mark.parametrize("text, hint", [
    ("192.0.2.1/24", "prefix length"), ("2001:db8::/32", "prefix length"), ("192.0.2.1:80", "port"), ("[2001:db8::1]:80", "brackets"),
    ("127.1", "four numbers"), ("192.0.2.010", "leading zeros"), ("192.0.2.256", "0 to 255"), ("0x7f.0.0.1", "decimal"),
    (" 192.0.2.1", "white space"), ("192.0.2.1\n", "white space"), ("example.org", "names are not looked up"),
    ("fe80::1%25eth0", "encoded once")])
def test_what_was_meant(service, text, hint):
    assert hint in ask(service, text).json["expected"]


def test_a_bare_percent_sign(service):
    document = service.get(PATH + "?destination=fe80::1%eth0").problem("invalid-parameter", 400)
    assert document["parameter"] == "destination" and "%25" in document["detail"]


def test_repeated(service):
    service.get(PATH + "?destination=8.8.8.8&destination=8.8.4.4").problem("repeated-parameter", 400)


# ---- the resource ----

def test_never_from_a_cache(service):
    answer = ask(service, "203.0.113.9")
    assert answer.headers.get("ETag") is None and "no" in answer.headers["Cache-Control"]
    assert service.get(PATH + "?destination=203.0.113.9", If_None_Match="*").status == 200
    assert service.request("HEAD", PATH + "?destination=203.0.113.9").status == 200
    service.request("POST", PATH).problem("method-not-allowed", 405)


def test_it_follows_the_host(start):
    service = start()
    assert select(service, "203.0.113.9")["interface"] == "eth0"
    host = dict(service.host, routes=[{"destination": "default", "via": "192.0.2.254", "interface": "eth1"}])
    service.change_host(host)
    assert select(service, "203.0.113.9")["interface"] == "eth1"


DIALECTS = {"freebsd": "freebsd", "netbsd": "netbsd", "openbsd": "openbsd", "windows": "windows", "single-homed": "linux"}


@pytest.mark.parametrize("host", sorted(DIALECTS))
def test_the_dialect_is_the_hosts(start, host):
    service = start(host)
    word = DIALECTS[host]
    remote = next(route for route in service.get("/v1/routes?family=ipv4").json["items"] if route["destination"] == "0.0.0.0/0")
    answer = select(service, "8.8.8.8")
    assert answer["interface"] in {hop["interface"] for hop in remote["next_hops"]}
    assert answer["chosen_by"]["rule"].startswith(word), answer["chosen_by"]


@pytest.mark.parametrize("host", sorted(name[:-5] for name in os.listdir(HOSTS) if name.endswith(".json")))
def test_every_answer_fits(start, schemas, host):
    """All pairs of a host's addresses and what else there is, by every interface."""
    service = start(host)
    own = [item["address"] for item in service.get("/v1/addresses").json["items"]]
    interfaces = [item["name"] for item in service.get("/v1/interfaces").json["items"]]
    destinations = own[:6] + ["8.8.8.8", "2001:db8:ffff::1", "255.255.255.255", "224.0.0.5", "ff02::1"]
    for destination, source, interface in itertools.product(destinations, [None, *own[:6]], [None, *interfaces[:4]]):
        answer = ask(service, destination, source=source, interface=interface)
        if answer.status == 400:
            schemas.check(schemas.named("Problem"), answer.json)
            continue
        assert answer.status == 200, answer.body
        schemas.check(schemas.of(PATH), answer.json)
        # None of these hosts sends a socket elsewhere for its source; one has the same address twice.
        assert all("indeterminate" in way for way in answer.json["connected"])
        if answer.json["interface"]:
            assert sum(item["chosen"] for item in answer.json["candidates"]) <= max(1, len(answer.json["choices"]))

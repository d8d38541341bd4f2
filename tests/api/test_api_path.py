"""/v1/path on simulated hosts: what it answers, each problem, and that every answer fits its schema. Whether the verdicts are right
is for the unit tests and the lab, which sends the packets; here are a few that anybody can check by hand."""
import itertools
import os
import urllib.parse

import pytest

from schema import Schemas
from service import HOSTS, ROOT

PATH = "/v1/path"


def ask(service, remote=None, local=None, interface=None, **query):
    """Parameters as they are; the answer is checked by the caller."""
    query = {"remote": remote, "local": local, "interface": interface, **query}
    query = {name: value for name, value in query.items() if value is not None}
    return service.get(PATH + "?" + urllib.parse.urlencode(query))


def path(service, *arguments, **query):
    answer = ask(service, *arguments, **query)
    assert answer.status == 200, answer.body
    return answer.json


def verdicts(answer):
    """What is certain: {(by, drops)}."""
    return {(item["by"], item["drops"]) for item in answer["verdicts"] if item["drops"]}


def text_of(answer, by):
    return next(item["text"] for item in answer["verdicts"] if item["by"] == by)


@pytest.fixture(scope="module")
def schemas(service):
    return Schemas(service.get("/v1/openapi.json").json)


def two_links(rp_filter=0, rules=(), routes=(), **more):
    return {"system": "linux",
            "interfaces": {"eth0": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64"]},
                           "eth1": {"addresses": ["198.51.100.1/24", "2001:db8:2::1/64"],
                                    "settings": {"ipv4": {"rp_filter": rp_filter}}}},
            "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"},
                       {"destination": "default", "via": "2001:db8:1::fe", "interface": "eth0"}, *routes],
            "rules": list(rules), **more}


SECOND = {"destination": "default", "via": "198.51.100.254", "interface": "eth1", "metric": 100}
SOURCE_RULE = {"family": "ipv4", "priority": 100, "from": "198.51.100.1/32", "table": "100"}
IN_100 = {"destination": "default", "via": "198.51.100.254", "interface": "eth1", "table": "100"}


# ---- where the reply leaves ----

def test_symmetric(start):
    answer = path(start(two_links()), "203.0.113.9", "192.0.2.1", "eth0", protocol="tcp")
    assert (answer["reply"]["source"], answer["reply"]["interface"], answer["reply"]["next_hop"]) == ("192.0.2.1", "eth0", "192.0.2.254")
    assert answer["reply"]["rule"]["priority"] == 32766 and answer["reply"]["route"]["destination"] == "0.0.0.0/0"
    assert answer["asymmetric"] is False and answer["undecided"] is None
    assert verdicts(answer) == set() and answer["remedies"] == []
    assert answer["request"]["arrival"] == "taken" and answer["request"]["received_by"] == "eth0"
    assert [item["socket"] for item in answer["sockets"]] == ["tcp"]
    assert answer["agrees"] is None and answer["request"]["kernel"] is None  # nobody to ask


def test_asymmetric(start):
    answer = path(start(two_links(routes=[SECOND])), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert (answer["reply"]["source"], answer["reply"]["interface"]) == ("198.51.100.1", "eth0")
    assert answer["asymmetric"] is True and verdicts(answer) == set()
    assert answer["remedies"] == [{"source_routing": True}]


def test_source_rules_make_it_symmetric(start):
    answer = path(start(two_links(rules=[SOURCE_RULE], routes=[IN_100])), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert (answer["reply"]["interface"], answer["reply"]["next_hop"], answer["reply"]["table"]) == ("eth1", "198.51.100.254", "100")
    assert answer["asymmetric"] is False and answer["remedies"] == []


def test_the_gateway_of_another_table_is_named(start):
    answer = path(start(two_links(routes=[IN_100])), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert answer["remedies"] == [{"source_routing": True,
                                   "uplinks": {"eth1": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254"}}}}]


def test_no_gateway_is_known(start):
    answer = path(start(two_links()), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert answer["remedies"] == [] and "Name it as an uplink" in answer["advice"][0]


def test_an_earlier_rule_decides(start):
    """Source routing would not have its turn: it is not claimed."""
    rule = {"family": "ipv4", "priority": 50, "to": "203.0.113.0/24", "table": "main"}
    answer = path(start(two_links(rules=[rule], routes=[SECOND])), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert answer["asymmetric"] is True and answer["remedies"] == []
    assert "does not help here" in answer["advice"][0]


@pytest.mark.parametrize("internal", ["eth0", "eth1"])
def test_internal_interfaces_are_left_alone(start, tmp_path, internal):
    """Source routing is for external interfaces, and what the configuration calls internal is."""
    config = tmp_path / "config.json"
    config.write_text('{"interfaces": {"%s": {"role": "internal"}}}' % internal)
    service = start(two_links(routes=[SECOND]), "--config", str(config))
    answer = path(service, "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert answer["asymmetric"] is True and answer["remedies"] == [] and "internal interface" in answer["advice"][0]


def test_sockets_differ(start):
    answer = path(start(two_links()), "203.0.113.9", "198.51.100.1", "eth1")
    assert {item["socket"]: item["reply"]["source"] for item in answer["sockets"]} == {
        "tcp": "198.51.100.1", "udp-bound": "198.51.100.1", "udp-wildcard": "192.0.2.1"}
    wrong = next(item for item in answer["verdicts"] if item["by"] == "udp-wrong-source")
    assert wrong["drops"] == "reply" and wrong["sockets"] == ["udp-wildcard"] and "192.0.2.1" in wrong["text"]
    assert [item["socket"] for item in path(start(two_links()), "203.0.113.9", "198.51.100.1", "eth1", protocol="udp")["sockets"]] == [
        "udp-bound", "udp-wildcard"]
    assert "udp-wrong-source" not in {by for by, _ in verdicts(path(start(two_links()), "203.0.113.9", "192.0.2.1", "eth0"))}


def test_several_next_hops(start):
    answer = path(start("simple-multihoming"), "203.0.113.9", "192.0.2.1", "eth0", protocol="tcp")
    assert answer["asymmetric"] is None and "several next hops" in answer["undecided"]
    assert len(answer["reply"]["choices"]) == 2


def test_no_way_back(start):
    host = two_links()
    host["routes"] = []
    answer = path(start(host), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert verdicts(answer) == {("no-return-route", "reply")}
    assert answer["reply"]["error"]["native"] == "ENETUNREACH" and answer["asymmetric"] is None


def test_the_mark_is_the_sockets(start):
    rule = {"family": "ipv4", "priority": 50, "mark": "0x10", "table": "100"}
    service = start(two_links(rules=[rule], routes=[IN_100]))
    assert path(service, "203.0.113.9", "198.51.100.1", "eth1", mark="0x10")["asymmetric"] is False
    assert path(service, "203.0.113.9", "198.51.100.1", "eth1")["asymmetric"] is True


# ---- what drops the request ----

@pytest.mark.parametrize("rp_filter, dropped", [(0, False), (1, True), (2, False)])
def test_reverse_path_filter(start, rp_filter, dropped):
    answer = path(start(two_links(rp_filter, routes=[SECOND])), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert (("reverse-path-filter", "request") in verdicts(answer)) == dropped
    assert answer["request"]["arrival"] == ("refused" if dropped else "taken")
    loose = {"interfaces": {"eth1": {"ipv4": {"reverse_path": "loose"}}}}
    assert answer["remedies"] == ([{"source_routing": True}, loose] if dropped else [{"source_routing": True}])


def test_loose_needs_a_way_at_all(start):
    host = two_links(2)
    host["routes"] = []
    answer = path(start(host), "203.0.113.9", "198.51.100.1", "eth1", protocol="tcp")
    assert verdicts(answer) == {("reverse-path-filter", "request"), ("no-return-route", "reply")}
    assert answer["remedies"] == [] and answer["advice"]


def test_ipv6_has_no_reverse_path_filter(start):
    answer = path(start(two_links(1)), "2001:db8:9::9", "2001:db8:2::1", "eth1", protocol="tcp")
    assert answer["asymmetric"] is True and verdicts(answer) == set()


@pytest.mark.parametrize("remote, local, by", [
    ("192.0.2.1", "198.51.100.1", "martian-source"), ("127.0.0.9", "198.51.100.1", "martian-source"),
    ("203.0.113.9", "127.0.0.1", "martian-destination"), ("255.255.255.255", "198.51.100.1", "martian-source"),
    ("::1", "2001:db8:2::1", "martian-source"),
    ("2001:db8:9::9", "::1", "martian-destination"),
    ("203.0.113.9", "198.51.100.77", "not-local"), ("203.0.113.9", "8.8.8.8", "not-local"),
    ("203.0.113.9", "198.51.100.255", "not-local"), ("2001:db8:9::9", "2001:db8:2::77", "not-local")])
def test_addresses_that_are_not_taken(start, schemas, remote, local, by):
    answer = path(start(two_links()), remote, local, "eth1")
    schemas.check(schemas.of(PATH), answer)
    assert (by, "request") in verdicts(answer) and answer["request"]["arrival"] == "refused"


def test_what_is_not_ours_is_forwarded_or_not(start):
    assert "does not forward" in text_of(path(start(two_links()), "203.0.113.9", "8.8.8.8", "eth1"), "not-local")
    host = two_links()
    host["interfaces"]["eth1"]["settings"] = {"ipv4": {"forwarding": 1}}
    answer = path(start(host), "203.0.113.9", "8.8.8.8", "eth1")
    assert "forwarded by eth0" in text_of(answer, "not-local") and answer["request"]["arrival"] == "forwarded"


def test_an_interface_that_is_down(start):
    host = two_links()
    host["interfaces"]["eth1"]["carrier"] = False
    answer = path(start(host), "203.0.113.9", "198.51.100.1", "eth1")
    assert ("interface-down", "request") in verdicts(answer)


WEAK = {"host_model": {"receive": "weak"}, "host_wide": True}


@pytest.mark.parametrize("system, settings, dropped, remedies", [
    ("freebsd", {}, False, []), ("freebsd", {"rfc1122_strong_es": 1}, True, [WEAK]),
    ("freebsd", {"rfc1122_strong_es": 1, "forwarding": 1}, False, []),
    ("netbsd", {}, False, []), ("netbsd", {"check_interface": 1}, True, [WEAK]),
    ("openbsd", {}, True, []), ("openbsd", {"forwarding": 1}, False, [])])
def test_strong_host_receive(start, system, settings, dropped, remedies):
    host = {"system": system, "settings": {"all": {"ipv4": settings}},
            "interfaces": {"em0": {"addresses": ["192.0.2.1/24"]}, "em1": {"addresses": ["198.51.100.1/24"]}},
            "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "em0"}]}
    answer = path(start(host), "203.0.113.9", "192.0.2.1", "em1", protocol="tcp")
    assert (("strong-host", "request") in verdicts(answer)) == dropped
    assert answer["remedies"] == remedies


# ---- problems ----

GOOD = {"remote": "203.0.113.9", "local": "192.0.2.1", "interface": "eth0"}
PROBLEMS = [
    ({"remote": None}, "missing-parameter", "remote"),
    ({"local": None}, "missing-parameter", "local"),
    ({"interface": None}, "missing-parameter", "interface"),
    ({"remote": "x"}, "invalid-parameter", "remote"),
    ({"remote": ""}, "invalid-parameter", "remote"),
    ({"remote": "192.0.2.1/24"}, "invalid-parameter", "remote"),
    ({"remote": "0.0.0.0"}, "invalid-parameter", "remote"),
    ({"remote": "224.0.0.5"}, "invalid-parameter", "remote"),
    ({"remote": "ff02::1"}, "invalid-parameter", "remote"),
    ({"local": "::"}, "invalid-parameter", "local"),
    ({"local": "239.1.1.1"}, "invalid-parameter", "local"),
    ({"local": "2001:db8::1"}, "invalid-parameter", "local"),
    ({"remote": "2001:db8::1"}, "invalid-parameter", "local"),
    ({"interface": "eth9"}, "unknown-interface", "interface"),
    ({"interface": ""}, "unknown-interface", "interface"),
    ({"remote": "fe80::9%eth9", "local": "2001:db8::1"}, "unknown-interface", "remote"),
    ({"remote": "fe80::9%eth1", "local": "2001:db8::1"}, "conflicting-parameters", "remote"),
    ({"remote": "2001:db8::9", "local": "fe80::1%eth1"}, "conflicting-parameters", "local"),
    ({"remote": "203.0.113.9%eth0"}, "invalid-parameter", "remote"),
    ({"protocol": "icmp"}, "invalid-parameter", "protocol"),
    ({"protocol": "6"}, "invalid-parameter", "protocol"),
    ({"remote_port": "65536"}, "invalid-parameter", "remote_port"),
    ({"local_port": "http"}, "invalid-parameter", "local_port"),
    ({"mark": "red"}, "invalid-parameter", "mark"),
    ({"source": "192.0.2.1"}, "unknown-parameter", "source"),
]


@pytest.mark.parametrize("query, word, parameter", PROBLEMS)
def test_problems(service, schemas, query, word, parameter):
    document = ask(service, **{**GOOD, **query}).problem(word, 400)
    schemas.check(schemas.named("Problem"), document)
    assert document["parameter"] == parameter and document["expected"]


def test_link_local(start):
    """They keep the reply on their link, with or without a zone."""
    host = two_links()
    host["interfaces"]["eth1"]["addresses"].append("fe80::1/64")
    service = start(host)
    answer = path(service, "fe80::9", "fe80::1", "eth1", protocol="tcp")
    assert answer == path(service, "fe80::9%eth1", "fe80::1%eth1", "eth1", protocol="tcp")
    assert answer["request"]["remote"] == "fe80::9%eth1"
    assert (answer["reply"]["interface"], answer["asymmetric"], verdicts(answer)) == ("eth1", False, set())
    assert ("not-local", "request") in verdicts(path(service, "fe80::9", "fe80::1", "eth0", protocol="tcp"))


# ---- the resource ----

def test_the_manual_names_all(schemas):
    """docs/path.md has a row for each kind of socket and each verdict, in the document's words."""
    with open(os.path.join(ROOT, "docs", "path.md"), encoding="utf-8") as manual:
        rows = [line.split("`")[1] for line in manual if line.startswith("| `")]
    verdict = schemas.named("Path")["properties"]["verdicts"]["items"]["properties"]
    assert sorted(rows) == sorted([*schemas.named("PathSocketKind")["enum"], *verdict["by"]["enum"]])


def test_never_from_a_cache(service):
    answer = ask(service, **GOOD)
    assert answer.headers.get("ETag") is None and "no" in answer.headers["Cache-Control"]
    service.request("POST", PATH).problem("method-not-allowed", 405)


@pytest.mark.parametrize("host", sorted(name[:-5] for name in os.listdir(HOSTS) if name.endswith(".json")))
def test_every_answer_fits(start, schemas, host):
    """Pairs of a host's addresses and what else there is, on every interface."""
    service = start(host)
    own = [item["address"] for item in service.get("/v1/addresses").json["items"]][:5]
    interfaces = [item["name"] for item in service.get("/v1/interfaces").json["items"]][:5]
    for remote, local, interface in itertools.product([*own[:2], "203.0.113.9", "2001:db8:ffff::1", "fe80::9"], own, interfaces):
        answer = ask(service, remote, local, interface)
        if answer.status == 400:
            schemas.check(schemas.named("Problem"), answer.json)
            continue
        assert answer.status == 200, answer.body
        schemas.check(schemas.of(PATH), answer.json)
        assert all(item["text"] for item in answer.json["verdicts"])

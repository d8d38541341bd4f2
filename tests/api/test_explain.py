"""multihomectl explain, black box: what it asks, how it tells each kind of answer, and the real service with a simulated host."""
import json
import urllib.parse

import pytest

from service import Service
from test_ctl import (DONE, EVIL_SHOWN, FAILED, UNREACHABLE, USAGE, check_help, check_table, hop, ok, on_terminal, problem, route, run,
                      spoiled, stub)  # noqa: F401

PATH = "/v1/select"
SUBNET = {"rule": "linux4-5", "text": "An address whose subnet holds the gateway goes before the others.", "reference": "devinet.c"}
INTERFACE = {"rule": "linux4-2", "text": "Addresses of the interface that the packet leaves by go before those of all others.",
             "reference": "devinet.c"}

PLAIN = {
    "generation": 7, "destination": "203.0.113.9", "source": "192.0.2.1", "interface": "eth0", "next_hop": "192.0.2.254",
    "local": False, "table": "main", "route": route("0.0.0.0/0", hop("192.0.2.254", "eth0"), metric=100, owner="dhcp"),
    "rule": {"priority": 32766, "family": "ipv4", "action": "table", "table": "main", "protocol": "kernel", "owner": "kernel",
             "domain": None},
    "on_link_assumed": False, "choices": [], "source_given": False, "source_owner": None, "chosen_by": SUBNET,
    "candidates": [{"address": "192.0.2.1", "interface": "eth0", "chosen": True},
                   {"address": "192.0.2.3", "interface": "eth1", "chosen": False, "dropped_by": INTERFACE},
                   {"address": "198.51.100.1", "interface": "eth2", "chosen": False, "dropped_by": INTERFACE}],
    "advice": {"source": "192.0.2.1", "rule": "rfc6724-5", "text": "Prefer addresses of the outgoing interface.",
               "reference": "RFC 6724"},
    "kernel": {"source": "192.0.2.1", "interface": "eth0", "next_hop": "192.0.2.254", "table": "main", "type": "unicast"},
    "agrees": True, "difference": None, "note": None}

NO_WAY = {**PLAIN, "source": None, "interface": None, "next_hop": None, "route": None, "rule": None, "table": None,
          "error": {"code": "unreachable", "native": "ENETUNREACH"}, "chosen_by": None, "candidates": [], "advice": None,
          "kernel": {"error": {"code": "unreachable", "native": "ENETUNREACH"}}}


def explain(stub, answer, *arguments):
    """The text, checked for form, with its lines joined as well."""
    stub.answers[PATH] = ok(answer)
    status, text, complaint = run("explain", "203.0.113.9", *arguments, socket=stub.path)
    assert (status, complaint) == (DONE, "")
    check_table(text)
    assert max(map(len, text.splitlines())) <= 80
    return text, " ".join(text.split())


def test_a_decision(stub):
    text, _ = explain(stub, PLAIN)
    assert text.splitlines() == [
        "203.0.113.9 is reached from 192.0.2.1 by eth0, next hop 192.0.2.254",
        "  rule      32766: table main",
        "  route     0.0.0.0/0 via 192.0.2.254 dev eth0 table main metric 100 (dhcp)",
        "  source    192.0.2.1, chosen by linux4-5: An address whose subnet holds the",
        "            gateway goes before the others.",
        "  not       192.0.2.3 on eth1, dropped by linux4-2: Addresses of the interface",
        "            that the packet leaves by go before those of all others.",
        "            198.51.100.1 on eth2, dropped by linux4-2",
        "  kernel    agrees: from 192.0.2.1 by eth0, next hop 192.0.2.254"]


def test_on_link(stub):
    text, _ = explain(stub, {**PLAIN, "next_hop": None, "route": route("203.0.113.0/24", hop(None, "eth0"), preferred_source="192.0.2.1")})
    assert text.startswith("203.0.113.9 is reached from 192.0.2.1 by eth0, on link\n")
    assert "route     203.0.113.0/24 dev eth0 table main metric 0 src 192.0.2.1 (static)" in text


def test_no_way(stub):
    text, _ = explain(stub, NO_WAY)
    assert text.splitlines() == ["203.0.113.9 is not reached: unreachable (ENETUNREACH)",
                                 "  kernel    agrees: unreachable (ENETUNREACH)"]


def test_not_known(stub):
    answer = {**NO_WAY, "indeterminate": "a rule selects by the user, who is not known", "agrees": None, "kernel": PLAIN["kernel"]}
    del answer["error"]
    _, line = explain(stub, answer)
    assert line.startswith("203.0.113.9: not known, because a rule selects by the user, who is not known")
    assert "kernel says: from 192.0.2.1 by eth0" in line


def test_a_disagreement_stands_out(stub):
    kernel = {**PLAIN["kernel"], "interface": "eth1", "next_hop": None}
    _, line = explain(stub, {**PLAIN, "kernel": kernel, "agrees": False, "difference": "interface"})
    assert line.endswith("kernel DISAGREES: from 192.0.2.1 by eth1, on link (another interface)")


def test_a_kernel_that_was_not_asked(stub):
    _, line = explain(stub, {**PLAIN, "kernel": None, "kernel_unknown": "there is none", "agrees": None})
    assert line.endswith("kernel was not asked: there is none")


def test_a_note(stub):
    _, line = explain(stub, {**PLAIN, "note": "Both are right."})
    assert line.endswith("192.0.2.254 Both are right.")


def test_next_hops(stub):
    choices = [{"interface": "eth0", "next_hop": "192.0.2.254", "weight": 2, "source": "192.0.2.1"},
               {"interface": "eth1", "next_hop": "fe80::1%eth1", "weight": 1, "source": "198.51.100.1"}]
    answer = {**PLAIN, "source": None, "choices": choices, "advice": {**PLAIN["advice"], "source": "198.51.100.1"},
              "route": route("0.0.0.0/0", hop("192.0.2.254", "eth0", 2), hop("fe80::1%eth1", "eth1"))}
    text, line = explain(stub, answer)
    assert text.startswith("203.0.113.9 is reached by one of 2 next hops\n")
    assert "  choices   by eth0, next hop 192.0.2.254, weight 2, source 192.0.2.1\n" in text
    assert "            by eth1, next hop fe80::1, weight 1, source 198.51.100.1\n" in text
    assert "route 0.0.0.0/0 by 2 next hops table main" in line
    assert "advice" not in text  # it is one of them


def test_a_connected_socket(stub):
    ways = [{"source": "192.0.2.1", "interface": "eth1", "next_hop": None},
            {"source": "192.0.2.2", "interface": None, "next_hop": None, "error": {"code": "unreachable", "native": "ENETUNREACH"}},
            {"source": "192.0.2.3", "interface": None, "next_hop": None, "indeterminate": "a rule selects by the user"}]
    text, line = explain(stub, {**PLAIN, "connected": ways})
    assert "  connect   a socket that is connected from 192.0.2.1 goes by eth1, on link\n" in text
    assert "            a socket that is connected from 192.0.2.2 is refused: unreachable\n            (ENETUNREACH)\n" in text
    assert "from 192.0.2.3 goes a way that is not known: a rule selects by the user" in line
    assert "connect" not in explain(stub, {**PLAIN, "connected": []})[0]


def test_a_bound_source(stub):
    answer = {**PLAIN, "source": "198.51.100.1", "source_given": True, "chosen_by": None,
              "source_owner": {"address": "198.51.100.1", "interface": "eth2", "is_outgoing": False}}
    text, line = explain(stub, answer)
    assert "source 198.51.100.1, as given; it belongs to eth2, by which the packet does not leave" in line
    assert "advice" not in text
    answer["source_owner"]["is_outgoing"] = True
    assert "it belongs to eth2, by which the packet leaves" in explain(stub, answer)[1]
    answer["source_owner"]["is_outgoing"] = None
    assert "it belongs to eth2, by which the packet leaves or not" in explain(stub, answer)[1]
    answer["source_owner"]["interface"] = None
    assert "as given; no interface of this host has it" in explain(stub, answer)[1]


def test_own_address(stub):
    text, _ = explain(stub, {**PLAIN, "local": True, "interface": "lo", "next_hop": None,
                             "route": route("203.0.113.9/32", hop(None, "eth0"), type="local", table="local")})
    assert text.startswith("203.0.113.9 is this host's own address; source 192.0.2.1\n")
    assert "route     local 203.0.113.9/32 dev eth0 table local" in text


def test_advice_that_differs(stub):
    _, line = explain(stub, {**PLAIN, "advice": {**PLAIN["advice"], "source": "192.0.2.3"}})
    assert "advice RFC 6724 advises 192.0.2.3 by rfc6724-5: Prefer addresses of the outgoing interface." in line


def test_a_rule_as_ip_rule_writes_it(stub):
    rule = {"priority": 100, "family": "ipv4", "action": "table", "table": "100", "not": True, "from": "192.0.2.0/24", "input": "lo",
            "mark": "0x10", "ip_protocol": "udp", "tos": 16, "destination_port": {"first": 80, "last": 90},
            "uid": {"first": 0, "last": 9}}
    _, line = explain(stub, {**PLAIN, "rule": rule})
    assert ("rule 100: not from 192.0.2.0/24 iif lo fwmark 0x10 ipproto udp tos 16 dport 80-90 uidrange 0-9 table 100" in line)
    _, line = explain(stub, {**NO_WAY, "rule": {"priority": 7, "action": "prohibit", "to": "10.0.0.0/8"}})
    assert "rule 7: to 10.0.0.0/8 prohibit" in line


def test_no_route_but_an_interface(stub):
    _, line = explain(stub, {**PLAIN, "route": None, "rule": None, "next_hop": None, "on_link_assumed": True})
    assert "route none; the destination is taken to be on the interface's link" in line


def test_hostile_answers(stub):
    """Nothing of it reaches the terminal, whatever member it stands in."""
    for answer in (PLAIN, ORDER):
        stub.answers[PATH] = ok(spoiled(answer))
        status, text, _ = run("explain", "203.0.113.9", socket=stub.path)
        assert status == DONE and EVIL_SHOWN.split("\\")[0] in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


@pytest.mark.parametrize("answer", [{}, {"destination": 7, "candidates": {}, "route": [], "rule": "x", "kernel": 1},
                                    {"interface": "eth0", "candidates": [1, None, {}], "choices": [None, {}]}])
def test_strange_answers(stub, answer):
    stub.answers[PATH] = ok(answer)
    assert run("explain", "203.0.113.9", socket=stub.path)[0] == DONE


def test_colours_on_a_terminal(stub):
    stub.answers[PATH] = ok(NO_WAY)
    status, text = on_terminal("--socket", stub.path, "explain", "203.0.113.9")
    assert status == DONE and "\x1b[31m203.0.113.9 is not reached" in text
    assert "\x1b" not in on_terminal("--socket", stub.path, "explain", "203.0.113.9", NO_COLOR="1")[1]


# ---- several destinations ----

def preference(number, text, evidence=None):
    return {"rule": number, "text": text, "reference": "RFC 6724", "evidence": evidence}


def destination(address, preferred_over_next_by, **members):
    return {"destination": address, "reachable": True, "source": "192.0.2.1", "interface": "eth0", "next_hop": "192.0.2.254",
            "agrees": True, "preferred_over_next_by": preferred_over_next_by, **members}


ORDER = {"generation": 7, "note": "What the C library does is another matter.", "destinations": [
    destination("fe80::9%eth0", preference("rfc6724-d8", "Prefer the smaller scope.", "scope link-local against global"),
                source="fe80::1%eth0", next_hop=None),
    destination("2001:db8::1", preference("rfc6724-d6", "Prefer the higher precedence.", "precedence 40 against 35"),
                source="2001:db8:1::1", next_hop="fe80::fe%eth0"),
    destination("203.0.113.9", preference("rfc6724-d10", "Leave the order as it was.")),
    destination("203.0.113.8", preference("rfc6724-d1", "Avoid destinations that cannot be reached or have no source.")),
    destination("203.0.113.7", None, reachable=False, source=None, interface=None, next_hop=None,
                error={"code": "unreachable", "native": "ENETUNREACH"})]}


def test_an_order(stub):
    text, _ = explain(stub, ORDER)
    assert text.splitlines() == [
        "RFC 6724 tries them in this order:",
        "  1         fe80::9%eth0 from fe80::1%eth0 by eth0, on link",
        "            before the next by rfc6724-d8: Prefer the smaller scope. (scope",
        "            link-local against global)",
        "  2         2001:db8::1 from 2001:db8:1::1 by eth0, next hop fe80::fe",
        "            before the next by rfc6724-d6: Prefer the higher precedence.",
        "            (precedence 40 against 35)",
        "  3         203.0.113.9 from 192.0.2.1 by eth0, next hop 192.0.2.254",
        "            before the next by rfc6724-d10: Leave the order as it was.",
        "  4         203.0.113.8 from 192.0.2.1 by eth0, next hop 192.0.2.254",
        "            before the next by rfc6724-d1: Avoid destinations that cannot be",
        "            reached or have no source.",
        "  5         203.0.113.7 is not reached: unreachable (ENETUNREACH)",
        "  note      What the C library does is another matter."]


def test_a_rule_is_explained_once(stub):
    items = [destination(f"203.0.113.{place}", preference("rfc6724-d10", "Leave the order as it was.")) for place in range(3)]
    assert explain(stub, {**ORDER, "destinations": items})[0].count("Leave the order") == 1


def test_an_order_with_gaps(stub):
    unknown = destination("203.0.113.7", None, reachable=False, source=None, interface=None, indeterminate="a rule selects by the user")
    wrong = destination("203.0.113.6", None, agrees=False)
    _, line = explain(stub, {**ORDER, "destinations": [wrong, unknown]})
    assert "1 203.0.113.6 from 192.0.2.1 by eth0, next hop 192.0.2.254; the kernel DISAGREES" in line
    assert "2 203.0.113.7: not known, because a rule selects by the user" in line


@pytest.mark.parametrize("answer", [{"destinations": 7}, {"destinations": []}, {"destinations": [None, 1, {}], "note": []},
                                    {"destinations": [{"preferred_over_next_by": 1, "error": "x", "reachable": 1}]}])
def test_strange_orders(stub, answer):
    stub.answers[PATH] = ok(answer)
    assert run("explain", "::1", "::2", socket=stub.path)[0] == DONE


# ---- what it asks ----

def test_the_question(stub):
    stub.answers[PATH] = ok(PLAIN)
    run("explain", "fe80::1%eth 0&x", "--from", "2001:db8::1", "-i", "a/b", "--mark=0x10", "--protocol", "udp", socket=stub.path)
    target = urllib.parse.urlsplit(stub.targets()[0])
    assert target.path == PATH
    assert urllib.parse.parse_qs(target.query, strict_parsing=True) == {
        "destination": ["fe80::1%eth 0&x"], "source": ["2001:db8::1"], "interface": ["a/b"], "mark": ["0x10"], "protocol": ["udp"]}
    run("explain", "::1", socket=stub.path)
    assert stub.targets()[1] == PATH + "?destination=%3A%3A1"
    stub.answers[PATH] = ok(ORDER)
    run("explain", "::1", "fe80::1%eth0", "192.0.2.1", "--mark", "1", socket=stub.path)
    assert stub.targets()[2] == PATH + "?destination=%3A%3A1,fe80%3A%3A1%25eth0,192.0.2.1&mark=1"


def test_json(stub):
    stub.answers[PATH] = ok(PLAIN)
    status, text, _ = run("explain", "203.0.113.9", "--json", socket=stub.path)
    assert status == DONE and json.loads(text) == PLAIN


@pytest.mark.parametrize("arguments", [(), ("a",) * 33, ("a", "--table", "main"), ("a", "-4"), ("a", "--from")])
def test_usage(stub, arguments):
    assert run("explain", *arguments, socket=stub.path)[0] == USAGE
    assert stub.targets() == []


def test_refusals(stub, tmp_path):
    stub.answers[PATH] = problem(400, "zone-needed", "A link-local address needs its interface", detail="Say which link.",
                                 expected="fe80::1%eth0", got="fe80::1")
    status, text, complaint = run("explain", "fe80::1", socket=stub.path)
    assert (status, text) == (FAILED, "")
    assert "Say which link. (expected fe80::1%eth0; got fe80::1)" in complaint
    assert run("explain", "::1", socket=str(tmp_path / "nobody"))[0] == UNREACHABLE


@pytest.mark.parametrize("option", ["--from", "--mark", "--protocol"])
def test_options_of_other_commands(stub, option):
    assert run("routes", option, "1", socket=stub.path)[0] == USAGE


def test_help_and_completion():
    check_help("explain", "DESTINATION...", "--from ADDRESS", "--interface NAME", "--mark MARK", "--protocol PROTOCOL", "--json")


# ---- the real service ----

@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    running = Service(tmp_path_factory.mktemp("explain"), "simple-multihoming")
    yield running.socket
    running.stop()


def test_with_the_service(simulated):
    status, text, complaint = run("explain", "8.8.8.8", "--from", "198.51.100.1", socket=simulated)
    assert (status, complaint) == (DONE, "")
    assert text.startswith("8.8.8.8 is reached from 198.51.100.1 by ")
    check_table(text)
    assert "  kernel    was not asked: " in text
    answer = json.loads(run("explain", "8.8.8.8", "--json", socket=simulated)[1])
    assert answer["destination"] == "8.8.8.8" and answer["interface"] == "eth0"
    assert run("explain", "203.0.113.9", socket=simulated)[1].startswith("203.0.113.9 is reached by one of 2 next hops\n")


def test_an_order_with_the_service(simulated):
    status, text, complaint = run("explain", "169.254.1.1", "198.51.100.9", "192.0.2.9", socket=simulated)
    assert (status, complaint) == (DONE, "")
    check_table(text)
    lines = text.splitlines()
    assert lines[1].startswith("  1         198.51.100.9 from 198.51.100.1 by eth1, ")
    assert "before the next by rfc6724-d2: " in text and "before the next by rfc6724-d10: " in text
    answer = json.loads(run("explain", "::1", "127.0.0.1", "--json", socket=simulated)[1])
    assert len(answer["destinations"]) == 2


@pytest.mark.parametrize("arguments, words", [
    (("fe80::1",), "needs its interface"), (("example.org",), "expected an IPv4 or IPv6 address; names are not looked up"),
    (("8.8.8.0/24",), "without a prefix length"), (("8.8.8.8:53",), "without a port"), (("[::1]",), "without brackets"),
    (("127.1",), "all its four numbers"), (("8.8.8.08",), "without leading zeros"), (("fe80::1%25eth0",), "not on a command line"),
    (("fe80::1%99",), 'no interface "99"'), (("8.8.8.8", "--protocol", "256"), "up to 255"),
    (("8.8.8.8", "--mark", "1/255"), "without a mask"), (("8.8.8.8", "--from", "224.0.0.1"), "one host"),
    (("2001:db8::9", "--from", "fe80::1"), "bind(2) refuses it"), (("8.8.8.8", "example.org"), "names are not looked up"),
    (("8.8.8.8", "--from", "::1"), "expected an IPv4 address"), (("8.8.8.8", "-i", "eth9"), 'no interface "eth9"'),
    (("8.8.8.8", "--mark", "red"), "expected a 32-bit number")])
def test_with_the_service_refused(simulated, arguments, words):
    status, text, complaint = run("explain", *arguments, socket=simulated)
    assert (status, text) == (FAILED, "")
    assert words in complaint

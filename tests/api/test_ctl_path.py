"""multihomectl path, black box: what it asks, how it tells each kind of answer, and the real service with a simulated host."""
import json
import urllib.parse

import pytest

from service import Service
from test_ctl import (DONE, EVIL, FAILED, UNREACHABLE, USAGE, check_help, check_table, ok, on_terminal, problem, run, spoiled,
                      stub)  # noqa: F401

PATH = "/v1/path"
QUESTION = ("203.0.113.9", "198.51.100.1", "eth1")
RULE = {"priority": 32766, "family": "ipv4", "action": "table", "table": "main", "protocol": "kernel", "owner": "kernel", "domain": None}


def reply(source, interface, next_hop, **more):
    return {"source": source, "interface": interface, "next_hop": next_hop, "local": False, "table": "main", "route": None, "rule": RULE,
            "on_link_assumed": False, "choices": [], **more}


def view(socket, way, asymmetric=False, undecided=None, **more):
    return {"socket": socket, "reply": way, "asymmetric": asymmetric, "undecided": undecided, "kernel": None, "agrees": True,
            "difference": None, "note": None, **more}


def answer(*sockets, verdicts=(), remedies=(), advice=(), agrees=True, **more):
    return {"generation": 7, "request": {"remote": "203.0.113.9", "local": "198.51.100.1", "interface": "eth1", "agrees": agrees,
                                         "difference": None if agrees is not False else "arrival", "kernel_unknown": "there is none"},
            "reply": sockets[0]["reply"], "asymmetric": sockets[0]["asymmetric"], "undecided": sockets[0]["undecided"],
            "verdicts": list(verdicts), "remedies": list(remedies), "advice": list(advice), "sockets": list(sockets), "agrees": agrees,
            **more}


STRAIGHT = view("tcp", reply("198.51.100.1", "eth1", "198.51.100.254"))
ROUND = view("tcp", reply("198.51.100.1", "eth0", "192.0.2.254"), True)
FILTERED = {"by": "reverse-path-filter", "drops": "request", "sockets": ["tcp"], "text": "rp_filter is strict (1) for eth1."}


def tell(stub, value, *arguments):
    """The text, checked for form, with its lines joined as well."""
    stub.answers[PATH] = ok(value)
    status, text, complaint = run("path", *QUESTION, *arguments, socket=stub.path)
    assert (status, complaint) == (DONE, "")
    check_table(text)
    return text, " ".join(text.split())


def test_all_is_well(stub):
    text, _ = tell(stub, answer(STRAIGHT))
    assert text.splitlines() == [
        "203.0.113.9 to 198.51.100.1 on eth1: the reply leaves as the request came",
        "  TCP       from 198.51.100.1 by eth1, next hop 198.51.100.254 (rule 32766,",
        "            table main)",
        "  kernel    agrees"]


def test_asymmetric(stub):
    text, line = tell(stub, answer(ROUND, remedies=[{"source_routing": True}, {"reverse_path": "loose"}], advice=["Look there."]))
    assert text.startswith("203.0.113.9 to 198.51.100.1 on eth1: the reply leaves by eth0\n")
    assert "(rule 32766, table main): asymmetric" in line
    assert '  remedy    {"source_routing": true}\n  or        {"reverse_path": "loose"}\n  advice    Look there.\n' in text


def test_dropped(stub):
    text, line = tell(stub, answer(ROUND, verdicts=[FILTERED]))
    assert "eth1: the request is dropped\n" in text
    assert "  request   reverse-path-filter: rp_filter is strict (1) for eth1.\n" in text
    wrong = {"by": "udp-wrong-source", "drops": "reply", "sockets": ["udp-wildcard"], "text": "From elsewhere."}
    text, line = tell(stub, answer(STRAIGHT, view("udp-wildcard", reply("192.0.2.1", "eth0", None), True), verdicts=[wrong]))
    assert "eth1: the reply is dropped\n" in text
    assert "UDP any from 192.0.2.1 by eth0, on link" in line
    assert "reply udp-wrong-source, for udp-wildcard: From elsewhere." in line


def test_not_known(stub):
    unknown = {"by": "packet-filter", "drops": None, "sockets": ["tcp"], "text": "It was not read."}
    text, _ = tell(stub, answer(STRAIGHT, verdicts=[unknown]))
    assert "eth1: not all is known\n" in text and "  unknown   packet-filter: It was not read.\n" in text
    lost = view("tcp", reply(None, None, None, indeterminate="a rule selects by the user, who is not known"), None, "there is no reply")
    assert "TCP not known, because a rule selects by the user" in tell(stub, answer(lost))[1]


def test_no_way(stub):
    none = view("tcp", reply(None, None, None, error={"code": "unreachable", "native": "ENETUNREACH"}), None, "there is no reply")
    text, _ = tell(stub, answer(none))
    assert text.startswith("203.0.113.9 to 198.51.100.1 on eth1: there is no reply\n")
    assert "  TCP       none: unreachable (ENETUNREACH)\n" in text


def test_next_hops(stub):
    choices = [{"interface": "eth0", "next_hop": "192.0.2.254", "weight": 2, "source": "198.51.100.1"},
               {"interface": "eth1", "next_hop": "fe80::1%eth1", "weight": 1, "source": None}]
    line = tell(stub, answer(view("tcp", reply("198.51.100.1", "eth0", "192.0.2.254", choices=choices), None, "one of several")))[1]
    assert "from 198.51.100.1 by eth0, next hop 192.0.2.254; or by eth1, next hop fe80::1 (rule" in line
    assert "table main): one of several" in line


def test_the_kernel(stub):
    line = tell(stub, answer({**STRAIGHT, "agrees": False, "difference": "interface"}, agrees=False))[1]
    assert "kernel DISAGREES: request: another arrival; tcp: another interface;" in line
    assert tell(stub, answer({**STRAIGHT, "agrees": None}, agrees=None))[1].endswith("kernel was not asked: there is none")


def test_hostile_answers(stub):
    """Nothing of it reaches the terminal, whatever member it stands in."""
    stub.answers[PATH] = ok(spoiled(answer(ROUND, STRAIGHT, verdicts=[FILTERED], remedies=[{EVIL: EVIL}], advice=["x"])))
    status, text, _ = run("path", *QUESTION, socket=stub.path)
    assert status == DONE and not {"\x1b", "\x07", "\u202e"} & set(text)


@pytest.mark.parametrize("value", [{}, {"request": 7, "verdicts": {}, "sockets": "x", "remedies": 1, "advice": None},
                                   {"sockets": [1, None, {}], "verdicts": [1, {}, {"sockets": [1]}], "advice": [1], "remedies": [1]}])
def test_strange_answers(stub, value):
    stub.answers[PATH] = ok(value)
    assert run("path", *QUESTION, socket=stub.path)[0] == DONE


def test_colours_on_a_terminal(stub):
    stub.answers[PATH] = ok(answer(ROUND, verdicts=[FILTERED]))
    status, text = on_terminal("--socket", stub.path, "path", *QUESTION)
    assert status == DONE and "\x1b[31m203.0.113.9 to" in text
    assert "\x1b" not in on_terminal("--socket", stub.path, "path", *QUESTION, NO_COLOR="1")[1]


# ---- what it asks ----

def test_the_question(stub):
    stub.answers[PATH] = ok(answer(STRAIGHT))
    run("path", "fe80::9%eth 1", "fe80::1", "a/b&c", "--protocol", "udp", "--remote-port=5", "--local-port", "53", "--mark", "0x10",
        socket=stub.path)
    target = urllib.parse.urlsplit(stub.targets()[0])
    assert target.path == PATH and urllib.parse.parse_qs(target.query, strict_parsing=True) == {
        "remote": ["fe80::9%eth 1"], "local": ["fe80::1"], "interface": ["a/b&c"], "protocol": ["udp"], "remote_port": ["5"],
        "local_port": ["53"], "mark": ["0x10"]}


def test_json(stub):
    stub.answers[PATH] = ok(answer(ROUND))
    status, text, _ = run("path", *QUESTION, "--json", socket=stub.path)
    assert status == DONE and json.loads(text) == answer(ROUND)


@pytest.mark.parametrize("arguments", [(), ("a",), ("a", "b"), ("a", "b", "c", "d"), (*QUESTION, "--table", "main"), (*QUESTION, "--mark")])
def test_usage(stub, arguments):
    assert run("path", *arguments, socket=stub.path)[0] == USAGE
    assert stub.targets() == []


def test_refusals(stub, tmp_path):
    stub.answers[PATH] = problem(400, "unknown-interface", "There is no such interface", detail="Not here.", expected="eth0", got="eth9")
    status, text, complaint = run("path", *QUESTION, socket=stub.path)
    assert (status, text) == (FAILED, "") and "Not here. (expected eth0; got eth9)" in complaint
    assert run("path", *QUESTION, socket=str(tmp_path / "nobody"))[0] == UNREACHABLE


def test_help_and_completion():
    own = check_help("path", "REMOTE LOCAL INTERFACE", "--protocol PROTOCOL", "--remote-port PORT", "--local-port PORT", "--mark MARK",
                     "--json")
    assert "mark of the socket that replies." in " ".join(own.split())


# ---- the real service ----

@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    running = Service(tmp_path_factory.mktemp("path"), "simple-multihoming")
    yield running.socket
    running.stop()


def test_with_the_service(simulated):
    status, text, complaint = run("path", "8.8.8.8", "198.51.100.1", "eth1", socket=simulated)
    assert (status, complaint) == (DONE, "")
    check_table(text)
    assert "  TCP       from 198.51.100.1 by eth1, next hop 198.51.100.254 (rule 1000," in text
    assert "udp-wrong-source, for udp-wildcard: " in " ".join(text.split())
    assert "  kernel    was not asked: " in text


@pytest.mark.parametrize("arguments, words", [
    (("example.org", "198.51.100.1", "eth1"), "expected an IPv4 or IPv6 address"),
    (("8.8.8.8", "::1", "eth1"), "expected an IPv4 address"), (("8.8.8.8", "198.51.100.1", "eth9"), 'no interface "eth9"'),
    (("8.8.8.8", "198.51.100.1", "eth1", "--protocol", "icmp"), "expected tcp or udp")])
def test_with_the_service_refused(simulated, arguments, words):
    status, text, complaint = run("path", *arguments, socket=simulated)
    assert (status, text) == (FAILED, "")
    assert words in complaint

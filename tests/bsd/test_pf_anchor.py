"""pf's anchor as the whole program sees it, with the pfctl of pfctl.py: what is there is shown as rules and routes."""

import os
import time

import pytest

from pfctl import PERMISSION, Pf

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
SYSTEMS = {"freebsd13": ("FreeBSD", "bridge0", "lo0"), "openbsd80": ("OpenBSD", "vether0", "vio0")}


def golden(name, system):
    with open(os.path.join(GOLDEN, f"{name}.{system.lower()}.pf"), encoding="ascii") as file:
        return file.read()


def read_again(service):
    before = service.get("/v1/status").json["last_resync"]
    assert service.request("POST", "/v1/resync", None, {}).status in (200, 202, 204)
    deadline = time.monotonic() + 20
    while service.get("/v1/status").json["last_resync"] == before:
        assert time.monotonic() < deadline, service.log_text()
        time.sleep(0.02)


def rules(service):
    return [one for one in service.get("/v1/rules?limit=500").json["items"] if one["owner"] == "multihomed"]


def routes(service, table):
    return {one["destination"]: one["next_hops"]
            for one in service.get("/v1/routes?limit=500").json["items"] if one["table"] == str(table)}


@pytest.mark.parametrize("name", ("two-uplinks", "strong-send", "link-local-gateways", "user-rules", "many-addresses"))
@pytest.mark.parametrize("system", ("FreeBSD", "OpenBSD"))
def test_golden_files_are_taken(name, system):
    pf = Pf(system, {"em1", "em2", "bridge0"})
    assert pf.run(["pfctl", "-q", "-a", "multihomed", "-f", "-"], golden(name, system)) == (0, "", "")
    assert len(pf.anchor.splitlines()) == len(golden(name, system).splitlines())


def test_the_other_grammar_is_refused():
    for system, other in (("FreeBSD", "OpenBSD"), ("OpenBSD", "FreeBSD")):
        status, _, error = Pf(system, {"em1", "em2", "bridge0"}).load(golden("strong-send", other))
        assert status == 1 and "syntax error" in error
    status, _, error = Pf("FreeBSD", {"em1"}).load(golden("two-uplinks", "FreeBSD"))
    assert status == 1 and "unknown interface em2" in error


@pytest.mark.parametrize("kernel", SYSTEMS)
def test_what_the_anchor_holds_is_shown(start, kernel):
    system, first, second = SYSTEMS[kernel]
    service = start(kernel)
    assert rules(service) == []
    pf = service.kernel.pf = Pf(system, {first, second})
    text = golden("two-uplinks", system).replace(" scope 253", "")  # a label has 63 characters
    assert pf.load(text.replace("em1", first).replace("em2", second)) == (0, "", "")
    read_again(service)
    assert {(one["priority"], one["table"]) for one in rules(service)} == {(5260, "5202"), (5260, "5203")}
    assert len(rules(service)) == 4
    shown = routes(service, 5202)
    assert set(shown) == {"192.0.2.0/24", "0.0.0.0/0", "2001:db8:1::/64", "::/0"}
    assert [(hop["gateway"], hop["interface"]) for hop in shown["0.0.0.0/0"]] == [("192.0.2.1", first)]

    pf.anchor = pf.anchor.replace("inet table 5202", "inet table 5204")  # one of the records, by somebody
    pf.anchor += "pass in all flags S/SA keep state\n"
    read_again(service)
    assert rules(service) == [] and routes(service, 5202) == {}
    pf.error = PERMISSION
    read_again(service)
    assert rules(service) == []


@pytest.mark.parametrize("kernel", SYSTEMS)
def test_messages_do_not_run_pfctl(start, kernel):
    service = start(kernel)
    asked = len([call for call, *_ in service.kernel.asked if call == "run"])
    name = next(one for one in service.kernel.recordings if one.endswith("-RTM_ADD") and "-monitor" in one)
    service.kernel.tell(name)
    deadline = time.monotonic() + 20
    reads = len([call for call, *_ in service.kernel.asked if call == "read"])
    while len([call for call, *_ in service.kernel.asked if call == "read"]) == reads:
        assert time.monotonic() < deadline, service.log_text()
        time.sleep(0.02)
    time.sleep(0.3)
    assert len([call for call, *_ in service.kernel.asked if call == "run"]) == asked

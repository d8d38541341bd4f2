"""What a plan says of the sessions of a kernel in memory: whose address goes, who leaves by another way, and what cannot be told."""

import json

import pytest

from kernel_layout import PERSONALITIES
from kernel_scenario import NAMES
from made_sockets import ESTABLISHED, SSHD, TCP, Socket

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
KEY = 0xc0de0000_00001001


def send(service, document, query=""):
    answer = service.request("PUT", "/v1/config" + query, json.dumps({"version": 1, **document}),
                             {"Content-Type": "application/json", "If-Match": "*"})
    assert answer.status == 200, answer.body
    return answer.json


def sessions(service, document):
    return send(service, document, "?dry_run=true")["effect"]["sessions"]


@pytest.fixture
def busy(serve, layout):
    """Sessions from three addresses, of which 203.0.113.5 is of this service's making."""
    service = serve(layout)
    _, second = NAMES[service.kernel.system_name]
    address = {"addresses": {"own": {"interface": second, "address": "203.0.113.5/24"}}}
    service.own = {**address, "routes": {"far": {"to": "10.97.0.0/16", "via": "198.51.100.254"}}}
    send(service, service.own)
    service.kernel.sysctl.sockets.sockets = [
        Socket(TCP, ("203.0.113.5", 22), ("172.16.0.9", 50000), ESTABLISHED, key=KEY, pid=SSHD),
        Socket(TCP, ("192.0.2.1", 22), ("10.97.0.9", 50001), ESTABLISHED, key=KEY + 1, pid=SSHD),
        Socket(TCP, ("198.51.100.1", 22), ("203.0.113.77", 50002), ESTABLISHED, key=KEY + 2, pid=SSHD),
        Socket(TCP, ("192.0.2.1", 22), ("192.0.2.9", 50003), ESTABLISHED, key=KEY + 3, pid=SSHD)]
    return service


@EVERY
def test_an_address_cuts_its_sessions(busy, layout):
    found = sessions(busy, {"routes": busy.own["routes"]})
    assert [(one["local"], one["remote"], one["reason"], one["process"]) for one in found["cut"]] == [
        ("203.0.113.5", "172.16.0.9", "address-lost", {"pid": SSHD, "name": "sshd-session"})]
    # 203.0.113.77 is a neighbour by that subnet
    assert (found["moved"], found["undecided_count"], found["unavailable"]) == ([], 1, None)


@EVERY
def test_a_route_moves_sessions(busy, layout):
    first, second = NAMES[busy.kernel.system_name]
    found = sessions(busy, {"addresses": busy.own["addresses"]})
    moved, = found["moved"]
    assert (moved["local"], moved["remote"]) == ("192.0.2.1", "10.97.0.9")
    assert moved["before"] == {"interface": second, "next_hop": "198.51.100.254"}
    assert moved["after"] == {"interface": first, "next_hop": "192.0.2.254"}
    assert (found["cut"], found["undecided_count"], found["unavailable"]) == ([], 0, None)


@EVERY
def test_nothing_happens_to_others(busy, layout):
    found = sessions(busy, {**busy.own, "routes": {**busy.own["routes"], "more": {"to": "10.1.0.0/16", "via": "192.0.2.253"}}})
    assert (found["cut"], found["moved"], found["undecided_count"]) == ([], [], 0)

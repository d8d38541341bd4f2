"""The sessions that a plan cuts off or moves, as the API tells them: of a dry run, of GET /v1/plan, and of a change to who
makes it. The sessions are those of the simulated host's file."""
import contextlib
import http.client
import os
import socket

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from service import Answer  # noqa: E402
from writer import HOST, SECOND, Writer  # noqa: E402

NONE = {"cut": [], "moved": [], "cut_count": 0, "moved_count": 0, "undecided_count": 0, "truncated": False, "unavailable": None}
DOCUMENT = {"addresses": {"second": SECOND}, "routes": {"corp": {"to": "10.0.0.0/8", "via": "198.51.100.254"}}}


def session(local, remote, port=22, **members):
    return {"protocol": "tcp", "local": local, "local_port": port, "remote": remote, "remote_port": 50000, **members}


def host(*endpoints, **members):
    return {**HOST, "endpoints": list(endpoints), **members}


SSHD = {"pid": 812, "name": "sshd-session"}
ENDPOINTS = [session("192.0.2.2", "203.0.113.9"), session("192.0.2.2", "203.0.113.10", process=SSHD, yours=True),
             {**session("192.0.2.2", "192.0.2.53", 4000), "protocol": "udp"}, session("192.0.2.1", "203.0.113.9"),
             session("198.51.100.7", "10.1.1.1"), session("192.0.2.2", "192.0.2.1"),
             {"protocol": "tcp", "local": "192.0.2.2", "local_port": 80}]


@pytest.fixture
def writer(start):
    return Writer(start(host(*ENDPOINTS)))


@pytest.fixture
def changed(writer):
    """The document is in force."""
    assert writer.put(DOCUMENT).status == 200
    return writer


def sessions(answer):
    assert answer.status == 200, answer.body
    return answer.json["effect"]["sessions"]


def remotes(listed):
    return [(item["remote"], item["reason"]) for item in listed]


def test_what_is_cut_and_moved(changed):
    found = sessions(changed.put({}, "?dry_run=true"))
    assert remotes(found["cut"]) == [("203.0.113.10", "address-lost"), ("203.0.113.9", "address-lost"), ("192.0.2.53", "address-lost"),
                                     ("192.0.2.1", "address-lost")]
    assert found["cut"][0] == {"protocol": "tcp", "local": "192.0.2.2", "local_port": 22, "remote": "203.0.113.10", "remote_port": 50000,
                               "reason": "address-lost", "process": SSHD, "yours": True, "api_client": False}
    assert found["cut"][1]["process"] is None and found["cut"][1]["process_unknown"] and found["cut"][1]["yours"] is False
    assert found["cut"][2]["protocol"] == "udp"
    assert remotes(found["moved"]) == [("10.1.1.1", "moved")]
    assert found["moved"][0]["before"] == {"interface": "eth1", "next_hop": "198.51.100.254"}
    assert found["moved"][0]["after"] == {"interface": "eth0", "next_hop": "192.0.2.254"}
    assert (found["cut_count"], found["moved_count"], found["undecided_count"]) == (4, 1, 0)
    assert found["truncated"] is False and found["unavailable"] is None


def test_who_changes_it_is_told(changed):
    transaction = changed.put({}, "?confirm_timeout=60s").json
    assert transaction["sessions"]["cut"][0]["yours"] is True and transaction["sessions"]["cut_count"] == 4
    assert "sessions" not in changed.get("/v1/transactions/" + transaction["id"]).json
    assert "sessions" not in changed.revert(transaction).json


def test_a_plan_without_operations_cuts_nobody(changed):
    assert sessions(changed.get("/v1/plan")) == NONE
    assert sessions(changed.put(DOCUMENT, "?dry_run=true")) == NONE


def test_routes_that_go_without_another(start):
    writer = Writer(start(host(session("192.0.2.1", "10.1.1.1"), session("192.0.2.1", "192.0.2.7"), routes=[])))
    writer.put({"routes": {"corp": {"to": "10.0.0.0/8", "via": "192.0.2.254"}}})
    found = sessions(writer.put({}, "?dry_run=true"))
    assert remotes(found["cut"]) == [("10.1.1.1", "no-route")] and found["cut"][0]["native"] == "ENETUNREACH"
    assert found["moved"] == []


def test_many(start):
    """A hundred are shown, the own one among them, and all are counted."""
    many = [session("192.0.2.2", f"203.0.{i // 250}.{i % 250 + 1}") for i in range(400)]
    writer = Writer(start(host(*many, session("192.0.2.2", "198.18.0.1", yours=True))))
    writer.put(DOCUMENT)
    found = sessions(writer.put({}, "?dry_run=true"))
    assert len(found["cut"]) == 100 and found["cut_count"] == 401 and found["cut"][0]["remote"] == "198.18.0.1"


def test_other_systems_judge_addresses(start):
    writer = Writer(start({**host(session("192.0.2.2", "203.0.113.9"), session("192.0.2.1", "203.0.113.9")), "system": "openbsd"}))
    writer.put({"addresses": {"second": SECOND}})
    found = sessions(writer.put({}, "?dry_run=true"))
    assert remotes(found["cut"]) == [("203.0.113.9", "address-lost")] and found["cut"][0]["local"] == "192.0.2.2"


def test_a_client_over_tcp(start):
    """The clients of the API are told apart from others, and among them the one that asks."""
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as local:
        port, own = free.getsockname()[1], local.getsockname()[1]
    others = [session("127.0.0.2", "127.0.0.1", port), session("127.0.0.2", "127.0.0.1", 22),
              {**session("127.0.0.2", "127.0.0.1", port), "remote_port": own}]
    service = start(host(*others), "--listen", f"127.0.0.1:{port}")
    writer = Writer(service)
    assert writer.put({"addresses": {"a": {"interface": "eth0", "address": "127.0.0.2/8"}}}).status == 200
    with open(os.path.join(service.directory, "state", "token"), encoding="utf-8") as file:
        token = file.read().strip()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=("127.0.0.1", own))) as connection:
        connection.request("PUT", "/v1/config?dry_run=true", "{}", {
            "If-Match": "*", "Content-Type": "application/json", "Authorization": "Bearer " + token})
        response = connection.getresponse()
        answer = Answer(response, response.read())
    found = sessions(answer)
    assert [(item["remote_port"], item["local_port"], item["yours"], item["api_client"]) for item in found["cut"]] == [
        (own, port, True, True), (50000, port, False, True), (50000, 22, False, False)]

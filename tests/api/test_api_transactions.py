"""Transactions over the API: confirmed, reverted, out of time; several writers; the list, and the events."""
import json
import socket
import threading
import time

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from test_api_events import Stream  # noqa: E402
from service import all_items  # noqa: E402
from writer import HOST, SECOND, THIRD, Writer, eventually, host_with  # noqa: E402

DOCUMENT = {"addresses": {"second": SECOND}}
OTHER = {"addresses": {"third": THIRD}}
WRONG_TOKENS = ["", "x", "0" * 64, "0" * 95, "0" * 96, "0" * 5000, "é"]


@pytest.fixture
def writer(start):
    return Writer(start(HOST))


def is_reverted(writer, transaction):
    return writer.state(transaction) == "reverted"


# ---- confirm and revert ----

def test_confirmed_again(writer):
    transaction = writer.begin(DOCUMENT)
    first = writer.confirm(transaction)
    before = writer.everything()
    again = writer.confirm(transaction)
    assert first.status == again.status == 200 and first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"] == writer.tag
    writer.confirm(transaction, "0" * 64).problem("wrong-token", 403)
    assert writer.everything() == before


def test_confirmed_again_while_another_waits(writer):
    """It is the other one that is not confirmed by it."""
    first = writer.begin(DOCUMENT)
    writer.confirm(first)
    tag, file = writer.tag, writer.file
    second = writer.begin(OTHER)
    answer = writer.confirm(first)
    assert answer.status == 200 and answer.json["id"] == first["id"] and answer.headers["ETag"] == tag
    assert writer.document == DOCUMENT and writer.tag == tag and writer.file == file
    assert writer.state(second) == "pending"
    assert writer.confirm(second).status == 200 and writer.document == OTHER == json.loads(writer.file)


def test_tokens(writer):
    transaction = writer.begin(DOCUMENT)
    before = writer.everything()
    for token in WRONG_TOKENS + [transaction["token"][:-1], transaction["token"] + "0", transaction["token"].upper() + "x"]:
        writer.confirm(transaction, token).problem("wrong-token", 403)
    assert writer.everything() == before
    assert writer.confirm(transaction).status == 200
    other = writer.begin(OTHER)
    assert other["token"] != transaction["token"]
    writer.confirm(other, transaction["token"]).problem("wrong-token", 403)
    writer.revert(other)


def test_reverted(writer):
    writer.put(OTHER)
    before = writer.everything()
    transaction = writer.begin(DOCUMENT)
    assert "192.0.2.2" in writer.addresses and "192.0.2.3" not in writer.addresses
    answer = writer.revert(transaction)
    assert answer.status == 200 and answer.json["state"] == "reverted" and answer.headers["ETag"] == before[0]
    assert {step["state"] for step in answer.json["operations"]} == {"reverted"}
    assert answer.json["problem"] is None, "it was asked for"
    assert writer.revert(transaction).json == answer.json
    after = writer.everything()
    assert after[:5] == before[:5] and after[6:] == before[6:]
    problem = writer.confirm(transaction).problem("transaction-over", 410)
    assert problem["detail"]
    assert writer.put(DOCUMENT).status == 200


def test_what_is_confirmed_is_not_reverted(writer):
    at_once = writer.put(DOCUMENT).json
    waited = writer.begin(OTHER)
    writer.confirm(waited)
    before = writer.everything()
    for transaction in (at_once, waited):
        problem = writer.revert(transaction).problem("transaction-confirmed", 409)
        assert problem["transaction"] == transaction["id"] and problem["state"] == "confirmed"
    assert writer.confirm(at_once, "0" * 64).status == 403, "it never had a token"
    assert writer.everything() == before


def test_out_of_time(writer):
    before = writer.everything()
    transaction = writer.begin(DOCUMENT, "1s")
    begun = time.monotonic()
    eventually(lambda: is_reverted(writer, transaction))
    assert 0.5 < time.monotonic() - begun < 10
    assert "192.0.2.2" not in writer.addresses
    shown = writer.get("/v1/transactions/" + transaction["id"]).json
    assert shown["problem"]["code"] == "timeout" and shown["ended"] >= shown["deadline"] == transaction["deadline"]
    writer.confirm(transaction).problem("transaction-over", 410)
    assert writer.revert(transaction).status == 200
    after = writer.everything()
    assert after[:5] == before[:5] and after[6:] == before[6:]
    assert writer.put(OTHER).status == 200


def test_confirmed_in_time_stays(writer):
    transaction = writer.begin(DOCUMENT, "1s")
    assert writer.confirm(transaction).status == 200
    time.sleep(1.2)
    assert writer.state(transaction) == "confirmed" and "192.0.2.2" in writer.addresses


def test_nothing_else_while_one_waits(writer):
    writer.put({"version": 1})
    transaction = writer.begin(DOCUMENT)
    before = writer.everything()
    answers = [writer.put(OTHER), writer.put({}), writer.patch({"arp": {"reply": "any"}}), writer.delete("/version"),
               writer.put(THIRD, member="/addresses/third"), writer.put(OTHER, "?confirm_timeout=60s"), writer.send("POST", "/v1/reload")]
    for answer in answers:
        assert answer.problem("transaction-pending", 409)["detail"] == "transaction %s waits to be confirmed or reverted" % transaction["id"]
    assert writer.put(OTHER, "?dry_run=true").status == writer.get("/v1/plan").status == 200
    writer.put(OTHER, match='"0"').problem("precondition-failed", 412)
    assert writer.everything() == before
    assert writer.confirm(transaction).status == 200


def test_problems_name_the_transaction_that_waits(writer):
    transaction = writer.begin(DOCUMENT)
    for answer in (writer.put(OTHER), writer.send("POST", "/v1/reload")):
        problem = answer.problem("transaction-pending", 409)
        assert problem["transaction"] == transaction["id"] and problem["state"] == "pending"


def test_edited_before_it_is_confirmed(writer):
    """The edit is not overwritten; the transaction still waits."""
    transaction = writer.begin(DOCUMENT)
    writer.service.write_config({"version": 1})
    problem = writer.confirm(transaction).problem("file-edited", 409)
    assert problem["transaction"] == transaction["id"] and problem["state"] == "pending"
    assert json.loads(writer.file) == {"version": 1} and writer.document == {} and writer.state(transaction) == "pending"
    assert writer.revert(transaction).status == 200 and json.loads(writer.file) == {"version": 1}
    assert writer.addresses == {"192.0.2.1"}


# ---- failed ----

BOTH = {"addresses": {"second": SECOND, "third": THIRD}}
STUCK = [{"op": "address-add", "at": 2, "error": "ENOBUFS"}] + [{"op": "address-delete", "at": number, "error": "EPERM"}
                                                               for number in range(1, 400)]


def fail(writer):
    """The second address cannot be added, and the first not be taken away again."""
    problem = writer.put(BOTH).problem("operation-failed", 500)
    assert problem["state"] == "failed" and problem["native"]["text"] == "ENOBUFS"
    return {"id": problem["transaction"]}


def relent(writer):
    """From now on the host lets everything happen."""
    writer.service.change_host({**HOST, "interfaces": {**HOST["interfaces"], "eth2": {}}})


def test_failed(start):
    """It is in the way of all others, which say so; the confirmed document stays in force."""
    writer = Writer(start(host_with(*STUCK)))
    transaction = fail(writer)
    shown = writer.get("/v1/transactions/" + transaction["id"]).json
    assert shown["state"] == "failed" and shown["problem"]["code"] != "ok" and shown["ended"]
    assert "operation 2 of 2" in shown["problem"]["detail"] and "could not be taken back" in shown["problem"]["detail"]
    assert [step["state"] for step in shown["operations"]] == ["failed", "failed"]
    assert writer.document == {} and writer.file is None and writer.addresses == {"192.0.2.1", "192.0.2.2"}
    for answer in (writer.put(OTHER), writer.put(DOCUMENT, "?confirm_timeout=60s"), writer.send("POST", "/v1/reload")):
        problem = answer.problem("transaction-pending", 409)
        assert problem["transaction"] == transaction["id"] and problem["state"] == "failed"
        assert "transaction %s failed" % transaction["id"] in problem["detail"]
    assert writer.put(OTHER, "?dry_run=true").status == writer.get("/v1/plan").status == 200
    problem = writer.revert(transaction).problem("operation-failed", 500)
    assert problem["transaction"] == transaction["id"] and problem["state"] == "failed" and problem["native"]["text"] == "EPERM"
    writer.confirm(transaction, "x").problem("transaction-over", 410)
    assert len(writer.transactions) == 1 and writer.file is None


@pytest.mark.parametrize("way", ["revert", "write", "alone"])
def test_failed_and_tried_again(start, way):
    """By request, before the next change, and by itself after some seconds: the host lets it happen now."""
    writer = Writer(start(host_with(*STUCK)))
    transaction = fail(writer)
    relent(writer)
    if way == "revert":
        assert writer.revert(transaction).json["state"] == "reverted"
    elif way == "write":
        assert writer.put(OTHER).status == 200
    eventually(lambda: is_reverted(writer, transaction))
    shown = writer.get("/v1/transactions/" + transaction["id"]).json
    assert "operation 2 of 2" in shown["problem"]["detail"] and "taken back" not in shown["problem"]["detail"]
    assert writer.put(BOTH).status == 200 and writer.addresses == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}


def test_failed_by_request(start):
    """The revert itself fails: its problem is why."""
    writer = Writer(start(host_with(*STUCK[1:])))
    transaction = writer.begin(DOCUMENT)
    assert writer.revert(transaction).problem("operation-failed", 500)["state"] == "failed"
    problem = writer.get("/v1/transactions/" + transaction["id"]).json["problem"]
    assert problem["code"] == "permission" and problem["native"]["text"] == "EPERM"
    assert problem["detail"].startswith("it was reverted by request; and it could not be taken back: ")
    relent(writer)
    assert writer.revert(transaction).json["problem"] is None and writer.state(transaction) == "reverted"


# ---- the list ----

def test_pages(writer):
    for number in range(5):
        assert writer.put(DOCUMENT if number % 2 == 0 else {}).status == 200
    ids = [transaction["id"] for transaction in writer.transactions]
    assert ids == sorted(ids, key=int, reverse=True) and len(ids) == 5
    for limit in (1, 2, 3, 5, 1000):
        assert [item["id"] for item in all_items(writer.service, "/v1/transactions", limit)] == ids
    first = writer.get("/v1/transactions?limit=2").json
    writer.put(OTHER)
    rest = writer.get("/v1/transactions?limit=1000&cursor=" + first["next"]).json
    assert [item["id"] for item in first["items"] + rest["items"]] == ids and rest["next"] is None
    for query in ("limit=0", "limit=1001", "cursor=x", "cursor=", "cursor=" + first["next"] + "0x"):
        assert writer.get("/v1/transactions?" + query).problem("invalid-parameter", 400)["parameter"] == query.split("=")[0]
    writer.get("/v1/transactions?state=pending").problem("unknown-parameter", 400)


def test_the_oldest_goes(writer):
    for number in range(33):
        assert writer.put(DOCUMENT if number % 2 == 0 else {}).status == 200
    items = writer.transactions
    assert [int(item["id"]) for item in items] == list(range(33, 1, -1))
    assert writer.get("/v1/transactions/2").status == 200
    for answer in (writer.get("/v1/transactions/1"), writer.revert({"id": "1"}), writer.confirm({"id": "1"}, "x")):
        answer.problem("not-found", 404)


# ---- several writers ----

def race(writer, documents, query, match):
    answers = [None] * len(documents)

    def write(number):
        answers[number] = writer.send("PUT", "/v1/config" + query, documents[number], match)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(documents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


DOCUMENTS = [{"addresses": {"a": {"interface": "eth0", "address": "192.0.2.%d/24" % number}}} for number in range(10, 26)]


def test_one_of_several_writers_wins(writer):
    answers = race(writer, DOCUMENTS, "", writer.tag)
    assert sorted(answer.status for answer in answers) == [200] + [412] * 15
    won = next(number for number, answer in enumerate(answers) if answer.status == 200)
    assert writer.document == DOCUMENTS[won] == json.loads(writer.file)
    assert writer.addresses == {"192.0.2.1", "192.0.2.%d" % (won + 10)} and len(writer.transactions) == 1


def test_one_of_several_waits(writer):
    answers = race(writer, DOCUMENTS, "?confirm_timeout=60s", writer.tag)
    assert sorted(answer.status for answer in answers) == [202] + [409] * 15
    won = next(number for number, answer in enumerate(answers) if answer.status == 202)
    assert writer.confirm(answers[won].json).status == 200 and writer.document == DOCUMENTS[won]


def test_all_of_several_with_a_star(writer):
    """They come one behind the other, and the last is what the host and the file are like."""
    assert {answer.status for answer in race(writer, DOCUMENTS, "", "*")} == {200}
    assert writer.document in DOCUMENTS and writer.document == json.loads(writer.file)
    assert len(writer.addresses) == 2 and len(writer.transactions) == 16
    assert writer.get("/v1/plan").json["operations"] == []


def test_a_client_that_does_not_wait(writer):
    """Its write is carried out whole or not at all, and the next one is answered."""
    for number in range(20):
        before = len(writer.transactions)
        document = json.dumps({"addresses": {"a%d" % item: {"interface": "eth0", "address": "192.0.2.%d/24" % item}
                                             for item in range(10 + number, 60 + number)}}).encode()
        with writer.service.raw() as sock:
            sock.sendall(b"PUT /v1/config HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(document) + document)
            if number % 4 == 1:
                sock.shutdown(socket.SHUT_RDWR)
            elif number % 2 == 0:  # until it has begun; the others are gone before the service may have seen them
                eventually(lambda: len(writer.transactions) > before)
    assert len(writer.transactions) >= 10
    assert writer.put(OTHER).status == 200
    assert {item["state"] for item in writer.transactions} == {"confirmed"}
    assert writer.get("/v1/plan").json["operations"] == []
    assert writer.document == json.loads(writer.file) and writer.service.alive()


def test_one_that_waits_for_its_client_in_vain(writer):
    """The client is gone with its token: the deadline decides."""
    document = json.dumps(DOCUMENT).encode()
    with writer.service.raw() as sock:
        sock.sendall(b"PUT /v1/config?confirm_timeout=1s HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(document) + document)
        sock.recv(12)
    newest = writer.transactions[0]
    assert newest["state"] == "pending"
    eventually(lambda: is_reverted(writer, newest))
    assert writer.addresses == {"192.0.2.1"} and writer.file is None


# ---- events ----

KEPT = ("transaction-changed", "config-changed", "config-failed", "config-restored", "config-reloaded")


def told(stream, count):
    """The next events about the configuration; they come within seconds."""
    events = []
    stream.connection.sock.settimeout(5)
    while len(events) < count:
        event = stream.event()
        if event["type"] in KEPT:
            events.append((event["type"], event["subject"], event.get("state") or event.get("code")))
    return events


def test_events_of_transactions(writer):
    stream = Stream(writer.service)
    transaction = writer.begin(DOCUMENT)
    number = transaction["id"]
    assert told(stream, 1) == [("transaction-changed", number, "pending")]
    writer.confirm(transaction)
    assert told(stream, 2) == [("transaction-changed", number, "confirmed"), ("config-changed", "config", None)]
    transaction = writer.begin({})
    writer.revert(transaction)
    assert told(stream, 2) == [("transaction-changed", transaction["id"], "pending"),
                               ("transaction-changed", transaction["id"], "reverted")]
    transaction = writer.begin({}, "1s")
    assert told(stream, 2)[1] == ("transaction-changed", transaction["id"], "reverted")
    writer.service.write_config({})
    writer.send("POST", "/v1/reload")
    events = told(stream, 2)
    assert events[0][2] == "confirmed" and events[1] == ("config-reloaded", "config", None)
    stream.close()


def test_no_events_of_refusals(writer):
    stream = Stream(writer.service)
    writer.put({"arp": 1})
    writer.put(DOCUMENT, "?dry_run=true")
    writer.put(DOCUMENT, match='"0"')
    writer.put({})
    writer.service.write_config("{")
    writer.send("POST", "/v1/reload")
    writer.service.write_config("{}")
    writer.send("POST", "/v1/reload")
    assert told(stream, 1) == [("config-reloaded", "config", None)]
    stream.close()


@pytest.mark.parametrize("culprit", [None, {"pid": 812, "process": "NetworkManager"}])
def test_the_culprit_is_told(writer, culprit):
    writer.put(DOCUMENT)
    stream = Stream(writer.service)
    writer.service.write_host({**HOST, "neighbors": [], **({"culprit": culprit} if culprit else {})})
    while (event := stream.event())["type"] != "config-restored":
        pass
    writer.schemas.check(writer.schemas.named("Event"), event)
    assert event["culprit"] == culprit and event.get("culprit_unknown") == (None if culprit else "the host file names nobody")
    assert ("(undone by NetworkManager, process 812)" in writer.service.log_text()) == bool(culprit)
    stream.close()


def test_events_of_the_guard(writer):
    writer.put(DOCUMENT)
    stream = Stream(writer.service)
    writer.service.write_host({**HOST, "neighbors": []})  # the address is gone with the edit
    events = told(stream, 2)
    assert events[0][0] == "transaction-changed" and events[1] == ("config-restored", "/addresses/second", None)
    eventually(lambda: "192.0.2.2" in writer.addresses)
    writer.service.write_host({**HOST, "faults": [{"op": "address-add", "at": 1, "error": "ENOBUFS"}]})
    events = told(stream, 2)
    assert events[0][2] == "reverted" and events[1][0] == "config-failed" and events[1][2]
    assert told(stream, 2)[1][0] == "config-restored", "it is tried again"
    stream.close()

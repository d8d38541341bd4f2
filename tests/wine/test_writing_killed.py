"""multihomed.exe is killed at each of the calls that change the host, or one of them fails: afterwards everything is as it was."""
import contextlib
import http.client
import threading

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from iphlp_helper import DENIED, INVALID, NOT_FOUND  # noqa: E402
from real_host import ip, network  # noqa: E402
from writer import Writer  # noqa: E402

DOCUMENT = {
    "addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24", "skip_as_source": True}},
    "routes": {"lab": {"to": "198.18.0.0/15", "via": "192.0.2.254", "interface": "eth0", "metric": 9},
               "spare": {"to": "198.18.0.0/15", "via": "198.51.100.254", "interface": "eth1", "metric": 8}},
    "uplinks": {"isp2": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254"}}},
    "interfaces": {"eth0": {"metric": 60}, "eth1": {"ipv4": {"host_model": {"send": "weak", "receive": "weak"}}}}}


def state(helper):
    return network(), helper.host.kept()


@contextlib.contextmanager
def two_ways():
    """Of others: a second default route of one metric with the first, by the other interface, and one to a network of DOCUMENT's, of
    the metric that is given there (9, and the interface's 25)."""
    routes = (("default", "198.51.100.253", "30"), ("198.18.0.0/15", "198.51.100.252", "34"))
    for destination, gateway, metric in routes:
        ip("route", "append", destination, "via", gateway, "dev", "eth1", "metric", metric)
    yield
    for destination, gateway, metric in routes:
        ip("route", "delete", destination, "via", gateway, "dev", "eth1", "metric", metric)


def writes_of(writer, helper, document):
    """How many calls that change something the document makes."""
    helper.clear()
    answer = writer.put(document)
    assert answer.status == 200, answer.body
    count = helper.count
    assert writer.put({}).status == 200
    return count


def put_in_background(writer, document):
    def put():
        with contextlib.suppress(OSError, http.client.HTTPException):
            writer.send("PUT", "/v1/config", document, check=False)

    thread = threading.Thread(target=put)
    thread.start()
    return thread


def kill_at(real, helper, document, number, after):
    """Ends the service while it waits for the answer of a write, and starts it again."""
    helper.hold(number, after)
    thread = put_in_background(Writer(real), document)
    assert helper.held.wait(20), real.log_text()
    real.kill()
    thread.join(30)
    helper.clear()
    real.start()


def test_killed_at_each_write(start_real, helper):
    with two_ways():
        real = start_real()
        writer, before = Writer(real), state(helper)
        count = writes_of(writer, helper, DOCUMENT)
        assert count >= 8 and state(helper) == before
        for number in range(1, count + 1):
            kill_at(real, helper, DOCUMENT, number, after=number % 2 == 0 or number == count)
            assert state(helper) == before, (number, helper.writes[-20:])
            assert real.get("/v1/config").json == {}


def test_killed_while_it_takes_back(start_real, helper):
    """Each write of the revert, after the service had all of them applied."""
    real = start_real()
    writer, before = Writer(real), state(helper)
    count = writes_of(writer, helper, DOCUMENT)
    for number in (1, count // 2, count):
        transaction = Writer(real).begin(DOCUMENT)
        helper.hold(number, after=number != 1)
        thread = threading.Thread(target=revert, args=(real, transaction))
        thread.start()
        assert helper.held.wait(20), real.log_text()
        real.kill()
        thread.join(30)
        helper.clear()
        real.start()
        assert state(helper) == before, (number, helper.writes[-20:])


def revert(real, transaction):
    with contextlib.suppress(OSError, http.client.HTTPException):
        Writer(real).revert(transaction)


def test_killed_while_it_waits_to_be_confirmed(start_real, helper):
    real = start_real()
    before = state(helper)
    transaction = Writer(real).begin(DOCUMENT)
    assert state(helper) != before
    real.kill()
    real.start()
    assert state(helper) == before and Writer(real).state(transaction) == "reverted"


def test_a_write_that_fails_takes_all_back(start_real, helper):
    real = start_real()
    writer, before = Writer(real), state(helper)
    count = writes_of(writer, helper, DOCUMENT)
    for number, code in ((1, DENIED), (count // 2, INVALID), (count, NOT_FOUND)):
        helper.fail(number, code)
        answer = writer.put(DOCUMENT)
        assert answer.status == 500 and answer.json["native"]["code"] == code, answer.body
        assert state(helper) == before, (number, helper.writes[-20:])

"""The helper answers with the codes that learn.microsoft.com documents for each function, and does what it says."""
import ipaddress

import pytest

from iphlp_helper import (DEPRECATED, DETECTION, EXISTS, FOREVER, INVALID, NO_FILE, NOT_FOUND, OK, PREFERRED, TENTATIVE, UNREACHABLE,
                          UNSUPPORTED, to_word)
from real_host import DualHomed, index_of, ip
from writer import eventually

ETH0, ETH1, NONE = index_of("eth0"), index_of("eth1"), 999


@pytest.fixture
def ask(helper):
    with DualHomed():
        def ask_one(verb, *values):
            words = [to_word(ipaddress.ip_address(value)) if isinstance(value, str) and value != "-" else str(value) for value in values]
            return helper.answer([verb, *words])

        yield ask_one


def add(ask, index=ETH0, address="192.0.2.9", length=24, skip=0):
    return ask("address-create", index, address, length, skip, FOREVER, FOREVER)[0]


def state(ask, address="192.0.2.9"):
    rows = {str(row[1]): row for row in ask("addresses", 0)[1]}
    return rows[address][4] if address in rows else None


def test_addresses(ask):
    assert add(ask, index=NONE) == NOT_FOUND
    assert add(ask, address="224.0.0.9") == INVALID and add(ask, address="0.0.0.0") == INVALID
    assert add(ask) == OK and add(ask) == EXISTS
    assert state(ask) == TENTATIVE
    eventually(lambda: state(ask) == PREFERRED, DETECTION + 5)
    assert ask("address-set", ETH0, "192.0.2.8", 24, 1, FOREVER, FOREVER)[0] == NOT_FOUND
    assert ask("address-set", ETH0, "192.0.2.9", 25, 1, FOREVER, FOREVER)[0] == UNSUPPORTED
    assert ask("address-set", ETH0, "192.0.2.9", 24, 1, FOREVER, 0)[0] == OK
    assert state(ask) == DEPRECATED
    assert ask("address-delete", ETH1, "192.0.2.9")[0] == NOT_FOUND
    assert ask("address-delete", ETH0, "192.0.2.9")[0] == OK and state(ask) is None
    assert ask("address-delete", ETH0, "192.0.2.9")[0] == NOT_FOUND


def test_an_address_brings_its_routes_and_takes_them_away(ask):
    def routes():
        return {(row[0], str(row[1]), row[2]) for row in ask("routes", 4)[1]}

    made = {(ETH0, "10.9.0.0", 16), (ETH0, "10.9.0.1", 32), (ETH0, "10.9.255.255", 32)}
    before = routes()
    assert add(ask, address="10.9.0.1", length=16) == OK and routes() - before == made
    assert ask("address-delete", ETH0, "10.9.0.1")[0] == OK and routes() == before


@pytest.mark.parametrize("prefix, length, hop, other", [
    ("198.18.0.0", 15, "192.0.2.254", "198.51.100.254"), ("2001:db8:9::", 48, "2001:db8::fe", "2001:db8:1::fe")])
def test_routes(ask, prefix, length, hop, other):
    """Two ways of one metric are two rows; which one is meant, its next hop and interface say."""
    def row(verb, index, hop, metric, length=length):
        return ask(verb, index, prefix, length, hop, metric)

    def metrics():
        return {(one[0], one[4]) for one in ask("routes", 0)[1] if str(one[1]) == prefix}

    assert row("route-create", NONE, hop, 5)[0] == NOT_FOUND
    assert row("route-create", ETH0, hop, 5, length=4)[0] == INVALID
    assert row("route-create", ETH0, hop, 5)[0] == OK and row("route-create", ETH0, hop, 6)[0] == EXISTS
    assert row("route-create", ETH1, other, 5)[0] == OK and metrics() == {(ETH0, 5), (ETH1, 5)}
    assert row("route-get", ETH1, other, 0)[1][0][4] == 5 and row("route-get", ETH1, hop, 0)[0] == NOT_FOUND
    assert row("route-set", ETH1, hop, 7)[0] == NOT_FOUND
    assert row("route-set", ETH0, hop, 7)[0] == OK and metrics() == {(ETH0, 7), (ETH1, 5)}
    assert row("route-delete", ETH0, other, 0)[0] == NOT_FOUND
    assert row("route-delete", ETH1, other, 0)[0] == OK and metrics() == {(ETH0, 7)}
    assert row("route-delete", ETH0, hop, 0)[0] == OK and metrics() == set()


def test_the_best_route(ask):
    _, [row] = ask("best", 0, "-", "203.0.113.9")
    assert (row[0], str(row[3]), row[4], str(row[-1])) == (ETH1, "198.51.100.254", 7, "198.51.100.1")
    ip("route", "delete", "default")
    assert ask("best", 0, "-", "8.8.8.8")[0] == UNREACHABLE


def test_without_weak_host_send_a_source_keeps_to_its_interface(ask, helper):
    ip("route", "append", "default", "via", "198.51.100.254", "metric", "90")
    assert ask("best", 0, "198.51.100.1", "8.8.8.8")[1][0][0] == ETH1
    assert ask("interface-set", ETH1, 4, 0, 1, 0, 1, 0)[0] == OK
    assert ask("best", 0, "198.51.100.1", "8.8.8.8")[1][0][0] == ETH0
    helper.host.settings.clear()


def test_settings(ask, helper):
    assert ask("interface-get", NONE, 4)[0] == NO_FILE and ask("interface-set", NONE, 4, 0, 0, 0, 1, 0)[0] == NO_FILE
    assert ask("interface-get", ETH0, 4) == (OK, [(ETH0, 4, False, False, False, True, 25, 1500, True)])
    assert ask("interface-set", ETH0, 4, 1, 1, 1, 0, 70)[0] == OK
    assert ask("interface-get", ETH0, 4) == (OK, [(ETH0, 4, True, True, True, False, 70, 1500, True)])
    assert "metric 75" in ip("route", "show", "default")
    assert ask("interface-set", ETH0, 4, 0, 0, 0, 1, 70)[0] == OK
    assert "metric 30" in ip("route", "show", "default") and helper.host.kept()["settings"] == {}

"""Whatever the kernel is made to do, and however fast: in the end the view equals a fresh dump.

A long run repeats with MH_LAB_SEED."""
import signal
import time

import pytest

from churn import Churn, flapping, route_changes
from kernel import assert_same, differences, setting_differences


@pytest.fixture
def host(lab):
    """eth0 and eth1 on two segments with both families; the daemon running."""
    host = lab.host()
    for interface, segment, number in (("eth0", "lan", 1), ("eth1", "wan", 2)):
        host.add_interface(interface, lab.segment(segment))
        host.add_address(interface, f"192.0.{number + 1}.1/24")
        host.add_address(interface, f"2001:db8:{number}::1/64")
    host.namespace.settle()
    host.start_daemon()
    assert_same(host.namespace, host.api)
    return host


def same(host, timeout=20):
    assert_same(host.namespace, host.api, timeout)


def resyncs(host):
    return host.api.get("/v1/status")["last_resync"]["count"]


def ip(host, *commands):
    for command in commands:
        host.ip(*command.split())


# ---- one odd change at a time ----

ROUTES = {
    "append makes a row that keeps its order": [
        "route add 10.1.0.0/16 via 192.0.2.2", "route append 10.1.0.0/16 via 192.0.2.3",
        "route append 10.1.0.0/16 via 192.0.2.4"],
    "prepend goes before": [
        "route add 10.1.0.0/16 via 192.0.2.2", "route prepend 10.1.0.0/16 via 192.0.2.3",
        "route prepend 10.1.0.0/16 via 192.0.2.4"],
    "replace takes the first of a row": [
        "route add 10.1.0.0/16 via 192.0.2.2", "route append 10.1.0.0/16 via 192.0.2.3",
        "route append 10.1.0.0/16 via 192.0.2.4", "route replace 10.1.0.0/16 via 192.0.2.5"],
    "replace of nothing adds": ["route replace 10.1.0.0/16 via 192.0.2.2"],
    "delete from the middle of a row": [
        "route add 10.1.0.0/16 via 192.0.2.2", "route append 10.1.0.0/16 via 192.0.2.3",
        "route append 10.1.0.0/16 via 192.0.2.4", "route delete 10.1.0.0/16 via 192.0.2.3"],
    "metrics and services side by side": [
        "route add 10.1.0.0/16 via 192.0.2.2 metric 20", "route add 10.1.0.0/16 via 192.0.2.3 metric 10",
        "route add 10.1.0.0/16 via 192.0.2.4", "route add 10.1.0.0/16 via 192.0.2.5 tos 0x10",
        "route delete 10.1.0.0/16 metric 10"],
    "types without a next hop": [
        "route add blackhole 10.1.0.0/16", "route add unreachable 10.2.0.0/16", "route add prohibit 10.3.0.0/16",
        "route add throw 10.4.0.0/16 table 100", "route add unreachable default metric 4278198272",
        "-6 route add blackhole 2001:db8:9::/48", "-6 route add unreachable default metric 4278198272"],
    "tables by name and by number": [
        "route add 10.1.0.0/16 via 192.0.2.2 table 100", "route add 10.1.0.0/16 via 192.0.2.2 table 5200",
        "route add 10.1.0.0/16 via 192.0.2.2 table default", "route add local 10.9.0.0/16 dev lo",
        "-6 route add 2001:db8:9::/48 via 2001:db8:1::2 table 70000"],
    "protocols, scopes and preferred sources": [
        "address add 192.0.2.7/24 dev eth0", "route add 10.1.0.0/16 via 192.0.2.2 src 192.0.2.7 protocol bird",
        "route add 10.2.0.0/16 dev eth0 scope link", "route add 10.3.0.0/16 via 192.0.2.2 protocol 157",
        "-6 route add 2001:db8:9::/48 via 2001:db8:1::2 src 2001:db8:1::1 protocol ra"],
    "a deleted preferred source takes its routes": [
        "address add 192.0.2.7/24 dev eth0", "route add 10.1.0.0/16 via 192.0.2.2 src 192.0.2.7",
        "route add 10.2.0.0/16 via 192.0.2.2", "address delete 192.0.2.7/24 dev eth0"],
    "a gateway that no subnet covers": [
        "route add 10.1.0.0/16 via 203.0.113.1 dev eth0 onlink", "route add 10.2.0.0/16 via inet6 fe80::9 dev eth0",
        "-6 route add 2001:db8:9::/48 via fe80::9 dev eth1"],
    "several next hops": [
        "route add 10.1.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 192.0.3.2",
        "route add 10.2.0.0/16 nexthop via 192.0.2.2 nexthop dev eth1 weight 256",
        "-6 route add 2001:db8:9::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2 weight 7"],
    "several next hops, changed": [
        "route add 10.1.0.0/16 nexthop via 192.0.2.2 nexthop via 192.0.3.2",
        "route replace 10.1.0.0/16 nexthop via 192.0.2.3 nexthop via 192.0.3.3 nexthop via 192.0.2.4",
        "-6 route add 2001:db8:9::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2",
        "-6 route replace 2001:db8:9::/48 nexthop via 2001:db8:1::3 nexthop via 2001:db8:2::3"],
    "IPv6 siblings come one by one": [
        "-6 route add 2001:db8:9::/48 via 2001:db8:1::2", "-6 route append 2001:db8:9::/48 via 2001:db8:2::2",
        "-6 route append 2001:db8:9::/48 via 2001:db8:1::3"],
    "IPv6 siblings go one by one": [
        "-6 route add 2001:db8:9::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2 nexthop via 2001:db8:1::3",
        "-6 route delete 2001:db8:9::/48 via 2001:db8:2::2", "-6 route delete 2001:db8:9::/48 via 2001:db8:1::2"],
    "IPv6 replace of several by one and back": [
        "-6 route add 2001:db8:9::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2",
        "-6 route replace 2001:db8:9::/48 via 2001:db8:1::4",
        "-6 route append 2001:db8:9::/48 via 2001:db8:2::4"],
    "IPv6 metrics and on-link routes side by side": [
        "-6 route add 2001:db8:9::/48 dev eth0", "-6 route add 2001:db8:9::/48 via 2001:db8:1::2 metric 10",
        "-6 route append 2001:db8:9::/48 dev eth1", "-6 route delete 2001:db8:9::/48 metric 10"],
    "IPv6 routes for some sources only": [
        "-6 route add 2001:db8:9::/48 from 2001:db8:1::/64 via 2001:db8:1::2",
        "-6 route add default from 2001:db8:2::/64 via 2001:db8:2::2", "-6 route add default via 2001:db8:1::2"],
    "IPv6 preferences": [
        "-6 route add default via 2001:db8:1::2 pref high", "-6 route add 2001:db8:9::/48 via 2001:db8:1::2 pref low"],
    "next-hop objects": [
        "nexthop add id 10 via 192.0.2.2 dev eth0", "nexthop add id 11 via 192.0.3.2 dev eth1",
        "nexthop add id 20 group 10/11", "route add 10.1.0.0/16 nhid 10", "route add 10.2.0.0/16 nhid 20",
        "nexthop add id 30 via 2001:db8:1::2 dev eth0", "-6 route add 2001:db8:9::/48 nhid 30"],
    "a next-hop object that changes under its routes": [
        "nexthop add id 10 via 192.0.2.2 dev eth0", "nexthop add id 11 via 192.0.3.2 dev eth1",
        "nexthop add id 20 group 10/11", "route add 10.1.0.0/16 nhid 10", "route add 10.2.0.0/16 nhid 20",
        "nexthop replace id 10 via 192.0.2.3 dev eth0", "nexthop replace id 20 group 10/11,3"],
    "a next-hop object that goes takes its routes": [
        "nexthop add id 10 via 192.0.2.2 dev eth0", "nexthop add id 11 via 192.0.3.2 dev eth1",
        "nexthop add id 20 group 10/11", "route add 10.1.0.0/16 nhid 10", "route add 10.2.0.0/16 nhid 20",
        "nexthop add id 30 via 2001:db8:1::2 dev eth0", "-6 route add 2001:db8:9::/48 nhid 30",
        "nexthop delete id 10", "nexthop delete id 30"],
    "an interface that goes down takes its IPv4 routes without a word": [
        "route add 10.1.0.0/16 via 192.0.2.2", "route add 10.2.0.0/16 via 192.0.3.2",
        "route add 10.3.0.0/16 nexthop via 192.0.2.2 nexthop via 192.0.3.2",
        "-6 route add 2001:db8:9::/48 via 2001:db8:1::2",
        "-6 route add 2001:db8:8::/48 nexthop via 2001:db8:1::2 nexthop via 2001:db8:2::2", "link set eth0 down"],
    "an interface that goes down and up again": [
        "route add 10.1.0.0/16 via 192.0.2.2", "-6 route add 2001:db8:9::/48 via 2001:db8:1::2",
        "route add 10.3.0.0/16 nexthop via 192.0.2.2 nexthop via 192.0.3.2", "link set eth0 down", "link set eth0 up"],
    "a next-hop object's interface goes down": [
        "nexthop add id 10 via 192.0.2.2 dev eth0", "nexthop add id 11 via 192.0.3.2 dev eth1",
        "nexthop add id 20 group 10/11", "route add 10.1.0.0/16 nhid 10", "route add 10.2.0.0/16 nhid 20",
        "link set eth0 down"],
    "an interface that goes": [
        "route add 10.1.0.0/16 via 192.0.2.2", "-6 route add 2001:db8:9::/48 via 2001:db8:1::2",
        "rule add priority 100 iif eth0 table 100", "route add 10.1.0.0/16 via 192.0.2.2 table 100", "link delete eth0"],
    "a primary address that goes takes its secondaries": [
        "address add 192.0.2.7/24 dev eth0", "address add 192.0.2.8/24 dev eth0",
        "route add 10.1.0.0/16 via 192.0.2.2 src 192.0.2.8", "address delete 192.0.2.1/24 dev eth0"],
    "a table that is flushed": [
        "route add 10.1.0.0/16 via 192.0.2.2 table 100", "route add 10.2.0.0/16 via 192.0.2.2 table 100",
        "-6 route add 2001:db8:9::/48 via 2001:db8:1::2 table 100", "route flush table 100", "-6 route flush table 100"],
    "a changed MTU and a moved link": [
        "link set eth0 mtu 1400", "link set eth1 address 02:00:00:00:00:77",
        "link set eth0 down", "link set eth0 address 02:00:00:00:00:78", "link set eth0 up"],
    "metrics of an address's own route": [
        "address add 203.0.113.1/24 dev eth0 metric 50", "address add 2001:db8:5::1/64 dev eth0 metric 60",
        "address change 203.0.113.1/24 dev eth0 metric 70", "address add 203.0.113.129/25 dev eth1 noprefixroute"],
    "lifetimes and deprecation": [
        "address add 2001:db8:1::5/64 dev eth0 valid_lft 1000 preferred_lft 500",
        "address change 2001:db8:1::1/64 dev eth0 preferred_lft 0",
        "address add 192.0.2.5/24 dev eth0 valid_lft 1000 preferred_lft 500"],
}

RULES = {
    "every selector": [
        "rule add priority 10 not from 10.0.0.0/8 to 10.2.0.0/16 iif eth0 oif eth1 fwmark 0x10/0xf0 tos 0x10 "
        "ipproto udp sport 10-20 dport 53 uidrange 0-0 table 100",
        "-6 rule add priority 10 from 2001:db8::/32 to 2001:db8:9::/48 iif lo fwmark 7 ipproto tcp dport 80 table main"],
    "every action": [
        "rule add priority 10 from 10.0.0.0/8 prohibit", "rule add priority 11 from 10.0.0.0/8 blackhole",
        "rule add priority 12 from 10.0.0.0/8 unreachable", "rule add priority 13 goto 32766",
        "rule add priority 14 nop", "rule add priority 15 l3mdev"],
    "suppressors": [
        "rule add priority 10 table main suppress_prefixlength 0",
        "rule add priority 11 table main suppress_ifgroup 4"],
    "several with one priority keep their order": [
        "rule add priority 10 from 10.1.0.0/16 table 100", "rule add priority 10 from 10.2.0.0/16 table 101",
        "rule add priority 10 from 10.3.0.0/16 table 102", "rule delete priority 10 from 10.2.0.0/16 table 101"],
    "that differ only in their maker": [
        "rule add priority 10 from 10.1.0.0/16 table 100 protocol 157", "rule add priority 10 from 10.1.0.0/16 table 100",
        "rule delete priority 10 from 10.1.0.0/16 table 100 protocol 157"],
    "for an interface that is not there": [
        "rule add priority 10 iif absent0 table 100", "rule add priority 11 oif absent1 table 101"],
    "without the usual ones": ["rule delete priority 32767", "-6 rule add priority 32767 table default"],
}


@pytest.mark.parametrize("title", ROUTES)
def test_routes(host, title):
    ip(host, *ROUTES[title])
    same(host)
    again = resyncs(host)
    # What was learnt from changes equals what a dump tells, also in what `ip` does not show.
    before = host.api.items("/v1/routes")
    assert host.api.request("POST", "/v1/resync").status in (200, 202, 204)
    host.wait_for(lambda: resyncs(host) > again)
    assert host.api.items("/v1/routes") == before


@pytest.mark.parametrize("title", RULES)
def test_rules(host, title):
    ip(host, *RULES[title])
    same(host)


def test_lost_carrier_takes_next_hop_objects_without_a_word(host):
    ip(host, "nexthop add id 10 via 192.0.2.2 dev eth0", "nexthop add id 11 via 192.0.3.2 dev eth1",
       "nexthop add id 20 group 10/11", "route add 10.1.0.0/16 nhid 10", "route add 10.2.0.0/16 nhid 20",
       "nexthop add id 30 via 2001:db8:1::2 dev eth0", "-6 route add 2001:db8:9::/48 nhid 30")
    same(host)
    host.set_carrier("eth0", False)
    host.wait_for(lambda: "nhid 10" not in host.ip("route", "show"))
    same(host)


def test_settings(host):
    """Some the kernel tells of, some it does not: those are there after a resync."""
    told = {"ipv4/conf/eth0/forwarding": 1, "ipv4/conf/eth0/rp_filter": 2, "ipv4/conf/eth1/proxy_arp": 1,
            "ipv4/conf/eth1/ignore_routes_with_linkdown": 1, "ipv6/conf/eth1/forwarding": 1, "ipv6/conf/eth0/proxy_ndp": 1}
    silent = {"ipv4/conf/eth0/arp_ignore": 1, "ipv4/conf/eth1/arp_announce": 2, "ipv4/conf/eth0/arp_filter": 1,
              "ipv4/conf/eth0/promote_secondaries": 1, "ipv6/conf/eth0/accept_ra": 2}

    def agree():
        found = setting_differences(host.namespace, host.api)
        assert not found, "\n".join(found)
        return True

    assert agree()
    for setting, value in told.items():
        host.namespace.set(f"net/{setting}", value)
        host.wait_for(agree)
    for setting, value in silent.items():
        host.namespace.set(f"net/{setting}", value)
    assert host.api.request("POST", "/v1/resync").status in (200, 202, 204)
    host.wait_for(agree)


class Remembered:
    """The API as it answered once."""

    def __init__(self, api):
        self.answers = {path: api.items(path) for path in ("/v1/interfaces", "/v1/addresses", "/v1/rules", "/v1/routes")}

    def items(self, path):
        return self.answers[path]


def test_the_comparison_itself_sees_a_difference(host):
    before = Remembered(host.api)
    assert not differences(host.namespace, before)
    ip(host, "route add 10.1.0.0/16 via 192.0.2.2", "rule add priority 10 table 100", "link set eth1 mtu 1400",
       "address add 192.0.2.9/24 dev eth0")
    found = differences(host.namespace, before)
    assert {line.split()[0] for line in found} == {"interface", "address", "rule", "route"}
    for change in ("route append 10.1.0.0/16 via 192.0.2.3", "route prepend 10.1.0.0/16 via 192.0.2.4"):
        same(host)
        before = Remembered(host.api)
        ip(host, change)
        assert any("10.1.0.0/16" in line for line in differences(host.namespace, before))
    same(host)


# ---- many changes ----

def test_routes_as_fast_as_ip_makes_them(host, seeded, full):
    count = 250_000 if full else 25_000
    lines = route_changes(seeded, count)
    begun = time.monotonic()
    host.namespace.ip_batch(lines)
    made = time.monotonic()
    same(host, 120)
    print(f"{count} changes in {made - begun:.1f} s; view and kernel compared equal {time.monotonic() - made:.1f} s later; "
          f"{resyncs(host) - 1} resyncs; {host.api.get('/v1/status')['counts']}")


def test_changes_that_overflow_the_receive_buffer(host):
    """The daemon is held still while more changes than any buffer takes are made: it must notice the loss, and read
    everything anew."""
    before = resyncs(host)
    with host.api.events() as events:
        host.daemon.signal(signal.SIGSTOP)
        try:
            host.namespace.ip_batch(flapping(routes=2000, times=50))
            ip(host, "route add 10.200.0.0/16 via 192.0.2.3", "rule add priority 10 table 100",
               "address add 192.0.2.9/24 dev eth0", "link set eth1 down")
        finally:
            host.daemon.signal(signal.SIGCONT)
        same(host, 60)
        assert resyncs(host) > before
        events.wait_for("resync")
    # It follows as before.
    ip(host, "route add 10.201.0.0/16 via 192.0.2.3")
    same(host)


def test_a_bit_of_everything(host, seeded, full):
    steps, at_once = (5000, 50) if full else (300, 25)
    churn, made = Churn(seeded), []
    for _ in range(steps // at_once):
        batch = [churn.step() for _ in range(at_once)]
        made = (made + batch)[-200:]
        host.namespace.ip_batch(churn.settled() + batch, force=True)
        for interface in ("eth0", "eth1"):
            host.set_carrier(interface, seeded.random() < 0.8)
        try:
            same(host)
        except AssertionError:
            print("\n".join(made))
            raise
    print(f"{steps} steps, at the end {host.api.get('/v1/status')['counts']}, {resyncs(host) - 1} resyncs")


def test_addresses_come_and_go_fast(host, seeded, full):
    count = 10_000 if full else 2_000
    lines, present = [], set()
    for _ in range(count):
        last = seeded.randrange(10, 250)
        lines.append(f"address {'delete' if last in present else 'add'} 203.0.113.{last}/24 dev eth0")
        present ^= {last}
    # A primary address takes its secondaries along, so that some deletions are refused.
    host.namespace.ip_batch(lines, force=True)
    same(host, 30)


def test_interfaces_come_and_go_fast(host, full):
    for round in range(200 if full else 30):
        name = f"extra{round % 3}"
        host.namespace.ip_batch([f"link add {name} link eth0 type macvlan", f"link set {name} up",
                                 f"address add 203.0.113.{round + 1}/24 dev {name}",
                                 f"route add 10.9.0.0/16 dev {name}"] + ([f"link delete {name}"] if round % 2 else
                                                                         [f"link set {name} name last", "link delete last"]),
                                force=True)
    same(host)

"""A configuration leaves the same host behind whatever was there before it, and nothing when it goes: on random hosts,
among other programs' objects of every kind, compared with a twin that never saw anything else."""
import pytest

from configurations import Host, document
from kept import Kept, apply, make_host
from picture import assert_same, assert_twins, picture
from topology import Network

# Hosts, and pairs of documents on each.
QUICK, FULL = (5, 10), (20, 10)


@pytest.fixture
def twins(world, built, tmp_path):
    """A function that makes a network with two equal hosts, the second for what one document alone does."""
    made = []

    def make(random, name, detects_duplicates=False):
        network = Network().__enter__()
        host, twin = (Kept(make_host(network, which), tmp_path / name / which) for which in ("host", "twin"))
        foreign = Host(random)
        for kept in (host, twin):
            if detects_duplicates:
                kept.namespace.set("net/ipv6/conf/eth0/accept_dad", 1)
                kept.namespace.set("net/ipv6/conf/eth0/dad_transmits", 1)
            foreign.build(kept.namespace)
        made.append((network, host, twin))
        assert_twins(host.namespace, twin.namespace, "at the start")
        host.start()
        twin.start()
        assert_twins(host.namespace, twin.namespace, "when the services are there")
        return host, twin

    def end():
        while made:
            network, *hosts = made.pop()
            complaints = [complaint for host in hosts for complaint in host.daemon.stop()]
            network.__exit__(None, None, None)
            assert not complaints, complaints

    make.end = end
    yield make
    for network, *hosts in made:
        for host in hosts:
            host.daemon.stop()
        network.__exit__(ValueError, None, None)


def check_pair(host, twin, a, b, start, timeout=3):
    """A, B, A again, nothing; beside A alone and B alone."""
    apply(a, host, twin)
    assert_twins(twin.namespace, host.namespace, "after A", timeout)
    with_a = picture(twin.namespace)
    twin.apply({})
    assert_same(start, twin.namespace, "after A was taken away")
    apply(b, host, twin)
    assert_twins(twin.namespace, host.namespace, "B after A beside B alone", timeout)
    host.apply(a)
    assert_same(with_a, host.namespace, "A after B", timeout)
    apply({}, host, twin)
    assert_same(start, host.namespace, "after everything was taken away", timeout)
    assert_same(start, twin.namespace, "after B was taken away", timeout)


def test_pairs(twins, seeded, full):
    hosts, pairs = FULL if full else QUICK
    for number in range(hosts):
        host, twin = twins(seeded, f"h{number}")
        start = picture(host.namespace)
        print(f"host {number}:", *(line for line in start if not line.startswith("setting")), sep="\n")
        for pair in range(pairs):
            a, b = document(seeded), document(seeded)
            print(f"host {number}, pair {pair}: A {a}\nB {b}")
            check_pair(host, twin, a, b, start)
        twins.end()


def test_pairs_with_duplicate_detection(twins, seeded, full):
    """IPv6 addresses cannot be used for a second or two; what needs them waits."""
    host, twin = twins(seeded, "dad", detects_duplicates=True)
    start = picture(host.namespace)
    for _ in range(20 if full else 1):
        check_pair(host, twin, document(seeded), document(seeded), start, 8)
    twins.end()


# ---- by hand ----

@pytest.fixture
def made(world, built, tmp_path):
    """A function that makes a host with other programs' objects, the service on it, and a picture of its start."""
    with Network() as network:
        hosts = []

        def make(*lines, **settings):
            host = Kept(make_host(network, "host"), tmp_path)
            for name, value in settings.items():
                host.namespace.set(f"net/ipv4/conf/eth0/{name}", value)
            host.namespace.ip_batch(lines)
            hosts.append(host)
            host.start()
            return host, picture(host.namespace)

        yield make
        complaints = [complaint for host in hosts for complaint in host.daemon.stop()]
    assert not complaints, complaints


def on_eth0(*texts):
    return {"addresses": {f"a{number}": {"interface": "eth0", "address": text} for number, text in enumerate(texts)}}


def pass_through(host, start, *documents):
    """One document after the other, then none: the start is back, and other programs' objects were never missing."""
    foreign = [line for line in start if "192.0.2.105" in line or " label " in line or "mtu" in line]
    for document in documents:
        host.apply(document)
        missing = [line for line in foreign if line not in picture(host.namespace)]
        assert not missing, (document, missing)
    host.apply({})
    assert_same(start, host.namespace, "after everything was taken away")


def test_rule_beside_a_narrower_one(made):
    """The kernel calls a rule there already when one with more selectors is, and when it is asked to delete it takes
    the other: each stands where it should all the same, also while one replaces the other."""
    def guests(source):
        return {"uplinks": {"u": {"interface": "eth0", "gateway": {"ipv4": "192.0.2.1"}}},
                "rules": {"guests": {"from": source, "uplink": "u", "priority": 5}}, **on_eth0("192.0.2.105/24")}

    host, start = made()
    for source, words in ("192.0.2.0/26", "192.0.2.0/26"), ("0.0.0.0/0", "all"), ("192.0.2.64/26", "192.0.2.64/26"):
        host.apply(guests(source))
        rules = [line for line in picture(host.namespace) if line.startswith("rule 5205:")]
        assert len(rules) == 1 and f"from {words} " in rules[0], rules
    host.apply({})
    assert_same(start, host.namespace, "after everything was taken away")


def test_gateway_that_becomes_ours(made):
    """The kernel leaves a route alone whose gateway becomes an address of the host, but does not take it again: it goes
    with the last address of the interface when the two change places."""
    host, start = made("route add 10.99.0.0/16 via 192.0.2.105 dev eth0 onlink mtu 1400",
                       "route add 10.98.0.0/16 table 100 protocol bird nexthop via 192.0.2.105 dev eth0 onlink "
                       "nexthop via 192.0.2.106 dev eth0 onlink realms 3")
    first, second = "192.0.2.105/24", "192.0.2.106/24"
    pass_through(host, start, on_eth0(first), on_eth0(first, second), on_eth0(second, first), on_eth0(second))
    host.apply(on_eth0(first, second))
    before = picture(host.namespace)
    answer = host.api.request("PUT", "/v1/config?confirm_timeout=60s", on_eth0(second, first), {"If-Match": "*"})
    assert answer.status == 202, answer.body
    answer = host.api.request("POST", f"/v1/transactions/{answer.json()['id']}/revert")
    assert answer.status == 200, answer.body
    assert_same(before, host.namespace, "after the change was taken back")
    host.apply({})
    assert_same(start, host.namespace, "after everything was taken away")


def test_proxy_entries_stay(made):
    """The kernel forgets them with the last IPv4 address of their interface."""
    host, start = made("neighbour add proxy 192.0.2.77 dev eth0", "neighbour add proxy 198.51.100.7 dev eth0",
                       "neighbour add proxy 192.0.2.77 dev eth1", "-6 neighbour add proxy 2001:db8::77 dev eth0")

    def proxies():
        return sorted(line.strip() for line in host.namespace.ip("neighbour", "show", "proxy").splitlines())

    before = proxies()
    assert len(before) == 4
    for document in on_eth0("192.0.2.105/24"), on_eth0("198.51.100.5/24"), on_eth0("192.0.2.105/24"), {}:
        host.apply(document)
        assert proxies() == before, document
    assert_same(start, host.namespace, "after everything was taken away")
    answer = host.api.request("PUT", "/v1/config?confirm_timeout=60s", on_eth0("192.0.2.105/24"), {"If-Match": "*"})
    assert answer.status == 202, answer.body
    answer = host.api.request("POST", f"/v1/transactions/{answer.json()['id']}/revert")
    assert answer.status == 200, answer.body
    assert proxies() == before

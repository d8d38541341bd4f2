"""Real UDP and TCP sockets get the local address that /v1/select predicts, or the error."""
import itertools

import pytest

from random_host import RandomHost
from sockets import connect, surprises
from test_select import host  # noqa: F401  (the fixture: a dual-homed host with policy rules)


def start(host):
    """The first question opens the socket that the kernel is asked by, which then stays."""
    host.start_daemon()
    host.api.get("/v1/select", destination="192.0.2.1")
    host.daemon.descriptors_at_start = host.daemon.settled_descriptors()


@pytest.mark.parametrize("number", range(10))
def test_random_hosts(lab, seeded, full, number):
    """50 sockets on each of ten hosts; 500 in a full run."""
    seeded.seed(f"{seeded.random()} {number}")
    made = RandomHost(seeded, lab)
    start(made.host)
    wrong, got = surprises(made.host, [made.question() for _ in range(500 if full else 50)])
    assert not wrong, "\n".join([*wrong, describe(made.host)])


def describe(host):
    """The host, for a person who wants to see why."""
    return "\n".join(host.ip(*words) for words in (["-o", "address"], ["rule"], ["-6", "rule"], ["route", "show", "table", "all"],
                                                   ["-6", "route", "show", "table", "all"]))


UNUSUAL = ["0.0.0.0", "::", "::ffff:192.0.2.9", "::ffff:8.8.8.8", "0.1.2.3", "240.0.0.1", "192.0.2.0", "169.254.3.4", "::1.2.3.4",
           "2001:db8:1::", "2002:c000:201::1", "64:ff9b::1.2.3.4", "fec0::1", "fe80::9%eth0", "fe80::9%eth1"]
TO_MANY = ["255.255.255.255", "192.0.2.255", "224.0.0.1", "239.1.2.3", "ff02::1%eth0", "ff02::1%eth1", "ff05::1", "ff0e::1", "ff00::1"]
OWN = ["127.0.0.1", "127.9.9.9", "::1", "192.0.2.7", "2001:db8:1::7"]


def test_unusual_destinations(host):  # noqa: F811
    """TCP to many, and to this host itself, where nobody listens, is refused for reasons of its own."""
    questions = [{"destination": to, "protocol": "udp"} for to in UNUSUAL + TO_MANY + OWN]
    questions += [{"destination": to, "protocol": "tcp"} for to in UNUSUAL[2:]]
    wrong, got = surprises(host, questions)
    assert not wrong, "\n".join(wrong)
    assert len(set(got)) > 5  # they are not all alike


def test_unusual_sources(host):  # noqa: F811
    questions = [{"destination": to, "source": source, "protocol": protocol} for protocol, (to, source) in itertools.product(
        ["udp", "tcp"], [("8.8.8.8", "127.0.0.1"), ("8.8.8.8", "198.18.255.1"), ("2600::1", "2001:db8:2::1")])]
    wrong, _ = surprises(host, [*questions, {"destination": "2600::1", "source": "::1", "protocol": "udp"},
                                {"destination": "::", "source": "2001:db8:1::1", "protocol": "udp"},
                                {"destination": "0.0.0.0", "source": "192.0.2.1", "protocol": "udp"}])
    assert not wrong, "\n".join(wrong)


def test_sources_that_bind_refuses(host):  # noqa: F811
    """EADDRNOTAVAIL comes before there is a way to ask for: what is said of it is an error, or a note."""
    questions = [{"destination": to, "source": source, "protocol": "udp"} for to, source in (
        ("8.8.8.8", "9.9.9.9"), ("8.8.8.8", "169.254.1.1"), ("2600::1", "2001:db8:99::1"))]
    assert connect(host, questions) == ["EADDRNOTAVAIL"] * len(questions)
    for question in questions:
        answer = host.api.get("/v1/select", **question)
        assert "error" in answer or "EADDRNOTAVAIL" in answer["note"]
        assert answer["source_owner"]["interface"] is None

"""The order of several destinations on a real host: each as its socket gets it, and as glibc's getaddrinfo(3) sorts them where its tables
say the same as RFC 6724's."""
import json
import os
import platform

import pytest

from sockets import connect
from test_select import host  # noqa: F401  (the fixture: a dual-homed host with policy rules)

# No unique local, 6to4 or Teredo addresses: there glibc's tables differ (gai.conf(5)).
DESTINATIONS = ["8.8.8.8", "10.1.2.3", "10.4.0.1", "10.5.0.1", "169.254.7.7", "198.51.100.9", "2600::1", "2001:db8:1::99",
                "2001:db8:a::1", "2001:db8:b::1", "2001:db8:d::1", "2001:db8:e::1", "::1", "127.0.0.1"]
ALIKE = {"rfc6724-d1", "rfc6724-d2", "rfc6724-d3", "rfc6724-d5", "rfc6724-d6", "rfc6724-d8"}

RESOLVE = """
import json, socket, sys
found = socket.getaddrinfo("many.example", 9, type=socket.SOCK_DGRAM)
json.dump([item[4][0] for item in found], sys.stdout)
"""


def order(host, destinations):
    return host.api.get("/v1/select", destination=",".join(destinations))["destinations"]


def test_each_is_as_its_socket_gets_it(host):  # noqa: F811
    items = order(host, [*DESTINATIONS, "fe80::9%eth0", "fe80::9%eth1", "10.2.2.3"])
    got = connect(host, [{"destination": item["destination"], "protocol": "udp"} for item in items])
    for item, local in zip(items, got, strict=True):
        assert item["agrees"] is True, item
        if item["destination"] == "10.2.2.3":  # two next hops
            assert item["reachable"]
        elif item["reachable"]:
            assert local == item["source"].partition("%")[0], item
        else:
            assert local == item["error"]["native"], item
    reached = [item["reachable"] for item in items]
    assert reached == sorted(reached, reverse=True) and not all(reached)


def is_configured():
    if not os.path.exists("/etc/gai.conf"):
        return False
    with open("/etc/gai.conf") as file:
        return any(line.split() and not line.startswith("#") for line in file)


def resolved(host, path, destinations):
    """In its order; the name is in a hosts file that only that process sees."""
    path.write_text("".join(f"{destination} many.example\n" for destination in destinations))
    script = 'mount --bind "$1" /etc/hosts && exec python3 -c "$2"'
    return json.loads(host.namespace.run(["sh", "-c", script, "sh", str(path), RESOLVE]))


def test_glibc_sorts_alike(host, seeded, tmp_path):  # noqa: F811
    if platform.libc_ver()[0] != "glibc" or is_configured():
        pytest.skip("getaddrinfo(3) is not glibc's, or sorts as /etc/gai.conf says")
    told = set()
    for _ in range(5):
        given = seeded.sample(DESTINATIONS, len(DESTINATIONS))
        items, theirs = order(host, given), resolved(host, tmp_path / "hosts", given)
        if sorted(theirs) != sorted(given):
            pytest.skip(f"this system resolves names otherwise than from /etc/hosts: {theirs}")
        for first, second in zip(items, items[1:]):
            rule = first["preferred_over_next_by"]["rule"]
            if rule in ALIKE:
                told.add(rule)
                assert theirs.index(first["destination"]) < theirs.index(second["destination"]), (rule, theirs, items)
    assert told >= {"rfc6724-d1", "rfc6724-d2", "rfc6724-d6"}

"""What the answers say of simulated BSD hosts: capabilities, host model, ARP."""
import json
import os

import pytest

from service import HOSTS, Service

STRONG = {"host_model": {"receive": "strong"}, "arp": {"reply": "any", "proxy": True}, "reverse_path": "strict"}
BSDS = ("freebsd", "netbsd", "openbsd")


@pytest.fixture
def start(tmp_path):
    running = []

    def start_one(system, settings=None, release=None):
        with open(os.path.join(HOSTS, system + ".json"), encoding="utf-8") as stream:
            host = json.load(stream)
        host["settings"] = {"all": settings or {}}
        host["release"] = release or host["release"]
        running.append(Service(tmp_path, host, config=STRONG))
        return running[-1]

    yield start_one
    for service in running:
        service.stop()


def items(service, path, **query):
    return service.get(path + "?" + "&".join("%s=%s" % pair for pair in query.items())).json["items"]


def capability(service, intent, family=None):
    return next(item for item in items(service, "/v1/capabilities", limit=1000)
                if item["intent"] == intent and not item["interface"] and item["family"] in (None, family))


@pytest.mark.parametrize("system, release, family, settings, support, part", [
    ("freebsd", "14.1", "ipv4", {}, "host-wide", "net.inet.ip.rfc1122_strong_es"),
    ("freebsd", "13.2", "ipv4", {}, "host-wide", "net.inet.ip.check_interface"),
    ("freebsd", "14.1", "ipv4", {"ipv4": {"forwarding": 1}}, "unsupported", "this host forwards"),
    ("freebsd", "14.1", "ipv6", {}, "unsupported", "IPv6"),
    ("netbsd", None, "ipv4", {}, "host-wide", "net.inet.ip.checkinterface"),
    ("openbsd", None, "ipv4", {}, "built-in", "no other"), ("openbsd", None, "ipv6", {}, "built-in", "no other"),
    ("openbsd", None, "ipv6", {"ipv6": {"forwarding": 1}}, "unsupported", "this host forwards")])
def test_strong_receive(start, system, release, family, settings, support, part):
    service = start(system, settings, release)
    row = capability(service, "host_model.receive", family)
    assert row["support"] == support and part in row["reason"], row
    if support == "unsupported":
        receive = items(service, "/v1/host-model", family=family)[0]["receive"]
        assert receive["effective"] == "weak" and receive["agrees"] is False and receive["reason"], receive


@pytest.mark.parametrize("system", BSDS)
def test_what_is_the_same_on_all(start, system):
    service = start(system)
    for intent in ("addresses", "routes", "uplinks"):
        assert capability(service, intent)["support"] == "supported"
    for intent in ("addresses.skip_as_source", "sharing.balance", "reverse_path"):
        row = capability(service, intent, "ipv4")
        assert row["support"] == "unsupported" and row["reason"].endswith("."), row
    assert capability(service, "source_preferences", "ipv4")["support"] == "emulated"


@pytest.mark.parametrize("system", BSDS)
def test_arp_is_built_in(start, system):
    arp = items(start(system), "/v1/arp")[0]
    assert arp["reply"]["effective"] == "interface" and "own addresses" in arp["reply"]["reason"]
    assert arp["proxy"]["effective"] is False and arp["proxy"]["agrees"] is False
    keys = [native["key"] for native in arp["proxy"]["native"]]
    assert keys == (["net.link.ether.inet.proxyall"] if system == "freebsd" else [])


@pytest.mark.parametrize("system", BSDS)
def test_no_reverse_path_is_claimed(start, system):
    for item in items(start(system), "/v1/host-model"):
        assert item["reverse_path"]["effective"] in ("off", "indeterminate"), item

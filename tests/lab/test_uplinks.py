"""Uplinks are default gateways: the next by priority takes over when a link fails, and several share the traffic by weight,
each flow with the source of the uplink that it leaves by."""
import pytest

from daemon import wait_for
from kept import SECOND
from picture import assert_same, picture
from two_isps import ADDRESSES, SERVER, KeptIsps

FLOWS = 3000


class Lab(KeptIsps):
    HAS_DEFAULTS = False

    def defaults(self, family=4):
        return self.host.ip(f"-{family}", "route", "show", "default")


@pytest.fixture
def lab(world, built, tmp_path):
    with Lab.running(tmp_path) as lab:
        yield lab


def uplinks(first, second, gateway6="fe80::fe"):
    return {"isp1": {"interface": "eth0", "gateway": {"ipv4": "192.0.2.254", "ipv6": gateway6}, **first},
            "isp2": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254", "ipv6": gateway6}, **second}}


def flows(family, count, source=None):
    """Each to a port of its own."""
    return [{"to": SERVER[0 if family == 4 else 1], "port": 1000 + number, "from": source} for number in range(count)]


def leaves_by(lab, family, name):
    lab.counted(family)
    return lab.send(flows(family, 5)) == [] and lab.counted(family)[name] == 5


# ---- failover ----

@pytest.mark.parametrize("family", [4, 6])
def test_the_next_takes_over(lab, family):
    lab.kept.apply({"uplinks": uplinks({"priority": 1}, {"priority": 2})})
    assert leaves_by(lab, family, "isp1")
    for _ in range(3):
        lab.host.carrier("eth0", False)
        wait_for(lambda: leaves_by(lab, family, "isp2"), SECOND + 1)
        pending = [note["text"] for note in lab.kept.api.get("/v1/plan")["notes"] if note["kind"] == "pending"]
        assert pending == ["eth0 has no carrier."], pending
        lab.host.carrier("eth0", True)
        wait_for(lambda: leaves_by(lab, family, "isp1"), SECOND + 1)
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_priorities_are_metrics(lab):
    lab.kept.apply({"uplinks": uplinks({"priority": 7}, {"priority": 3}), "interfaces": {"eth0": {"metric": 2}}})
    assert "via 198.51.100.254 dev eth1 proto 157 metric 3" in lab.defaults()
    assert "via 192.0.2.254 dev eth0 proto 157 metric 2" in lab.defaults()
    assert "via fe80::fe dev eth1 proto 157 metric 3" in lab.defaults(6)


def test_another_programs_default_route_is_left_and_said(lab):
    lab.host.ip_batch(["route add default via 192.0.2.253 dev eth0 protocol dhcp",
                       "route add default via 198.51.100.253 dev eth1 protocol dhcp metric 100"])
    foreign = lab.defaults()
    lab.kept.apply({"uplinks": uplinks({}, {})})
    assert all(line in lab.defaults() for line in foreign.splitlines())
    assert "via 192.0.2.254 dev eth0 proto 157 metric 101" in lab.defaults()
    assert "via 198.51.100.254 dev eth1 proto 157 metric 102" in lab.defaults()
    notes = [note["text"] for note in lab.kept.api.get("/v1/plan")["notes"]]
    assert any("Another program's (dhcp) IPv4 default route by eth0 has metric 0" in text for text in notes), notes
    lab.kept.apply({})
    assert lab.defaults() == foreign


def test_an_automatic_gateway_follows(lab):
    lab.kept.apply({"uplinks": uplinks({}, {}, "auto")})
    assert lab.defaults(6) == ""
    for gateway in ("fe80::fe", "fe80::fd"):
        lab.host.ip("-6", "route", "add", "default", "via", gateway, "dev", "eth1", "protocol", "ra", "metric", "1024")
        wait_for(lambda: f"via {gateway} dev eth1 proto 157 metric 100" in lab.defaults(6), SECOND)
        lab.host.ip("-6", "route", "delete", "default", "via", gateway, "dev", "eth1", "protocol", "ra")
        wait_for(lambda: lab.defaults(6) == "", SECOND)


# ---- balance ----

BALANCE = {"sharing": "balance", "host_wide": True, "uplinks": uplinks({"weight": 2}, {"weight": 1})}


@pytest.mark.parametrize("family", [4, 6])
def test_weights_are_shares(lab, family):
    lab.kept.apply(BALANCE)
    lab.counted(family)
    assert lab.send(flows(family, FLOWS)) == []
    counts = lab.counted(family)
    assert sum(counts.values()) == FLOWS, f"some left by one provider with the other's source: {counts}"
    assert abs(counts["isp1"] - FLOWS * 2 / 3) <= 0.05 * FLOWS * 2 / 3, counts
    for interface, name in (("eth0", "isp1"), ("eth1", "isp2")):
        assert lab.send(flows(family, 200, ADDRESSES[interface][0 if family == 4 else 1])) == []
        assert lab.counted(family) == {"isp1": 0, "isp2": 0, name: 200}


@pytest.mark.parametrize("family", [4, 6])
def test_who_has_no_carrier_has_no_share(lab, family):
    lab.kept.apply(BALANCE)
    good = picture(lab.host)
    lab.host.carrier("eth0", False)
    wait_for(lambda: leaves_by(lab, family, "isp2"), SECOND + 1)
    lab.host.carrier("eth0", True)
    assert_same(good, lab.host, "the cable is in again", SECOND + 1)
    for interface in ("eth0", "eth1"):
        lab.host.ip("link", "set", interface, "down")
        wait_for(lambda: f"dev {interface}" not in lab.defaults(family), SECOND + 1)
        lab.host.ip("link", "set", interface, "up")
        lab.host.link_local(interface)
        number = 1 if interface == "eth0" else 2
        lab.host.ip("address", "add", f"2001:db8:{number}::1/64", "dev", interface, "nodad")
        assert_same(good, lab.host, f"{interface} is up again", SECOND + 1)


def test_the_host_is_as_before(lab):
    lab.kept.apply(BALANCE)
    for family in (4, 6):
        assert lab.host.run(["sysctl", "-n", f"net.ipv{family}.fib_multipath_hash_policy"]).strip() == "1"
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")
    for family in (4, 6):
        assert lab.host.run(["sysctl", "-n", f"net.ipv{family}.fib_multipath_hash_policy"]).strip() == "0"


def test_balance_is_refused_without_consent(lab):
    document = {**BALANCE, "host_wide": False}
    headers = {"If-Match": "*"}
    answer = lab.kept.api.request("PUT", "/v1/config?strict=true", document, headers)
    assert answer.status == 422 and answer.json()["pointer"] == "/sharing", answer.body
    assert_same(lab.before, lab.host, "it was refused")
    answer = lab.kept.api.request("PUT", "/v1/config", document, headers)
    assert answer.status == 200 and answer.json()["unsupported"] == ["/sharing"], answer.body
    assert "nexthop" not in lab.defaults() and "metric 101" in lab.defaults()
    assert lab.host.run(["sysctl", "-n", "net.ipv4.fib_multipath_hash_policy"]).strip() == "0"
    assert "5260" not in lab.host.ip("rule")

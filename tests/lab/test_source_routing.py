"""Packets leave by the interface that has their source: source routing and strong send, with two providers at once, before
and after; and they still do when addresses, gateways and links come and go."""
import time

import pytest

from daemon import wait_for
from kept import SECOND, Kept
from picture import assert_same, picture
from topology import Network
from two_isps import ADDRESSES, SERVER, KeptIsps

ALL = [address for pair in ADDRESSES.values() for address in pair]


class Lab(KeptIsps):
    FOREIGN = ["rule add priority 5260 from 10.9.0.0/16 lookup 100", "rule add priority 5259 fwmark 7 lookup 100",
               "route add 10.7.0.0/16 via 192.0.2.7 dev eth0 protocol static"]

    def table(self, number, family=4):
        return self.host.ip(f"-{family}", "route", "show", "table", number, check=False)

    def rules(self, family=4):
        return self.host.ip(f"-{family}", "rule")


@pytest.fixture
def lab(world, built, tmp_path):
    with Lab.running(tmp_path) as lab:
        yield lab


def index(lab, interface):
    return next(link["ifindex"] for link in lab.host.ip_json("link", "show", "dev", interface))


def tables(lab):
    return [5200 + index(lab, interface) % 400 for interface in ("eth0", "eth1")]


# ---- effect on packets ----

def test_replies_leave_where_the_request_came_in(lab):
    assert lab.answers(lab.server, *ALL) == {address: address in ADDRESSES["eth0"] for address in ALL}
    lab.kept.apply({"source_routing": True})
    assert lab.answers(lab.server, *ALL) == {address: True for address in ALL}
    assert lab.answers(lab.box, ADDRESSES["eth0"][0], ADDRESSES["eth1"][0], "172.17.0.1") == {
        ADDRESSES["eth0"][0]: True, ADDRESSES["eth1"][0]: True, "172.17.0.1": True}
    notes = lab.kept.api.get("/v1/plan")["notes"]
    assert sum("Another program's IPv4 rule stands at priority" in note["text"] for note in notes) == 2, notes
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_replies_to_a_container_need_the_copies(lab):
    """The other way round: without them they would leave by the provider."""
    lab.kept.apply({"source_routing": True})
    assert lab.answers(lab.box, ADDRESSES["eth1"][0])[ADDRESSES["eth1"][0]]
    lab.kept.daemon.kill()
    lab.host.ip("route", "delete", "172.17.0.0/16", "dev", "br0", "table", tables(lab)[1])
    assert not lab.answers(lab.box, ADDRESSES["eth1"][0])[ADDRESSES["eth1"][0]]
    lab.kept.daemon.start()
    wait_for(lambda: lab.answers(lab.box, ADDRESSES["eth1"][0])[ADDRESSES["eth1"][0]], 3)


@pytest.mark.parametrize("family", [4, 6])
def test_strong_send_leaves_by_its_interface_or_not_at_all(lab, family):
    which = 0 if family == 4 else 1
    order = [{"from": ADDRESSES["eth1"][which], "to": SERVER[which], "count": 10}]
    lab.counted(family)
    assert lab.send(order) == [] and lab.counted(family) == {"isp1": 0, "isp2": 0}  # isp1 drops it
    lab.kept.apply({"host_model": {"send": "strong"}})
    assert lab.send(order) == [] and lab.counted(family) == {"isp1": 0, "isp2": 10}
    lab.host.carrier("eth1", False)
    wait_for(lambda: lab.send(order) == ["ENETUNREACH"], SECOND + 1)
    assert lab.send([{"from": ADDRESSES["eth1"][which], "to": ADDRESSES["eth0"][which]}]) == []
    lab.host.carrier("eth1", True)
    wait_for(lambda: lab.send(order) == [], SECOND + 1)
    wait_for(lambda: lab.send(order) == [] and lab.counted(family)["isp2"] >= 10, 3)
    assert lab.counted(family)["isp1"] == 0


def test_weak_send_falls_through_to_main(lab):
    """An interface without a gateway, and one whose link is down, have no way of their own."""
    lab.host.ip("route", "delete", "default", "dev", "eth1")
    lab.kept.apply({"source_routing": True})
    assert "default" not in lab.table(tables(lab)[1])
    assert lab.host.ip("route", "get", SERVER[0], "from", ADDRESSES["eth1"][0]).split()[4] == "192.0.2.254"
    lab.host.carrier("eth0", False)
    wait_for(lambda: "default" not in lab.table(tables(lab)[0]), SECOND + 1)
    lab.host.carrier("eth0", True)
    wait_for(lambda: "default via 192.0.2.254" in lab.table(tables(lab)[0]), SECOND + 1)


def test_static_routes_are_followed(lab):
    lab.kept.apply({"source_routing": True, "routes": {"corp": {"to": "10.8.0.0/16", "via": "192.0.2.8"}}})
    table = tables(lab)[0]
    assert "10.7.0.0/16 via 192.0.2.7" in lab.table(table) and "10.8.0.0/16 via 192.0.2.8" in lab.table(table)
    lab.host.ip("route", "add", "10.6.0.0/16", "via", "172.17.0.9", "dev", "br0")
    lab.host.ip("route", "delete", "10.7.0.0/16")
    wait_for(lambda: "10.6.0.0/16 via 172.17.0.9 dev br0" in lab.table(tables(lab)[1]) and "10.7" not in lab.table(table), SECOND)


# ---- following ----

def ready(lab, interface="eth0", source="192.0.2.1", gateway="192.0.2.254"):
    table = tables(lab)[0 if interface == "eth0" else 1]
    assert f"from {source} lookup {table}" in lab.rules(), lab.rules()
    assert f"default via {gateway} dev {interface}" in lab.table(table), lab.table(table)
    return True


def test_a_lease_is_renewed_with_another_address(lab):
    lab.kept.apply({"source_routing": True})
    for number in range(6):
        old, new = f"192.0.2.{number + 1}", f"192.0.2.{number + 2}"
        gateway = "192.0.2.253" if number % 2 == 0 else "192.0.2.254"
        lab.host.ip_batch([f"address delete {old}/24 dev eth0", f"address add {new}/24 dev eth0",
                           f"route replace default via {gateway} dev eth0 protocol dhcp metric 100"])
        wait_for(lambda: ready(lab, "eth0", new, gateway), SECOND)
        assert f"from {old} " not in lab.rules()
        assert lab.answers(lab.server, new)[new]


def test_a_router_gives_way_to_another(lab):
    lab.kept.apply({"source_routing": True})
    table = tables(lab)[1]
    for metric, gateway, other in ((1026, "fe80::fd", "fe80::fe"), (1027, "fe80::fe", "fe80::fd")):
        lab.host.ip("-6", "route", "add", "default", "via", gateway, "dev", "eth1", "protocol", "ra", "metric", metric)
        lab.host.ip("-6", "route", "delete", "default", "via", other, "dev", "eth1")
        wait_for(lambda: f"default via {gateway} dev eth1" in lab.table(table, 6), SECOND)
        assert f"via {other}" not in lab.table(table, 6)
    lab.host.ip("-6", "route", "delete", "default", "via", "fe80::fe", "dev", "eth1")
    wait_for(lambda: "default" not in lab.table(table, 6), SECOND)


def test_a_link_flaps(lab):
    """Down takes the kernel's routes, and the IPv6 addresses, without a word; whoever made the default routes makes them again."""
    lab.kept.apply({"source_routing": True})
    good = picture(lab.host)
    for _ in range(6):
        lab.host.ip("link", "set", "eth1", "down")
        time.sleep(0.1)
        lab.host.ip("link", "set", "eth1", "up")
        lab.host.link_local("eth1")
        lab.host.ip_batch(["address add 2001:db8:2::1/64 dev eth1 nodad",
                           "route add default via 198.51.100.254 dev eth1 protocol dhcp metric 200",
                           "-6 route add default via fe80::fe dev eth1 protocol ra metric 1025"])
        assert_same(good, lab.host, "the link is up again", SECOND)
    assert lab.all_answer("eth0", "eth1")


def test_a_cable_is_pulled_again_and_again(lab):
    lab.kept.apply({"source_routing": True})
    good = picture(lab.host)
    for _ in range(6):
        lab.host.carrier("eth1", False)
        time.sleep(0.05)
        lab.host.carrier("eth1", True)
    # The kernel may keep the news of a link for a second.
    assert_same(good, lab.host, "the cable is in again", SECOND + 1)
    assert lab.all_answer("eth0", "eth1")


def test_an_interface_comes_and_goes(lab):
    lab.kept.apply({"source_routing": True})
    before = picture(lab.host)
    for number in range(3):
        lab.host.connect("eth2", lab.box, f"eth{number + 5}")
        lab.host.ip("address", "add", "192.0.9.1/24", "dev", "eth2")
        table = 5200 + index(lab, "eth2") % 400
        wait_for(lambda: f"from 192.0.9.1 lookup {table}" in lab.rules() and "192.0.9.0/24" in lab.table(table), SECOND)
        lab.host.ip("link", "delete", "eth2")
        wait_for(lambda: "192.0.9.1" not in lab.rules(), SECOND)
        assert lab.table(table) == ""
    left = [line for line in picture(lab.host) if not line.startswith("setting")]
    assert left == [line for line in before if not line.startswith("setting")]


SWEEP = "ip rule show | grep -v '^0:\\|^3276\\|lookup 100' | while read p rest; do ip rule delete priority ${p%:} protocol 157; done"


def test_somebody_deletes_all_rules_he_does_not_know(lab):
    lab.kept.apply({"source_routing": True})
    good = picture(lab.host)
    for _ in range(3):
        lab.host.run(["sh", "-c", SWEEP])
        assert_same(good, lab.host, "the rules were deleted", SECOND)


WIREGUARD = ["link add wg0 type bridge", "link set wg0 addrgenmode none", "link set wg0 up", "address add 10.66.0.2/32 dev wg0",
             "route add default dev wg0 table 51820", "rule add {} not fwmark 51820 table 51820",
             "rule add {} table main suppress_prefixlength 0"]


@pytest.mark.parametrize("first", [True, False])
def test_wireguard_beside_it(lab, first):
    """Its rules, as wg-quick has the system place them: before main, or before the lowest of all. They stay as they are."""
    priorities = ("", "", "", "", "", *(("priority 32765", "priority 32764") if first else ("", "")))
    commands = [line.format(priority) for line, priority in zip(WIREGUARD, priorities, strict=True)]
    if first:
        lab.host.ip_batch(commands)
        lab.before = picture(lab.host)
    lab.kept.apply({"source_routing": True})
    if first:
        assert lab.all_answer("eth0", "eth1")
    else:
        lab.host.ip_batch(commands)
        wait_for(lab.kept.has_settled, 3)
        notes = [note["text"] for note in lab.kept.api.get("/v1/plan")["notes"]]
        assert sum("Another program's IPv4 rule stands at priority" in text for text in notes) == 4, notes
    assert "not from all fwmark 0xca6c lookup 51820" in lab.rules()
    lab.kept.apply({})
    assert "not from all fwmark 0xca6c lookup 51820" in lab.rules()
    assert "suppress_prefixlength 0" in lab.rules() and "5260:\tfrom 192.0.2.1" not in lab.rules()
    if first:
        assert_same(lab.before, lab.host, "everything was taken away")


# ---- many ----

def test_many_interfaces_and_addresses(world, built, tmp_path):
    """50 interfaces with 10 addresses each: a second; and one address more is one rule and one route more."""
    with Network() as network:
        host, far = network.host("host"), network.host("far")
        lines = []
        for link in range(50):
            host.connect(f"e{link}", far, f"e{link}")
            lines += [f"address add 10.{link}.{number}.1/24 dev e{link}" for number in range(10)]
            lines += [f"route add default via 10.{link}.0.254 dev e{link} metric {link + 1} protocol dhcp"]
        host.ip_batch(lines)
        kept = Kept(host, tmp_path)
        kept.start()
        begun = time.monotonic()
        answer = kept.api.request("PUT", "/v1/config", {"source_routing": True}, {"If-Match": "*"})
        took = time.monotonic() - begun
        assert answer.status == 200 and answer.json()["state"] == "confirmed", answer.body[:1000]
        print(f"{len(answer.json()['operations'])} operations took {took:.3f} s")
        assert host.ip("rule").count("lookup 5") == 500
        assert took < 10 * SECOND if SECOND > 1 else took < 1
        newest = kept.api.get("/v1/transactions")["items"][0]["id"]
        host.ip("address", "add", "10.7.77.1/24", "dev", "e7")
        wait_for(lambda: "10.7.77.1 lookup" in host.ip("rule"), 2 * SECOND)
        wait_for(lambda: kept.api.get("/v1/transactions")["items"][0]["id"] != newest, SECOND)
        made = kept.api.get("/v1/transactions")["items"][0]
        assert len(kept.api.get(f"/v1/transactions/{made['id']}")["operations"]) == 2, made
        assert not kept.daemon.stop()

"""Other programs beside it: what wg-quick and Docker make, and somebody's rules and routes where ours belong. All of it stays as it
is while a document that uses everything comes, changes and goes, and while the guard puts ours right; plans say what is in the way."""
import re

import pytest

from daemon import wait_for
from kept import SECOND, Kept
from picture import assert_same, differences, picture
from topology import Network
from two_isps import TwoIsps

# wg-quick's order: its table, then the rules, whose priorities the system chooses.
WIREGUARD = ["link add wg0 type bridge", "link set wg0 addrgenmode none", "link set wg0 up", "address add 10.66.0.2/32 dev wg0",
             "route add default dev wg0 table 51820", "rule add not fwmark 51820 table 51820", "rule add table main suppress_prefixlength 0",
             "-6 address add fd66::2/128 dev wg0 nodad", "-6 route add default dev wg0 table 51820",
             "-6 rule add not fwmark 51820 table 51820", "-6 rule add table main suppress_prefixlength 0"]

DOCKER = """
table ip nat {
    chain DOCKER {
        iifname "br0" counter return
        iifname != "br0" tcp dport 8080 counter dnat to 172.17.0.2:80
    }
    chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local counter jump DOCKER; }
    chain OUTPUT { type nat hook output priority -100; policy accept; ip daddr != 127.0.0.0/8 fib daddr type local counter jump DOCKER; }
    chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; ip saddr 172.17.0.0/16 oifname != "br0" counter masquerade; }
}
table ip filter {
    chain DOCKER { iifname != "br0" oifname "br0" ip daddr 172.17.0.2 tcp dport 80 counter accept; }
    chain DOCKER-USER { counter return; }
    chain FORWARD {
        type filter hook forward priority filter; policy accept;
        counter jump DOCKER-USER
        oifname "br0" ct state related,established counter accept
        oifname "br0" counter jump DOCKER
        iifname "br0" oifname != "br0" counter accept
    }
}
table inet firewalld {
    chain filter_INPUT { type filter hook input priority filter + 10; policy accept; ct state invalid counter drop; }
}
"""

# Where ours belong: rules of document, sources and their end; routes in the table of eth0, in others of ours, and in main.
SQUATTERS = ["rule add priority 5200 from 10.9.0.0/16 lookup 100", "rule add priority 5210 from 192.0.2.64/26 lookup 100",
             "rule add priority 5260 fwmark 7 lookup 100", "rule add priority 5261 from 10.9.0.0/16 prohibit",
             "rule add priority 5299 iif br0 lookup 101", "route add 10.7.0.0/16 via 192.0.2.7 dev eth0 protocol static",
             "route add 10.20.0.0/16 dev eth1 table {own} protocol static", "route add 10.21.0.0/16 via 192.0.2.9 table 5555 protocol bird",
             "route add unreachable 10.22.0.0/16 table 5999", "route add 10.23.0.0/16 dev br0 table 5200",
             "-6 rule add priority 5260 from 2001:db8:9::/48 lookup 100", "-6 route add 2001:db8:9::/48 dev eth1 table {own} protocol static"]


def document(changed=False):
    uplinks = {"isp1": {"interface": "eth0", "priority": 1, "gateway": {"ipv4": "192.0.2.254", "ipv6": "fe80::fe"}},
               "isp2": {"interface": "eth1", "priority": 2, "gateway": {"ipv4": "198.51.100.254", "ipv6": "fe80::fe"}}}
    wanted = {"source_routing": True, "host_model": {"receive": "strong", "send": "strong"}, "reverse_path": "loose",
              "arp": {"reply": "interface", "announce": "best"}, "uplinks": uplinks,
              "addresses": {"second": {"interface": "eth0", "address": "192.0.2.70/24"}},
              "routes": {"corp": {"to": "10.8.0.0/16", "via": "192.0.2.8"}},
              "rules": {"guests": {"from": "192.0.2.64/26", "uplink": "isp2", "priority": 10}}}
    if changed:
        del wanted["routes"], uplinks["isp2"], wanted["rules"]
        wanted.update({"host_model": {"receive": "weak", "send": "weak"}, "reverse_path": "strict",
                       "addresses": {"third": {"interface": "eth1", "address": "198.51.100.71/24"}}})
    return wanted


def others(namespace):
    """What is not ours of rules, routes and the firewall, with its handles but without its counters: made anew it is another."""
    found = [line for line in picture(namespace) if line.startswith(("rule", "route"))]
    lines = [line for line in found if "proto 157" not in line and not re.search(r"192\.0\.2\.70|198\.51\.100\.71", line)]
    inside = False
    for line in namespace.run(["nft", "-a", "-s", "list", "ruleset"]).splitlines():
        inside = inside or line.startswith("table inet multihomed ")
        if not inside:
            lines.append(f"firewall {line}")
        inside = inside and line != "}"
    return lines


class Lab(TwoIsps):
    def __init__(self, network, directory):
        super().__init__(network)
        own = 5200 + next(link["ifindex"] for link in self.host.ip_json("link", "show", "dev", "eth0")) % 400
        self.add_defaults()
        self.host.set("net/ipv4/conf/all/forwarding", 1)
        self.host.ip_batch([line.format(own=own) for line in SQUATTERS])
        self.host.run(["nft", "-f", "-"], stdin=DOCKER)
        self.host.ip_batch(WIREGUARD)
        self.kept = Kept(self.host, directory)
        self.kept.start()
        self.before, self.theirs = picture(self.host), others(self.host)

    def check(self, when):
        found = differences(self.theirs, others(self.host))
        assert not found, "\n".join([f"others' things, {when}:", *found[:40]])

    def table(self):
        """Ours, as words: the order in which nft lists elements depends on how they came in."""
        return sorted(self.host.run(["nft", "-s", "list", "table", "inet", "multihomed"], check=False).replace(",", " ").split())

    def notes(self):
        return [note["text"] for note in self.kept.api.get("/v1/plan")["notes"]]


@pytest.fixture
def lab(world, built, tmp_path):
    with Network() as network:
        lab = Lab(network, tmp_path)
        yield lab
        assert not lab.kept.daemon.stop()


def test_others_stay_as_they_are(lab):
    for wanted in (document(), document(changed=True), document()):
        lab.kept.apply(wanted)
        lab.check(f"applied {wanted}")
    lab.kept.apply({})
    lab.check("everything was taken away")
    assert_same(lab.before, lab.host, "everything was taken away")


def test_what_is_in_the_way_is_said_before(lab):
    look = lab.kept.api.request("PUT", "/v1/config?dry_run=true", document(), {"If-Match": "*"}).json()
    texts = [note["text"] for note in look["notes"] if note["kind"] == "warning"]
    for priority, family, where in ((5200, "IPv4", "among those"), (5210, "IPv4", "where one of this service belongs"),
                                    (5260, "IPv4", "where one of this service belongs"), (5261, "IPv4", "where one"),
                                    (5299, "IPv4", "among those"), (5260, "IPv6", "where one of this service belongs")):
        assert any(f"{family} rule stands at priority {priority}, {where}" in text for text in texts), (priority, texts)
    assert any("forwards IPv4" in text and "eth0, eth1" in text for text in texts), texts
    assert_same(lab.before, lab.host, "it was looked at")
    lab.kept.apply(document())
    assert set(texts) <= set(lab.notes())


RUIN = ["rule delete priority 5261 protocol 157", "rule delete priority 5260 from 192.0.2.1 protocol 157", "route flush table {own} protocol 157",
        "route delete 10.8.0.0/16", "-6 rule delete priority 5260 from 2001:db8:1::1 protocol 157"]


def test_the_guard_puts_ours_right_alone(lab):
    lab.kept.apply(document())
    good, ours = picture(lab.host), lab.table()
    own = 5200 + next(link["ifindex"] for link in lab.host.ip_json("link", "show", "dev", "eth0")) % 400
    for line in RUIN:
        lab.host.ip_batch([line.format(own=own)])
        assert_same(good, lab.host, f"after {line}", 3 * SECOND)
        lab.check(f"after {line}")
    lab.host.run(["nft", "delete", "table", "inet", "multihomed"])
    wait_for(lambda: lab.table() == ours, 3 * SECOND)
    lab.check("the firewall's table was deleted")
    lab.kept.apply({})
    assert_same(lab.before, lab.host, "everything was taken away")


def test_they_change_theirs_meanwhile(lab):
    """What they add and take away while the document is there is theirs as well."""
    lab.kept.apply(document())
    lab.host.ip_batch(["rule delete priority 5210", "rule add priority 5262 from 10.10.0.0/16 lookup 100",
                       "route add 10.24.0.0/16 dev eth0 table 5999", "route delete 10.21.0.0/16 table 5555"])
    lab.host.run(["nft", "add", "rule", "ip", "filter", "DOCKER-USER", "ip", "saddr", "203.0.113.66", "drop"])
    wait_for(lab.kept.has_settled, 5)
    lab.theirs = others(lab.host)
    lab.kept.apply(document(changed=True))
    lab.check("changed")
    lab.kept.apply({})
    lab.check("everything was taken away")

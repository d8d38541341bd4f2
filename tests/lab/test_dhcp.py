"""Source routing follows what DHCP and router advertisements bring: two providers, each of which drops what does not come
from the addresses it gave (BCP 38), so that an answer arrives only when it leaves by the interface whose address was asked."""
import time

import pytest

from daemon import Daemon, wait_for
from dhcp import Client, Server, advertise
from kept import SECOND
from picture import picture
from topology import Network
from two_isps import ask, serve

REMOTE, REMOTE6 = "203.0.113.9", "2001:db8:99::9"
MAC = "02:00:00:00:0a:00"
FOREIGN = ["rule add priority 90 fwmark 7 lookup 100", "rule add priority 5260 from 10.9.9.9 lookup 100",
           "route add 10.7.0.0/16 dev br0 table 100", "-6 rule add priority 91 fwmark 7 lookup 100"]


class Provider:
    """A router between the host and the remote server."""

    def __init__(self, network, number, host, remote, subnet):
        self.router, self.subnet, self.link = network.router(f"isp{number}"), subnet, f"eth{number}"
        host.ip("link", "add", self.link, *(["address", MAC] if number == 0 else []), "type", "veth", "peer", "name", "inside",
                "netns", self.router.name)
        self.router.ip("link", "set", "inside", "up")
        host.ip("link", "set", self.link, "up")
        self.router.connect("outside", remote, f"isp{number}")
        for address in (254, 253):
            self.router.ip("address", "add", f"{subnet}.{address}/24", "dev", "inside")
        self.router.ip("address", "add", f"10.0.{number}.1/24", "dev", "outside")
        self.router.ip("address", "add", f"fd00:{number}::1/64", "dev", "outside")
        remote.ip("address", "add", f"10.0.{number}.2/24", "dev", f"isp{number}")
        remote.ip("address", "add", f"fd00:{number}::2/64", "dev", f"isp{number}")
        remote.ip("route", "add", f"{subnet}.0/24", "via", f"10.0.{number}.1", "src", REMOTE)
        remote.ip("route", "add", f"2001:db8:{number}::/64", "via", f"fd00:{number}::1", "src", REMOTE6)
        self.router.ip("route", "add", f"{REMOTE}/32", "via", f"10.0.{number}.2")
        self.router.ip("route", "add", f"{REMOTE6}/128", "via", f"fd00:{number}::2")
        self.router.ip("address", "add", f"2001:db8:{number}::fe/64", "dev", "inside")
        self.router.run(["nft", "-f", "-"], stdin=f"""table inet bcp38 {{ chain forward {{
            type filter hook forward priority 0;
            iifname inside ip saddr != {subnet}.0/24 counter drop
            iifname inside ip6 saddr != 2001:db8:{number}::/64 counter drop
        }}
        }}
        """)


@pytest.fixture
def net(world, built, tmp_path):
    with Network() as network:
        network.host_, network.remote = network.host("host"), network.host("remote")
        network.remote.ip("address", "add", f"{REMOTE}/32", "dev", "lo")
        network.remote.ip("address", "add", f"{REMOTE6}/128", "dev", "lo")
        network.isps = [Provider(network, number, network.host_, network.remote, subnet)
                        for number, subnet in enumerate(("192.0.2", "198.51.100"))]
        network.host_.ip("link", "add", "br0", "type", "bridge")
        network.host_.ip("link", "set", "br0", "up")
        network.host_.ip("address", "add", "198.51.100.1/24", "dev", "eth1")
        network.host_.ip("route", "add", "default", "via", "198.51.100.254", "metric", "50")
        network.host_.ip_batch(FOREIGN)
        serve(network.host_)
        network.daemon = Daemon(tmp_path, network.host_.enter, config={"version": 1, "source_routing": True}).start()
        yield network
        assert not network.daemon.stop()


@pytest.fixture
def leased(net, tmp_path):
    """eth0 has what its provider's DHCP server gives."""
    net.server = Server(net.isps[0].router, "inside", "192.0.2.0", tmp_path)
    net.server.offer(MAC, "192.0.2.10", "192.0.2.254")
    net.client = Client(net.host_, "eth0", tmp_path)
    wait_for(lambda: has_address(net, "192.0.2.10") and default_by(net, "eth0", "192.0.2.254"))
    yield net
    net.client.stop()


def has_address(net, address):
    return f" {address}/" in net.host_.ip("-o", "address", "show")


def default_by(net, link, gateway):
    return any(f"via {gateway} " in line for line in net.host_.ip("route", "show", "default", "dev", link).splitlines())


def answers(net, address):
    """The remote server asks the host by this address, and what the host answers arrives."""
    return ask(net.remote, [address], 0.3)[address]


def answers_soon(net, *addresses, within=None):
    """Within a second: of what happened before, the last is what the host told when it was called."""
    begun = time.monotonic()
    wait_for(lambda: all(answers(net, address) for address in addresses), within or SECOND + 0.5, 0.02)
    return time.monotonic() - begun


def foreign(net):
    """Rules and routes that neither the service, the kernel nor DHCP made."""
    return [line for line in picture(net.host_) if "10.9.9.9" in line or "fwmark 0x7" in line or "10.7.0.0/16" in line]


def rules_of(net, address):
    return [rule for rule in net.host_.ip_json("rule", "show") if rule.get("src") == address and rule.get("protocol") == "157"]


# ---- leases ----

def test_both_providers_answer(leased):
    before = foreign(leased)
    assert len(before) == 4, before
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    leased.daemon.api.request("PATCH", "/v1/config", {"source_routing": False}, headers={"If-Match": "*"})
    assert not (answers(leased, "192.0.2.10") and answers(leased, "198.51.100.1")), "the lab shows nothing"
    assert foreign(leased) == before


def test_renewal_changes_nothing(leased):
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    before = [line for line in picture(leased.host_) if not line.startswith("firewall")]
    leased.client.renew()
    wait_for(lambda: "acknowledged 192.0.2.10" in open(leased.client.log.name).read().split("rebinding")[-1])
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    assert [line for line in picture(leased.host_) if not line.startswith("firewall")] == before


def test_address_change(leased):
    answers_soon(leased, "192.0.2.10")
    before = foreign(leased)
    leased.server.offer(MAC, "192.0.2.77", "192.0.2.254")
    leased.client.renew()
    wait_for(lambda: has_address(leased, "192.0.2.77") and default_by(leased, "eth0", "192.0.2.254"))
    answers_soon(leased, "192.0.2.77", "198.51.100.1")
    assert not rules_of(leased, "192.0.2.10"), "the rule of the old address is left"
    assert foreign(leased) == before


def test_gateway_change(leased):
    answers_soon(leased, "192.0.2.10")
    leased.server.offer(MAC, "192.0.2.10", "192.0.2.253")
    leased.client.renew()
    wait_for(lambda: default_by(leased, "eth0", "192.0.2.253"))
    leased.isps[0].router.set("net/ipv4/conf/all/promote_secondaries", 1)
    leased.isps[0].router.ip("address", "delete", "192.0.2.254/24", "dev", "inside")
    answers_soon(leased, "192.0.2.10", "198.51.100.1")


def test_link_flap(leased):
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    before = foreign(leased)
    leased.isps[0].router.ip("link", "set", "inside", "down")
    wait_for(lambda: not has_address(leased, "192.0.2.10"))
    answers_soon(leased, "198.51.100.1")
    leased.isps[0].router.ip("link", "set", "inside", "up")
    wait_for(lambda: has_address(leased, "192.0.2.10") and default_by(leased, "eth0", "192.0.2.254"))
    answers_soon(leased, "192.0.2.10", "198.51.100.1", within=SECOND + 1)
    assert foreign(leased) == before


# ---- another program, and the other link ----

def test_a_program_that_deletes_rules_it_does_not_know(leased):
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    before = foreign(leased)
    for family in ("-4", "-6"):
        leased.host_.ip(family, "rule", "flush", "protocol", "157")
    answers_soon(leased, "192.0.2.10", "198.51.100.1")
    assert foreign(leased) == before


def test_the_static_link_flaps(leased):
    """Its routes go with the carrier of the administrator's side, and are the administrator's to put back."""
    leased.host_.ip("link", "set", "eth1", "down")
    leased.host_.ip("link", "set", "eth1", "up")
    leased.host_.ip("route", "add", "default", "via", "198.51.100.254", "metric", "50")
    answers_soon(leased, "192.0.2.10", "198.51.100.1")


# ---- router advertisements ----

def test_router_advertisements_come_and_go(net):
    host = net.host_
    host.link_local("eth0", "eth1")
    for number, isp in enumerate(net.isps):
        host.set(f"net/ipv6/conf/{isp.link}/accept_ra", 2)
        host.set(f"net/ipv6/conf/{isp.link}/autoconf", 1)
        isp.router.link_local("inside")
        advertise(isp.router, "inside", f"2001:db8:{number}::", 1800)
    addresses = [wait_for(lambda: autoconfigured(net, number)) for number in range(2)]
    answers_soon(net, *addresses)
    advertise(net.isps[0].router, "inside", "2001:db8:0::", 0)
    answers_soon(net, addresses[1])
    wait_for(lambda: not answers(net, addresses[0]), SECOND + 0.5)
    advertise(net.isps[0].router, "inside", "2001:db8:0::", 1800)
    answers_soon(net, *addresses)


def autoconfigured(net, number):
    for link in net.host_.ip_json("-6", "address", "show", "dev", f"eth{number}", "scope", "global"):
        for info in link.get("addr_info", []):
            if info.get("local", "").startswith(f"2001:db8:{number}:" if number else "2001:db8::") and not info.get("tentative"):
                return info["local"]
    return None

"""GET /v1/select on random hosts of each personality agrees with what the kernel in memory answers to RTM_GET. MH_LAB_SEED=NUMBER
makes other hosts."""

import ipaddress
import os
import random

import pytest

import kernel_scenario
from kernel_layout import Refused
from kernel_scenario import NAMES, plain
from test_daemon_memory import EVERY, eventually

BLACKHOLE, REJECT = 0x1000, 0x8
SEED = int(os.environ.get("MH_LAB_SEED") or "1122")
# Of each interface, nested ones among them; no subnet is on two.
SUBNETS = {4: [["192.0.2.0/24", "192.0.2.128/25", "192.0.2.192/28"], ["198.51.100.0/24", "10.1.0.0/16"], ["203.0.113.0/25", "10.1.7.0/24"]],
           6: [["2001:db8:1::/64"], ["2001:db8:2::/64", "2001:db8:2:0:8000::/80"], ["fd00:1::/64"]]}
FAR = {4: ["8.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12"], 6: ["2600::/16", "2001:db8:f000::/36", "fd00:f::/32"]}


def inside(rand, prefix):
    network = ipaddress.ip_network(prefix)
    return str(network[rand.randrange(2, min(network.num_addresses - 1, 1 << 62))])


def part_of(rand, prefix):
    network = ipaddress.ip_network(prefix)
    length = min(network.prefixlen + rand.choice([0, 4, 8, 16, 128]), network.max_prefixlen)
    return str(ipaddress.ip_network(f"{inside(rand, prefix)}/{length}", strict=False))


class RandomKernel:
    def __init__(self, layout, path, seed):
        self.random = random.Random(f"{seed}")
        self.kernel = plain(layout, path)
        self.names = [f"net{number}" for number in range(self.random.choice([2, 3]))]
        self.subnets = {4: [], 6: []}
        for number, name in enumerate(self.names):
            self.kernel.add_interface(name, f"02:00:00:00:02:0{number}", link_state=self.kernel.system.link_up)
            self.kernel.set_up(name)
            for family in (4, 6):
                self.add_addresses(name, number, family)
        for _ in range(self.random.randint(5, 25)):
            self.add_route(self.random.choice([4, 6]))
        if self.kernel.system_name == "openbsd" and seed % 2:
            self.prefer_sources()

    def prefer_sources(self):
        for family in (4, 6):
            own = [one.partition("/")[0] for name in self.names for one in self.kernel.addresses(name) if (":" in one) == (family == 6)]
            if own:
                self.kernel.route_sourceaddr(self.random.choice([one for one in own if not one.startswith("fe80")] or ["0.0.0.0"]))

    def add_addresses(self, name, number, family):
        for subnet in SUBNETS[family][number]:
            for _ in range(self.random.choice([0, 1, 1, 2])):
                self.attempt(self.kernel.add_address, name, f"{inside(self.random, subnet)}/{subnet.partition('/')[2]}")
                self.subnets[family].append(subnet)

    @staticmethod
    def attempt(change, *arguments, **named):
        """What the kernel does not take (a gateway that is no neighbour, a route that is there) is left out."""
        try:
            change(*arguments, **named)
        except Refused:
            pass

    def add_route(self, family):
        rand, kind = self.random, self.random.random()
        to = "default" if rand.random() < 0.2 else part_of(rand, rand.choice(FAR[family] + SUBNETS[family][0]))
        if kind < 0.15:
            self.attempt(self.kernel.route_add, to.replace("default", "172.20.0.0/14" if family == 4 else "2600:7::/32"),
                         "127.0.0.1" if family == 4 else "::1", flags=rand.choice([BLACKHOLE, REJECT]))
        elif kind < 0.3 and family == 6:
            name = rand.choice(self.names)
            self.attempt(self.kernel.route_add, to, "fe80::fe", name)
        elif self.subnets[family]:
            self.attempt(self.kernel.route_add, to, inside(rand, rand.choice(self.subnets[family])))

    def destinations(self, count):
        own = [one.partition("/")[0] for addresses in self.kernel.addresses().values() for one in addresses if not one.startswith("fe80")]
        routes = [one["destination"] for one in self.kernel.routes() if not one["destination"].endswith("/0")]
        for _ in range(count):
            family = self.random.choice([4, 6])
            kind = self.random.random()
            if kind < 0.1:
                yield self.random.choice(own)
            elif kind < 0.4 and routes:
                network = ipaddress.ip_network(self.random.choice(routes))
                yield str(network[self.random.randrange(min(network.num_addresses, 1 << 62))])
            elif kind < 0.5:
                near = [name for name in self.names if any(one.startswith("fe80") for one in self.kernel.addresses(name))]
                yield f"fe80::77%25{self.random.choice(near)}" if near else "ff02::1%25net0"
            else:
                yield inside(self.random, self.random.choice(FAR[family] * 2 + self.subnets[family]))


def complaint(service, destination):
    answer = service.get("/v1/select?destination=" + destination)
    assert answer.status == 200, (destination, answer.body)
    told = answer.json
    if told["agrees"] is True:
        return None
    if told["kernel"] is None:
        return None if told.get("kernel_unavailable") or told["note"] else f"{destination}: not asked, without a reason: {told}"
    ours = {name: told.get(name) for name in ("source", "interface", "next_hop", "error", "note")}
    return f"{destination}: {told['difference']}: we say {ours}, the kernel {told['kernel']}"


def chosen(service, destination):
    told = service.get("/v1/select?destination=" + destination).json
    assert told["agrees"] is True, told
    return told["source"], told["chosen_by"]["rule"]


def preferred(service):
    return [one["address"] for one in service.get("/v1/addresses").json["items"] if "preferred-source" in one["flags"]]


@pytest.mark.parametrize("layout", ["openbsd-8-amd64", "openbsd-7-i386"])
def test_the_preferred_source_of_the_table(serve, layout):
    """route sourceaddr: it is for what goes through a gateway, though the kernel tells it with every route."""
    service = serve(layout)
    assert preferred(service) == []
    assert chosen(service, "8.8.8.8") == ("192.0.2.1", "openbsd4-3")
    assert chosen(service, "2600::1") == ("2001:db8:1::1", "openbsd6-5")
    kernel = service.kernel
    kernel.route_sourceaddr("198.51.100.1")
    kernel.route_sourceaddr("2001:db8:2::1")
    eventually(lambda: preferred(service) == ["198.51.100.1", "2001:db8:2::1"], service)
    assert chosen(service, "8.8.8.8") == ("198.51.100.1", "openbsd4-2")
    assert chosen(service, "2600::1") == ("2001:db8:2::1", "openbsd6-1")
    assert chosen(service, "192.0.2.9") == ("192.0.2.1", "openbsd4-4")
    assert chosen(service, "2001:db8:1::9") == ("2001:db8:1::1", "openbsd6-5")
    kernel.route_sourceaddr("0.0.0.0")
    kernel.delete_address(NAMES["openbsd"][1], "2001:db8:2::1")  # that takes it away, too
    eventually(lambda: preferred(service) == [], service)
    assert chosen(service, "8.8.8.8") == ("192.0.2.1", "openbsd4-3")
    assert chosen(service, "2600::1") == ("2001:db8:1::1", "openbsd6-2")


def subnet_source(service):
    """Of the answer for 192.0.2.99, and whether the kernel agrees."""
    told = service.get("/v1/select?destination=192.0.2.99").json
    return told["source"], told["agrees"]


@EVERY
def test_the_first_address_goes(serve, layout):
    """The subnet's route passes to the alias: netinet/in.c, in_scrubprefix() of FreeBSD and NetBSD. OpenBSD has one for each."""
    service = serve(layout)
    kernel, (first, _) = service.kernel, NAMES[service.kernel.system_name]
    kernel.add_address(first, "192.0.2.2/24")
    eventually(lambda: len([one for one in service.get("/v1/interfaces/" + first).json["addresses"] if one["address"] == "192.0.2.2"]) == 1, service)
    assert subnet_source(service) == ("192.0.2.1", True)
    kernel.delete_address(first, "192.0.2.1")
    eventually(lambda: subnet_source(service) == ("192.0.2.2", True), service)
    kernel.add_address(first, "192.0.2.3/24")
    kernel.delete_address(first, "192.0.2.3")
    eventually(lambda: "192.0.2.3" not in service.get("/v1/interfaces/" + first).body.decode(), service)
    assert subnet_source(service) == ("192.0.2.2", True)


@EVERY
@pytest.mark.parametrize("number", range(2))
def test_the_kernel_agrees(serve, layout, number, monkeypatch):
    made = []

    def make(layout, path):
        made.append(RandomKernel(layout, path, SEED + number))
        return made[0].kernel

    monkeypatch.setitem(kernel_scenario.SCENARIOS, "random", make)
    service = serve(layout, "random")
    wrong = [one for destination in made[0].destinations(60) for one in [complaint(service, destination)] if one]
    assert not wrong, "\n".join(wrong + [str(one) for one in made[0].kernel.system.state.dump()])

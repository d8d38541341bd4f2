"""GET /v1/select on random hosts agrees with GetBestRoute2 of the bed, which asks the namespace's kernel and keeps to the strong
host model. MH_LAB_SEED=NUMBER makes other hosts.

Linux and Windows choose alike among routes (the longest prefix, then the sum of metrics), but not among several addresses of one
interface: there is one of each family."""
import ipaddress
import os
import random

import pytest

from windowshost import bed_lab  # noqa: F401

FULL = os.environ.get("MH_TEST_FULL") == "1"
SEED = int(os.environ.get("MH_LAB_SEED") or "1122")
HOSTS, QUESTIONS = (20, 60) if FULL else (2, 20)
LINKS = {"eth0": ("192.0.2.0/24", "2001:db8:1::/64"), "eth1": ("198.51.100.0/25", "2001:db8:2::/64"), "eth2": ("10.1.0.0/16", "fd00:1::/64")}
FAR = (["8.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12"], ["2600::/16", "2001:db8::/32", "fd00::/16"])


class RandomHost:
    def __init__(self, lab, seed):
        self.random, self.host = random.Random(seed), lab.host()
        self.names, self.own = self.random.sample(sorted(LINKS), self.random.choice([2, 3])), []
        self.host.namespace.set("net/ipv6/conf/default/addr_gen_mode", 1)
        for name in self.names:
            self.host.add_interface(name, lab.segment(name))
            for subnet in LINKS[name]:
                self.own.append(self.inside(subnet))
                self.host.add_address(name, f"{self.own[-1]}/{subnet.partition('/')[2]}")
        routes = {self.route(self.random.choice([0, 1])) for _ in range(self.random.randint(5, 20))}
        self.host.namespace.ip_batch(sorted(routes, key=lambda line: (line.startswith("-6"), line)), force=True)

    def inside(self, prefix):
        network = ipaddress.ip_network(prefix)
        return str(network[self.random.randrange(2, min(network.num_addresses - 1, 1 << 62))])

    def route(self, family):
        to = "default"
        if self.random.random() < 0.8:
            network = ipaddress.ip_network(self.random.choice(FAR[family]))
            length = min(network.prefixlen + self.random.choice([0, 4, 8, 16]), network.max_prefixlen)
            to = ipaddress.ip_network(f"{self.inside(network)}/{length}", strict=False)
        gateway = self.inside(LINKS[self.random.choice(self.names)][family])
        return f"{'-6 ' if family else ''}route add {to} via {gateway} metric {self.random.randrange(26, 200)}"

    def question(self):
        """Not for own addresses, for which Linux names their interfaces. Sources are of IPv4: for IPv6 Linux keeps to an
        interface only where that has the best route."""
        family = self.random.choice([0, 1])
        near = [LINKS[name][family] for name in self.names]
        question = {"destination": self.inside(self.random.choice(FAR[family] * 2 + near))}
        if family == 0 and self.random.random() < 0.5:
            question["source"] = self.random.choice([one for one in self.own if ":" not in one])
        return question


@pytest.mark.parametrize("number", range(HOSTS))
def test_the_system_agrees(bed_lab, number):  # noqa: F811
    made = RandomHost(bed_lab, SEED + number)
    made.host.start_daemon()
    wrong, agreed = [], 0
    for _ in range(QUESTIONS):
        question = made.question()
        answer = made.host.api.get("/v1/select", **question)
        if answer["agrees"] is True:
            agreed += 1
        elif answer["kernel"] is not None or not answer.get("kernel_unknown"):
            ours = {name: answer.get(name) for name in ("source", "interface", "next_hop", "error", "note")}
            wrong.append(f"{question}: {answer.get('difference')}: we say {ours}, the system {answer['kernel']}")
        else:
            wrong.append(f"{question}: not asked: {answer['kernel_unknown']}; we say {answer.get('error')}")
    assert not wrong, "\n".join([*wrong, made.host.ip("route"), made.host.ip("-6", "route")])
    assert agreed == QUESTIONS

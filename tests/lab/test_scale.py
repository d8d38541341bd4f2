"""A host with 50 interfaces and 500 addresses: its document is planned and applied in a second, and what changes afterwards
touches only what belongs to it. `./dev bench scale` tells the figures."""
import re
import subprocess
import time

import pytest

from daemon import wait_for
from kept import SECOND, Kept
from many import FOUR, LINKS, SIX, document, four, make_many, six
from picture import assert_same, differences, picture
from topology import Network

# Seconds for the whole, on a machine that may have other things to do; what it takes alone the benchmark shows.
BOUND = 5 * SECOND


class Watch:
    """What the kernel tells of rules, routes, addresses, settings and the firewall while the block lasts."""

    def __init__(self, host):
        self.host, self.lines = host, []

    def __enter__(self):
        self.programs = [subprocess.Popen([*self.host.enter, *words], stdout=subprocess.PIPE, text=True)
                         for words in (["ip", "monitor", "rule", "route", "address", "netconf"], ["nft", "monitor"])]
        self.host.network.background += self.programs
        # It listens when it has told of something.
        time.sleep(0.3)
        return self

    def __exit__(self, *_):
        time.sleep(0.3)  # what comes late would be too much
        for program in self.programs:
            program.terminate()
            self.lines += [line.strip() for line in program.communicate()[0].splitlines() if line.strip()]

    def about(self, pattern):
        return [line for line in self.lines if re.search(pattern, line)]


@pytest.fixture
def lab(world, built, tmp_path):
    with Network() as network:
        host = make_many(network)
        kept = Kept(host, tmp_path)
        kept.start()
        yield kept
        assert not kept.daemon.stop()


def put(kept, wanted):
    """The transaction, and the seconds that it took."""
    begun = time.monotonic()
    answer = kept.api.request("PUT", "/v1/config", wanted, {"If-Match": "*"})
    took = time.monotonic() - begun
    assert answer.status == 200 and answer.json()["state"] == "confirmed", answer.body[:1000]
    return answer.json(), took


def table(host, link):
    return 5200 + next(item["ifindex"] for item in host.ip_json("link", "show", "dev", link)) % 400


def test_everything_and_then_one_address(lab):
    host, before = lab.namespace, picture(lab.namespace)
    made, took = put(lab, document())
    print(f"{len(made['operations'])} operations took {took:.3f} s")
    assert not made["unsupported"], made["notes"]
    assert took < BOUND
    for family, count in ((4, LINKS * FOUR), (6, LINKS * SIX)):
        rules = host.ip(f"-{family}", "rule")
        assert rules.count("lookup 5") == rules.count("unreachable") == count
    good = picture(host)
    wait_for(lab.has_settled, 5)

    assert_one_comes_and_goes(lab, good, 4, "10.7.77.1/24", "10.7.77.0/24", "e7")
    assert_one_comes_and_goes(lab, good, 6, "2001:db8:7:77::1/64", "2001:db8:7:77::/64", "e7")
    _, took = put(lab, {})
    assert took < BOUND
    assert_same(before, host, "everything was taken away")


def assert_one_comes_and_goes(kept, good, family, address, subnet, link):
    """Its two rules and its one route; nothing else is told of, and nothing else is different."""
    host, number, bare = kept.namespace, table(kept.namespace, link), address.split("/")[0]
    stem = subnet.split("/")[0].removesuffix(".0").removesuffix("::")
    with Watch(host) as come:
        host.ip(f"-{family}", "address", "add", address, "dev", link, *(["nodad"] if family == 6 else []))
        wait_for(lambda: f"from {bare} unreachable" in host.ip(f"-{family}", "rule"), SECOND)
    made = [" ".join(line.removeprefix("too much: ").split()) for line in differences(good, picture(host))]
    ours = [line for line in made if "proto 157" in line]
    assert sorted(line.split(" scope ")[0].split(" metric ")[0] for line in ours) == sorted([
        f"route {subnet} dev {link} table {number} proto 157", f"rule 5260: from {bare} lookup {number} proto 157",
        f"rule 5261: from {bare} unreachable proto 157"]), made
    assert all(stem in line for line in made), made
    assert_only(come, stem)
    with Watch(host) as gone:
        host.ip(f"-{family}", "address", "delete", address, "dev", link)
        wait_for(lambda: f"from {bare} " not in host.ip(f"-{family}", "rule"), SECOND)
    assert_same(good, host, f"{address} is gone again")
    assert_only(gone, stem)


def assert_only(watch, stem):
    """Each of the three is told of once; what else is told of, the kernel makes of the address."""
    assert all(stem in line or line.startswith("valid_lft") for line in watch.lines), watch.lines
    assert len(watch.about("proto 157")) == 3, watch.lines


def test_a_gateway_comes_and_goes(lab):
    """Of a link without one: its own default route is all that is made."""
    host = lab.namespace
    put(lab, document())
    good, link = picture(host), LINKS - 1
    with Watch(host) as come:
        host.ip("route", "add", "default", "via", f"10.{link}.0.254", "dev", f"e{link}", "metric", "900", "protocol", "dhcp")
        wait_for(lambda: "default" in host.ip("route", "show", "table", table(host, f"e{link}")), SECOND)
    assert len(come.lines) == 2 and len(come.about("proto 157")) == 1, come.lines
    host.ip("route", "delete", "default", "dev", f"e{link}")
    assert_same(good, host, "the gateway is gone", SECOND)


def test_the_report_agrees(lab):
    """All pages of the host model; strong is what is wanted, and what is there."""
    put(lab, document())
    begun = time.monotonic()
    items = lab.api.items("/v1/host-model", family="ipv4")
    print(f"{len(items)} items took {time.monotonic() - begun:.3f} s")
    items = [item for item in items if item["interface"] != "lo"]
    assert len(items) == LINKS
    for item in items:
        assert item["send"]["effective"] == item["receive"]["effective"] == "strong", item
        assert item["reverse_path"]["effective"] == "loose", item
    assert four(3, 2) in str(items[3]["send"]) and six(3, 1) not in str(items[3]["send"])
